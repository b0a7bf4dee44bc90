"""KPIs of survey answers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from tests.warehouse.raw_kpis.company import DECLARED_SURVEYS, UNMAPPED, Count, Place, RawCompany
from tests.warehouse.raw_kpis.files import read_local_day

ANSWERED_WITHIN = timedelta(days=14)


def count_answers(company: RawCompany) -> Iterator[Count]:
    """The three questions, and the mix of experiences on the scale of 0 to 10."""
    for answer in company.answers.values():
        place, score = company.place_answer(answer), answer["score"]
        match answer["metric"]:
            case "nps":
                points = 100 if score >= 9 else -100 if score <= 6 else 0
                yield Count("nps", place, points, 1)
                yield Count("experience_high", place, float(score >= 9), 1)
                yield Count("experience_middle", place, float(7 <= score < 9), 1)
                yield Count("experience_low", place, float(score < 7), 1)
                if place.supplier is not None:
                    yield Count("supplier_nps", place, points, 1)
            case "csat":
                yield Count("csat", place, float(score >= 4), 1)
            case "ces":
                yield Count("ces", place, float(score >= 5), 1)
                yield Count("ces_mean", place, score, 1)


def count_invitations(company: RawCompany) -> Iterator[Count]:
    """Invitations and those answered within 14 days, at the touchpoint that declares the survey."""
    answered = {answer["invitation"]: read_local_day(answer["answered_at"]) for answer in company.answers.values()}
    for invitation in company.invitations:
        day = read_local_day(invitation["asked_at"])
        if day + ANSWERED_WITHIN < company.until:
            came = answered.get(invitation["invitation"])
            place = Place(day, DECLARED_SURVEYS.get(invitation["survey"], UNMAPPED))
            yield Count("response_rate", place, float(came is not None and came <= day + ANSWERED_WITHIN), 1)
