"""The pages as their queries: which addresses a page has, what its queries ask, and which of them have one answer for every reader.

A page is a Markdown file with SQL blocks of the form of Evidence; blocks of its partials belong to it. A query with `${inputs.<name>}`
depends on what a reader chose, so that only the browser can answer it. A page with a parameter has one address per id; its front matter
says with `ids:` which query lists them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from cxhouse.site.server import DashboardsError

QUERY = re.compile(r"^```sql (\w+)\n(.*?)^```", re.DOTALL | re.MULTILINE)
PARTIAL = re.compile(r"\{@partial \"([^\"]+)\"\}")
FRONT_MATTER = re.compile(r"\A---\n(.*?)\n---\n", re.DOTALL)
PARAMETER = re.compile(r"\[(\w+)\]")
VARIABLE = re.compile(r"\$\{\s*([^}]*?)\s*\}")


@dataclass(frozen=True)
class Page:
    """One file of `dashboards/pages`.

    `name` is the file below that folder. `path` is its address, with a slash at both ends and `{id}` for its parameter. `fixed` are the
    queries with one answer for all readers, `chosen` those that depend on a choice, both by name. `ids` is the query that lists the ids.
    """

    name: str
    path: str
    parameter: str | None
    fixed: Mapping[str, str]
    chosen: Mapping[str, str]
    ids: str | None


def read_pages(project: Path) -> list[Page]:
    """All pages in alphabetical order. `project` is the folder that holds package.json. Raises DashboardsError naming page and query."""
    return [read_page(project, file) for file in sorted((project / "pages").rglob("*.md"))]


def read_page(project: Path, file: Path) -> Page:
    """One page with the queries of its partials."""
    name = file.relative_to(project / "pages").as_posix()
    text = PARTIAL.sub(lambda match: read_partial(project, name, match[1]), file.read_text(encoding="utf-8"))
    found = FRONT_MATTER.match(text)
    about = (yaml.safe_load(found[1]) or {}) if found else {}
    parameters = PARAMETER.findall(name)
    if len(parameters) > 1:
        raise DashboardsError(f"pages/{name} has two parameters; a page has one at most.")
    parameter = parameters[0] if parameters else None
    if (parameter is None) != ("ids" not in about):
        raise DashboardsError(f"pages/{name}: `ids:` in the front matter lists the ids of a page with a parameter, and of no other page.")
    fixed: dict[str, str] = {}
    chosen: dict[str, str] = {}
    for query, sql in QUERY.findall(text):
        if query in fixed or query in chosen:
            raise DashboardsError(f"pages/{name} has two queries {query}; give one of them another name.")
        kinds = {read_variable(name, query, variable, parameter) for variable in VARIABLE.findall(sql)}
        (chosen if "inputs" in kinds else fixed)[query] = sql.strip().removesuffix(";")
    route = PARAMETER.sub("{id}", "/" + name.removesuffix(".md").removesuffix("index")).rstrip("/") + "/"
    return Page(name, route, parameter, fixed, chosen, about.get("ids"))


def read_partial(project: Path, page: str, partial: str) -> str:
    file = project / "partials" / partial
    if not file.is_file():
        raise DashboardsError(f"pages/{page} names the partial {partial}, which is not in partials/.")
    return file.read_text(encoding="utf-8")


def read_variable(page: str, query: str, variable: str, parameter: str | None) -> str:
    """`params` or `inputs`; raises DashboardsError for a variable that a query cannot have."""
    kind, _, name = variable.partition(".")
    if kind == "inputs" and name.isidentifier():
        return kind
    if kind == "params" and name == parameter:
        return kind
    known = "${inputs.<name>}" + (f" and ${{params.{parameter}}}" if parameter else "")
    raise DashboardsError(f"pages/{page}, query {query}: ${{{variable}}} is not known here; queries know {known}.")
