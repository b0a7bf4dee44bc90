"""The kept JSON Schemas are those of the models; every company folder of the repository fits them; what is broken is found in its place."""

from __future__ import annotations

import json
import re
from fnmatch import fnmatch
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator
from typer.testing import CliRunner

from cxhouse.main import app
from declared.errors import DefinitionError
from declared.fields import Declared
from declared.reading import read_declared
from declared.schemas import FILES, build_schema
from tests.companies.tiny import PROJECT

SCHEMAS = PROJECT / "docs" / "schemas"
FOLDERS = [PROJECT / "company", *sorted(path.parent for path in (PROJECT / "tests" / "companies").glob("*/company.yml"))]
HEADER = re.compile(r"# yaml-language-server: \$schema=(\S+)\n")


class PlainLoader(yaml.SafeLoader):
    """YAML as editors read it: days are texts."""


PlainLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith(":timestamp")]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def find_pattern(path: Path, folder: Path) -> str:
    """Which kind of file it is."""
    return next(pattern for pattern in FILES if fnmatch(path.relative_to(folder).as_posix(), pattern))


def list_files() -> list[tuple[Path, str]]:
    """Every declaration of the demo and of the test companies, with its kind. Models belong to dbt."""
    found = [(path, folder) for folder in FOLDERS for path in sorted(folder.rglob("*.yml")) if path.parent.name != "models"]
    return [(path, find_pattern(path, folder)) for path, folder in found]


def find_problems(text: str, pattern: str) -> list[tuple[str, str]]:
    """Place and message of each problem that the schema finds."""
    errors = Draft202012Validator(build_schema(pattern)).iter_errors(yaml.load(text, Loader=PlainLoader))
    return [(error.json_path.removeprefix("$."), error.message) for error in errors]


def test_the_kept_schemas_are_those_the_command_writes(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["schemas", str(tmp_path)])
    assert done.exit_code == 0 and str(tmp_path / "company.json") in done.output
    written = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert len(written) == len(FILES)
    assert {path.name: path.read_bytes() for path in SCHEMAS.glob("*.json")} == written, "write them anew: cxhouse schemas docs/schemas"
    for content in written.values():
        Draft202012Validator.check_schema(json.loads(content))


def test_every_file_of_the_repository_fits_its_schema_and_points_to_it() -> None:
    files = list_files()
    assert len(files) > 40 and {pattern for _, pattern in files} >= set(FILES) - {"signals.yml", "kpis/*.yml"}
    for path, pattern in files:
        text = path.read_text(encoding="utf-8")
        header = HEADER.match(text)
        assert header, path
        assert (path.parent / header[1]).resolve() == SCHEMAS / f"{FILES[pattern][0]}.json", path
        assert find_problems(text, pattern) == [], path


def test_the_kpis_of_the_house_fit_the_schema_of_a_companys_own() -> None:
    files = sorted((PROJECT / "semantic" / "kpis").glob("*.yml"))
    assert len(files) == 3
    assert [problem for path in files for problem in find_problems(path.read_text(encoding="utf-8"), "kpis/*.yml")] == []


def test_every_field_is_described() -> None:
    def walk(model: type[Declared], seen: set[type[Declared]]) -> None:
        if model not in seen:
            seen.add(model)
            for name, field in model.model_fields.items():
                assert field.description, f"{model.__name__}.{name}"

    seen: set[type[Declared]] = set()
    for _, model in FILES.values():
        walk(model, seen)
    definitions = [part for pattern in FILES for part in build_schema(pattern)["$defs"].values() if "properties" in part]
    assert len(definitions) > 15
    for part in definitions:
        assert [name for name, field in part["properties"].items() if "description" not in field and "$ref" not in field] == []


def test_a_variable_may_stand_where_a_number_a_flag_a_day_or_a_choice_is_expected() -> None:
    text = (PROJECT / "tests" / "companies" / "tiny" / "touchpoints.yml").read_text(encoding="utf-8")
    for old, new in (
        ("target: 0.05", "target: '${T:-0.05}'"),
        ("event: visit", "event: '${E:-visit}'"),
        ("name: Parcel", "name: Parcel\n    is_visible: ${V:-true}"),
    ):
        assert old in text
        text = text.replace(old, new, 1)
    assert find_problems(text, "touchpoints.yml") == []
    assert find_problems("holidays: [{date: '${DAY}', name: X}]", "calendars/holidays.yml") == []


TINY = "tests/companies/tiny"
# file to break, how, where the schema finds it, what the reader says
BROKEN: dict[str, tuple[str, tuple[str, str], str, str]] = {
    "a misspelled field": (
        f"{TINY}/touchpoints.yml", ("owner: Logistics", "owner: Logistics\n    chanels: [x]"), "touchpoints[4]",
        "touchpoint parcel: `chanels` is not a known field; did you mean channels?",
    ),
    "no owner": (f"{TINY}/touchpoints.yml", ("    owner: Logistics\n", ""), "touchpoints[4]", "touchpoint parcel: has no owner"),
    "a target in words": (
        f"{TINY}/touchpoints.yml", ("kpi: csat, target: 0.8", "kpi: csat, target: good"), "touchpoints[1].kpis[1].target",
        "touchpoint checkout, KPI csat: `target` is good; write a number",
    ),
    "an unknown event": (
        f"{TINY}/touchpoints.yml", ("event: visit", "event: visits"), "touchpoints[0].events[0].event",
        "touchpoint site, event visits: `event` is visits; did you mean visit?",
    ),
    "an unknown column type": (
        f"{TINY}/sources.yml", ("type: timestamp", "type: timestmp"), "sources.shop.tables.orders.columns.placed_at.type",
        "sources.shop.tables.orders.columns.placed_at.type: 'timestmp' is unknown; did you mean timestamp?",
    ),
    "an unknown connector": (
        f"{TINY}/sources.yml", ("connector: files", "connector: fils"), "sources.shop.connector",
        "sources.shop.connector: 'fils' is unknown; did you mean files?",
    ),
    "a share above 1": (
        f"{TINY}/sources.yml", ("max_bad_share: 0.5", "max_bad_share: 50"), "sources.shop.max_bad_share",
        "sources.shop.max_bad_share: is 50; write a number from 0 to 1",
    ),
    "an id of two words": (f"{TINY}/journeys/buy.yml", ("id: purchase", "id: pur chase"), "phases[1].id",
        "phase pur chase: the id `pur chase`"),
    "a kind of component that does not exist": (
        f"{TINY}/components.yml", ("kind: system", "kind: sistem"), "components[1].kind",
        "component dialler: `kind` is sistem; did you mean system?",
    ),
    "a currency that is a word": (f"{TINY}/company.yml", ("EUR", "euro"), "currency", "`currency` is euro; write it like EUR"),
    "a weekday of nine": (
        f"{TINY}/calendars/opening_hours.yml", ("weekday: 1", "weekday: 9"), "opening_hours[0].weekday",
        "row 1: `weekday` is 9; write 1 for Monday to 7 for Sunday",
    ),
    "a month of thirteen": (
        "company/calendars/peaks.yml", ("from: 11-20", "from: 13-20"), "peaks[0].from", "row 1: `from` is 13-20; write it like 11-20",
    ),
    "an address that is none": (
        "company/subscriptions.yml", ("to: cx-lead@retailer.example", "to: cx-lead"), "subscriptions[0].to",
        "subscription cx_lead: `to` is no address; write a mail address",
    ),
    "an unknown kind of news": (
        "company/subscriptions.yml", ("[alerts, weekly_digest]", "[alerts, weekly_digests]"), "subscriptions[0].news",
        "subscription cx_lead: `news` names weekly_digests; did you mean weekly_digest?",
    ),
    "an unknown kind of alert": (
        "company/subscriptions.yml", ("[source, load]", "[source, laod]"), "subscriptions[3].alerts",
        "subscription data_team: `alerts` names laod; did you mean load?",
    ),
    "a time without quotes": (
        "company/subscriptions.yml", ('at: "15:00"', "at: 15"), "subscriptions[2].at", "subscription logistics: `at` is 15; write it like",
    ),
    "an unknown kind of change": (
        "company/changes/one-warehouse.yml", ("kind: process", "kind: proces"), "kind", "`kind` is proces; did you mean process?",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_broken_is_found_in_its_place_by_the_schema_and_by_the_reader(tmp_path: Path, name: str) -> None:
    file, (old, new), place, sentence = BROKEN[name]
    path = PROJECT / file
    pattern = next(pattern for known, pattern in list_files() if known == path)
    text = path.read_text(encoding="utf-8")
    assert old in text
    broken = tmp_path / path.name
    broken.write_text(text.replace(old, new, 1), encoding="utf-8")
    assert [found for found, _ in find_problems(broken.read_text(encoding="utf-8"), pattern)] == [place]
    with pytest.raises(DefinitionError) as raised:
        read_declared(broken, FILES[pattern][1], {"TINY_DATA": "/nowhere"})
    assert len(raised.value.problems) == 1
    line = (text.split(old)[0] + ("" if new else "\n")).count("\n") + 1
    assert sentence in str(raised.value) and re.search(r"\(line \d+\)$", str(raised.value)), str(raised.value)
    assert abs(int(re.findall(r"\(line (\d+)\)$", str(raised.value))[0]) - line) <= 5
