"""Where visits stay and where they end, and what goes with giving up at a place."""

from __future__ import annotations

import math
from typing import Any

from customer_analytics.analysis.paths import Routes
from customer_analytics.analysis.paths.rates import clustered_rate
from customer_analytics.language import Text
from customer_analytics.narrative.exhibits import Row, TableWords
from customer_analytics.narrative.finding import Finding, Grade
from customer_analytics.narrative.funnel.places import goal, period, place, records, routes_of, visits_how
from customer_analytics.narrative.funnel.view import View
from customer_analytics.statistics import Interval

ROWS, ROWS_OF_SIGNS = 8, 5
LEVEL = 0.01  # q from which a difference is told
LARGE = 0.05  # smallest difference of a share that makes a finding


def kind_name(view: View, kind: str) -> Text:
    """Name of a kind of friction."""
    say = view.language.say
    return {
        "retry": say("The same again at once"),
        "back_and_forth": say("Away and back"),
        "hesitation": say("A long wait before going on"),
        "error": say("An error"),
    }[kind]


def tables(view: View) -> list[TableWords]:
    """Places with their stays, and what goes with giving up there."""
    routes = routes_of(view)
    if routes is None:
        return []
    found = [stays_table(view, routes)]
    if friction_rows(view, routes):
        found.append(friction_table(view, routes))
    return found


def stays_table(view: View, routes: Routes) -> TableWords:
    """Time at each place, visits that end there, and visits that reach the goal from there."""
    say, language = view.language.say, view.language
    rows: list[Row] = []
    for row in records(routes.stays[routes.stays["people"] >= view.minimum_group])[:ROWS]:
        visits, enough = int(row["visits"]), int(row["people"]) >= view.minimum_base
        ended, reached = int(row["ended"]) / visits, int(row["reached"]) / visits
        timed = int(row["timed"]) >= view.minimum_base and not math.isnan(float(row["dwell_p50"]))
        rows.append(
            (
                (place(view, routes, int(row["place"])), None),
                (language.number(visits), visits),
                (language.percent(visits / routes.visits), visits / routes.visits),
                (language.duration(float(row["dwell_p50"])) if timed else language.number(None), row["dwell_p50"]),
                (language.percent(ended) if enough else view.not_estimable(int(row["people"])), ended),
                (
                    say("{share} ({bounds})", share=language.percent(reached), bounds=view.between(clustered_rate(row)))
                    if enough
                    else view.not_estimable(int(row["people"])),
                    reached,
                ),
            )
        )
    return TableWords(
        (
            (say("Place"), "name"),
            (say("Visits"), "number"),
            (say("Of all"), "number"),
            (say("Median stay"), "number"),
            (say("Visit ends here"), "number"),
            (say("Reach “{goal}”", goal=goal(view, routes)), "number"),
        ),
        tuple(rows),
        say("Where visits stay and where they end"),
        visits_how(
            view, routes,
            (
                say("Median stay"),
                say("From arriving to the next place, at most half an hour; how long the last place of a visit was "
                    "looked at is not known, and not in it"),
            ),
            (say("Visit ends here"), say("Of the visits that were there, without reaching the end of the funnel")),
        ),
        file="places",
    )  # fmt: skip


def friction_rows(view: View, routes: Routes) -> list[dict[str, Any]]:
    """What was tested, with the clear ones first, each side large enough to be shown."""
    table = routes.friction[routes.friction["p"].notna() & (routes.friction["people"] >= view.minimum_group)]
    rows = [row for row in records(table) if not (row["rate"] in (0.0, 1.0) and row["rate"] == row["others_rate"])]
    return sorted(rows, key=lambda row: (row["q"] > LEVEL, row["p"], -abs(row["difference"])))


def friction_table(view: View, routes: Routes) -> TableWords:
    """Retries, going back, long waits and errors against visits of the same place without them."""
    say, language = view.language.say, view.language
    rows: list[Row] = []
    for row in friction_rows(view, routes)[:ROWS_OF_SIGNS]:
        low, high = (language.signed(100 * row[name], 1) for name in ("low", "high"))
        rows.append(
            (
                (kind_name(view, row["kind"]), None),
                (place(view, routes, int(row["place"])), None),
                (language.number(row["visits"]), row["visits"]),
                (language.percent(row["rate"]), row["rate"]),
                (language.percent(row["others_rate"]), row["others_rate"]),
                (say("{low} to {high}", low=low, high=high), row["difference"]),
                (say("yes") if row["q"] <= LEVEL else say("no"), row["q"]),
            )
        )
    return TableWords(
        (
            (say("Sign"), "name"),
            (say("At"), "text"),
            (say("Visits with it"), "number"),
            (say("Reach “{goal}”", goal=goal(view, routes)), "number"),
            (say("Without it"), "number"),
            (say("Difference in points"), "number"),
            (say("Clear"), "text"),
        ),
        tuple(rows),
        say("What goes with giving up"),
        visits_how(
            view, routes,
            (say("Comparison"), say("Visits that were at the same place, with and without the sign before the end")),
            (say("The same again at once"), say("Another action of the same kind directly after it")),
            (say("Away and back"), say("Back at the place with one other place between")),
            (
                say("A long wait before going on"),
                say("Longer than three quarters of the stays at that place; only visits that went on"),
            ),
            (say("An error"), say("The name of the event or its properties tell of one")),
            (
                say("Clear"),
                say("False discovery rate at most {level} over all {n} comparisons (Benjamini, Hochberg)",
                    level=language.percent(LEVEL), n=language.number(int(routes.friction["p"].notna().sum()))),
            ),
        ),
        file="friction",
    )  # fmt: skip


def findings(view: View) -> list[Finding]:
    """The clearest sign of giving up, where there is one; grade C: it goes with it, and may not be why."""
    routes = routes_of(view)
    if routes is None:
        return []
    clear = [
        row for row in friction_rows(view, routes)
        if row["q"] <= LEVEL and row["difference"] <= -LARGE and row["high"] < 0
    ]  # fmt: skip
    if not clear:
        return []
    say, language = view.language.say, view.language
    row = max(clear, key=lambda each: -each["difference"] * each["visits"])
    lost = round(-row["difference"] * row["visits"])
    where = place(view, routes, int(row["place"]))
    statement = say(
        "Of {visits} visits with {sign} at “{place}”, **{rate}** reach “{goal}” ({interval}); of {others} visits there "
        "without it, {others_rate}; {period}.",
        visits=language.number(row["visits"]), sign=_sign(view, row["kind"]), place=where,
        rate=language.percent(row["rate"]), goal=goal(view, routes),
        interval=view.interval(Interval(row["rate_low"], row["rate_high"])), others=language.number(row["others"]),
        others_rate=language.percent(row["others_rate"]), period=period(view),
    )  # fmt: skip
    return [
        Finding(
            id="friction", grade=Grade.C,
            head=say("Errors at “{place}” go with giving up", place=where)
            if row["kind"] == "error"
            else say("At “{place}” visits get stuck", place=where),
            statement=statement,
            meaning=say(
                "None of them got through: the error is where the visit ends. If these visits did as the others there, "
                "about {lost} more would reach the end.", lost=language.number(lost),
            )
            if row["rate"] == 0 and row["kind"] == "error"
            else say(
                "If these visits did as the others there, about {lost} more would reach the end. The sign goes with "
                "giving up; that it is the cause only a test can show.", lost=language.number(lost),
            ),
            action=say("Replay ten of these visits, mend what stops them, and watch this share in the next run."),
            section="paths", value=100 * row["difference"], low=100 * row["low"], high=100 * row["high"],
            n=int(row["visits"]), unit="points", notable=False,
        )
    ]  # fmt: skip


def _sign(view: View, kind: str) -> Text:
    say = view.language.say
    return {
        "retry": say("the same action again at once"),
        "back_and_forth": say("going away and back"),
        "hesitation": say("a long wait"),
        "error": say("an error"),
    }[kind]
