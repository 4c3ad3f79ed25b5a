"""Names of places, paths in words, and whether there are enough visits to tell of."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from customer_analytics.analysis.paths import Routes
from customer_analytics.analysis.paths.outputs import REST, names_of
from customer_analytics.language import Text
from customer_analytics.narrative.exhibits import How
from customer_analytics.narrative.funnel.view import View, step_name

_LONGEST = 32  # letters of a name in a sentence or cell


def routes_of(view: View) -> Routes | None:
    """The ways of visits, where there are enough people for shares; else None."""
    if view.paths is None or view.paths.routes is None:
        return None
    routes = view.paths.routes
    return routes if routes.people >= max(view.minimum_base, view.minimum_group) and routes.visits else None


def place(view: View, routes: Routes, number: int) -> Text:
    """Name of a place: the client's own word; small places and the rest together are "another place"."""
    if number == 0:
        return view.language.say("Visit ends")
    name = names_of(routes, view.minimum_group).get(int(number), REST)
    if name == REST:
        return view.language.say("Another place")
    return step_name(view.language, name if len(name) <= _LONGEST else name[: _LONGEST - 1].rstrip() + "…")


def path(view: View, routes: Routes, numbers: Iterable[int]) -> Text:
    """A path in words: home → search → product."""
    return Text(" → ".join(str(place(view, routes, number)) for number in numbers))


def goal(view: View, routes: Routes) -> Text:
    """Name of the goal."""
    return place(view, routes, routes.goal)


def period(view: View) -> Text:
    """First to last day of the visits: all that the data hold."""
    assert view.paths is not None
    language = view.language
    first, last = language.date(view.paths.first_day), language.date(view.paths.last_day)
    return language.say("{first} to {last}", first=first, last=last)


def visits_how(view: View, routes: Routes, *own: tuple[Text, Text]) -> How:
    """The "How it was computed" box of tables about visits."""
    say, language = view.language.say, view.language
    unit = (
        say("A visit: a session of the client's own data")
        if routes.basis == "session"
        else say("A visit: what a person does without half an hour of silence in between")
    )
    lines = [
        (say("Unit"), unit),
        (
            say("Base"),
            say(
                "{visits} visits of {people} people, whenever they entered the funnel",
                visits=language.number(routes.visits), people=language.number(routes.people),
            ),
        ),
        (say("Interval"), say("Visits of one person are alike: the interval counts people")),
    ]  # fmt: skip
    left_out = []
    if routes.machines:
        left_out.append(
            say("{count} visits with more actions than a person makes", count=language.number(routes.machines))
        )
    if routes.without_session:
        left_out.append(say("{count} events without a session", count=language.number(routes.without_session)))
    if routes.nameless:
        left_out.append(say("{rows} events that name nobody", rows=language.number(routes.nameless)))
    if left_out:
        lines.append((say("Left out"), Text(language.joined(left_out))))
    return view.how(*own, *lines, window=period(view))


def source(view: View, routes: Routes) -> Text:
    """The source line of a figure about visits."""
    say, language = view.language.say, view.language
    return say(
        "Source: events, {period}; {visits} visits of {people} people.",
        period=period(view), visits=language.number(routes.visits), people=language.number(routes.people),
    )  # fmt: skip


def records(table: Any) -> list[dict[str, Any]]:
    """Rows of a frame as dictionaries with text keys."""
    return [{str(key): value for key, value in row.items()} for row in table.to_dict("records")]
