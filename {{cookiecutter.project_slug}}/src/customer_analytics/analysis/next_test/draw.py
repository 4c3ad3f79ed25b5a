"""Who takes part in the test, and in which arm: a draw that anyone with the seed can repeat."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import numpy.typing as npt
import pandas as pd

from customer_analytics.analysis.assignment.draw import draw
from customer_analytics.analysis.assignment.strata import Strata, smallest_stratum, stratify, value_classes
from customer_analytics.analysis.next_test.pool import stratum
from customer_analytics.tables.ledger import CONTROL

Integers = npt.NDArray[np.int64]
VALUE = "value"


def exact(share: float) -> Fraction:
    """A share as it was written: 0.1 is one tenth."""
    return Fraction(str(share))


def assign(
    people: pd.DataFrame, columns: tuple[str, ...], arms: tuple[str, ...], holdout: float, n: int, seed: int
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The assignment (person_id, arm, stratum, by id) and its strata (stratum, customers, one column an arm).

    Args:
        people: of the pool, by id.
        columns: names of the strata's columns; none: classes of value.
        arms: names; the first stands in the assignment as the ledger's control group, however it is called.
        holdout: its share; the others share the rest alike.
        n: how many take part, at most all.
        seed: of the draw.

    Within each stratum the lowest of a keyed hash take part; of these the lowest are held out; of the rest the next are
    the first contact arm, and so on.
    """
    shares = [exact(holdout), *[(1 - exact(holdout)) / (len(arms) - 1)] * (len(arms) - 1)]
    strata = _strata(people, columns, smallest_stratum(min(shares)))
    ids = people["person_id"].to_numpy(dtype=object)
    taken = draw(ids, strata.codes, strata.labels, Fraction(n, len(ids)), seed) if len(ids) else np.zeros(0, dtype=bool)
    place = np.full(len(ids), len(arms) - 1, dtype=np.int64)
    left, rest = np.flatnonzero(taken), Fraction(1)
    for number, share in enumerate(shares[:-1]):
        chosen = draw(ids[left], strata.codes[left], strata.labels, share / rest, seed)
        place[left[chosen]] = number
        left, rest = left[~chosen], rest - share
    labels = np.array(strata.labels, dtype=object)[strata.codes]
    named = np.array([CONTROL, *arms[1:]], dtype=object)
    assignment = pd.DataFrame({"person_id": ids[taken], "arm": named[place[taken]], "stratum": labels[taken]})
    return assignment, _counted(strata, place, taken, arms)


def _strata(people: pd.DataFrame, columns: tuple[str, ...], smallest: int) -> Strata:
    keys = {name: people[stratum(at)].reset_index(drop=True) for at, name in enumerate(columns)}
    value = people["value"].to_numpy(dtype=np.float64)
    if not keys and np.isfinite(value).any():
        keys = {VALUE: value_classes(value)}
    return stratify(keys, len(people), smallest)


def _counted(strata: Strata, place: Integers, taken: npt.NDArray[np.bool_], arms: tuple[str, ...]) -> pd.DataFrame:
    own = strata.codes[taken]
    table = {
        "stratum": list(strata.labels), "customers": np.bincount(own, minlength=len(strata.labels)),
        **{
            f"arm_{number}": np.bincount(own[place[taken] == number], minlength=len(strata.labels))
            for number in range(len(arms))
        },
    }  # fmt: skip
    return pd.DataFrame(table)
