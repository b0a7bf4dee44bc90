"""The answers of pages with a parameter: asking for all ids at once gives each id what asking for it alone gives."""

from __future__ import annotations

import json

import pytest

from cxhouse.settings import PROJECT
from cxhouse.site.answers import answer_ids, ask, list_ids, open_tables, spread_query
from cxhouse.site.building import read_manifest
from cxhouse.site.pages import read_pages
from tests.conftest import DemoHome

PAGES = read_pages(PROJECT / "dashboards")
ID = "'${params.id}'"


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("select a from t where id = {id}", "select id as page_id_, a from t where id is not null"),
        (
            "select distinct t.a from t join u on u.b = t.b where t.id = {id} and c in ('x', 'or') order by a",
            "select distinct t.id as page_id_, t.a from t join u on u.b = t.b where t.id is not null and c in ('x', 'or') order by a",
        ),
        ("select a from t where c and id = {id} -- or", "select id as page_id_, a from t where c and id is not null -- or"),
        ("select a from t where id = {id} or b", None),
        ("select a from t where not id = {id}", None),
        ("select a from t where b = 1 or c and id = {id}", None),
        ("select a from t where b = '(' or c = ')' and id = {id}", None),
        ("select a from t where b in (select b from u where id = {id})", None),
        ("select a from t left join u on u.a = t.a and u.id = {id} where b", None),
        ("select a from t where id = {id} and other = {id}", None),
        ("select a from t where id = {id} order by a limit 3", None),
        ("select count(*) from t where id = {id} group by b", None),
        ("select row_number() over (order by a) from t where id = {id}", None),
        ("select a from t where id = {id} union all select b from u", None),
        ("select a, b = {id} from t where c", None),
        ("with x as (select 1) select a from t where id = {id}", None),
        ("select a from t where case when b and id = {id} then 1 end", None),
        ("select a from t where id <> {id}", None),
    ],
)
def test_a_query_is_asked_for_all_ids_at_once_only_in_the_form_that_allows_it(sql: str, expected: str | None) -> None:
    assert spread_query(sql.format(id=ID), ID) == expected


def test_queries_of_pages_with_many_ids_have_that_form() -> None:
    slow = [
        (page.path, name)
        for page in PAGES
        for name, sql in page.fixed.items()
        if (variable := f"'${{params.{page.parameter}}}'") in sql and spread_query(sql, variable) is None
    ]
    assert sum(len(page.fixed) for page in PAGES if page.parameter) > 20
    assert slow == [("/segments/{id}/", "migration")], "there are five segments"


def test_all_ids_at_once_and_each_alone_give_the_same_rows(demo_home: DemoHome) -> None:
    manifest = read_manifest(demo_home.site)
    assert manifest
    compared = 0
    with open_tables(demo_home.site / "data" / manifest["release"] / "tables") as connection:
        for page in PAGES:
            ids = list_ids(connection, page) if page.parameter else []
            for name, sql in page.fixed.items() if ids else ():
                together = answer_ids(connection, page, name, sql, ids)
                for one in ids[:: max(1, len(ids) // 4)]:
                    alone = ask(connection, page, name, sql.replace(f"'${{params.{page.parameter}}}'", f"'{one}'"))
                    found, wanted = (json.loads("{" + text + "}")[name] for text in (together[one], alone))
                    assert found["columns"] == wanted["columns"], (page.path, name, one)
                    assert sorted(map(str, found["rows"])) == sorted(map(str, wanted["rows"])), (page.path, name, one)
                    compared += len(wanted["rows"])
    assert compared > 1000
