"""One search for sequences: what follows beyond its base, and more after than before, with false discovery controlled.

A sequence has to pass two tests: B follows A more often than comparable moments, and B comes after A more often than
before. Taste passes the first one and not the second; B driving A away passes the second one and not the first. The
q-value is the larger of the two, of the first over all ordered pairs. The second one answers for all ordered pairs, or
for those of items that are near each other beyond chance in whichever order: the better of both, doubled.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from customer_analytics.analysis.sequences.cases import measure
from customer_analytics.analysis.sequences.direction import direction
from customer_analytics.analysis.sequences.following import Screen, following, screen, shortlist
from customer_analytics.analysis.sequences.history import History

LEAST_TRIGGERS = 30  # moments with A that a share needs
LEAST_FOLLOWED = 10  # customers whom B follows
MOST_PAIRS = 2_000  # looked at closely
MOST_CASES = 20_000_000  # of their triggers


@dataclass(frozen=True)
class Visible:
    """The power note: of the usual item's `triggers`, with the usual `expected` share followed by chance, `share` would
    have to be followed for a sequence to be seen (NaN: not even all of them would do)."""

    triggers: int
    expected: float
    share: float


@dataclass(frozen=True)
class Found:
    """What one search found.

    table: one row a pair looked at closely, most customers beyond chance first: a, b, the measures of `cases` and
    `direction`, p_value (the larger of base_p and direction_p), q_value, significant. family: ordered pairs tested.
    near: pairs of items near each other beyond chance, in either order (most of them by taste: A comes after B as
    often). block: days of a calendar block. visible: what could have been seen, None where nothing was tested.
    """

    table: pd.DataFrame
    family: int
    near: int
    block: int
    visible: Visible | None = None


def search(history: History, false_discovery: float) -> Found:
    """All sequences of a history."""
    if len(history.items) < 2 or history.complete < history.first:
        return Found(pd.DataFrame(), 0, 0, 0)
    found = following(history)
    try:
        seen = screen(found, LEAST_TRIGGERS)
        pairs, near = shortlist(seen, history, LEAST_FOLLOWED, false_discovery, MOST_PAIRS, MOST_CASES)
        visible = visible_share(seen, LEAST_TRIGGERS, false_discovery)
        if not len(pairs):
            return Found(pd.DataFrame(), seen.family, near, found.block, visible)
        table = pairs.merge(measure(found, pairs), on="pair").merge(
            direction(found, pairs).drop(columns="people"), on="pair"
        )
    finally:
        found.release()
    enough = (table["customers"] >= LEAST_FOLLOWED) & (table["triggers"] >= LEAST_TRIGGERS)
    base, turned = (np.where(enough, table[name], 1.0) for name in ("base_p", "direction_p"))
    table["p_value"] = np.maximum(base, turned)
    table["q_value"] = np.maximum(
        within_family(base, seen.family), _direction_q(turned, table["near"], seen.family, near)
    )
    table["significant"] = table["q_value"] <= false_discovery
    return Found(_ordered(table), seen.family, near, found.block, visible)


def _direction_q(p: npt.NDArray[np.float64], is_near: pd.Series, family: int, near: int) -> npt.NDArray[np.float64]:
    """q-values of the direction by two routes: over all ordered pairs, and over those near each other."""
    among = is_near.to_numpy(dtype=bool)
    filtered = np.ones(len(p))
    filtered[among] = within_family(p[among], 2 * near)
    best: npt.NDArray[np.float64] = np.minimum(2 * np.minimum(within_family(p, family), filtered), 1.0)
    return best


def visible_share(seen: Screen, least: int, level: float) -> Visible | None:
    """What the median item with triggers enough, and the median share that follows by chance, could have shown."""
    from scipy.stats import binom

    able = seen.triggers >= least
    if not able.any() or not seen.family:
        return None
    triggers = int(np.median(seen.triggers[able]))
    expected = float(np.median(seen.expected[able] / seen.triggers[able, None]))
    needed = max(int(binom.isf(level / seen.family, triggers, min(expected, 1.0))) + 1, LEAST_FOLLOWED)
    return Visible(triggers, expected, needed / triggers if needed <= triggers else math.nan)


def within_family(p: npt.NDArray[np.float64], family: int) -> npt.NDArray[np.float64]:
    """q-values (Benjamini, Hochberg 1995) where the rest of the family has p = 1."""
    order = np.argsort(p, kind="stable")
    ranked = np.minimum(p[order] * max(family, len(p)) / np.arange(1, len(p) + 1), 1.0)
    q = np.empty(len(p))
    q[order] = np.minimum.accumulate(ranked[::-1])[::-1]
    return q


def _ordered(table: pd.DataFrame) -> pd.DataFrame:
    """Significant ones first, by triggers followed beyond what was expected; then by p-value, then by item."""
    beyond = table["count"] - table["triggers"] * table["expected"].fillna(0.0)
    ranked = table.assign(_beyond=np.where(table["significant"], -beyond, 0.0))
    ranked = ranked.sort_values(
        ["significant", "_beyond", "p_value", "a", "b"], ascending=[False, True, True, True, True]
    )
    return ranked.drop(columns=["_beyond", "pair"]).reset_index(drop=True)
