"""The current version of the customer values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

from semantic.value.fitting import NoCustomersError, fit_value_model
from semantic.value.scoring import COLUMNS
from semantic.value.value_model import ValueModel

NO_CUSTOMERS = "no customer has a kept order by the end of a complete month yet"
UNREADABLE = "customer values were fitted by another release and cannot be read; run cxhouse value fit, then cxhouse build"
SCORE_SCHEMA = {
    **dict.fromkeys(COLUMNS, pl.Float64),
    "month_end": pl.Date,
    **dict.fromkeys(("customer_id", "segment", "rfm"), pl.Utf8),
    **dict.fromkeys(("model_version", "recency_quintile", "frequency_quintile", "monetary_quintile", "revenue_quintile"), pl.Int64),
    **dict.fromkeys(("is_misjudged", "is_contractual", "is_credit_driven"), pl.Boolean),
}


class UnreadableVersionError(ValueError):
    """This release cannot read a kept version. The message says what to do."""


@dataclass(frozen=True)
class Choice:
    """The current version. `is_new`: the ledger does not have it yet. When there is none, `reason` says why."""

    model: ValueModel | None
    is_new: bool
    reason: str | None


def read_version(text: str) -> ValueModel:
    """A version from the ledger. Raises UnreadableVersionError."""
    try:
        return ValueModel.from_json(text)
    except (KeyError, TypeError, ValueError) as error:
        raise UnreadableVersionError(UNREADABLE) from error


def is_outdated(kept: ValueModel, last_month: date, value_basis: str) -> bool:
    """Whether a kept version is replaced: it is provisional and newer months are complete, or values changed between margin and revenue."""
    return kept.value_basis != value_basis or (kept.provisional_reason is not None and kept.month_end < last_month)


def choose_model(months: pl.DataFrame, kept: ValueModel | None) -> Choice:
    """The kept version; when there is none, or when it is replaced, a new one fitted on `months` (all of int_customer_months)."""
    if months.is_empty():
        return Choice(kept, False, None if kept else NO_CUSTOMERS)
    last = months.select("month_end", "value_basis").sort("month_end").row(-1)
    if kept is not None and not is_outdated(kept, *last):
        return Choice(kept, False, None)
    try:
        return Choice(fit_value_model(months, version=1 if kept is None else kept.version + 1), True, None)
    except NoCustomersError:
        return Choice(kept, False, None if kept else NO_CUSTOMERS)
