"""Whether one way in reaches the goal more often than another, among visits that are alike."""

from __future__ import annotations

import math

from customer_analytics.analysis.paths import Routes
from customer_analytics.analysis.paths.comparing import BALANCED, Comparison
from customer_analytics.language import Text
from customer_analytics.narrative.exhibits import Row, SectionWords, TableWords
from customer_analytics.narrative.finding import Finding, Grade
from customer_analytics.narrative.funnel.places import goal, path, period, routes_of, visits_how
from customer_analytics.narrative.funnel.view import View

ROWS = 5
LEVEL = 0.01  # p of a pair, q of one of many, from which a difference is told


def shown(view: View) -> list[Comparison]:
    """The pair first, then the usual ways, each with enough people on both sides."""
    routes = routes_of(view)
    if routes is None:
        return []
    every = [*([routes.pair] if routes.pair is not None else []), *routes.compared]
    least = max(view.minimum_group, view.minimum_base)
    return [each for each in every if min(each.people, each.other_people) >= least and not math.isnan(each.difference)]


def section(view: View) -> SectionWords:
    """Opening of the section."""
    say = view.language.say
    return SectionWords(
        say("Which way leads further"), "compare",
        say("Ways in, compared among visits of the same device and channel, first visits with first visits."),
    )  # fmt: skip


def is_clear(each: Comparison) -> bool:
    """Whether a comparison tells the two sides apart: a pair by its p, one of many by its q."""
    return each.p <= LEVEL if math.isnan(each.q) else each.q <= LEVEL


def table(view: View) -> TableWords:
    """Every way against the others: standardised shares and their difference."""
    routes = routes_of(view)
    assert routes is not None
    say, language = view.language.say, view.language
    rows: list[Row] = []
    for each in shown(view)[:ROWS]:
        low, high = (language.signed(100 * value, 1) for value in (each.low, each.high))
        rows.append(
            (
                (path(view, routes, each.way), None),
                (_against(view, routes, each), None),
                (language.number(each.visits), each.visits),
                (language.percent(each.rate, 1), each.rate),
                (language.percent(each.other_rate, 1), each.other_rate),
                (say("{low} to {high}", low=low, high=high), each.difference),
                (say("yes") if is_clear(each) else say("no"), each.p),
            )
        )
    return TableWords(
        (
            (say("Way"), "name"),
            (say("Against"), "text"),
            (say("Visits"), "number"),
            (say("Reach “{goal}”", goal=goal(view, routes)), "number"),
            (say("The others"), "number"),
            (say("Difference in points"), "number"),
            (say("Clear"), "text"),
        ),
        tuple(rows),
        say("Ways in, like compared with like"),
        visits_how(
            view, routes,
            (
                say("Matched on"),
                say("Device, channel and first or later visit; strata weighted by Mantel and Haenszel"),
            ),
            (
                say("Balance"),
                say(
                    "Largest standardised difference that is left, also of weekend and evening, on which nothing was "
                    "matched: {largest}; up to {limit} counts as balanced",
                    largest=language.number(_largest(view), 2), limit=language.number(BALANCED, 1),
                ),
            ),
            (
                say("Clear"),
                say("The pair in the first row by its p, the others by the false discovery rate (up to {level})",
                    level=language.percent(LEVEL))
                if routes.pair is not None
                else say("By the false discovery rate (up to {level})", level=language.percent(LEVEL)),
            ),
            (
                say("Base of ways"), say("Visits with two stops or more; who leaves at the first place took no way"),
            ),
        ),
        file="path_comparison",
    )  # fmt: skip


def _against(view: View, routes: Routes, each: Comparison) -> Text:
    return path(view, routes, each.other) if each.other else view.language.say("All other ways")


def _largest(view: View) -> float:
    return max((each.largest for each in shown(view)), default=math.nan)


def note(view: View) -> tuple[Text, Text]:
    """What the comparison can and cannot say: a callout."""
    say, language = view.language.say, view.language
    rows = shown(view)
    unclear = [each for each in rows if not is_clear(each)]
    if len(unclear) == len(rows):
        smallest = max((each.high - each.low) / 2 for each in rows)
        return (
            say("No way leads further than another"),
            say(
                "No difference is clear. Differences of more than about {points} points would have shown in most rows.",
                points=language.number(100 * smallest, 1),
            ),
        )
    return (
        say("A choice, not an experiment"),
        say(
            "Who takes which way is their own choice: alike in device, channel and visit does not mean alike in "
            "intent. Lead half of the visitors the other way before rebuilding anything."
        ),
    )


def findings(view: View) -> list[Finding]:
    """The clearest difference between ways; none where none is clear."""
    routes = routes_of(view)
    if routes is None:
        return []
    clear = [each for each in shown(view) if is_clear(each) and each.other_rate > 0]
    pair = [each for each in clear if each.other]
    best = pair[0] if pair else max(clear, key=lambda each: abs(each.difference), default=None)
    if best is None:
        return []
    if best.difference < 0 and best.other:
        best = _turned(best)
    say, language = view.language.say, view.language
    relative = best.rate / best.other_rate - 1 if best.other_rate else math.nan
    way, against = path(view, routes, best.way), _against(view, routes, best)
    more = best.difference > 0
    return [
        Finding(
            id="path_comparison", grade=Grade.B if best.is_balanced else Grade.C,
            head=say("The way “{way}” leads further", way=way)
            if more
            else say("The way “{way}” leads less far", way=way),
            statement=say(
                "Of {visits} visits that take “{way}”, **{rate}** reach “{goal}”, against {other} of {others} visits "
                "by {against}: {points} points (interval {low} to {high}), {relative}, among visits of the same "
                "device, channel and order; {period}.",
                visits=language.number(best.visits), way=way, rate=language.percent(best.rate, 1),
                goal=goal(view, routes), other=language.percent(best.other_rate, 1),
                others=language.number(best.other_visits),
                against=say("“{way}”", way=against) if best.other else say("other ways"),
                points=language.signed(100 * best.difference, 1), low=language.signed(100 * best.low, 1),
                high=language.signed(100 * best.high, 1), relative=language.signed_percent(relative),
                period=period(view),
            ),
            meaning=say("This goes with the way after adjusting for what is known of the visits; intent is not known.")
            if best.is_balanced
            else say("The visits differ in more than their way; read it as a description."),
            action=say("Make this way easier to find for half of the visitors, and compare both halves."),
            section="compare", value=100 * best.difference, low=100 * best.low, high=100 * best.high,
            n=best.visits + best.other_visits, unit="points", notable=best.is_balanced,
        )
    ]  # fmt: skip


def _turned(each: Comparison) -> Comparison:
    """The same pair seen from the other side."""
    return Comparison(
        way=each.other, other=each.way, visits=each.other_visits, people=each.other_people, other_visits=each.visits,
        other_people=each.people, raw=each.other_raw, other_raw=each.raw, rate=each.other_rate, other_rate=each.rate,
        difference=-each.difference, low=-each.high, high=-each.low, p=each.p, q=each.q, matched=each.matched,
        balance=each.balance,
    )  # fmt: skip
