"""The generator: equal arguments give equal files; a demo is written completely or not at all."""

from __future__ import annotations

import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest

from ingestion.demo import generate_demo, generator, is_current
from tests.ingestion.demo.foreign_files import ForeignFiles

END = date(2024, 6, 30)
TINY = 0.005


def read_all(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


Generated = tuple[Path, list[float]]


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Generated:
    """A very small demo, which tests leave as it is, and the progress heard meanwhile."""
    folder, heard = tmp_path_factory.mktemp("first") / "demo", []
    generate_demo(folder, end=END, scale=TINY, seed=1, progress=lambda step, share: heard.append(share))
    return folder, heard


def test_equal_arguments_give_equal_files_and_another_seed_does_not(first: Generated, tmp_path: Path) -> None:
    for name, seed in (("again", 1), ("other", 2)):
        generate_demo(tmp_path / name / "demo", end=END, scale=TINY, seed=seed)
    one, again, other = (read_all(folder) for folder in (first[0], tmp_path / "again" / "demo", tmp_path / "other" / "demo"))
    assert len(one) > 4000
    assert one == again
    assert one["shop.db"] != other["shop.db"]


def test_an_unchanged_demo_is_recognised_and_any_other_is_not(first: Generated, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, _ = first
    assert not is_current(tmp_path / "demo", END, TINY, 1)
    assert is_current(folder, END, TINY, 1)
    assert not is_current(folder, END + timedelta(days=1), TINY, 1)
    assert not is_current(folder, END, TINY * 2, 1)
    assert not is_current(folder, END, TINY, 2)
    monkeypatch.setattr(generator, "_fingerprint", lambda: "a later version of the generator")
    assert not is_current(folder, END, TINY, 1)


def test_a_generation_that_dies_leaves_the_old_demo_and_the_next_one_repairs_it(
    first: Generated, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = Path(shutil.copytree(first[0], tmp_path / "demo"))
    before = read_all(folder)

    def break_down(*_: object) -> int:
        raise OSError("no space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(generator, "write_survey_files", break_down)
        with pytest.raises(OSError, match="no space left"):
            generate_demo(folder, end=END, scale=TINY, seed=2)
    assert read_all(folder) == before
    generate_demo(folder, end=END, scale=TINY, seed=2)
    assert is_current(folder, END, TINY, 2)
    assert [path.name for path in tmp_path.iterdir()] == ["demo"]


def test_progress_runs_from_nothing_to_all(first: Generated) -> None:
    _, heard = first
    assert heard[0] == 0.0
    assert heard[-1] == 1.0
    assert heard == sorted(heard)


@pytest.mark.parametrize("scale", [0, -1, 21])
def test_an_impossible_scale_is_refused_before_anything_is_written(tmp_path: Path, scale: float) -> None:
    with pytest.raises(ValueError, match="scale"):
        generate_demo(tmp_path / "demo", end=END, scale=scale)
    assert not list(tmp_path.iterdir())


def test_it_covers_three_and_a_half_years_up_to_the_last_day_and_has_the_size_of_its_scale(demo: ForeignFiles) -> None:
    summary = demo.summary
    assert (summary.end - summary.first_day).days == 1277
    assert summary.customers == 6_000
    assert summary.orders == pytest.approx(30_000, rel=0.06)
    placed = demo.read_table("orders")["placed_at"].str.slice(0, 10)
    assert placed.min() <= (summary.first_day + timedelta(days=1)).isoformat()
    assert placed.max() >= (summary.end - timedelta(days=1)).isoformat()
    for pattern in ("contacts/*.jsonl", "surveys/*.csv", "visits/*.csv"):
        files = sorted(demo.folder.glob(pattern))
        assert len(files) > 1270
        assert summary.end.isoformat() in files[-1].name
