"""Section: which ways people take through the site, from stop to stop, and how often each reaches the goal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from customer_analytics.analysis.paths import Routes
from customer_analytics.analysis.paths.places import NONE
from customer_analytics.analysis.paths.visits import DEPTH, FIRSTS
from customer_analytics.language import Text
from customer_analytics.narrative.exhibits import FigureWords, Row, SectionWords, TableWords
from customer_analytics.narrative.funnel.places import goal, path, place, records, routes_of, source, visits_how
from customer_analytics.narrative.funnel.view import View
from customer_analytics.statistics import Interval, wilson

PlaceRow = tuple[str, str, float, str]  # as charts.PathPlace: name, size in words, size, role
BandRow = tuple[int, int, int, float, str]  # as charts.PathBand: column, from, to, visits, role
COLUMNS, MOST = 5, 6  # stops that are drawn, and places of a stop that are drawn by name
ROWS, LAST_ROWS = 6, 4
_LEAST_BAND = 0.004  # share of all visits from which a band is drawn
_LEAST_PLACE = 0.01  # and from which a place has a bar of its own
END, REST = 0, -1


def section(view: View) -> SectionWords:
    """Opening of the section."""
    say, language, routes = view.language.say, view.language, routes_of(view)
    title = say("The ways people take")
    if routes is None:
        return SectionWords(title, "paths", why_not(view))
    alone = int(routes.entries["ended"].sum())
    return SectionWords(
        title, "paths",
        say(
            "Visit by visit: {share} of {visits} visits reach “{goal}”, and {alone} end at the place where they begin.",
            share=language.percent(routes.reached / routes.visits, 1), visits=language.number(routes.visits),
            goal=goal(view, routes), alone=language.percent(alone / routes.visits),
        ),
    )  # fmt: skip


def why_not(view: View) -> Text:
    """Why no ways are shown."""
    say = view.language.say
    if view.paths is None or view.paths.routes is None:
        return say("The data hold no events: the ways that people take are not seen.")
    return view.not_estimable(view.paths.routes.people)


@dataclass(frozen=True)
class Flow:
    """The drawing: columns of places, bands between them, and the visits that are not drawn."""

    columns: list[list[PlaceRow]]
    bands: list[BandRow]


def has_flow(view: View) -> bool:
    """Whether there is anything to draw: visits that go on from their first stop."""
    routes = routes_of(view)
    return routes is not None and bool(flow(view).bands)


def flow(view: View) -> Flow:
    """Stops as columns. The most visited places of a stop by name, the rest together, visits that end at the bottom."""
    routes = routes_of(view)
    assert routes is not None
    table = routes.flows
    sizes = [_sizes(routes, stop) for stop in range(1, COLUMNS + 1)]
    shown = [_shown(view, routes, own) for own in sizes]
    columns = [
        [
            (str(_name(view, routes, key)), view.language.number(value), float(value), _role(routes, key))
            for key, value in side
        ]
        for side in shown
    ]
    totals: dict[tuple[int, int, int], float] = {}
    for row in records(table):
        stop = int(row["stop"]) - 1
        if stop + 1 >= len(shown) or row["source"] == routes.goal:
            continue
        left, right = (
            _position(side, int(row[name])) for side, name in ((shown[stop], "source"), (shown[stop + 1], "target"))
        )
        if left is not None and right is not None:
            totals[stop, left, right] = totals.get((stop, left, right), 0.0) + float(row["visits"])
    least = max(_LEAST_BAND * routes.visits, float(view.minimum_group))
    bands = [
        (stop, left, right, value, _band_role(routes, shown[stop + 1][right][0]))
        for (stop, left, right), value in sorted(totals.items())
        if value >= least
    ]
    return Flow([column for column in columns if column], bands)


def _sizes(routes: Routes, stop: int) -> dict[int, int]:
    """Visits by place at a stop; END: those that ended at the stop before, without the goal."""
    table = routes.flows
    if stop == 1:
        own = table[table["stop"] == 1].groupby("source")["visits"].sum()
    else:
        inside = (table["stop"] == stop - 1) & (table["source"] != routes.goal)
        own = table[inside].groupby("target")["visits"].sum()
    return dict(zip((int(key) for key in own.index), (int(value) for value in own), strict=True))


def _shown(view: View, routes: Routes, sizes: dict[int, int]) -> list[tuple[int, int]]:
    """(place, visits) from the top: the goal, the most visited ones, REST, END."""
    named = {key: value for key, value in sizes.items() if key != END and _is_named(view, routes, key)}
    top = sorted(named, key=lambda key: (key != routes.goal, -named[key], key))[:MOST]
    rest = sum(value for key, value in sizes.items() if key != END and key not in top)
    least = max(_LEAST_PLACE * routes.visits, float(view.minimum_group))
    rows = [(key, named[key]) for key in top if named[key] >= least]
    rest += sum(named[key] for key in top if named[key] < least)
    if rest >= least:
        rows.append((REST, rest))
    if sizes.get(END, 0) >= view.minimum_group:
        rows.append((END, sizes[END]))
    return rows


def _is_named(view: View, routes: Routes, number: int) -> bool:
    return place(view, routes, number) != view.language.say("Another place")


def _position(side: list[tuple[int, int]], key: int) -> int | None:
    keys = [each for each, _ in side]
    if key in keys:
        return keys.index(key)
    return keys.index(REST) if key != END and REST in keys else None


def _name(view: View, routes: Routes, key: int) -> Text:
    return view.language.say("Other places") if key == REST else place(view, routes, key)


def _role(routes: Routes, key: int) -> str:
    return "s1" if key == routes.goal else "mute" if key == END else "ink3"


def _band_role(routes: Routes, key: int) -> str:
    return "s3" if key == routes.goal else "mute" if key == END else "faint"


def flow_heads(view: View) -> list[str]:
    """Names of the columns."""
    say, language = view.language.say, view.language
    return [str(say("Stop {n}", n=language.number(number))) for number in range(1, COLUMNS + 1)]


def flow_figure(view: View) -> FigureWords:
    """Words of the drawing."""
    say, language, routes = view.language.say, view.language, routes_of(view)
    assert routes is not None
    title = _flow_title(view, routes)
    rows = [
        say(
            "{path}: {share}", path=path(view, routes, row["path"]), share=language.percent(row["share"]),
        )
        for row in _beginnings(view, routes)[:4]
    ]  # fmt: skip
    return FigureWords(
        title,
        say(
            "Visits by place, stop by stop, up to “{goal}”; repeats of a place are one stop. Grey to the bottom: the "
            "visit ends. Bands of fewer visits than {share} of all are not drawn",
            goal=goal(view, routes), share=language.percent(_LEAST_BAND, 1),
        ),
        say(
            "Bands from stop to stop. {title}. The most frequent ways: {rows}.", title=title,
            rows=language.joined(rows),
        ),
        source(view, routes),
    )  # fmt: skip


def _flow_title(view: View, routes: Routes) -> Text:
    """Where most visits end, and how many reach the goal."""
    say, language = view.language.say, view.language
    reached = language.percent(routes.reached / routes.visits)
    known = records(routes.stays[routes.stays["people"] >= view.minimum_group])
    worst = max(known, key=lambda row: row["ended"], default=None)
    if worst is None or worst["ended"] < view.minimum_group:
        return say("{rate} of visits reach “{goal}”", rate=reached, goal=goal(view, routes))
    return say(
        "{share} of visits end at “{place}”; {rate} reach “{goal}”",
        share=language.percent(worst["ended"] / routes.visits), place=place(view, routes, int(worst["place"])),
        rate=reached, goal=goal(view, routes),
    )  # fmt: skip


def tips(view: View) -> dict[str, str]:
    """Tooltips of the bands: the share of the visits at the place before."""
    say, language, routes = view.language.say, view.language, routes_of(view)
    assert routes is not None
    drawn = flow(view)
    found = {}
    for number, (column, left, right, value, _) in enumerate(drawn.bands):
        base = drawn.columns[column][left][2]
        found[f"band-{number}"] = str(
            say(
                "{before} → {after}: {share}", before=drawn.columns[column][left][0],
                after=drawn.columns[column + 1][right][0], share=language.percent(value / base if base else None),
            )
        )  # fmt: skip
    return found


def _beginnings(view: View, routes: Routes) -> list[dict[str, Any]]:
    """The most frequent beginnings that enough people took."""
    table = routes.paths[routes.paths["people"] >= max(view.minimum_group, 1)]
    return records(table)


def tables(view: View) -> list[TableWords]:
    """The most frequent ways, and those that lead to the goal."""
    routes = routes_of(view)
    if routes is None:
        return []
    found = [_paths_table(view, routes)]
    if (routes.ways["people"] >= view.minimum_group).sum() > 1 and routes.reached >= view.minimum_base:
        found.append(_ways_table(view, routes))
    return found


def _paths_table(view: View, routes: Routes) -> TableWords:
    say, language = view.language.say, view.language
    rows: list[Row] = []
    for row in _beginnings(view, routes)[:ROWS]:
        rows.append(
            (
                (path(view, routes, row["path"]), None),
                (language.number(row["visits"]), row["visits"]),
                (language.percent(row["share"], 1), row["share"]),
                (_end_of(view, routes, row), None),
            )
        )
    return TableWords(
        (
            (say("Way"), "name"),
            (say("Visits"), "number"),
            (say("Of all"), "number"),
            (say("How it ends"), "text"),
        ),
        tuple(rows),
        say("The most frequent ways"),
        visits_how(
            view, routes,
            (say("Way"), say("The first stops of a visit, up to “{goal}”", goal=goal(view, routes))),
        ),
        file="paths",
    )  # fmt: skip


def _end_of(view: View, routes: Routes, row: dict[str, Any]) -> Text:
    """Whether visits of a way reach the goal: those of few stops do by what they are."""
    say, language = view.language.say, view.language
    numbers: tuple[int, ...] = row["path"]
    if numbers[-1] == routes.goal:
        return say("Reaches “{goal}”", goal=goal(view, routes))
    if len(numbers) < FIRSTS:
        return say("Ends at “{place}”", place=place(view, routes, numbers[-1]))
    people = int(row["people"])
    if people < view.minimum_base:
        return view.not_estimable(people)
    rate, low, high = (float(row[name]) for name in ("rate", "rate_low", "rate_high"))
    return say(
        "{share} go on to “{goal}” ({bounds})", share=language.percent(rate), goal=goal(view, routes),
        bounds=view.between(Interval(low, high)),
    )  # fmt: skip


def _ways_table(view: View, routes: Routes) -> TableWords:
    say, language = view.language.say, view.language
    rows: list[Row] = []
    for row in records(routes.ways[routes.ways["people"] >= view.minimum_group])[:LAST_ROWS]:
        low, high = wilson(int(row["visits"]), routes.reached)
        rows.append(
            (
                (path(view, routes, [number for number in row["path"] if number != NONE]), None),
                (language.number(row["visits"]), row["visits"]),
                (
                    say(
                        "{share} ({bounds})", share=language.percent(row["share"]),
                        bounds=view.between(Interval(low, high)),
                    ),
                    row["share"],
                ),
            )
        )  # fmt: skip
    return TableWords(
        ((say("Way"), "name"), (say("Visits"), "number"), (say("Of those that reach it"), "number")),
        tuple(rows),
        say("The last stops before “{goal}”", goal=goal(view, routes)),
        visits_how(
            view, routes,
            (
                say("Way"),
                say(
                    "The last stops up to the first “{goal}” of a visit, at most {n}", goal=goal(view, routes),
                    n=language.number(DEPTH),
                ),
            ),
        ),
        file="paths_to_goal",
    )  # fmt: skip
