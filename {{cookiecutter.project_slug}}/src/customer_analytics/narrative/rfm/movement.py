"""Section six: who moved between the segments, and the money that moved along."""

from __future__ import annotations

from typing import Any

from customer_analytics.analysis.rfm.transitions import LEVELS, LEVELS_FROM, LEVELS_TO, Transitions
from customer_analytics.disclosure.hiding import small_groups
from customer_analytics.language import Language, Text
from customer_analytics.narrative.rfm.exhibits import FigureWords, Row, SectionWords, TableWords
from customer_analytics.narrative.rfm.names import segment_name
from customer_analytics.narrative.rfm.view import View
from customer_analytics.statistics import Interval, wilson

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
    counts = counts_of(moves)
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
        )
        if largest
        else say(
            "Bands between levels at two dates. {title}. No move is of {least} customers or more.",
            title=title, least=language.number(view.minimum_group),
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


def counts_of(moves: Transitions) -> dict[str, int]:
    """Customers of each direction."""
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
            (say("Time alone"), "number"),
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
                say("Time alone"),
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
