"""Every dbt model says its grain first."""

from __future__ import annotations

import yaml

from tests.architecture.tree import list_tracked


def test_every_model_has_a_description_that_begins_with_its_grain() -> None:
    described = {
        model["name"]: model.get("description", "")
        for path in list_tracked("dbt/models/*.yml")
        for model in yaml.safe_load(path.read_text(encoding="utf-8")).get("models", [])
    }
    models = {path.stem for pattern in ("*.sql", "*.py") for path in list_tracked(f"dbt/models/{pattern}")}
    assert len(models) > 150
    assert {name for name in models if not described.get(name, "").startswith("One row")} == set()
