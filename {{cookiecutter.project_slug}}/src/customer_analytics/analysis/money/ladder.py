"""The offer ladder: what each depth of discount brought, whether a deeper one brings more, and which one pays best.

The arms of one campaign were drawn by lot, so that their differences are the discount's doing. Depths of different
campaigns went to different people at different times and are only listed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pandas as pd

from customer_analytics.analysis.money.blocks import ends
from customer_analytics.analysis.money.depth import depth
from customer_analytics.statistics import Interval

Floats = npt.NDArray[np.float64]
STEP = 0.1  # of the price: slopes are stated for ten points of discount
UNKNOWN = Interval(math.nan, math.nan)
RUNGS = (
    "campaign", "arm", "depth", "depth_from", "n", "orders_control", "orders_per_100", "orders_per_100_low",
    "orders_per_100_high", "value_per_contact", "value_per_contact_low", "value_per_contact_high", "net_per_contact",
    "net_per_contact_low", "net_per_contact_high", "chance_best",
)  # fmt: skip
STEPS = (
    "campaign", "lower", "higher", "depth_lower", "depth_higher", "orders_per_100", "orders_per_100_low",
    "orders_per_100_high", "net_per_contact", "net_per_contact_low", "net_per_contact_high",
)  # fmt: skip


@dataclass(frozen=True)
class Slope:
    """Price sensitivity within one campaign: extra orders per 100 contacted for ten points more of discount, with its
    interval; `elasticity`: relative change of orders for a relative change of the price paid, between the shallowest
    and the deepest arm."""

    campaign: str
    orders_per_100: float
    interval: Interval
    elasticity: float
    elasticity_interval: Interval
    depths: int


@dataclass(frozen=True)
class Ladder:
    """`rungs`: RUNGS, one row an arm with a known depth of a sound campaign. `steps`: STEPS, from one depth of a
    campaign to the next. `slopes`: one a campaign with several depths. `best`: by campaign, the arm that is best most
    often ("" : no contact), and in which share of the resamples."""

    rungs: pd.DataFrame
    steps: pd.DataFrame
    slopes: tuple[Slope, ...] = ()
    best: dict[str, tuple[str, float]] = field(default_factory=dict)

    @property
    def is_randomised(self) -> bool:
        """Whether some campaign drew several depths by lot."""
        return bool(self.slopes)


@dataclass(frozen=True)
class Arm:
    """One contact arm of a sound campaign with what its resamples gave: extra orders and money after cost, totals.

    `orders_control`, `value`, `orders`: of the arm as measured; `net`: money after cost where the cost is known, else
    before it; `drawn_*`: the same in the resamples (None: not known). `alone`: the only arm against no contact.
    `discount_share`: what was taken off the arm's orders, where the campaign has several contact arms (NaN: unknown).
    """

    campaign: str
    arm: str
    offer: str
    n: int
    orders_control: float
    orders: float
    value: float
    net: float
    drawn_orders: Floats
    drawn_control: Floats
    drawn_value: Floats | None
    drawn_net: Floats | None
    discount_share: float = math.nan
    alone: bool = True


def arm_depth(label: str, offer: str, alone: bool, discount_share: float) -> tuple[float, str]:
    """Depth of an arm's discount and where it is from: "arm", "offer" (only where the campaign has one contact arm),
    "orders" (the share that was taken off); (NaN, "") where nothing says it."""
    own = depth(label)
    if own is not None:
        return own, "arm"
    told = depth(offer) if alone else None
    if told is not None:
        return told, "offer"
    if discount_share > 0:
        return discount_share, "orders"
    return math.nan, ""


def ladder(arms: list[Arm]) -> Ladder:
    """The ladder of all arms whose depth is known."""
    told = [(arm, *arm_depth(arm.arm, arm.offer, arm.alone, arm.discount_share)) for arm in arms]
    known = sorted(
        ((arm, deep, where) for arm, deep, where in told if not math.isnan(deep)),
        key=lambda one: (one[0].campaign, one[1], one[0].arm),
    )
    by_campaign: dict[str, list[tuple[Arm, float, str]]] = {}
    for arm, deep, where in known:
        by_campaign.setdefault(arm.campaign, []).append((arm, deep, where))
    rungs, steps, slopes, best = [], [], [], {}
    for campaign, own in by_campaign.items():
        chances = _best([arm for arm, _, _ in own])
        rungs += [_rung(arm, deep, where, chance) for (arm, deep, where), chance in zip(own, chances[1:], strict=True)]
        if len({deep for _, deep, _ in own}) < 2:
            continue
        steps += [_step(lower, higher) for lower, higher in pairwise(own)]
        slopes.append(_slope(campaign, own))
        if not math.isnan(chances[0]):
            top = int(np.argmax(chances))
            best[campaign] = ("" if top == 0 else own[top - 1][0].arm, chances[top])
    return Ladder(
        pd.DataFrame(rungs, columns=list(RUNGS)), pd.DataFrame(steps, columns=list(STEPS)), tuple(slopes), best
    )


def _best(arms: list[Arm]) -> list[float]:
    """Share of the resamples in which no contact (first) and each arm leaves most money a head; NaN: money unknown."""
    if any(arm.drawn_net is None for arm in arms):
        return [math.nan] * (len(arms) + 1)
    heads = [arm.drawn_net / arm.n for arm in arms if arm.drawn_net is not None]
    all_of = np.column_stack([np.zeros(len(heads[0])), *heads])
    tops = np.bincount(np.argmax(all_of, axis=1), minlength=all_of.shape[1])
    return [float(top) / len(all_of) for top in tops]


def _rung(arm: Arm, deep: float, where: str, chance: float) -> dict[str, object]:
    return {
        "campaign": arm.campaign, "arm": arm.arm, "depth": deep, "depth_from": where, "n": arm.n,
        "orders_control": arm.orders_control,
        **_three("orders_per_100", 100 * arm.orders / arm.n, ends(100 * arm.drawn_orders / arm.n)),
        **_three("value_per_contact", arm.value / arm.n, _head(arm.drawn_value, arm.n)),
        **_three("net_per_contact", arm.net / arm.n, _head(arm.drawn_net, arm.n)),
        "chance_best": chance,
    }  # fmt: skip


def _step(lower: tuple[Arm, float, str], higher: tuple[Arm, float, str]) -> dict[str, object]:
    """What the next depth brought beyond the one before it."""
    low, high = lower[0], higher[0]
    orders = 100 * (high.drawn_orders / high.n - low.drawn_orders / low.n)
    net = None
    if low.drawn_net is not None and high.drawn_net is not None:
        net = high.drawn_net / high.n - low.drawn_net / low.n
    return {
        "campaign": low.campaign, "lower": low.arm, "higher": high.arm, "depth_lower": lower[1],
        "depth_higher": higher[1],
        **_three("orders_per_100", 100 * (high.orders / high.n - low.orders / low.n), ends(orders)),
        **_three("net_per_contact", high.net / high.n - low.net / low.n, _head(net, 1)),
    }  # fmt: skip


def _slope(campaign: str, own: list[tuple[Arm, float, str]]) -> Slope:
    """Least squares through the arms, weighted by their units; in each resample again."""
    deep = np.array([depth for _, depth, _ in own])
    size = np.array([float(arm.n) for arm, _, _ in own])
    heads = np.column_stack([arm.drawn_orders / arm.n for arm, _, _ in own])
    point = np.array([arm.orders / arm.n for arm, _, _ in own])
    away = size * (deep - np.average(deep, weights=size))
    away = away / float(away @ deep)
    first, last = own[0], own[-1]
    bought = [
        first[0].orders_control + first[0].orders / first[0].n,
        last[0].orders_control + last[0].orders / last[0].n,
    ]
    prices = math.log((1 - last[1]) / (1 - first[1]))
    with np.errstate(divide="ignore", invalid="ignore"):
        drawn = [one[0].drawn_control + one[0].drawn_orders / one[0].n for one in (first, last)]
        ratios = np.log(drawn[1] / drawn[0]) / prices
    told = min(bought) > 0
    return Slope(
        campaign, float(100 * STEP * (point @ away)), ends(100 * STEP * (heads @ away)),
        math.log(bought[1] / bought[0]) / prices if told else math.nan, ends(ratios) if told else UNKNOWN,
        len(set(deep.tolist())),
    )  # fmt: skip


def _head(drawn: Floats | None, n: int) -> Interval:
    return UNKNOWN if drawn is None else ends(drawn / n)


def _three(name: str, point: float, interval: Interval) -> dict[str, object]:
    return {name: point, f"{name}_low": interval.low, f"{name}_high": interval.high}
