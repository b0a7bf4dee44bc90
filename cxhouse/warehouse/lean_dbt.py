"""dbt without work that it does again for every node: the same macros, the same templates, the same search. A quarter of a small build."""

from __future__ import annotations

import marshal
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from importlib.metadata import version
from pathlib import Path
from types import CodeType
from typing import Any

from cxhouse.files import write_atomically
from cxhouse.warehouse.replacing import replace_functions

TEMPLATES = "templates.marshal"
MOST_TEMPLATES = 20_000  # a project of ours has 1,500; beyond this, only those that this build read are kept


@contextmanager
def do_repeated_work_once(folder: Path) -> Iterator[None]:
    """Meanwhile, dbt does once what it does for each node, with the same results. `folder` keeps the compiled templates for the next build.

    - The macros of a node's context are put together from the lists of macros, and not searched for name by name.
    - A Jinja template is compiled when its text is new, and not each time it is read.
    - A relation is looked up in dbt's cache by its name, and not compared with all relations.
    - An empty result is one table, and not a new one for each statement.
    """
    from dbt.adapters.base.impl import BaseAdapter
    from dbt.context.macros import MacroNamespaceBuilder
    from dbt.context.manifest import ManifestContext
    from dbt_common.clients import agate_helper
    from dbt_common.clients.jinja import MacroFuzzEnvironment

    codes, empty = Codes(folder / TEMPLATES), agate_helper.empty_table()
    changes = [
        (MacroNamespaceBuilder, "build_namespace", build_namespace),
        (ManifestContext, "to_dict", fill_with_macros(ManifestContext.to_dict)),
        (MacroFuzzEnvironment, "compile", compile_once(MacroFuzzEnvironment.compile, codes)),
        (BaseAdapter, "get_relation", look_up_relation(BaseAdapter.get_relation)),
        (agate_helper, "empty_table", lambda: empty),
    ]
    try:
        with replace_functions(changes):
            yield
    finally:
        codes.keep()


def build_namespace(builder: Any, macros_by_package: Mapping[str, Mapping[str, Any]], context: dict[str, Any]) -> Any:
    """In place of `MacroNamespaceBuilder.build_namespace`: the macros that a node can call, by package and by name."""
    from dbt.clients.jinja import MacroGenerator
    from dbt.context.macros import MacroNamespace

    own = {"context": context, "node": builder.node, "stack": builder.thread_ctx}
    for package, macros in macros_by_package.items():
        members: dict[str, Any] = {}
        for macro in macros.values():
            member = members[macro.name] = MacroGenerator.__new__(MacroGenerator)
            member.__dict__ = {"macro": macro, **own}
        if package in builder.internal_package_names:
            builder.internal_packages[package] = members
            continue
        builder.packages[package] = members
        if package == builder.search_package:
            builder.locals.update(members)
        elif package == builder.root_package:
            builder.globals.update(members)
    internal: dict[str, Any] = {}
    for package in reversed(builder.internal_package_names_order):
        internal.update(builder.internal_packages.get(package, {}))
    return MacroNamespace(builder.globals, builder.locals, internal, builder.packages)


def fill_with_macros(fill: Callable[[Any], dict[str, Any]]) -> Callable[[Any], dict[str, Any]]:
    """In place of `ManifestContext.to_dict`: the context of a node with its macros. Of equal names the first that is searched wins."""
    from dbt.context.macros import MacroNamespace
    from dbt.context.manifest import ManifestContext

    def fill_at_once(context: Any) -> dict[str, Any]:
        if not isinstance(context.namespace, MacroNamespace):
            return fill(context)
        filled: dict[str, Any] = super(ManifestContext, context).to_dict()
        for members in reversed(list(context.namespace._search_order())):
            filled.update(members)
        return filled

    return fill_at_once


def look_up_relation(search: Callable[..., Any]) -> Callable[..., Any]:
    """In place of `BaseAdapter.get_relation`: a relation of a schema that dbt has listed, or None. Another case raises as before."""
    from dbt.adapters.reference_keys import _make_ref_key

    def look_up(adapter: Any, database: str, schema: str, identifier: str) -> Any:
        if not adapter._schema_is_cached(database, schema):
            return search(adapter, database, schema, identifier)
        wanted = {"database": database, "schema": schema, "identifier": identifier}
        cached = adapter.cache.relations.get(_make_ref_key(adapter.Relation.create(**wanted)))
        found = adapter._make_match([cached.inner], **wanted) if cached is not None else []
        return found[0] if found else None

    return look_up


def compile_once(compile_anew: Callable[..., Any], codes: Codes) -> Callable[..., Any]:
    """In place of `MacroFuzzEnvironment.compile`: the code of a template's text."""

    def find_code(environment: Any, source: Any, *given: Any, **named: Any) -> Any:
        if given or named or not isinstance(source, str):
            return compile_anew(environment, source, *given, **named)
        kind = type(environment).__name__
        return codes.get(kind, source) or codes.add(kind, source, compile_anew(environment, source))

    return find_code


class Codes:
    """Compiled templates by kind of environment and text, kept in a file for this Python, this Jinja and this dbt."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.made_by = (sys.implementation.cache_tag, version("jinja2"), version("dbt-common"))
        self.kept: dict[tuple[str, str], CodeType] = {}
        self.used: dict[tuple[str, str], CodeType] = {}
        self.is_new = False
        try:
            made_by, kept = marshal.loads(path.read_bytes())
        except (OSError, EOFError, ValueError, TypeError):
            return  # no file, or one that was cut off: everything is compiled again
        if made_by == self.made_by:
            self.kept = kept

    def get(self, environment: str, text: str) -> CodeType | None:
        """The code of this text, when it was compiled before."""
        key = (environment, text)
        code = self.kept.get(key)
        if code is not None:
            self.used[key] = code
        return code

    def add(self, environment: str, text: str, code: CodeType) -> CodeType:
        """Remember the code of a text, and return it."""
        self.kept[environment, text] = self.used[environment, text] = code
        self.is_new = True
        return code

    def keep(self) -> None:
        """Write what was compiled, if anything was; without what no longer occurs when there is too much."""
        if not self.is_new:
            return
        codes = self.kept if len(self.kept) <= MOST_TEMPLATES else self.used
        # without room for it the next build compiles again
        with suppress(OSError):
            write_atomically(self.path, lambda path: path.write_bytes(marshal.dumps((self.made_by, codes))))
