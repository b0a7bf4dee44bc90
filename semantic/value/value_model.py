"""A version of the customer values: everything that was fitted, as data, so that scores use the same fit until a new version."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

import polars as pl

from semantic.value.appreciation import Norms
from semantic.value.auc import Estimate
from semantic.value.calibration import Holdout
from semantic.value.likelihood import Fit, Parameter
from semantic.value.measures import Buying, Measures
from semantic.value.norms import read_curve
from semantic.value.valuation import Pool

HOLDOUT_SCHEMA = {"frequency": pl.Int64, "customers": pl.Int64, "expected": pl.Float64, "observed": pl.Float64}


@dataclass(frozen=True)
class Weights:
    """Weight of each component; their sum is 1. Learned at `cut_off`. When they are equal instead, `reason` says why."""

    shares: Mapping[str, float]
    cut_off: date | None
    customers: int
    reason: str | None


@dataclass(frozen=True)
class Boundaries:
    """Boundaries: values from here on count as high; None when unknown."""

    financial: float | None
    appreciation: float | None


@dataclass(frozen=True)
class Prediction:
    """How well one predictor predicts who stays. `coverage`: the share of the judged customers for whom it is known."""

    predictor: str
    area: Estimate
    coverage: float


@dataclass(frozen=True)
class Evaluation:
    """The table of predictors, fitted at `learned_at`, judged on those who bought in the twelve months before `judged_at`.

    `gain`: of financial and appreciation value together over financial value alone. `gain_beyond_purchases`: of appreciation value over
    financial value, expected purchases and the probability of being alive together.
    """

    learned_at: date
    judged_at: date
    customers: int
    retained: int
    predictions: tuple[Prediction, ...]
    gain: Estimate
    gain_beyond_purchases: Estimate
    verdict: str


@dataclass(frozen=True)
class ValueModel:
    """One version. `provisional_reason` says what is missing; None when the version is complete. `holdout` and `evaluation` are None when
    they cannot be made; `notes` then say why."""

    version: int
    value_basis: str
    measures: Measures
    weights: Weights
    boundaries: Boundaries
    holdout: Holdout | None
    evaluation: Evaluation | None
    provisional_reason: str | None
    notes: tuple[str, ...]

    @property
    def month_end(self) -> date:
        """The last day of the data of the fit."""
        return self.measures.month_end

    @property
    def purchase_method(self) -> str:
        """`bg_nbd` or `pooled_rate`."""
        return "bg_nbd" if self.measures.buying.purchase_model else "pooled_rate"

    @property
    def value_method(self) -> str:
        """`gamma_gamma` or `pooled_mean`."""
        return "gamma_gamma" if self.measures.buying.value_model else "pooled_mean"

    def renumber(self, version: int) -> ValueModel:
        """The same model with another version number."""
        return replace(self, version=version)

    def to_json(self) -> str:
        """One line of JSON that `from_json` reads back exactly."""
        buying, norms = self.measures.buying, self.measures.norms
        content = {
            "version": self.version,
            "month_end": self.month_end.isoformat(),
            "provisional_reason": self.provisional_reason,
            "value_basis": self.value_basis,
            "purchase_method": self.purchase_method,
            "value_method": self.value_method,
            "reasons": dict(buying.reasons),
            "notes": list(self.notes),
            "purchases": describe_fit(buying.purchases),
            "values": describe_fit(buying.values),
            "pool": asdict(buying.pool),
            "service_cost_per_purchase": self.measures.service_cost,
            "weights": {**asdict(self.weights), "cut_off": write_day(self.weights.cut_off), "shares": dict(self.weights.shares)},
            "boundaries": asdict(self.boundaries),
            "holdout": None if self.holdout is None else {**vars(self.holdout), "by_frequency": self.holdout.by_frequency.to_dicts()},
            "evaluation": None if self.evaluation is None else describe_evaluation(self.evaluation),
            "breadth": norms.breadth.describe(),
            "ranks": {name: curve.describe() for name, curve in norms.ranks.items()},
        }
        return json.dumps(content, allow_nan=False, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> ValueModel:
        """Read the output of `to_json`."""
        content = json.loads(text)
        month_end, weights = date.fromisoformat(content["month_end"]), content["weights"]
        buying = Buying(read_fit(content["purchases"]), read_fit(content["values"]), Pool(**content["pool"]), content["reasons"])
        ranks = {name: read_curve(curve) for name, curve in content["ranks"].items()}
        return cls(
            version=content["version"],
            value_basis=content["value_basis"],
            measures=Measures(month_end, buying, content["service_cost_per_purchase"], Norms(read_curve(content["breadth"]), ranks)),
            weights=Weights(**{**weights, "cut_off": read_day(weights["cut_off"])}),
            boundaries=Boundaries(**content["boundaries"]),
            holdout=read_holdout(content["holdout"]),
            evaluation=read_evaluation(content["evaluation"]),
            provisional_reason=content["provisional_reason"],
            notes=tuple(content["notes"]),
        )


def write_day(day: date | None) -> str | None:
    """A day as text."""
    return None if day is None else day.isoformat()


def read_day(text: str | None) -> date | None:
    """A day from text."""
    return None if text is None else date.fromisoformat(text)


def describe_fit(fit: Fit | None) -> dict[str, Any] | None:
    """A fit as values for JSON, without its covariance, which is not used later."""
    if fit is None:
        return None
    content = {name: value for name, value in vars(fit).items() if name != "covariance_of_logs"}
    return {**content, "parameters": {name: asdict(parameter) for name, parameter in fit.parameters.items()}}


def read_fit(content: Mapping[str, Any] | None) -> Fit | None:
    """Read the output of `describe_fit`."""
    if content is None:
        return None
    return Fit(**{**content, "parameters": {name: Parameter(**values) for name, values in content["parameters"].items()}})


def read_holdout(content: Mapping[str, Any] | None) -> Holdout | None:
    """A holdout check from JSON."""
    if content is None:
        return None
    return Holdout(**{**content, "by_frequency": pl.DataFrame(content["by_frequency"], schema=HOLDOUT_SCHEMA)})


def describe_evaluation(evaluation: Evaluation) -> dict[str, Any]:
    """The table of predictors as values for JSON, one flat row per predictor."""
    rows = [{"predictor": row.predictor, "coverage": row.coverage, **flatten("auc", row.area)} for row in evaluation.predictions]
    days = {"learned_at": evaluation.learned_at.isoformat(), "judged_at": evaluation.judged_at.isoformat()}
    counts = {"customers": evaluation.customers, "retained": evaluation.retained}
    gains = {**flatten("gain", evaluation.gain), **flatten("gain_beyond_purchases", evaluation.gain_beyond_purchases)}
    return {**days, **counts, "predictions": rows, **gains, "verdict": evaluation.verdict}


def flatten(name: str, estimate: Estimate) -> dict[str, float]:
    """An estimate as three entries."""
    return {name: estimate.value, f"{name}_low": estimate.low, f"{name}_high": estimate.high}


def read_estimate(content: Mapping[str, Any], name: str) -> Estimate:
    """Read the output of `flatten`."""
    return Estimate(content[name], content[f"{name}_low"], content[f"{name}_high"])


def read_evaluation(content: Mapping[str, Any] | None) -> Evaluation | None:
    """Read the output of `describe_evaluation`."""
    if content is None:
        return None
    rows: Sequence[Mapping[str, Any]] = content["predictions"]
    return Evaluation(
        learned_at=date.fromisoformat(content["learned_at"]),
        judged_at=date.fromisoformat(content["judged_at"]),
        customers=content["customers"],
        retained=content["retained"],
        predictions=tuple(Prediction(row["predictor"], read_estimate(row, "auc"), row["coverage"]) for row in rows),
        gain=read_estimate(content, "gain"),
        gain_beyond_purchases=read_estimate(content, "gain_beyond_purchases"),
        verdict=content["verdict"],
    )
