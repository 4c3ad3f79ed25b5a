"""The finding about who moved: up against down, the money that moved along, and whom to look at first."""

from __future__ import annotations

import math

from customer_analytics.analysis.rfm.transitions import Transitions
from customer_analytics.language import Text
from customer_analytics.narrative.finding import Finding, Grade
from customer_analytics.narrative.rfm.movement import CORE, counts_of
from customer_analytics.narrative.rfm.view import View
from customer_analytics.statistics import Z95, wilson


def moves_finding(view: View) -> Finding | None:
    """Up against down among the customers of the earlier picture, and against time alone; None without a picture."""
    moves = view.result.movement.transitions
    if moves is None:
        return None
    say, language, counts = view.language.say, view.language, counts_of(moves)
    up, down = counts["up"], counts["down"] + counts["out"]
    n = up + down + counts["level"]
    if min(up, down) < view.minimum_group or n < view.minimum_base:
        return None
    drift = sum(int(moves.direction(name)["drift"]) for name in ("down", "out"))
    balance = (up - down) / n
    half = Z95 * math.sqrt(max((up + down) / n - balance**2, 0.0) / n)
    is_clear = abs(balance) > half
    date = language.date(moves.earlier.last_day)
    interval_up, interval_down = (view.interval(wilson(count, n)) for count in (up, down))
    return Finding(
        id="moves", grade=Grade.D,
        head=say("As many customers moved up as down")
        if not is_clear
        else say("More customers moved up than down")
        if balance > 0
        else say("More customers moved down than up"),
        statement=say(
            "Of {n} customers in a segment on {date}, {down} (**{down_share}**, {down_interval}) are on a lower level "
            "now or have no order in the window; {up} ({up_share}, {up_interval}) are on a higher one. Time "
            "alone, with frequency and money as they were and nobody buying again, would have put {drift} lower.",
            n=language.number(n), date=date, down=language.number(down), up=language.number(up),
            down_share=language.percent(down / n), up_share=language.percent(up / n),
            down_interval=interval_down, up_interval=interval_up, drift=language.percent(drift / n),
        ),
        meaning=_money(view, moves),
        action=_first(view, moves),
        section="movement", value=balance, low=balance - half, high=balance + half, n=n, unit="share",
        notable=is_clear and balance < 0,
    )  # fmt: skip


def _money(view: View, moves: Transitions) -> Text:
    """What those who moved spent in the two windows."""
    say, language = view.language.say, view.language
    rows = [moves.direction(name) for name in ("down", "out")]
    up = moves.direction("up")
    before, after = (sum(row[key] for row in rows) for key in ("revenue_earlier", "revenue_now"))
    low, high = _sum_interval(rows, "revenue_earlier")
    gain_low, gain_high = up["revenue_now_low"], up["revenue_now_high"]
    return say(
        "Those who moved down or out had spent {before} (interval {low} to {high}) in the earlier window and {after} "
        "in the present one; those who moved up had spent {up_before} and now {up_after} (interval {up_low} to "
        "{up_high}).",
        before=language.money(before), after=language.money(after), low=language.money(low), high=language.money(high),
        up_before=language.money(up["revenue_earlier"]), up_after=language.money(up["revenue_now"]),
        up_low=language.money(gain_low), up_high=language.money(gain_high),
    )  # fmt: skip


def _sum_interval(rows: list[dict[str, float]], key: str) -> tuple[float, float]:
    """Interval of a sum over two groups without a customer in common: half-widths add in squares."""
    total = sum(row[key] for row in rows)
    low = math.sqrt(sum((row[key] - row[f"{key}_low"]) ** 2 for row in rows))
    high = math.sqrt(sum((row[f"{key}_high"] - row[key]) ** 2 for row in rows))
    return total - low, total + high


def _first(view: View, moves: Transitions) -> Text:
    """Whom to look at first: the former best customers."""
    say, language = view.language.say, view.language
    core = moves.segments[moves.segments["segment"].isin(CORE)]
    left = int((core["down"] + core["out"]).sum())
    if left < view.minimum_group:
        return say("Watch the list segment_moves; few of the best customers have left their level.")
    return say(
        "Begin with the {customers} who left “{champions}” or “{loyal}” for a lower level: they had spent {money}. The "
        "list segment_moves names them.",
        customers=language.number(left), champions=view.name("champions"), loyal=view.name("loyal"),
        money=language.money(float(core["at_stake"].sum())),
    )  # fmt: skip
