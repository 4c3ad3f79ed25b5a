"""A client of events alone: pages instead of products, a visit is a basket; pairs and sequences of content."""

from __future__ import annotations

import datetime as dt
import functools

import numpy as np
import pandas as pd
from written import AS_OF, tables_of

from customer_analytics.analysis.baskets.result import BasketRulesResult, analyse
from customer_analytics.engagement.parameters import BasketRulesParameters
from customer_analytics.language import Language
from customer_analytics.narrative.basket_rules import View, following, reminders, summary
from customer_analytics.tables.store import Tables

PAGES = [f"/article/{number}" for number in range(12)]
LAST = pd.Timestamp(AS_OF)


def visits(seed: int = 5, people: int = 500) -> Tables:
    """Visits of one to three pages; /tickets is read on the next visit after /concert, /map together with /hours."""
    rng = np.random.default_rng(seed)
    rows: list[dict[str, object]] = []
    for person in range(people):
        days = np.unique(rng.integers(0, 200, rng.poisson(7)))
        wanted: set[str] = set()
        for day, then in zip(days, np.append(days, 10**6)[1:], strict=True):
            seen = {PAGES[place] for place in rng.integers(0, len(PAGES), 1 + rng.integers(0, 3))} | wanted
            if rng.random() < 0.08:
                seen |= {"/concert"}
            if rng.random() < 0.06:
                seen |= {"/map", "/hours"}
            wanted = {"/tickets"} if "/concert" in seen and then - day <= 30 and rng.random() < 0.7 else set()
            at = (LAST - pd.Timedelta(days=199 - int(day))).to_pydatetime() + dt.timedelta(hours=10)
            rows += [
                {"visitor_id": f"v{person}", "session_id": f"{person}-{day}", "event": "page view", "page": page,
                 "occurred_at": at}
                for page in sorted(seen)
            ]  # fmt: skip
    return tables_of(events=rows)


@functools.cache
def result() -> BasketRulesResult:
    return analyse(visits(), BasketRulesParameters(sequence_days=30))


def names(found: BasketRulesResult) -> dict[int, str]:
    return dict(zip(found.baskets.items["item"], found.baskets.items["label"], strict=True))


def test_pages_of_a_visit_make_pairs() -> None:
    found = result()
    assert found.baskets.unit == "session"
    assert found.rules is not None
    told = found.rules.told
    pairs = {frozenset(names(found)[item] for item in (*a, *c)) for a, c in zip(
        told["antecedent"], told["consequent"], strict=True)}  # fmt: skip
    assert pairs == {frozenset({"/map", "/hours"})}


def test_a_page_that_is_read_some_days_after_another_one_is_found() -> None:
    found = result()
    assert found.sequences is not None
    pairs = [(names(found)[a], names(found)[b]) for a, b in found.sequences.significant[["a", "b"]].to_numpy()]
    assert pairs == [("/concert", "/tickets")]


def test_the_words_are_of_visits_and_of_nothing_bought() -> None:
    view = View(result(), Language("en"), 10)
    told = [
        str(text)
        for finding in summary(view).findings
        if finding.section in ("sequences", "reminders")
        for text in (finding.statement, finding.meaning)
    ]
    told += [str(text) for part in (following, reminders) for text in (part.section(view).deck,)]
    told += [str(text) for part in (following, reminders) for table in part.tables(view) for _, text in table.how]
    assert any("“/tickets”" in text for text in told)
    assert not [text for text in told if any(word in text for word in ("bought", " buy", "orders", "basket"))]
