"""The whole RFM analysis of an engagement: tables in, one typed result out."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import NamedTuple

import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import pandas as pd

from customer_analytics.analysis.rfm import customers as base
from customer_analytics.analysis.rfm import groups, lifecycle, movement, segments
from customer_analytics.analysis.rfm.bridge import nameless_money, value_bridge
from customer_analytics.analysis.rfm.change import Change, change_table
from customer_analytics.analysis.rfm.cohort_value import cohort_sums, cohorts
from customer_analytics.analysis.rfm.concentration import Concentration, concentration
from customer_analytics.analysis.rfm.customers import Totals, Window
from customer_analytics.analysis.rfm.groups import Distribution
from customer_analytics.analysis.rfm.holdout import Holdout, held_out, horizon
from customer_analytics.analysis.rfm.lifecycle import Rhythm, Step
from customer_analytics.analysis.rfm.movement import Movement
from customer_analytics.analysis.rfm.reachable import Reachable, is_lost, is_once, is_slipping, reachable, same_position
from customer_analytics.analysis.rfm.robustness import robustness
from customer_analytics.analysis.rfm.scores import Scheme, fit
from customer_analytics.analysis.rfm.transitions import Transitions
from customer_analytics.analysis.rfm.weights import Weights, predictive_weights
from customer_analytics.engagement.errors import Problem, UserError
from customer_analytics.engagement.parameters import RfmParameters
from customer_analytics.tables.store import Tables


@dataclass(frozen=True)
class Unscored:
    """Customers without a purchase in the window. They have no scores; their money still belongs to the total."""

    returns_only: int  # no purchase in the window but money, as a rule returns of earlier purchases
    returns_money: float
    earlier_only: int  # bought before the window
    nothing_paid: int  # ordered, but never a paid order with money
    never_ordered: int  # in the customer table without any order

    @property
    def customers(self) -> int:
        """All of them."""
        return self.returns_only + self.earlier_only + self.nothing_paid + self.never_ordered


@dataclass(frozen=True)
class RfmResult:
    """Everything that the RFM report says.

    `customers`: one row per scored customer, sorted by customer_id, with recency_days, frequency, purchase_days,
    orders, monetary, r, f, m, r5, fm5, segment, eight_type, abc, first_days, lifetime, longest_gap and, where there is
    a rhythm, stage, phase, slipping and once. `scheme` is None exactly when nobody bought.
    """

    parameters: RfmParameters
    window: Window
    totals: Totals
    unscored: Unscored
    customers: pd.DataFrame
    scheme: Scheme | None
    segments: pd.DataFrame
    grid: pd.DataFrame
    types: pd.DataFrame
    type_cuts: dict[str, float]
    classes: pd.DataFrame
    concentration: Concentration
    distributions: tuple[Distribution, ...]
    rhythm: Rhythm | None
    stages: pd.DataFrame | None
    phases: pd.DataFrame | None
    steps: tuple[Step, ...]
    slipping: Reachable | None  # regulars silent for longer than usual, not yet lost
    once: Reachable | None  # bought once, not yet lost
    change: Change | None
    holdout: Holdout | None
    regrouped: int  # customers in another segment under the other binning
    movement: Movement  # who moved, what the money between two periods came from, each customer's own rhythm

    @property
    def revenue(self) -> float:
        """Net money of the scored customers."""
        return round(float(self.customers["monetary"].sum()), groups.PLACES)

    @property
    def orders(self) -> int:
        """Paid orders of the scored customers."""
        return int(self.customers["orders"].sum())

    @property
    def one_time(self) -> int:
        """Scored customers with a frequency of one."""
        return int((self.customers["frequency"] == 1).sum())


@dataclass(frozen=True)
class Scored:
    """The customers as the report scores them, and nothing else of it: what tags and forecasts need."""

    parameters: RfmParameters
    totals: Totals
    customers: pd.DataFrame


def scored_customers(data: Tables, parameters: RfmParameters) -> Scored:
    """The scores, segments and stages of `analyse`, without what the report says about them.

    Raises:
        UserError: there is no orders table with a customer, a date and an amount.
    """
    start = _start(data, parameters)
    window, pace = start.window, start.pace
    active = pace.active_days if pace else 0
    crossed = base.customer_table(start.days, [window], landing_after=window.end - active, future=None)
    scored, _ = _score(crossed, window, parameters)
    _staged(scored, pace)
    _typed(scored, parameters)
    return Scored(parameters, start.totals, scored)


class _Start(NamedTuple):
    """What every question about the customers begins with; `first`: the first day with money."""

    totals: Totals
    first: int
    window: Window
    days: ir.Table
    gaps: pd.DataFrame
    pace: Rhythm | None


def _start(data: Tables, parameters: RfmParameters) -> _Start:
    _check(data)
    end = base.day_number(data.reference_day)
    start = end - parameters.window_days if parameters.window_days else None
    totals = base.totals(data, start)
    first = end - 1 if totals.first_day is None else totals.first_day
    days = base.customer_days(data).cache()
    gaps = base.gap_table(days)
    pace = lifecycle.rhythm(gaps, parameters.minimum_base)
    return _Start(totals, first, Window("now", first if start is None else start, end), days, gaps, pace)


def _staged(scored: pd.DataFrame, pace: Rhythm | None) -> Rhythm | None:
    """Stages of a life as columns (in place), where there is a rhythm; the rhythm with the age from which it counts."""
    if pace is None or not len(scored):
        return pace
    pace = dataclasses.replace(pace, mature_from=lifecycle.mature_from(scored["lifetime"].to_numpy()))
    scored["stage"] = lifecycle.four_stages(scored, pace)
    scored["phase"] = lifecycle.five_stages(scored, pace)
    return pace


def _typed(scored: pd.DataFrame, parameters: RfmParameters) -> dict[str, float]:
    """The eight types and the classes of money as columns (in place); the cuts of the types."""
    scored["eight_type"], cuts = segments.eight_types(scored, parameters.high_low_cut)
    scored["abc"] = segments.abc_classes(scored["monetary"].to_numpy())
    return cuts


def analyse(data: Tables, parameters: RfmParameters) -> RfmResult:
    """RFM of the customers of `data` on its as-of date.

    Raises:
        UserError: there is no orders table with a customer, a date and an amount.
    """
    totals, first, window, days, gaps, pace = _start(data, parameters)
    end = window.end
    pair = _comparison_windows(parameters, window, first)
    past = _holdout_windows(window, first)
    span = movement.bridge_windows(end, parameters.compare_days, first)
    crossed = base.customer_table(
        days,
        [window, *(pair or ()), *(past[:1] if past else ())],
        landing_after=end - (pace.active_days if pace else 0),
        future=past[1] if past else None,
        periods=span or (),
    )
    scored, scheme = _score(crossed, window, parameters)
    steps: tuple[Step, ...] = ()
    lists: dict[str, Reachable] = {}
    stages = phases = None
    pace = _staged(scored, pace)
    if pace is not None and len(scored):
        stages = lifecycle.stage_table(scored["stage"].to_numpy(), lifecycle.FOUR_STAGES, scored["monetary"])
        phases = lifecycle.stage_table(scored["phase"].to_numpy(), lifecycle.FIVE_STAGES, scored["monetary"])
        recency, lifetime = scored["recency_days"].to_numpy(float), scored["lifetime"].to_numpy(float)
        for name, which in (("slipping", is_slipping), ("once", is_once)):
            scored[name] = which(recency, lifetime, pace)
            again = same_position(crossed, past[1], which, pace, parameters.minimum_base) if past else None
            lists[name] = reachable(scored, scored[name].to_numpy(), again)
        steps = lifecycle.ladder(base.ladder_counts(days, end, pace.lost_days), gaps)
    cuts = _typed(scored, parameters)
    change, moves = _compared(crossed, pair, parameters)
    held, weights = _held_out(crossed, past, parameters)
    return RfmResult(
        parameters=parameters,
        window=window,
        totals=totals,
        unscored=_unscored(crossed, base.never_ordered(data)),
        customers=scored,
        scheme=scheme,
        segments=groups.segment_table(scored),
        grid=groups.grid_table(scored),
        types=groups.type_table(scored),
        type_cuts=cuts,
        classes=groups.class_table(scored),
        concentration=concentration(scored["monetary"].to_numpy()),
        distributions=tuple(groups.distribution(scored[name].to_numpy(float), name) for name in groups.MEASURES)
        if len(scored)
        else (),
        rhythm=pace,
        stages=stages,
        phases=phases,
        steps=steps,
        slipping=lists.get("slipping"),
        once=lists.get("once"),
        change=change,
        holdout=held,
        regrouped=_regrouped(scored, parameters),
        movement=Movement(
            transitions=moves,
            bridge=value_bridge(crossed, *span, nameless_money(data, *span)) if span else None,
            rhythm=movement.own_rhythm(days, crossed, scored, past, end, pace, parameters.minimum_base)
            if pace is not None
            else None,
            cohorts=cohorts(
                cohort_sums(days, end - first), first, end, pace.lost_days if pace else 0, parameters.minimum_base
            ),
            robustness=robustness(scored, scheme, _codes) if scheme is not None else None,
            weights=weights,
            lost=same_position(crossed, past[1], is_lost, pace, parameters.minimum_base) if past and pace else None,
        ),
    )


def _check(data: Tables) -> None:
    missing = [name for name in ("customer_id", "ordered_on", "amount") if not data.has("orders", name)]
    if missing:
        raise UserError(
            [
                Problem(
                    "rfm",
                    f"the orders table lacks {', '.join(missing)}.",
                    "Map these columns in engagement.yml (or order_lines with them) and run `analytics load` again.",
                )
            ]
        )


def _score(crossed: pd.DataFrame, window: Window, parameters: RfmParameters) -> tuple[pd.DataFrame, Scheme | None]:
    scored = base.measures(crossed, window, parameters.frequency_unit)
    beside = crossed.loc[scored.index]
    scored["first_days"] = (window.end - beside["first_day"]).astype(np.int64)
    scored["active_days"] = (beside["last_day"] - beside["first_day"]).astype(np.int64)
    scored["lifetime"] = beside["lifetime"].astype(np.int64)
    scored["longest_gap"] = beside["longest_gap"]
    scheme = fit(scored, parameters.bins, parameters.binning) if len(scored) else None
    return _segmented(scored, scheme).reset_index(drop=True), scheme


def _segmented(measured: pd.DataFrame, scheme: Scheme | None) -> pd.DataFrame:
    """The customers with scores r, f, m, their classes on the five-grid and the segment."""
    if scheme is None:
        empty = {name: pd.Series(dtype=np.int64) for name in ("r", "f", "m", "r5", "fm5")}
        return measured.assign(**empty, segment=pd.Series(dtype=object))
    scores = scheme.score(measured)
    r5 = segments.to_five(scores["r"].to_numpy(), scheme.recency.bins)
    fm5 = _value_class(scores, scheme)
    names = np.array(segments.SEGMENTS, dtype=object)
    return pd.concat([measured, scores], axis=1).assign(r5=r5, fm5=fm5, segment=names[segments.segment_codes(r5, fm5)])


def _value_class(scores: pd.DataFrame, scheme: Scheme) -> npt.NDArray[np.int64]:
    return segments.frequency_money(
        segments.to_five(scores["f"].to_numpy(), scheme.frequency.bins),
        segments.to_five(scores["m"].to_numpy(), scheme.monetary.bins),
    )


def _codes(measured: pd.DataFrame, scheme: Scheme) -> npt.NDArray[np.int64]:
    scores = scheme.score(measured)
    return segments.segment_codes(
        segments.to_five(scores["r"].to_numpy(), scheme.recency.bins), _value_class(scores, scheme)
    )


def _comparison_windows(parameters: RfmParameters, window: Window, first: int) -> tuple[Window, Window] | None:
    """(earlier, now) of equal length, or None when the data do not reach back far enough.

    With all history counted, frequency and money can only grow, so the two pictures are cut to the same length.
    """
    back = parameters.compare_days
    if back == 0:
        return None
    length = parameters.window_days or window.end - back - first
    if window.end - back - length < first or length < back:
        return None
    return (
        Window("earlier", window.end - back - length, window.end - back),
        Window("recent", window.end - length, window.end),
    )


def _compared(
    crossed: pd.DataFrame, pair: tuple[Window, Window] | None, parameters: RfmParameters
) -> tuple[Change | None, Transitions | None]:
    """Shares then and now, and who moved between them."""
    if pair is None:
        return None, None
    earlier, now = (base.measures(crossed, window, parameters.frequency_unit) for window in pair)
    if min(len(earlier), len(now)) < parameters.minimum_base:
        return None, None
    scheme = fit(now, parameters.bins, parameters.binning)
    codes = [movement.in_place(crossed, measured, _codes(measured, scheme)) for measured in (earlier, now)]
    shares = Change(pair[0], pair[1], len(earlier), len(now), change_table(*codes))
    aged = movement.aged(earlier, pair)
    would = movement.in_place(crossed, aged, _codes(aged, scheme))
    return shares, movement.moved(crossed, pair, codes[0], codes[1], would)


def _holdout_windows(window: Window, first: int) -> tuple[Window, Window] | None:
    ahead = horizon(window.end - first)
    if ahead is None:
        return None
    cut = window.end - ahead
    return Window("before", max(first, cut - window.days) if window.start > first else first, cut), Window(
        "future", cut, window.end
    )


def _held_out(
    crossed: pd.DataFrame, past: tuple[Window, Window] | None, parameters: RfmParameters
) -> tuple[Holdout | None, Weights | None]:
    """What earlier segments did next, and the weights of R, F and M that would have said it best."""
    if past is None:
        return None, None
    before = base.measures(crossed, past[0], parameters.frequency_unit)
    if len(before) < parameters.minimum_base:
        return None, None
    scheme = fit(before, parameters.bins, parameters.binning)
    later = crossed.loc[before.index, ["future_monetary", "future_orders"]].fillna(0.0)
    money, orders = later["future_monetary"].to_numpy(), later["future_orders"].to_numpy()
    held = held_out(_codes(before, scheme), money, orders, past[0], past[1], parameters.minimum_base)
    scores = scheme.score(before)[["r", "f", "m"]].to_numpy()
    return held, predictive_weights(scores, money, before["monetary"].to_numpy(), parameters.minimum_base)


def _regrouped(scored: pd.DataFrame, parameters: RfmParameters) -> int:
    if not len(scored):
        return 0
    other = fit(scored, parameters.bins, "nested" if parameters.binning == "independent" else "independent")
    names = np.array(segments.SEGMENTS, dtype=object)
    return int((names[_codes(scored, other)] != scored["segment"].to_numpy()).sum())


def _unscored(crossed: pd.DataFrame, never: int) -> Unscored:
    outside = crossed[crossed["now_last"].isna()]
    money = outside["now_monetary"].fillna(0.0)
    returns = money != 0
    earlier = ~returns & outside["last_day"].notna()
    silent = ~returns & outside["last_day"].isna()
    return Unscored(int(returns.sum()), float(money.sum()), int(earlier.sum()), int(silent.sum()), never)
