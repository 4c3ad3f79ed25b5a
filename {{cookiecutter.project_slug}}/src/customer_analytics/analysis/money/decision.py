"""What to do with a campaign next, by a rule that is the same for all of them.

The first line that applies decides:

* inconclusive, `not_sound`: the draw is in doubt, or the campaign was not drawn by lot: no effect may be claimed.
* stop, `harms`: the main outcome got worse beyond chance (Holm), or `costs`: money after cost is below 0 beyond chance.
* iterate, `guardrail`: a guardrail got worse beyond chance, whatever else it brought.
* iterate, `moved`: the gain was only brought forward from the days after.
* roll_out, `pays`: the main outcome got better beyond chance (Holm), and money after cost is above 0 beyond chance;
  where margin or cost is not known `works`: the lift is at least the smallest one that is worth while.
* iterate, `pays_not_shown`: the main outcome got better, but the money may be lost; `small`: better, but by less than
  the smallest lift that is worth while.
* stop, `too_small`: no better, and every lift that is worth while is excluded by the interval.
* inconclusive, `interval`: anything else. The campaign was too small to tell.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

LEVEL = 0.05
MOVED = "moved"
Verdict = Literal["roll_out", "iterate", "stop", "inconclusive"]
VERDICTS: tuple[Verdict, ...] = ("roll_out", "iterate", "inconclusive", "stop")  # the best first


@dataclass(frozen=True)
class Evidence:
    """What the rule reads. `better`: the main outcome's effect in the direction that is wanted, with `p` after Holm;
    `lift_high`: upper end of its relative lift, in that direction; `net`: interval of margin after cost; without a
    margin or cost `net_low` is NaN, and `net_high` what is known, which may already exclude that it pays (NaN: no
    money); `guardrail_worse`: some guardrail got worse beyond chance; `moved`: the gain is not there any more after the
    days that follow the window."""

    grade: str
    better: float
    p: float
    lift: float
    lift_high: float
    net_low: float
    net_high: float
    guardrail_worse: bool
    smallest_lift: float
    moved: bool = False


def decide(evidence: Evidence) -> tuple[Verdict, str]:
    """Decision and the key of its reason."""
    told = evidence.p < LEVEL
    if evidence.grade not in ("A", "B"):
        return "inconclusive", "not_sound"
    if told and evidence.better < 0:
        return "stop", "harms"
    if evidence.net_high < 0:
        return "stop", "costs"
    if evidence.guardrail_worse:
        return "iterate", "guardrail"
    if evidence.moved:
        return "iterate", MOVED
    if told:
        return _better(evidence)
    if evidence.lift_high < evidence.smallest_lift:
        return "stop", "too_small"
    return "inconclusive", "interval"


def _better(evidence: Evidence) -> tuple[Verdict, str]:
    """The main outcome got better beyond chance."""
    if not math.isnan(evidence.net_low):
        return ("roll_out", "pays") if evidence.net_low > 0 else ("iterate", "pays_not_shown")
    return ("roll_out", "works") if evidence.lift >= evidence.smallest_lift else ("iterate", "small")
