"""What those who left did in the last days they were seen, against people like them who stayed.

"Whoever leaves, does less" is true everywhere and says nothing. So the window ends on the last day a person was seen
before the cut-off, and leavers are compared with people of the same cut-off who had been silent as long, had known the
client as long, came in the same rhythm and were there on as many days of the window. Everything tested is one family
(Benjamini, Hochberg).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy.special import chdtrc

from customer_analytics.analysis.reasons.leaves import Flags, Floats
from customer_analytics.statistics import Z95, benjamini_hochberg

LEVEL = 0.01  # q
LEAST_POINTS = 0.02  # a smaller difference is nothing to act on
SPANS = (30, 60)  # days up to the last one seen
COLUMNS = (
    "deed", "days", "left_did", "left_share", "stayed_did", "stayed_share", "difference", "low", "high", "p", "q",
    "clear",
)  # fmt: skip


@dataclass(frozen=True)
class LastPath:
    """What was compared. `table` (COLUMNS): a row a deed and span. left_did, stayed_did: people-at-a-cut-off who did it
    and have somebody to be compared with; shares weighted as the comparison is; difference with its 95 % interval; q
    over all rows; clear: q below LEVEL and at least LEAST_POINTS apart. `left`, `stayed`: matched people-at-a-cut-off,
    `all_left`: leavers before matching; `tested`: rows tested. `reason`: "" or why nothing is ("few_left",
    "nothing")."""

    table: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(COLUMNS)))
    left: int = 0
    stayed: int = 0
    all_left: int = 0
    tested: int = 0
    reason: str = ""

    @property
    def clear(self) -> pd.DataFrame:
        """The rows that hold, one a deed (its clearest span), the largest difference first."""
        rows = self.table[self.table["clear"].astype(bool)].sort_values(["q", "days"]).drop_duplicates("deed")
        return rows.sort_values("difference", key=np.abs, ascending=False, ignore_index=True)


def compare(people: pd.DataFrame, done: pd.DataFrame, minimum: int) -> LastPath:
    """Compare what leavers and stayers did.

    Args:
        people: row, person_id, left (0 or 1), and for each span `stratum_<days>` (people of one number are alike).
        done: row, deed, days (how many days before the last one seen it was done last; 0 that day).
        minimum: no share of fewer people on a side, no deed that fewer did or did not.
    """
    all_left = int(people["left"].sum())
    if min(all_left, len(people) - all_left) < minimum:
        return LastPath(all_left=all_left, reason="few_left")
    place = pd.Series(np.arange(len(people)), index=people["row"])
    deeds = sorted(done["deed"].unique())
    rows: list[tuple[object, ...]] = []
    matched = (0, 0)
    for days in SPANS:
        side = Matched(people, people[f"stratum_{days}"])
        if min(side.left, side.stayed) < minimum:
            continue
        matched = max(matched, (side.left, side.stayed))
        within = done[done["days"] < days]
        for deed in deeds:
            did = np.zeros(len(people), dtype=bool)
            did[place[within.loc[within["deed"] == deed, "row"]].to_numpy()] = True
            counted = int(did[side.kept].sum())
            if minimum <= counted <= int(side.kept.sum()) - minimum:
                rows.append((deed, days, *side.tested(did)))
    if not rows:
        return LastPath(all_left=all_left, reason="nothing" if matched[0] else "few_left")
    table = pd.DataFrame(rows, columns=list(COLUMNS[:-2]))
    table["q"] = benjamini_hochberg(table["p"].to_numpy(np.float64))
    table["clear"] = (table["q"] < LEVEL) & (table["difference"].abs() >= LEAST_POINTS)
    table = table.sort_values(["p", "deed", "days"], ignore_index=True)
    return LastPath(table, *matched, all_left=all_left, tested=len(table))


class Matched:
    """Leavers and stayers of the strata that hold both."""

    def __init__(self, people: pd.DataFrame, strata: pd.Series) -> None:
        codes = pd.factorize(strata)[0]
        is_left = people["left"].to_numpy() == 1
        n = np.bincount(codes).astype(float)
        n_left = np.bincount(codes, weights=is_left, minlength=len(n))
        both = (n_left > 0) & (n_left < n)
        self.kept: Flags = both[codes]
        self._left: Flags = is_left
        self._codes, self._n, self._n_left = codes, n, n_left
        self._weight = np.where(both, n_left * (n - n_left) / n, 0.0)
        self._factor = np.sqrt(n / np.maximum(n - 1, 1.0))
        self._persons = pd.factorize(people["person_id"])[0]
        self.left, self.stayed = int((self.kept & is_left).sum()), int((self.kept & ~is_left).sum())

    def tested(self, did: Flags) -> tuple[float, ...]:
        """left_did, left_share, stayed_did, stayed_share, difference, low, high, p.

        Mantel-Haenszel difference of the shares, and the test of Cochran, Mantel and Haenszel; its variance is taken
        times how much the scores of one person at several cut-offs move together (1 where everybody is there once).
        """
        did_left = self._summed(did & self._left)
        did_all = self._summed(did)
        expected = did_all / self._n * self._n_left
        excess = np.where(self._weight > 0, did_left - expected, 0.0)
        whole = self._weight.sum()
        difference = float(excess.sum() / whole)
        stayed_share = float(
            (self._weight * (did_all - did_left) / np.maximum(self._n - self._n_left, 1)).sum() / whole
        )
        centred = (self._left - (self._n_left / self._n)[self._codes]) * (did - (did_all / self._n)[self._codes])
        scores = np.where(self.kept, centred * self._factor[self._codes], 0.0)
        alone, together = float((scores**2).sum()), float((np.bincount(self._persons, weights=scores) ** 2).sum())
        spread = self._n_left * (self._n - self._n_left) * did_all * (self._n - did_all)
        by_chance = float((spread / (self._n**2 * np.maximum(self._n - 1, 1))).sum())
        variance = by_chance * together / alone if alone > 0 else 0.0
        p = float(chdtrc(1, excess.sum() ** 2 / variance)) if variance > 0 else 1.0
        half = Z95 * float(np.sqrt(variance)) / float(whole)
        kept = did & self.kept
        return (
            int((kept & self._left).sum()), stayed_share + difference, int((kept & ~self._left).sum()), stayed_share,
            difference, difference - half, difference + half, p,
        )  # fmt: skip

    def _summed(self, flags: Flags) -> Floats:
        return np.bincount(self._codes, weights=flags, minlength=len(self._n)).astype(np.float64)
