"""Every verdict is described once, in semantic/effects/verdicts.yml, and by nobody else."""

from __future__ import annotations

from semantic.effects.company.verdicts import NEW_MEANING, NOT_SEPARABLE, NOT_STARTED, TOO_EARLY
from semantic.effects.method.verdict_list import BY_NAME, CONTENT, EFFECTS, VERDICTS, is_final, is_kept
from semantic.effects.method.words import NOTHING, TOO_LITTLE, give_verdict
from tests.companies.tiny import PROJECT


def test_every_verdict_that_python_gives_is_in_the_list() -> None:
    estimated = {give_verdict(effect, 0.001, None, better) for effect in (-1.0, 1.0) for better in ("higher", "lower", None)}
    explored = {f"exploratory {moved}" for moved in ("higher", "lower")}
    named = {NEW_MEANING, NOT_SEPARABLE, NOT_STARTED, TOO_EARLY, NOTHING, TOO_LITTLE}
    assert estimated | explored | named == set(VERDICTS)
    assert set(EFFECTS) == estimated | explored


def test_a_verdict_that_is_waited_for_is_not_kept_and_too_little_data_neither() -> None:
    assert {verdict for verdict in VERDICTS if not is_final(verdict)} == {NOT_STARTED, TOO_EARLY}
    assert {verdict for verdict in VERDICTS if not is_kept(verdict)} == {NOT_STARTED, TOO_EARLY, TOO_LITTLE}


def test_every_verdict_has_a_word_a_sign_a_tone_and_a_known_group() -> None:
    groups = [item["group"] for item in CONTENT["groups"]]
    rows = [*CONTENT["verdicts"], *CONTENT["of_a_whole_change"]]
    assert len({row["verdict"] for row in rows}) == len(rows) == 14 and len(set(groups)) == len(groups)
    for row in rows:
        assert row["word"] and row["sign"] and row["tone"] in ("good", "bad", "none") and row["group"] in groups, row
    assert {row["verdict"]: row["tone"] for row in rows if row["tone"] != "none"} == {"better": "good", "worse": "bad"}
    assert all(BY_NAME[verdict]["next_step"] for verdict in VERDICTS if is_final(verdict))


def test_no_page_and_no_model_describes_a_verdict_again() -> None:
    words = [row["word"] for row in CONTENT["verdicts"] if " " in row["word"] and row["word"] != row["verdict"]]
    files = [
        path for folder in ("dashboards/components", "dbt/models", "dbt/macros") for path in (PROJECT / folder).rglob("*") if path.is_file()
    ]
    assert len(files) > 100 and len(words) > 3
    texts = {path: path.read_text(encoding="utf-8") for path in files if path.suffix in (".sql", ".js", ".svelte", ".yml")}
    assert [(path.name, word) for path, text in texts.items() for word in words if f"'{word}'" in text] == []
