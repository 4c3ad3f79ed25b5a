"""Whether the arms have the sizes that the draw should have given: the first question to any experiment (D7.5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from customer_analytics.analysis.experiment.result import ALARM, DOUBTFUL, FAILED, LOOK, SOUND, UNTESTED
from customer_analytics.analysis.uplift.campaigns import ratio_test

FAR = 0.2  # relative distance from equal shares beyond which unplanned arms were perhaps meant to be unequal


@dataclass(frozen=True)
class SampleRatio:
    """`shares`: what the sizes are held against. `level`: "sound", "look", "alarm" or "untested"."""

    p: float
    level: str
    shares: dict[str, float]


def sample_ratio(sizes: Mapping[str, int], planned: Mapping[str, float], plan_known: bool) -> SampleRatio:
    """Chi-square of the arms' sizes against the plan, or against equal arms where no plan is known.

    Without a plan, arms that are far from equal are not tested: 80 to 20 may well have been meant.
    """
    total, arms = sum(sizes.values()), len(sizes)
    shares = {arm: float(planned[arm]) for arm in sizes} if plan_known else dict.fromkeys(sizes, 1 / max(arms, 1))
    if not total or arms < 2 or min(shares.values()) <= 0:
        return SampleRatio(float("nan"), UNTESTED, shares)
    if not plan_known and any(abs(n / total * arms - 1) > FAR for n in sizes.values()):
        return SampleRatio(float("nan"), UNTESTED, shares)
    p = ratio_test(dict(sizes), shares)
    return SampleRatio(p, level_of(p), shares)


def level_of(p: float) -> str:
    """What the p of the sample ratio allows."""
    if not p >= 0:
        return UNTESTED
    return FAILED if p < ALARM else DOUBTFUL if p < LOOK else SOUND
