"""What is known of next-best items: the tests of the methods, the method in use, and lists for every customer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pandas as pd

METHODS = ("popular", "recent", "similar", "rules")  # two kinds of popularity, item-item collaborative filtering, rules
BASELINES = ("popular", "recent")
RECENT_DAYS = 30  # days in which something counts as recent
NO_PEOPLE, NO_DATES, FEW_PEOPLE, NOTHING = "no_people", "no_dates", "few_people", "nothing"
FEW_BASKETS, NO_LATER = "few_baskets", "no_later"

EVALUATION = (
    "test", "method", "n", "hit_rate", "hit_rate_low", "hit_rate_high", "recall", "recall_low", "recall_high", "mrr",
    "mrr_low", "mrr_high", "novelty", "novelty_low", "novelty_high", "coverage", "gain", "gain_low", "gain_high", "p",
    "p_adjusted",
)  # fmt: skip
LISTED = ("customer_id", "rank", "item", "product", "score", "method", "because", "consent")
OWNED = ("customer_id", "rank", "item", "product", "score", "method", "times", "last_bought", "consent")


@dataclass(frozen=True)
class Tested:
    """One test of all methods.

    `name`: "next" (new items of later baskets, by customer) or "completion" (an item left out of later baskets).
    `reason`: "" or why there is no test. `table`: a row a method with the columns EVALUATION; shares as fractions,
    novelty in bits, `gain`: hit rate less that of the better popularity, paired. `winner`: the method with the highest
    hit rate of those that beat popularity beyond chance (Holm), else the better popularity. `n`: customers or baskets
    tested of `of` that could be; `learned`: customers or baskets learned from.
    """

    name: str
    reason: str = ""
    table: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(EVALUATION)))
    winner: str = "popular"
    baseline: str = "popular"
    n: int = 0
    of: int = 0
    learned: int = 0
    truths: float = float("nan")  # mean items that could be hit

    @property
    def beaten(self) -> bool:
        """Whether a method did better than popularity, beyond chance."""
        return self.winner not in BASELINES

    def measure(self, name: str, method: str = "") -> float:
        """A figure of a method (default: the winner); NaN where there is none."""
        rows = self.table[self.table["method"] == (method or self.winner)]
        return float(rows[name].iloc[0]) if len(rows) else float("nan")


@dataclass(frozen=True)
class Again:
    """Which items their buyers buy again, and how well a customer's own habit tells what comes next.

    `items`: item, label, buyers (followed for `follow_days`), again, share, low, high, bought_again (whether it may be
    suggested to who has it). `test`: rows as in EVALUATION for "own" and "popular" among the customer's own items.
    """

    items: pd.DataFrame
    test: Tested
    follow_days: int = 0


@dataclass(frozen=True)
class Recommendation:
    """Next-best items.

    `reason`: "" or why there are no lists for customers. `next_test`, `completion`: the tests. `next_best`: LISTED, up
    to `next_items` new items for each customer, best first. `buy_again`: OWNED, the same of items that the customer has
    and that are bought again. `similar`: item, rank, other, similarity, customers (or baskets) who have both: for a
    recommender. `items`, `share_covered`: items that are looked at, and the share of purchases that they make.
    `durable`: items that hardly anybody buys again. `split`: first day of the later part.
    """

    reason: str
    next_test: Tested
    completion: Tested
    again: Again | None
    next_best: pd.DataFrame
    buy_again: pd.DataFrame
    similar: pd.DataFrame
    next_items: int
    items: int = 0
    of_items: int = 0
    share_covered: float = float("nan")
    customers: int = 0
    split: int | None = None
    method: str = "popular"


def chunks(count: int, size: int) -> Iterator[tuple[int, int]]:
    """Ranges [start, stop) that cover 0 .. count."""
    for start in range(0, count, size):
        yield start, min(start + size, count)
