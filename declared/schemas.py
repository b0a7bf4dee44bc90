"""The models as JSON Schemas, so that an editor completes and checks the files of a company folder."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic.json_schema import GenerateJsonSchema

from declared.calendars import HolidaysFile, OpeningHoursFile, PeaksFile
from declared.changes import ChangeFile
from declared.company import CompanyFile
from declared.components import ComponentsFile
from declared.fields import LIST_SCHEMA, TEXT_SCHEMA, Declared
from declared.journeys import JourneyFile
from declared.kpis import KpisFile
from declared.signals import SignalsFile
from declared.sources import SourcesFile
from declared.subscriptions import SubscriptionsFile
from declared.touchpoints import TouchpointsFile
from declared.yaml_files import PLACEHOLDER

DIALECT = "https://json-schema.org/draft/2020-12/schema"
# files of a company folder -> name of the schema and its model
FILES: Mapping[str, tuple[str, type[Declared]]] = {
    "company.yml": ("company", CompanyFile),
    "sources.yml": ("sources", SourcesFile),
    "touchpoints.yml": ("touchpoints", TouchpointsFile),
    "components.yml": ("components", ComponentsFile),
    "signals.yml": ("signals", SignalsFile),
    "subscriptions.yml": ("subscriptions", SubscriptionsFile),
    "journeys/*.yml": ("journey", JourneyFile),
    "changes/*.yml": ("change", ChangeFile),
    "calendars/holidays.yml": ("holidays", HolidaysFile),
    "calendars/peaks.yml": ("peaks", PeaksFile),
    "calendars/opening_hours.yml": ("opening_hours", OpeningHoursFile),
    "kpis/*.yml": ("kpis", KpisFile),
}
VARIABLE = {
    "type": "string",
    "pattern": PLACEHOLDER.pattern.replace("?P<name>", "").replace("?P<default>", ""),
    "description": "A value from the environment: ${NAME}, or ${NAME:-default}.",
}
NOTHING = {"type": "null"}
TO_VARIABLE = {"$ref": "#/$defs/Variable"}
# what many fields share, written once in each schema
SHARED: Mapping[str, dict[str, Any]] = {"Text": TEXT_SCHEMA, "Texts": LIST_SCHEMA, "Variable": VARIABLE}
RESTRICTING = ("enum", "const", "pattern", "format")


class UntitledSchema(GenerateJsonSchema):
    """Schemas without titles made of names."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        """Names speak for themselves."""
        return False


def build_schema(pattern: str) -> dict[str, Any]:
    """The schema of the files a pattern of FILES stands for."""
    _, model = FILES[pattern]
    schema = model.model_json_schema(schema_generator=UntitledSchema)
    definitions = {name: adapt(part) for name, part in schema.pop("$defs", {}).items()}
    return {"$schema": DIALECT, **adapt(schema), "title": f"{pattern} of a company folder", "$defs": {**definitions, **SHARED}}


def adapt(schema: Any) -> Any:
    """A schema in which a variable may stand wherever a text alone would not do, and a choice of entries says which entry is wrong."""
    if isinstance(schema, list):
        return [adapt(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if "discriminator" in schema:
        return choose(schema)
    if "patternProperties" in schema:
        ((pattern, values),) = schema["patternProperties"].items()
        rest = {name: part for name, part in schema.items() if name != "patternProperties"}
        return {**adapt({**rest, "additionalProperties": values}), "propertyNames": {"pattern": pattern}}
    kept = {name: schema[name] for name in ("description", "default") if schema.get(name) is not None}
    rest = {name: part for name, part in schema.items() if name not in ("description", "default")}
    for name, shape in SHARED.items():
        if rest == shape:
            return {**kept, "$ref": f"#/$defs/{name}"}
    if is_restricted(schema):
        return {**kept, "anyOf": [rest, TO_VARIABLE]}
    if "anyOf" in schema:
        options = list(schema["anyOf"])
        if NOTHING in options and {"anyOf": [option for option in options if option != NOTHING]} == LIST_SCHEMA:
            options = [LIST_SCHEMA, NOTHING]
        if any(is_restricted(option) for option in options):
            options.append(TO_VARIABLE)
        return {**kept, **rest, "anyOf": [option if is_restricted(option) else adapt(option) for option in options]}
    return kept | {name: part if name in ("if", "enum") else adapt_named(name, part) for name, part in rest.items()}


def adapt_named(name: str, part: Any) -> Any:
    """What stands under one keyword; under `properties` the names are no keywords."""
    return {key: adapt(value) for key, value in part.items()} if name == "properties" else adapt(part)


def is_restricted(schema: Mapping[str, Any]) -> bool:
    """Whether a plain text is refused where this schema stands."""
    return schema.get("type") in ("number", "integer", "boolean") or any(name in schema for name in RESTRICTING)


def choose(schema: Mapping[str, Any]) -> dict[str, Any]:
    """One of several entries, told apart by a field, written so that a problem is placed in the entry it is in."""
    field, mapping = schema["discriminator"]["propertyName"], schema["discriminator"]["mapping"]
    wanted = {"enum": list(mapping)}
    return {
        **{name: part for name, part in schema.items() if name in ("description",)},
        "type": "object",
        "required": [field],
        "properties": {field: {"anyOf": [wanted, TO_VARIABLE]}},
        "allOf": [
            {"if": {"properties": {field: {"const": tag}}, "required": [field]}, "then": {"$ref": target}}
            for tag, target in mapping.items()
        ],
    }


def write_schemas(folder: Path) -> list[Path]:
    """Write a schema per kind of file; equal models give equal bytes. Returns the files."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for pattern, (name, _) in FILES.items():
        path = folder / f"{name}.json"
        path.write_text(json.dumps(build_schema(pattern), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        written.append(path)
    return written
