"""Section six: who moved between the segments, and the money that moved along."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from customer_analytics.analysis.rfm.groups import small_groups
from customer_analytics.analysis.rfm.transitions import LEVELS, LEVELS_FROM, LEVELS_TO, Transitions
from customer_analytics.language import Language, Text
from customer_analytics.narrative.finding import Finding, Grade
from customer_analytics.narrative.rfm.exhibits import FigureWords, Row, SectionWords, TableWords
from customer_analytics.narrative.rfm.names import segment_name
from customer_analytics.narrative.rfm.view import View
from customer_analytics.statistics import Z95, Interval, wilson

StateRow = tuple[str, str, float]  # name, customers in words, customers
FlowRow = tuple[int, int, float, str]  # from, to, customers, role
CORE = ("champions", "loyal")


def level_name(language: Language, level: str) -> Text:
    """Name of a level of the segments, or of a state beside them."""
    say = language.say
    if level in CORE:
        return segment_name(language, level)
    return {
        "developing": say("Developing"),
        "slipping": say("Slipping"),
        "quiet": say("Quiet"),
        "no_order": say("No order"),
        "first_purchase": say("First purchase"),
    }[level]


def movement_section(view: View) -> SectionWords:
    """Opening of the section on moves; with the reason where there is no earlier picture."""
    return SectionWords(view.language.say("Who moved"), "movement", _deck(view))


def _deck(view: View) -> Text:
    """How the two pictures compare; or the reason why there is no earlier one."""
    say, language, change = view.language.say, view.language, view.result.change
    if change is None:
        return (
            say("No comparison was asked for.")
            if view.result.parameters.compare_days == 0
            else say(
                "Not estimable: the data do not reach back far enough for a second picture of the same length "
                "{days} days earlier.", days=language.number(view.result.parameters.compare_days),
            )
        )  # fmt: skip
    numbers = {
        "days": language.number(change.now.end - change.earlier.end),
        "length": language.number(change.now.days),
    }
    if view.result.parameters.window_days:
        return say(
            "The segments now and {days} days earlier. Both look back {length} days and use the same cuts.", **numbers
        )
    return say(
        "The segments now and {days} days earlier. Both look back {length} days and use the same cuts, so shares "
        "differ a little from the table above.",
        **numbers,
    )


def _moves(view: View) -> Transitions:
    assert view.result.movement.transitions is not None
    return view.result.movement.transitions


def _shown(view: View) -> list[dict[str, Any]]:
    """Moves between levels of at least the smallest group; the others are not drawn."""
    levels = _moves(view).levels
    rows = levels[levels["customers"] >= view.minimum_group].to_dict("records")
    return [{str(key): value for key, value in row.items()} for row in rows]


def _sides(view: View) -> tuple[list[str], list[str]]:
    """Levels on the two sides that any move touches, exits and entries last."""
    rows = _shown(view)
    left = [level for level in LEVELS_FROM if any(row["earlier"] == level for row in rows)]
    return left, [level for level in LEVELS_TO if any(row["now"] == level for row in rows)]


def has_moves(view: View) -> bool:
    """Whether there is any move to draw."""
    return view.result.movement.transitions is not None and bool(_shown(view))


def states(view: View) -> tuple[list[StateRow], list[StateRow]]:
    """States on the left and on the right, from the best to the exit, with all their customers."""
    left, right = _sides(view)
    return _states(view, "earlier", left), _states(view, "now", right)


def _states(view: View, side: str, levels: list[str]) -> list[StateRow]:
    sizes = _moves(view).levels.groupby(side)["customers"].sum()
    language = view.language
    return [
        (str(level_name(language, level)), language.number(int(sizes[level])), float(sizes[level])) for level in levels
    ]


def flows(view: View) -> list[FlowRow]:
    """Moves: from, to, customers, role: up in the accent, down in the alert colour, out dark, the rest faint."""
    left, right = _sides(view)
    return [
        (left.index(row["earlier"]), right.index(row["now"]), float(row["customers"]), _role(row))
        for row in _shown(view)
    ]


def _role(row: dict[str, Any]) -> str:
    order = list(LEVELS)
    if row["now"] not in order:
        return "mute"
    if row["earlier"] not in order or row["earlier"] == row["now"]:
        return "faint"
    return "s1" if order.index(row["now"]) < order.index(row["earlier"]) else "alert"


def tips(view: View) -> dict[str, str]:
    """Tooltips of the moves: the share of those in the earlier state, with the interval.

    No counts: with the counts of the states they would tell the size of a move too small to be drawn.
    """
    say, language, found = view.language.say, view.language, {}
    for place, row in enumerate(_shown(view)):
        names = (level_name(language, row["earlier"]), level_name(language, row["now"]))
        low, high = view.bounds(Interval(row["low"], row["high"]))
        found[f"flow-{place}"] = str(
            say(
                "{before} → {after}: {share} ({low} to {high})", before=names[0], after=names[1],
                share=view.language.percent(row["share"]), low=low, high=high,
            )
        )  # fmt: skip
    return found


def flow_heads(view: View) -> tuple[str, str]:
    """Names of the two dates."""
    moves, language = _moves(view), view.language
    return language.date(moves.earlier.last_day), language.date(moves.now.last_day)


def flow_figure(view: View) -> FigureWords:
    """Words of the chart of moves."""
    say, language, moves = view.language.say, view.language, _moves(view)
    counts = _counts(moves)
    largest = sorted((row for row in _shown(view) if _role(row) != "faint"), key=lambda row: -row["customers"])[:6]
    rows = language.joined(
        [
            say(
                "{before} to {after}: {share}", before=level_name(language, row["earlier"]),
                after=level_name(language, row["now"]), share=view.language.percent(row["share"]),
            )
            for row in largest
        ]
    )  # fmt: skip
    up, down = language.number(counts["up"]), language.number(counts["down"] + counts["out"])
    title = say("{up} customers moved up, {down} moved down or out", up=up, down=down)
    return FigureWords(
        title,
        say(
            "Customers by level then and now, best on top. Red: down, other colour: up, grey: no order in the window; "
            "moves of fewer than {least} customers are not drawn. "
            "Developing: {developing}. Slipping: {slipping}. Quiet: {quiet}",
            least=language.number(view.minimum_group),
            **{level: _members(view, level) for level in ("developing", "slipping", "quiet")},
        ),
        say(
            "Bands between levels at two dates. {title}. The largest moves, of the earlier level: {rows}.",
            title=title, rows=rows,
        ),
        say(
            "Source: orders; {now} customers with a purchase in the {days} days to {last}, {earlier} in those to "
            "{date}.",
            now=language.number(_base(moves, "now")), earlier=language.number(_base(moves, "earlier")),
            days=language.number(moves.now.days), last=language.date(moves.now.last_day),
            date=language.date(moves.earlier.last_day),
        ),
    )  # fmt: skip


def _now(view: View) -> dict[str, int]:
    """Customers of each segment in the picture of now."""
    change = view.result.change
    assert change is not None
    return dict(zip(change.table["segment"], change.table["customers_now"].astype(int), strict=True))


def _members(view: View, level: str) -> str:
    return view.language.listing([str(view.name(segment)) for segment in LEVELS[level]])


def _base(moves: Transitions, side: str) -> int:
    """Customers in a segment at one of the two dates."""
    levels = moves.levels
    return int(levels.loc[levels[side].isin(list(LEVELS)), "customers"].sum())


def _counts(moves: Transitions) -> dict[str, int]:
    return dict(zip(moves.directions["direction"], moves.directions["customers"].astype(int), strict=True))


def moves_table(view: View) -> TableWords:
    """By earlier segment: who moved up, stayed level, moved down or out, what time alone would do, money at stake."""
    say, language, moves = view.language.say, view.language, _moves(view)
    table = moves.segments[moves.segments["customers"] > 0]
    hidden = small_groups(table["customers"].to_numpy(), view.minimum_group)
    table = table[~hidden]
    leavers = (table["down"] + table["out"]).to_numpy()
    without_money = small_groups(leavers, view.minimum_group)
    now = _now(view)
    rows: list[Row] = []
    for record, is_small in zip(table.to_dict("records"), without_money, strict=True):
        row = {str(key): value for key, value in record.items()} | {"now": now[str(record["segment"])]}
        rows.append(_move_row(view, row, bool(is_small)))
    return TableWords(
        (
            (say("Segment then"), "name"),
            (say("Then → now"), "number"),
            (say("Up"), "number"),
            (say("Down or out"), "number"),
            (say("If nobody bought"), "number"),
            (say("Their revenue then"), "number"),
        ),
        tuple(rows),
        say("Where the customers of each segment went"),
        view.how(
            (say("Unit"), say("One customer of the earlier date, in the segment of that date")),
            (say("Then → now"), say("Customers in the segment at the two dates; their shares are in changes.csv")),
            (
                say("Up, down, out"),
                say("To a better or worse level of the figure; out: no order in the window of now"),
            ),
            (
                say("If nobody bought"),
                say(
                    "Share down or out if frequency and money stayed as they were and only the days since the last "
                    "purchase went on: the drift from time alone"
                ),
            ),
            (
                say("Their revenue then"),
                say(
                    "Net revenue, in the earlier window, of those who moved down or out, with the bootstrap interval "
                    "over customers ({resamples} resamples; normal from {large} customers on)",
                    resamples=language.number(1000), large=language.number(5000),
                ),
            ),
            (say("Interval"), say("Wilson, confidence {level}", level=language.percent(0.95))),
            window=say(
                "The {days} days to {date}, and the {days} days to {last}", days=language.number(moves.now.days),
                date=language.date(moves.earlier.last_day), last=language.date(moves.now.last_day),
            ),
        ),
        file="transitions.csv",
    )  # fmt: skip


def _move_row(view: View, row: dict[str, Any], is_small: bool) -> Row:
    say, language, n = view.language.say, view.language, int(row["customers"])
    name, least = (view.name(str(row["segment"])), None), view.minimum_group
    now = language.number(row["now"]) if not 0 < row["now"] < least else str(say("few"))
    both = (say("{before} → {after}", before=language.number(n), after=now), n)
    if n < view.minimum_base:
        blank = (language.number(None), None)
        return (name, both, blank, (view.not_estimable(n), None), blank, blank)
    leaves = int(row["down"] + row["out"])
    drift = (int(row["drift_down"]) + int(row["drift_out"])) / n
    low, high = view.bounds(wilson(leaves, n))
    is_top = row["segment"] in LEVELS["champions"]
    up = (language.number(None), None) if is_top else (language.percent(row["up"] / n), row["up"] / n)
    left = say("{value} ({low} to {high})", value=language.percent(leaves / n), low=low, high=high)
    money = (language.number(None), None)
    if not is_small:
        amounts = (language.money(row[key]) for key in ("at_stake", "at_stake_low", "at_stake_high"))
        value, low, high = amounts
        stake = say("{value} ({low} to {high})", value=value, low=low, high=high) if leaves else Text(value)
        money = (stake, row["at_stake"])
    return (
        name, both, up, (left, leaves / n), (language.percent(drift), drift), money,
    )  # fmt: skip


def moves_finding(view: View) -> Finding | None:
    """Up against down among the customers of the earlier picture, and against time alone; None without a picture."""
    moves = view.result.movement.transitions
    if moves is None:
        return None
    say, language, counts = view.language.say, view.language, _counts(moves)
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
            "now or have no order in the window; {up} ({up_share}, {up_interval}) are on a higher one. Had nobody "
            "bought again, time alone would have put {drift} lower.",
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
    stake = moves.segments
    low, high = _sum_interval(rows, "revenue_earlier")
    gain_low, gain_high = up["revenue_now_low"], up["revenue_now_high"]
    assert np.isclose(before, float(stake["at_stake"].sum()), atol=0.01)
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
