"""Which of the client's own words mean that a customer was brought by another one, or passes the offer on."""

from __future__ import annotations

import re

from customer_analytics.tables.store import Tables

MOST = 10
_REFERRAL = re.compile(
    r"\b(referral|referred|refer|refer a friend|friends?|invite|invited|invitation|word of mouth|member get member|"
    r"recommendation|recommended)\b|推荐|转介绍|老带新|邀请|裂变|口碑|亲友|熟人",
    re.IGNORECASE,
)
_NO_REFERRAL = re.compile(r"算法|智能推荐|推荐位|推荐流|个性化推荐|\bfeed\b", re.IGNORECASE)
_SHARING = re.compile(
    r"\b(share|shared|invite|invited|refer|referred|forward|forwarded)\b|分享|转发|邀请|推荐好友", re.IGNORECASE
)


def referral_channels(tables: Tables) -> tuple[str, ...]:
    """Acquisition channels whose name says that a customer brought the other; at most ten, in their order."""
    if not tables.has("customers", "acquisition_channel"):
        return ()
    return _matching(_values(tables, "customers", "acquisition_channel"), _REFERRAL)


def sharing_events(tables: Tables) -> tuple[str, ...]:
    """Events whose name says that somebody passes the offer on; at most ten, in their order."""
    if not tables.has("events", "event"):
        return ()
    return _matching(_values(tables, "events", "event"), _SHARING)


def _values(tables: Tables, table: str, column: str) -> list[str]:
    values = tables[table].select(column).distinct().limit(10_000).to_pyarrow().column(column).to_pylist()
    return sorted(str(value) for value in values if value is not None)


def _matching(values: list[str], pattern: re.Pattern[str]) -> tuple[str, ...]:
    spoken = {value: re.sub(r"[_\-./]+|(?<=[a-z])(?=[A-Z])", " ", value) for value in values}
    found = [v for v, words in spoken.items() if pattern.search(words) and not _NO_REFERRAL.search(words)]
    return tuple(found[:MOST])
