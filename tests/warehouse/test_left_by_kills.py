"""What a killed process leaves is not taken for damage, is removed by the next one, and is never published."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cxhouse import build_state
from cxhouse.build_state import PUBLISH_LOCK, BuildState, write_state
from cxhouse.files import wait_for_lock, write_atomically
from cxhouse.ledger.kpi_definitions import NOTED
from cxhouse.ledger.lines import append_line, read_lines
from cxhouse.settings import read_settings
from cxhouse.warehouse import build
from cxhouse.warehouse.preparation import open_workplace
from declared.errors import DefinitionError
from tests.companies.kills import Running
from tests.warehouse import killed_steps
from tests.warehouse.conftest import Home, copy_home


def test_a_line_cut_anywhere_is_skipped_and_the_next_one_is_whole(tmp_path: Path) -> None:
    record = {"id": "a", "plan": {"text": 'a "{" b \\', "facts": {"n": 1}}, "more": {}}
    path = tmp_path / "lines.jsonl"
    append_line(path, record)
    whole = path.read_bytes()
    assert whole.count(b"}") > 3
    for length in range(1, len(whole) - 1):
        path.write_bytes(whole + whole[:length])
        assert read_lines(path) == [record], whole[:length]
        append_line(path, {"id": "b"})
        assert read_lines(path) == [record, {"id": "b"}], whole[:length]


@pytest.mark.parametrize("damage", ['{"id": "a",, "n": {}}', '{"id": "a"}}', '{"id": a}'])
def test_a_damaged_line_is_named(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "lines.jsonl"
    path.write_text(f'{{"id": "b"}}\n{damage}\n', encoding="utf-8")
    with pytest.raises(DefinitionError, match=r"line 2: is not JSON .*restore the ledger from its backup"):
        read_lines(path)


def test_a_temporary_file_of_a_killed_process_is_removed_where_nobody_else_writes(tmp_path: Path) -> None:
    for name in (".rows[1].parquet.123.tmp", ".rows1.parquet.123.tmp"):
        (tmp_path / name).touch()
    write_atomically(tmp_path / "rows[1].parquet", lambda path: path.write_text("rows"))
    assert (tmp_path / ".rows[1].parquet.123.tmp").exists(), "perhaps another process is writing it"
    write_atomically(tmp_path / "rows[1].parquet", lambda path: path.write_text("rows"), alone=True)
    assert sorted(path.name for path in tmp_path.iterdir()) == [".rows1.parquet.123.tmp", "rows[1].parquet"]


def test_a_build_counts_as_done_only_when_both_files_say_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[str] = []
    monkeypatch.setattr(build_state, "write_atomically", lambda path, write, **options: written.append(path.name))
    write_state(read_settings({"CXHOUSE_HOME": str(tmp_path)}), BuildState("one", "2026-03-01T00:00:00+00:00", True, "", is_passed=True))
    assert written == ["passed.json", "build.json"]


def test_a_build_waits_for_the_publish_that_runs(tiny: Home, tmp_path: Path) -> None:
    home = copy_home(tiny, tmp_path)
    home.make_news()
    state = home.path / "state" / "build.json"
    before = state.read_bytes()
    with wait_for_lock(home.path / "state" / PUBLISH_LOCK):
        waiting = Running(killed_steps.begin, dict(home.environment), folder=home.path)
        waiting.process.join(1.5)
        assert waiting.is_running() and state.read_bytes() == before
    assert waiting.wait().answer not in (None, killed_steps.REFUSED)
    assert state.read_bytes() != before


def test_what_a_publish_reads_changes_only_after_the_state_says_that_a_build_has_begun(
    tiny: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = copy_home(tiny, tmp_path)
    home.make_news()
    noted = home.path / "state" / NOTED
    noted.write_text("[]", encoding="utf-8")

    def look(*arguments: object, **named: object) -> None:
        assert json.loads((home.path / "state" / "build.json").read_text(encoding="utf-8"))["is_passed"] is False
        assert noted.read_text(encoding="utf-8") == "[]"
        raise InterruptedError

    monkeypatch.setattr(build, "prepare_build", look)
    with pytest.raises(InterruptedError):
        build.build_warehouse(open_workplace(read_settings(home.environment)))
    assert killed_steps.publish(home.environment) == killed_steps.REFUSED
