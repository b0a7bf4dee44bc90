"""dashboards/components/shared/range_query.js: the query of the tiles of a free range of days, from the macros of dbt.

No table holds every range of days, so the browser sums a range from published days, weeks or months. Formulas, statuses and texts are those
of the marts, because the text of the query is made from the same macros. `python -m cxhouse.warehouse.range_query` writes the file again.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from jinja2 import DictLoader, Environment, StrictUndefined

from cxhouse.files import write_atomically
from cxhouse.settings import PROJECT

MACROS = PROJECT / "dbt" / "macros"
FILES = ("dialect.sql", "dialect_dates.sql", "intervals.sql", "status.sql", "texts.sql", "headlines.sql", "range_tiles.sql")
PAGE_MODULE = PROJECT / "dashboards" / "components" / "shared" / "range_query.js"
HEAD = "// Written by python -m cxhouse.warehouse.range_query from dbt/macros/range_tiles.sql: edit the macros there.\n"


def render_range_query(**tables: str) -> str:
    """The query as text, with `$now`, `$before` and `$year_before` to be replaced. `tables`: other names for `sums` and `tiles`.

    Raises jinja2.UndefinedError when a macro uses what only dbt has, such as `ref` or `var`.
    """
    text = "\n".join((MACROS / name).read_text(encoding="utf-8") for name in FILES)
    # the pages and the warehouse have the same engine, so a macro with forms for several has its usual one
    adapter = SimpleNamespace(dispatch=lambda name: find_macro(f"default__{name}"))
    environment = Environment(
        loader=DictLoader({"macros": text}), undefined=StrictUndefined, extensions=["jinja2.ext.do"], autoescape=False
    )
    environment.globals.update({"adapter": adapter, "return": lambda value: value})
    module = environment.get_template("macros").module

    def find_macro(name: str) -> Callable[..., Any]:
        return getattr(module, name)

    query: str = module.range_tiles(**tables)  # type: ignore[attr-defined]
    return re.sub(r"\n\s*\n", "\n", re.sub(r"(?m)^\s*--.*$|[ \t]+$", "", query)).strip() + "\n"


def render_module(query: str) -> str:
    """The module of the pages that holds the query."""
    if "`" in query or "${" in query or "\\" in query:
        raise ValueError("the query holds a sign that has a meaning in a template string of JavaScript")
    return f"{HEAD}export const RANGE_QUERY = `{query}`;\n"


def main() -> None:
    """Write the module."""
    text = render_module(render_range_query())
    write_atomically(PAGE_MODULE, lambda path: path.write_text(text, encoding="utf-8"))


if __name__ == "__main__":
    main()
