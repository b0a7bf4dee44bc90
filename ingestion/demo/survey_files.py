"""The survey tool's exports, one CSV file per day each, local time without offset.

Answers: those completed on the day, one row per question. Invitations: those sent on the day, most of them never answered.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl

from ingestion.demo.clock import NEVER
from ingestion.demo.contacts import Contacts
from ingestion.demo.customers import Customers
from ingestion.demo.deliveries import CARRIERS, Deliveries
from ingestion.demo.files import Dialect, format_moments, pick_days, take, write_day_files
from ingestion.demo.orders import Orders
from ingestion.demo.surveys import Answers
from ingestion.demo.world import World

DIALECT = Dialect("survey_export_", ".csv")
INVITATIONS = Dialect("invitations_", ".csv")
UNANSWERED = 1.4  # invitations without an answer for each one with
QUESTION_TYPES = {"nps": "NPS10", "csat": "CSAT5", "ces": "CES7"}
MOMENT = "%Y-%m-%d %H:%M:%S"
COMMENTS = np.array(["", "", "", "", "prima", "snel geregeld", "duurde lang", "niet bereikbaar", "bel mij terug svp"])
REWORDED_SIGNAL, REWORDED_CHANGE = "csat.product_advice", "CHG-112"
DOUBLE_SHARE, NO_OPINION_SHARE = 0.006, 0.0025
BROKEN = ['A0,CHECKOUT,"open', "A1,DELIVERY,v1,CSAT5,n.v.t.,,,,,,,,30 februari,nu,,,"]


def write_survey_files(
    folder: Path, world: World, customers: Customers, orders: Orders, contacts: Contacts, deliveries: Deliveries, answers: Answers
) -> int:
    """Write the exports; returns the number of files."""
    random = world.stream("survey files")
    day = world.clock.day_of(answers.answered)
    score = answers.score.astype(str)
    score = np.where(random.random(answers.count) < 0.02, np.char.add(score, ".0"), score)
    score = np.where((random.random(answers.count) < NO_OPINION_SHARE) & (day < world.calm_day - 1), "n.v.t.", score)
    is_reworded = (answers.signal == REWORDED_SIGNAL) & (answers.event_day >= world.change_day(REWORDED_CHANGE))
    carrier = np.where(answers.delivery == NEVER, NEVER, deliveries.carrier[np.maximum(answers.delivery, 0)])
    agent = np.where(answers.contact == NEVER, NEVER, contacts.agent[np.maximum(answers.contact, 0)])
    frame = pl.DataFrame(
        {
            "AnswerID": np.array([f"A{9_000_000 + i}" for i in range(answers.count)]),
            "Survey": answers.survey,
            "Wording": np.where(is_reworded, "v2", "v1"),
            "QType": np.array([QUESTION_TYPES[metric] for metric in answers.metric.tolist()]),
            "Score": score,
            "Respondent": take(customers.number, answers.customer),
            "OrderNo": take(orders.number, np.where(answers.delivery == NEVER, answers.order, NEVER)),
            "CaseNo": take(contacts.number, answers.contact),
            "ParcelNo": take(deliveries.number, answers.delivery),
            "Partner": take(np.array(CARRIERS), carrier),
            "Agent": take(np.array([f"A{number}" for number in range(400)]), agent),
            "Tag": pl.Series(answers.hint),
            "Sent": format_moments(answers.asked, MOMENT),
            "Completed": format_moments(answers.answered, MOMENT),
            "Language": np.where(random.random(answers.count) < 0.97, "nl", "en"),
            "Comment": COMMENTS[random.integers(0, len(COMMENTS), answers.count)],
            "InvitationID": name_invitations(number_invitations(answers)),
        }
    )
    twice = np.flatnonzero((random.random(answers.count) < DOUBLE_SHARE) & (day + 1 < world.clock.days))
    frame, day = pl.concat([frame, frame[twice]]), np.concatenate([day, day[twice] + 1])
    damage = pick_days(random, day, world.damaged_share, BROKEN, calm_day=world.calm_day)
    return write_day_files(folder, DIALECT, frame, day, world.clock, damage)


def write_invitation_files(folder: Path, world: World, customers: Customers, answers: Answers) -> int:
    """Write the invitations: those of the answers, and others of the same surveys around the same time. Returns the number of files."""
    random = world.stream("survey invitations")
    _, first = np.unique(number_invitations(answers), return_index=True)
    start = world.clock.to_utc(np.array([0]), np.array([0]))[0]
    like = random.choice(first, int(UNANSWERED * len(first))) if len(first) else first
    others = np.clip(answers.asked[like] + random.integers(-6 * 3600, 6 * 3600, len(like)), start, world.clock.snapshot - 1)
    asked = np.concatenate([answers.asked[first], others])
    customer = np.concatenate([answers.customer[first], random.integers(0, customers.count, len(like))])
    frame = pl.DataFrame(
        {
            "InvitationID": name_invitations(np.arange(len(asked))),
            "Survey": np.concatenate([answers.survey[first], answers.survey[like]]),
            "Respondent": take(customers.number, customer),
            "Sent": format_moments(asked, MOMENT),
        }
    )
    return write_day_files(folder, INVITATIONS, frame, world.clock.day_of(asked), world.clock, {})


def number_invitations(answers: Answers) -> np.ndarray:
    """A number from 0 for each answer: answers to one survey that a customer was sent at one moment have the same."""
    keys = pl.DataFrame({"survey": answers.survey, "customer": answers.customer, "asked": answers.asked})
    return keys.select(pl.struct(pl.all()).rank("dense") - 1).to_series().to_numpy()


def name_invitations(numbers: np.ndarray) -> np.ndarray:
    """The survey tool's own numbers."""
    return np.array([f"I{7_000_000 + number}" for number in numbers.tolist()])
