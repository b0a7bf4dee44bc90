"""A version of the customer values as rows and texts for reports: how it was made, its weights, and how well it predicted."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import polars as pl

from semantic.value.appreciation import COMPONENTS
from semantic.value.auc import Estimate
from semantic.value.calibration import LAST_CLASS
from semantic.value.evaluation import ADDS, ADDS_PURCHASES, BOTH, PREDICTORS
from semantic.value.hiding import FEWEST_SHOWN
from semantic.value.likelihood import Fit
from semantic.value.value_model import Evaluation, ValueModel

FEW_CUSTOMERS = f"Fewer than {FEWEST_SHOWN} customers: how their values are made is not shown."
PARAMETERS = ("r", "alpha", "a", "b", "p", "q", "v")
COMPONENT_NAMES = {
    "exclusivity": ("Exclusivity", "Buys more kinds of things here than others with as many order lines."),
    "dependence": ("Dependence", "Buys regularly, and is most likely still a customer."),
    "attitude": ("Attitude", "The latest answers on recommending (NPS) and effort (CES), newer ones more."),
    "advocacy": ("Advocacy", "Share of answers that recommend us (9 or 10)."),
    "forgiveness": ("Forgiveness", "Ordered again within 90 days after a delivery that failed."),
    "opportunism": ("Opportunism", "Share of orders with a promotion or on credit; it counts against."),
}
VERSION_SCHEMA = {
    "version": pl.Int64, "fitted_month_end": pl.Date, "is_provisional": pl.Boolean, "provisional_reason": pl.Utf8, "value_basis": pl.Utf8,
    "purchase_method": pl.Utf8, "value_method": pl.Utf8, "purchase_text": pl.Utf8, "value_text": pl.Utf8, "weights_text": pl.Utf8,
    "evidence_text": pl.Utf8, "holdout_text": pl.Utf8, "notes_text": pl.Utf8, **dict.fromkeys(PARAMETERS, pl.Float64),
    "service_cost_per_purchase": pl.Float64, "financial_boundary": pl.Float64, "appreciation_boundary": pl.Float64, "reason": pl.Utf8,
}  # fmt: skip
COMPONENT_SCHEMA = {
    "component_id": pl.Utf8, "component_name": pl.Utf8, "meaning": pl.Utf8, "position": pl.Int64, "weight": pl.Float64,
    "weight_text": pl.Utf8, "coverage": pl.Float64, "coverage_text": pl.Utf8, "known_count": pl.Int64,
}  # fmt: skip
HOLDOUT_SCHEMA = {
    "frequency": pl.Int64, "frequency_text": pl.Utf8, "customers_count": pl.Int64, "expected_purchases": pl.Float64,
    "seen_purchases": pl.Float64, "text": pl.Utf8,
}  # fmt: skip
EVIDENCE_SCHEMA = {
    "position": pl.Int64, "predictor_id": pl.Utf8, "predictor_name": pl.Utf8, **dict.fromkeys(("auc", "auc_low", "auc_high"), pl.Float64),
    "auc_text": pl.Utf8, **dict.fromkeys(("gain", "gain_low", "gain_high"), pl.Float64), "gain_text": pl.Utf8, "coverage": pl.Float64,
    "coverage_text": pl.Utf8, "customers_count": pl.Int64, "retained_count": pl.Int64, "learned_at": pl.Date, "judged_at": pl.Date,
    "sentence": pl.Utf8,
}  # fmt: skip


def describe_version(model: ValueModel | None, reason: str | None, customers: int) -> pl.DataFrame:
    """One row of VERSION_SCHEMA, of a version whose newest month-end has `customers` customers.

    Without a version, or with fewer than five customers, all columns are null except the texts that say why.
    """
    if model is None or customers < FEWEST_SHOWN:
        lack = f"There are no customer values: {reason}." if model is None else FEW_CUSTOMERS
        texts = dict.fromkeys(("purchase_text", "value_text", "weights_text", "evidence_text", "holdout_text"), lack)
        return pl.DataFrame([{**dict.fromkeys(VERSION_SCHEMA), **texts, "reason": lack}], schema=VERSION_SCHEMA)
    buying = model.measures.buying
    fits = [fit for fit in (buying.purchases, buying.values) if fit is not None]
    row: dict[str, Any] = {
        **dict.fromkeys(VERSION_SCHEMA),
        **{name: parameter.value for fit in fits for name, parameter in fit.parameters.items()},
        "version": model.version,
        "fitted_month_end": model.month_end,
        "is_provisional": model.provisional_reason is not None,
        "provisional_reason": hide_counts(model.provisional_reason) if model.provisional_reason else None,
        "value_basis": model.value_basis,
        "purchase_method": model.purchase_method,
        "value_method": model.value_method,
        "purchase_text": tell_method("BG/NBD model", "rate", buying.purchase_model, buying.reasons.get("bg_nbd")),
        "value_text": tell_method("Gamma-Gamma model", "mean", buying.value_model, buying.reasons.get("gamma_gamma")),
        "weights_text": tell_weights(model),
        "evidence_text": tell_evidence(model.evaluation),
        "holdout_text": tell_holdout(model),
        "notes_text": " ".join(end_sentence(hide_counts(note)) for note in model.notes) or None,
        "service_cost_per_purchase": model.measures.service_cost,
        "financial_boundary": model.boundaries.financial,
        "appreciation_boundary": model.boundaries.appreciation,
    }
    return pl.DataFrame([row], schema=VERSION_SCHEMA)


def end_sentence(text: str) -> str:
    """A reason as a sentence of its own."""
    return text[0].upper() + text[1:] + ("" if text.endswith(".") else ".")


def tell_method(name: str, own: str, fit: Fit | None, reason: str | None) -> str:
    """The model or rule of a figure; for a rule, the reason why no model is used."""
    if fit is not None:
        return f"{name}, fitted on {fit.customers:,} customers."
    return f"Each customer's own {own}, drawn towards that of all, because the {name} is not used: {hide_counts(reason or '')}."


def hide_counts(reason: str) -> str:
    """A reason in which counts of fewer than five customers are hidden."""
    return re.sub(r"(?<![\d.,])[1-4](?=; |, | of )", f"fewer than {FEWEST_SHOWN}", reason)


def tell_weights(model: ValueModel) -> str:
    """The origin of the weights."""
    weights = model.weights
    if weights.reason is not None:
        return f"All components count alike: {hide_counts(weights.reason)}."
    return f"Learned on {weights.customers:,} customers of {weights.cut_off:%-d %B %Y}: what went along with buying again within a year."


def tell_evidence(evaluation: Evaluation | None) -> str:
    """How much appreciation value adds to the prediction of who stays."""
    if evaluation is None:
        return "It cannot be said yet whether appreciation predicts who stays."
    judged = f"{evaluation.customers:,} customers of {evaluation.judged_at:%-d %B %Y}, of whom {evaluation.retained:,} stayed"
    gain, beyond = evaluation.gain, evaluation.gain_beyond_purchases
    if evaluation.verdict == ADDS:
        said = (
            f"Appreciation adds to predicting who stays: {write_gain(gain)} on top of financial value, {write_gain(beyond)} beyond all "
            "that the purchases say"
        )
    elif evaluation.verdict == ADDS_PURCHASES:
        said = (
            f"Appreciation adds {write_gain(gain)} to financial value, but nothing certain beyond what the purchases themselves say "
            f"({write_gain(beyond)})"
        )
    else:
        said = f"No gain of appreciation in predicting who stays can be seen here ({write_gain(gain)})"
    return f"{said}; judged on {judged}."


def write_share(share: float) -> str:
    """A share as text: 59 %."""
    return f"{100 * share:.0f} %"


def write_gain(gain: Estimate) -> str:
    """A difference of two areas with its interval."""
    return f"{gain.value:+.3f} ({gain.low:+.3f} to {gain.high:+.3f})"


def tell_holdout(model: ValueModel) -> str:
    """The holdout check as a sentence: purchases of the last year, expected and made."""
    holdout = model.holdout
    if holdout is None:
        return "Not checked against a later year yet."
    year = f"the year before {model.month_end:%-d %B %Y}"
    said = f"{holdout.expected:,.0f} purchases were expected in {year}, {holdout.observed:,.0f} were made"
    return f"{said} ({100 * holdout.error:+.0f} %)." if holdout.error is not None else f"{said}."


def list_holdout(model: ValueModel | None) -> pl.DataFrame:
    """HOLDOUT_SCHEMA: mean purchases of a year, expected and made, by repeat purchases before; without classes below five customers."""
    rows = model.holdout.by_frequency.iter_rows(named=True) if model is not None and model.holdout is not None else ()
    found = []
    for row in rows:
        times = f"{row['frequency']} or more" if row["frequency"] == LAST_CLASS else str(row["frequency"])
        noun = "repeat purchase" if row["frequency"] == 1 else "repeat purchases"
        said = f"{row['customers']:,} customers with {times} {noun}: {row['expected']:.2f} expected, {row['observed']:.2f} made"
        if row["customers"] >= FEWEST_SHOWN:
            found.append((row["frequency"], times, row["customers"], row["expected"], row["observed"], said))
    return pl.DataFrame(found, schema=HOLDOUT_SCHEMA, orient="row")


def list_evidence(model: ValueModel | None) -> pl.DataFrame:
    """EVIDENCE_SCHEMA: one row per predictor; no rows when predictors could not be judged."""
    evaluation = None if model is None else model.evaluation
    if evaluation is None:
        return pl.DataFrame(schema=EVIDENCE_SCHEMA)
    found = []
    for position, row in enumerate(evaluation.predictions, 1):
        area, gain = row.area, evaluation.gain if row.predictor == BOTH else None
        area_text = f"{area.value:.3f} ({area.low:.3f} to {area.high:.3f})"
        name = PREDICTORS[row.predictor]
        found.append(
            {
                "position": position, "predictor_id": row.predictor, "predictor_name": name,
                "auc": area.value, "auc_low": area.low, "auc_high": area.high, "auc_text": area_text,
                "gain": gain and gain.value, "gain_low": gain and gain.low, "gain_high": gain and gain.high,
                "gain_text": gain and write_gain(gain),
                "coverage": row.coverage, "coverage_text": write_share(row.coverage),
                "customers_count": evaluation.customers, "retained_count": evaluation.retained,
                "learned_at": evaluation.learned_at, "judged_at": evaluation.judged_at,
                "sentence": f"{name}: of one who stayed and one who left, it ranks the first higher in {write_share(area.value)} of cases.",
            }
        )  # fmt: skip
    return pl.DataFrame(found, schema=EVIDENCE_SCHEMA)


def list_components(model: ValueModel | None, known: Mapping[str, tuple[int, int]]) -> pl.DataFrame:
    """COMPONENT_SCHEMA: the weight of each component. `known`: number of customers of the newest month-end with it known, and in all."""
    if model is None:
        return pl.DataFrame(schema=COMPONENT_SCHEMA)
    rows = []
    for position, component in enumerate(COMPONENTS, 1):
        count, customers = known.get(component, (0, 0))
        hides = 0 < count < FEWEST_SHOWN or 0 < customers - count < FEWEST_SHOWN
        share = None if hides or customers == 0 else count / customers
        name, meaning = COMPONENT_NAMES[component]
        weight = model.weights.shares[component]
        known_text = (
            f"not shown: about fewer than {FEWEST_SHOWN} customers" if share is None else f"known of {write_share(share)} of customers"
        )
        rows.append((component, name, meaning, position, weight, write_share(weight), share, known_text, None if hides else count))
    return pl.DataFrame(rows, schema=COMPONENT_SCHEMA, orient="row")
