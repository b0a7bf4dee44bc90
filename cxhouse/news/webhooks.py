"""Webhooks: a message as JSON, with a key by which the receiver knows one that it has already."""

from __future__ import annotations

import requests

from cxhouse.news.messages import Message
from cxhouse.news.outcomes import Result, judge_error, judge_status

TIMEOUT_SECONDS = 20.0


def post_message(message: Message, *, to: str, delivery_id: str, timeout: float = TIMEOUT_SECONDS) -> Result:
    """Post a message. The answer's status alone counts, so its body is not read; a redirect is not followed."""
    headers = {"Idempotency-Key": delivery_id, "User-Agent": "cxhouse"}
    try:
        with requests.post(to, json=message.describe(), headers=headers, timeout=timeout, allow_redirects=False, stream=True) as answer:
            return judge_status(answer.status_code)
    except requests.RequestException as error:
        return judge_error(error)
