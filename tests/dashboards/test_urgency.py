"""Pages and files of departments put figures in the same order."""

from __future__ import annotations

import re

from cxhouse.reports.contents import URGENCY
from tests.companies.commands import PROJECT


def test_the_ranks_of_statuses_are_the_order_of_the_files() -> None:
    text = (PROJECT / "dashboards" / "components" / "shared" / "statuses.js").read_text(encoding="utf-8")
    ranks = {name: int(rank) for name, rank in re.findall(r"^\t(\w+): \{ word: .*, rank: (\d+) \}", text, re.MULTILINE)}
    assert sorted(ranks, key=lambda name: ranks[name]) == list(URGENCY)
