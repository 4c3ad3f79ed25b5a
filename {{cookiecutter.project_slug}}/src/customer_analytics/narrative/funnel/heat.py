"""Heat: which element of which page is used, when people come and when they reach the goal, what they react to."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from customer_analytics.language import Text
from customer_analytics.narrative.exhibits import FigureWords, Row, SectionWords, TableWords
from customer_analytics.narrative.funnel.places import goal, period, records, routes_of
from customer_analytics.narrative.funnel.view import View

CellRow = tuple[float | None, str, str]  # as charts.GridCell: shade, words, second line
GridRow = tuple[str, list[list[float]], tuple[int, int, int] | None]  # as charts.WeekGrid
HOURS_IN_A_ROW = 3
_LONGEST = 22


def section(view: View) -> SectionWords:
    """Opening of the section."""
    say = view.language.say
    return SectionWords(
        say("Where and when people act"), "heat",
        say("Which elements are used on which page, and at which hours people come and reach the end."),
    )  # fmt: skip


def has_heat(view: View) -> bool:
    """Whether the section has anything to show."""
    return has_clicks(view) or has_hours(view) or interactions_table(view) is not None


def has_clicks(view: View) -> bool:
    """Whether there are pages and elements with enough people."""
    return len(_click_rows(view)) > 1


def _click_rows(view: View) -> list[dict[str, Any]]:
    table = view.paths.heat.clicks if view.paths is not None else None
    return [] if table is None else records(table[table["people"] >= view.minimum_group])


def _sides(view: View) -> tuple[list[str], list[str]]:
    """Pages and elements with a cell to show, the most used first."""
    pages: dict[str, int] = {}
    elements: dict[str, int] = {}
    for row in _click_rows(view):
        pages[row["page"]] = pages.get(row["page"], 0) + int(row["clicks"])
        elements[row["element"]] = elements.get(row["element"], 0) + int(row["clicks"])
    return sorted(pages, key=lambda key: (-pages[key], key)), sorted(elements, key=lambda key: (-elements[key], key))


def click_cells(view: View) -> list[list[CellRow]]:
    """Pages from the top, elements from the left; small cells are empty."""
    pages, elements = _sides(view)
    known = {(row["page"], row["element"]): int(row["clicks"]) for row in _click_rows(view)}
    assert view.paths is not None
    language, total = view.language, view.paths.heat.all_clicks

    def cell(page: str, element: str) -> CellRow:
        if (page, element) not in known:
            return None, "", ""
        clicks = known[page, element]
        return clicks / total, language.percent(clicks / total), language.number(clicks)

    return [[cell(page, element) for element in elements] for page in pages]


def click_words(view: View) -> tuple[list[str], list[str], str, str]:
    """As charts.GridWords: names of rows and columns, and what they are."""
    say = view.language.say
    pages, elements = _sides(view)
    return (
        [_short(name) for name in pages],
        [_short(name, 16) for name in elements],
        str(say("Page")),
        str(say("Element")),
    )


def _short(name: str, longest: int = _LONGEST) -> str:
    return name if len(name) <= longest else name[: longest - 1].rstrip() + "…"


def click_figure(view: View) -> FigureWords:
    """Words of the grid of clicks."""
    say, language = view.language.say, view.language
    assert view.paths is not None
    rows = sorted(_click_rows(view), key=lambda row: -row["clicks"])
    total, top = view.paths.heat.all_clicks, rows[0]
    listed = language.joined(
        [
            say(
                "{element} on {page}: {clicks}", element=_short(row["element"]), page=_short(row["page"]),
                clicks=language.number(row["clicks"]),
            )
            for row in rows[:6]
        ]
    )  # fmt: skip
    return FigureWords(
        say(
            "Most used: “{element}” on “{page}”, {share} of all uses", element=_short(top["element"]),
            page=_short(top["page"]), share=language.percent(top["clicks"] / total),
        ),
        say(
            "Share of all uses of elements, by page, the most used of each. Empty: fewer than {least} people",
            least=language.number(view.minimum_group),
        ),
        say("Shaded grid of pages and elements. {rows}.", rows=listed),
        say("Source: events, {period}; {total} uses of elements.", period=period(view), total=language.number(total)),
    )  # fmt: skip


def has_hours(view: View) -> bool:
    """Whether enough moments have an hour."""
    if view.paths is None or view.paths.heat.hours is None:
        return False
    return int(view.paths.heat.hours["visits"].sum()) >= max(view.minimum_base, view.minimum_group)


def _grid(view: View, column: str) -> npt.NDArray[np.float64]:
    assert view.paths is not None and view.paths.heat.hours is not None
    table = view.paths.heat.hours
    grid = np.zeros((7, 24))
    grid[table["weekday"].to_numpy(int), table["hour"].to_numpy(int)] = table[column].to_numpy(float)
    return grid


def _is_orders(view: View) -> bool:
    return view.paths is not None and view.paths.routes is None


def hour_grids(view: View) -> list[GridRow]:
    """Visits, and visits that reach the goal, by weekday and hour; orders where there are no visits."""
    say, routes = view.language.say, routes_of(view)
    grids = [("visits", str(say("Orders") if _is_orders(view) else say("Visits begin")))]
    reached = _grid(view, "reached").sum()
    if not _is_orders(view) and routes is not None and reached >= max(view.minimum_base, view.minimum_group):
        grids.append(("reached", str(say("Visits that reach “{goal}”", goal=goal(view, routes)))))
    found: list[GridRow] = []
    for column, name in grids:
        own = _grid(view, column)
        day, hour, _ = _busiest(own)
        found.append((name, (own / own.sum()).tolist(), (day, hour, HOURS_IN_A_ROW)))
    return found


def _busiest(grid: npt.NDArray[np.float64]) -> tuple[int, int, float]:
    """Weekday and first hour of the busiest hours in a row on one day, and their share of all."""
    sums = sum(grid[:, first : 24 - HOURS_IN_A_ROW + 1 + first] for first in range(HOURS_IN_A_ROW))
    place = int(np.argmax(sums))
    day, hour = divmod(place, 24 - HOURS_IN_A_ROW + 1)
    return day, hour, float(np.asarray(sums).flat[place] / grid.sum())


def weekdays(view: View) -> list[str]:
    """Monday to Sunday, short."""
    say = view.language.say
    return [str(word) for word in (say("Mon"), say("Tue"), say("Wed"), say("Thu"), say("Fri"), say("Sat"), say("Sun"))]


def hour_figure(view: View) -> FigureWords:
    """Words of the grids of hours."""
    say, language = view.language.say, view.language
    own = _grid(view, "visits")
    by_hour = own.sum(axis=0)
    sums = [by_hour[first : first + HOURS_IN_A_ROW].sum() for first in range(24 - HOURS_IN_A_ROW + 1)]
    hour = int(np.argmax(sums))
    share = float(sums[hour] / by_hour.sum())
    what = say("orders") if _is_orders(view) else say("visits")
    rows = [
        say(
            "{name}: busiest on {day} from {hours}", name=name, day=weekdays(view)[marked[0]],
            hours=_hours(view, marked[1]),
        )
        for name, _, marked in hour_grids(view)
        if marked is not None
    ]  # fmt: skip
    return FigureWords(
        say(
            "{share} of {what} fall between {begin} and {end}", share=language.percent(share), what=what,
            begin=f"{hour:02d}:00", end=f"{hour + HOURS_IN_A_ROW:02d}:00",
        ),
        say("Share of all {what} by weekday and hour. Outlined: the busiest hours in a row", what=what),
        say("Shaded grids of weekday and hour. {rows}.", rows=language.joined(rows)),
        say(
            "Source: {count} {what}, {period}, hours in {zone}.", count=language.number(int(own.sum())), what=what,
            period=period(view), zone=view.time_zone,
        ),
    )  # fmt: skip


def _hours(view: View, hour: int) -> Text:
    return view.language.say("{begin} to {end}", begin=f"{hour:02d}:00", end=f"{hour + HOURS_IN_A_ROW:02d}:00")


def interactions_table(view: View) -> TableWords | None:
    """Comments, likes, shares, favourites; None where no events are named so."""
    if view.paths is None:
        return None
    table = view.paths.heat.interactions
    shown = records(table[table["people"] >= view.minimum_group]) if len(table) else []
    if not shown:
        return None
    say, language = view.language.say, view.language
    rows: list[Row] = []
    for row in shown:
        is_known = row["page"] and row["page_people"] >= view.minimum_group
        where = (
            say("{page} ({count})", page=_short(row["page"]), count=language.number(row["page_events"]))
            if is_known
            else Text(language.number(None))
        )
        rows.append(
            (
                (interaction_name(view, row["kind"]), None),
                (language.number(row["events"]), row["events"]),
                (language.number(row["people"]), row["people"]),
                (language.number(row["events"] / row["people"], 1), row["events"] / row["people"]),
                (where, None),
            )
        )
    return TableWords(
        (
            (say("Reaction"), "name"),
            (say("Times"), "number"),
            (say("Number of people"), "number"),
            (say("Times a person"), "number"),
            (say("Most of them on"), "text"),
        ),
        tuple(rows),
        say("What people react to"),
        view.how(
            (say("Reaction"), say("Events whose name tells of one; taking one back does not count")),
            window=period(view),
        ),
        file="interactions",
    )


def tables(view: View) -> list[TableWords]:
    """What people react to, where events tell of it."""
    table = interactions_table(view)
    return [table] if table is not None else []


def interaction_name(view: View, kind: str) -> Text:
    """Name of a kind of reaction."""
    say = view.language.say
    return {
        "comment": say("Comments"),
        "like": say("Likes"),
        "share": say("Shares with others"),
        "favourite": say("Favourites"),
        "follow": say("Follows"),
    }[kind]
