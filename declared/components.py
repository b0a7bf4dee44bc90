"""components.yml: the people, processes, systems, policies and suppliers behind touchpoints."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from declared.fields import ENTRY, UNIQUE, Declared, Flag, Id, Label, Names, Number, Text, problem_of


class Component(Declared):
    """What stands behind touchpoints."""

    id: Id = Field(description="Letters a to z, digits, hyphens, underscores and dots.")
    name: Text = Field(description="Name on the pages.")
    kind: Literal["person", "process", "system", "policy", "supplier"] = Field(description="What it is.")
    owner: Text = Field(description="Department that answers for it.")
    is_visible: Flag = Field(default=False, description="Whether customers see it.")
    touchpoints: Names = Field(default=(), description="Ids of the touchpoints it stands behind.")
    supplier_id: Text | None = Field(default=None, description="Only for kind supplier: its id in the data.")
    kpi: Text | None = Field(default=None, description="Id of the KPI it is judged by, over its touchpoints together.")
    target: Number | None = Field(default=None, description="Target of that KPI; without it, the targets of its touchpoints.")
    lower_bound: Number | None = Field(default=None, description="The value that is bad for sure.")
    channels: Names = Field(default=(), description="Channels of the data that belong to it.")
    surveys: Names = Field(default=(), description="Surveys of the data that belong to it.")

    @model_validator(mode="after")
    def fit_together(self) -> Component:
        """Fields that only make sense with others."""
        if self.target is not None and self.kpi is None:
            raise problem_of(ENTRY, "has a `target` and no `kpi`; say which KPI the target is of")
        if self.lower_bound is not None and self.target is None:
            raise problem_of(ENTRY, "has a `lower_bound` and no `target`; give both, or none to take those of its touchpoints")
        if self.supplier_id and self.kind != "supplier":
            raise problem_of(ENTRY, f"has a `supplier_id` and kind {self.kind}; only kind supplier has one")
        return self


class ComponentsFile(Declared):
    """Every component once."""

    components: Annotated[tuple[Component, ...], UNIQUE, Label("component")] = Field(default=(), description="All components.")
