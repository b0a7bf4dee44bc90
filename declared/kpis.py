"""kpis/*.yml: the parts of dbt's semantic-layer YAML that are ours, `config.meta` of metrics. The rest is dbt's and passes through."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict, Field, model_validator

from declared.fields import ENTRY, Day, Declared, Hint, Id, Label, Names, Number, Text, problem_of, read_whole

Version = Annotated[int, read_whole(lowest=1, wanted="a whole number from 1 on")]
Unit = Literal["share", "ratio", "points", "score", "seconds", "currency"]
Interval = Literal["wilson", "nps_adjusted", "student_t", "poisson", "none"]
FORM = "a KPI is `type: ratio` with `config: {meta: {kind: kpi, ...}}`; semantic/kpis/kpis.yml has examples"


def name_measure(named: Any) -> Any:
    """The name of a measure, written alone or as {name: …}."""
    return named.get("name") if isinstance(named, Mapping) else named


MeasureName = Annotated[Text, BeforeValidator(name_measure)]


class Open(Declared):
    """A mapping that may hold more than is checked here."""

    model_config = ConfigDict(extra="allow", frozen=True)


class EarlierVersion(Declared):
    """What a KPI meant before."""

    version: Version = Field(description="1 for the first meaning.")
    valid_from: Day = Field(description="First day of this meaning.")
    numerator: Text = Field(description="Measure above the line.")
    denominator: Text = Field(description="Measure below the line.")
    change: Text | None = Field(default=None, description="What was new in it, in words.")
    description: Text | None = Field(default=None, description="The definition in words.")
    unit: Unit | None = Field(default=None, description="Unit, where it was another.")
    interval: Interval | None = Field(default=None, description="Interval, where it was another.")
    date_basis: Text | None = Field(default=None, description="The day it was counted on, where it was another.")


class KpiMeta(Open):
    """What the number means."""

    kind: Literal["kpi"] = Field(description="kpi, or measure for an additive daily quantity.")
    unit: Unit = Field(description="Unit of the KPI. Shares run from 0 to 1.")
    direction: Literal["higher", "lower", "neutral"] = Field(description="Which direction is better.")
    interval: Interval = Field(description="Method of the 95 % interval.")
    minimum_n: Number = Field(description="Below this count no value is shown.")
    owner: Text = Field(description="Department that answers for the definition.")
    version: Version = Field(description="Raised with each change of meaning.")
    valid_from: Day = Field(description="First day of this meaning.")
    date_basis: Text = Field(description="The day an event is counted on.")
    has_journeys: bool = Field(
        default=True, description="false: no figure of a journey or phase, because what happens at a touchpoint may belong to another one."
    )
    decides_segments: bool = Field(
        default=False,
        description="true: what it counts decides in which value segment a customer is, so figures of segments are not judged.",
    )
    change: Text | None = Field(default=None, description="What is new in this version, in words.")
    earlier: Annotated[tuple[EarlierVersion, ...], Label("earlier version", "version")] = Field(
        default=(), description="Every earlier version, oldest first."
    )


class MeasureMeta(Open):
    """How an additive daily quantity is counted."""

    kind: Literal["measure"] = Field(description="measure, or kpi for a measure over a measure.")
    fact: Text = Field(description="The daily fact that counts it.")
    needs: Names = Field(
        description="What a company must deliver: contract, contract.column, contract.column=value or journeys; alternatives joined by "
        "` or `; "
        "` if ` and another need where it is needed only with that one."
    )


class TwinMeta(Open):
    """A KPI as `mf query` gives it by touchpoint: all answers, where the KPI itself counts those about the company only."""

    kind: Literal["kpi_at_touchpoints"] = Field(description="The same measures as a KPI, without its filter for the company.")
    of: Text = Field(description="The KPI.")


class Config(Open):
    """Configuration of a metric."""

    meta: Annotated[KpiMeta | MeasureMeta | TwinMeta, Field(discriminator="kind"), Hint(FORM, ENTRY)] = Field(
        description="What the number means."
    )


class TypeParams(Open):
    """Which measures a metric is made of."""

    numerator: MeasureName | None = Field(default=None, description="Measure above the line.")
    denominator: MeasureName | None = Field(default=None, description="Measure below the line.")


class Metric(Open):
    """A KPI or a measure."""

    name: Id = Field(description="Id of the KPI or measure.")
    label: Text | None = Field(default=None, description="Name on the pages.")
    type: Text | None = Field(default=None, description="ratio for a KPI, simple for a measure.")
    type_params: TypeParams = Field(default=TypeParams(), description="The measures of a KPI: numerator and denominator.")
    config: Annotated[Config, Hint(FORM, ENTRY)] = Field(description="Holds `meta`.")

    @model_validator(mode="after")
    def divide(self) -> Metric:
        """A KPI is a measure over a measure."""
        if isinstance(self.config.meta, KpiMeta) and self.type != "ratio":
            raise problem_of(ENTRY, FORM)
        return self


class KpisFile(Open):
    """Metrics of dbt's semantic layer. The measures and KPIs of this project say what they are under config.meta."""

    metrics: Annotated[tuple[Metric, ...], Label("metric", "name")] = Field(default=(), description="KPIs and measures.")
