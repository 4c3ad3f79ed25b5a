"""Which numbers of people must not be shown: small ones, and those by which a small one could be worked out.

A number from 1 to one less than the smallest group is small. Nobody is in an empty group, so 0 may be shown.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


def is_small(people: Numbers, minimum: int) -> Flags:
    """Which numbers are of 1 to `minimum` - 1 people; what is not known is not small."""
    small: Flags = (people > 0) & (people < minimum)
    return small


def small_groups(customers: npt.NDArray[np.int64], minimum: int) -> Flags:
    """Which groups must not be shown by themselves: fewer than `minimum` customers (empty groups are harmless).

    One hidden group alone could be found by subtracting the others from the total, so groups are added, smallest
    first, until the hidden ones together have `minimum` customers.
    """
    people = customers.astype(np.float64)
    return enough_together(people, is_small(people, minimum), minimum)


def enough_together(people: Numbers, hidden: Flags, minimum: int) -> Flags:
    """The hidden parts of a known total, with further parts, smallest first, until together they are not small.

    Of parts with an unknown number it is not known what they add; they count as nothing.
    """
    known, hidden = np.nan_to_num(people), hidden.copy()
    shown = ~hidden & (known > 0)
    for place in np.argsort(np.where(shown, known, np.inf), kind="stable"):
        if not 0 < known[hidden].sum() < minimum or not shown[place]:
            break
        hidden[place] = True
    return hidden


def too_close(people: Numbers, minimum: int) -> Flags:
    """Of people who become fewer, or more, step by step: the steps that would tell of few between two shown ones."""
    hidden = np.zeros(len(people), dtype=bool)
    last = np.nan
    for place, here in enumerate(people):
        if np.isnan(here):
            continue
        if 0 < here < minimum or 0 < abs(last - here) < minimum:
            hidden[place] = True
        else:
            last = here
    return hidden


def steps_of_few(at_risk: Numbers, staying: Numbers, minimum: int) -> Flags:
    """Of a curve of those who stay: the points between which few left, or few were no longer under observation.

    The share that stays falls by the leavers over those who were at risk; the numbers at risk fall by both.
    """
    hidden = np.zeros(len(at_risk), dtype=bool)
    risk, stay = np.nan, np.nan
    for place, (people, share) in enumerate(zip(at_risk, staying, strict=True)):
        left = risk * (1 - share / stay) if stay > 0 else 0.0
        gone = risk - people
        # Numbers are whole: what is half a person off is not theirs.
        few = (0.5 <= left < minimum - 0.5) or 0 < gone < minimum or (0.5 <= gone - left < minimum - 0.5)
        if 0 < people < minimum or few:
            hidden[place] = True
        else:
            risk, stay = people, share
    return hidden
