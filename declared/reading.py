"""A file of the company folder as a model; every problem becomes a sentence with file, entry, field and what to do."""

from __future__ import annotations

import types
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

from pydantic import ValidationError

from declared.errors import DefinitionError, name_known, unite_errors
from declared.fields import ENTRY, FIELD, Declared, Hint, Label
from declared.yaml_files import Place, YamlFile, name_place, read_yaml

Model = TypeVar("Model", bound=Declared)
LONGEST_VALUE = 80


def read_declared(path: Path, model: type[Model], environment: Mapping[str, str], *, required: bool = True) -> Model:
    """Read a file and check it. Raises DefinitionError with a sentence for every problem. One that is not required may be missing."""
    return parse(model, read_yaml(path, environment, required=required))


def parse(model: type[Model], file: YamlFile, *, entry: str = "") -> Model:
    """Check a content. `entry` is what sentences call it, where the file alone does not say it. An empty file is an empty mapping."""
    try:
        return model.model_validate({} if file.content is None else file.content)
    except ValidationError as error:
        errors = error.errors(include_url=False)
        found = [describe(each, model, file, entry) for each in errors if not is_consequence(each, errors)]
        raise unite_errors(found) from None


def is_consequence(error: Any, errors: Sequence[Any]) -> bool:
    """A list is too short when its entries were refused: only what is wrong with them is said."""
    place = error["loc"]
    return error["type"] == "too_short" and any(len(other["loc"]) > len(place) and other["loc"][: len(place)] == place for other in errors)


@dataclass
class Spot:
    """Where an error is: `labels` name the entries on the way, `parts` are the fields since the last of them, `place` is all of it."""

    annotation: Any
    content: Any
    metadata: Sequence[Any] = ()
    labels: list[str] = field(default_factory=list)
    parts: list[str | int] = field(default_factory=list)
    place: list[str | int] = field(default_factory=list)
    around: Any = None

    def enter(self, part: str | int) -> None:
        """Go one step further; the tag of a union is no part of the place."""
        kind = strip_type(self.annotation)
        if is_union(kind):
            self.annotation = next((model for model in get_args(kind) if part in list_tags(model)), Any)
            return
        self.place.append(part)
        self.parts.append(part)
        self.around = kind
        self.content = pick(self.content, part)
        if is_model(kind):
            known = {info.alias or name: info for name, info in kind.model_fields.items()}
            info = known.get(str(part))
            self.annotation, self.metadata = (info.annotation, info.metadata) if info else (Any, ())
        elif get_origin(kind) is dict:
            self.annotation, self.metadata = get_args(kind)[1], ()
        else:
            label = next((item for item in self.metadata if isinstance(item, Label)), None)
            if label is not None and isinstance(part, int):
                self.labels.append(name_item(label, self.content, part))
                self.parts.clear()
            self.annotation, self.metadata = (get_args(kind) or (Any,))[0], ()


def strip_type(annotation: Any) -> Any:
    """The type without its metadata, and without null."""
    while True:
        if get_origin(annotation) is Annotated:
            annotation = get_args(annotation)[0]
        elif get_origin(annotation) in (Union, types.UnionType) and type(None) in get_args(annotation):
            annotation = next(item for item in get_args(annotation) if item is not type(None))
        else:
            return annotation


def is_model(kind: Any) -> bool:
    """Whether a type is a mapping of known fields."""
    return isinstance(kind, type) and issubclass(kind, Declared)


def is_union(kind: Any) -> bool:
    """Whether a type is one of several models, told apart by a tag."""
    return get_origin(kind) in (Union, types.UnionType) and all(is_model(item) for item in get_args(kind))


def list_tags(model: type[Declared]) -> tuple[Any, ...]:
    """The values of the field that tells the models of a union apart."""
    required = [info for info in model.model_fields.values() if info.is_required() and get_origin(info.annotation) is Literal]
    return get_args(required[0].annotation) if required else ()


def pick(content: Any, part: str | int) -> Any:
    """What stands at one place of a content, or nothing."""
    if isinstance(content, Mapping):
        return next((value for key, value in content.items() if str(key) == str(part)), None)
    return content[part] if isinstance(content, list | tuple) and isinstance(part, int) and part < len(content) else None


def name_item(label: Label, item: Any, position: int) -> str:
    """`touchpoint web_checkout`, `row 3`."""
    if label.key is None:
        return f"{label.kind} {position + 1}"
    return f"{label.kind} {item.get(label.key, '?') if isinstance(item, Mapping) else item}"


def describe(error: Any, model: type[Declared], file: YamlFile, entry: str) -> DefinitionError:
    """One error of pydantic as ours."""
    spot = Spot(model, file.content)
    for part in (*error["loc"], *error.get("ctx", {}).get("at", ())):
        if part != "[key]":
            spot.enter(part)
    about, sentence = say(error, spot, is_dotted=model.has_dotted_places)
    labels = ", ".join(text for text in (entry, *spot.labels) if text)
    if model.has_dotted_places:
        where, shown = name_place(tuple(spot.place)), repr
    else:
        where, shown = labels, str
        if about == FIELD and spot.parts:
            name = name_place(tuple(spot.parts))
            sentence = f"`{name}`{':' if sentence.startswith('{value}') else ''} {sentence}"
    sentence = sentence.replace("{value}", show_value(error["input"], tuple(spot.place), file, shown))
    line = find_line(tuple(spot.place), file)
    return DefinitionError(file.path, where, sentence + (f" (line {line})" if line else ""))


def say(error: Any, spot: Spot, *, is_dotted: bool) -> tuple[str, str]:
    """What an error is about, a field or the entry around it, and the sentence."""
    kind, hint = error["type"], next((item for item in spot.metadata if isinstance(item, Hint)), None)
    if kind in (FIELD, ENTRY):
        return kind, error["msg"]
    if kind == "extra_forbidden":
        return FIELD, f"is not a known field; {name_known(spot.place[-1], spot.around.list_fields())}"
    if hint is not None and (kind in ("missing", "too_short") or kind.endswith("_type") or kind.startswith("union_tag")):
        return hint.about, hint.sentence
    if kind == "missing":
        return FIELD, "is missing; add it"
    if kind == "literal_error":
        return FIELD, say_choice(error["input"], get_args(strip_type(spot.annotation)), is_dotted=is_dotted)
    if kind.startswith("union_tag"):
        models = get_args(strip_type(spot.annotation))
        tag = error["ctx"]["discriminator"].strip("'")
        error["input"] = pick(spot.content, tag)
        spot.place.append(tag)
        choices = [choice for model in models for choice in list_tags(model)]
        return FIELD, "is missing; add it" if error["input"] in (None, "") else say_choice(error["input"], choices, is_dotted=is_dotted)
    if kind in ("model_type", "dict_type") and not spot.place:
        return ENTRY, "must hold named entries (name: value), not a list or a text"
    if kind in ("model_type", "dict_type"):
        return FIELD, "is empty or is not a mapping of fields"
    if kind in ("tuple_type", "list_type"):
        return FIELD, "is {value}; write a list"
    return FIELD, f"is {{value}}: {error['msg']}"


def say_choice(value: Any, choices: Sequence[Any], *, is_dotted: bool) -> str:
    """The sentence for a value outside a closed list."""
    known = name_known(value, map(str, choices), "use one of")
    return f"{{value}} is unknown; {known}" if is_dotted else f"is {{value}}; {known}"


def find_line(place: Place, file: YamlFile) -> int | None:
    """The line of a place or of what is around it."""
    return next((file.lines[place[:end]] for end in range(len(place), 0, -1) if place[:end] in file.lines), None)


def show_value(value: Any, place: Place, file: YamlFile, shown: Any) -> str:
    """A value for people. What was filled from a variable may be a secret: then what the file says is shown."""
    if place in file.written:
        return f"{file.written[place]} as filled"
    if file.written and place not in file.lines:  # it came by an alias, perhaps filled
        return "as its alias says"
    text = shown(value) if isinstance(value, str) else str(value)
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}…"
