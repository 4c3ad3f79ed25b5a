"""What those did next who went no further: the next place, the end of the visit, whether they were seen again."""

from __future__ import annotations

from typing import Any

from customer_analytics.analysis.paths import Routes
from customer_analytics.analysis.paths.onward import Onward
from customer_analytics.language import Text
from customer_analytics.narrative.exhibits import BarRow, FigureWords, Row, SectionWords, TableWords
from customer_analytics.narrative.finding import Finding, Grade
from customer_analytics.narrative.funnel.places import place, records, routes_of
from customer_analytics.narrative.funnel.view import View, step_name
from customer_analytics.statistics import Interval, wilson

BARS = 6


def onward_of(view: View) -> tuple[Onward, Routes] | None:
    """What drop-offs did next, where enough of them are traced; else None."""
    routes = routes_of(view)
    if routes is None or view.paths is None or view.paths.onward is None or not view.enough:
        return None
    found = view.paths.onward
    least = max(view.minimum_base, view.minimum_group)
    return (found, routes) if (found.steps["traced"] >= least).any() else None


def section(view: View) -> SectionWords:
    """Opening of the section."""
    say = view.language.say
    return SectionWords(
        say("What drop-offs did next"), "onward",
        say("Who went no further than a step: where they went from there, in the same visit, and who came back later."),
    )  # fmt: skip


def told_step(view: View) -> dict[str, Any] | None:
    """The step with the most drop-offs that are traced."""
    known = onward_of(view)
    if known is None:
        return None
    rows = records(known[0].steps)
    rows = [row for row in rows if row["traced"] >= max(view.minimum_base, view.minimum_group)]
    return max(rows, key=lambda row: (row["dropped"], -row["step"]))


def _next(view: View, found: Onward, routes: Routes, step: int) -> list[tuple[Text, int, float, Interval]]:
    """(place, people, share, interval) after a step, the most frequent first, small ones together."""
    own = found.next[found.next["step"] == step]
    total = int(own["units"].sum())
    merged: dict[str, int] = {}
    for row in records(own):
        name = str(place(view, routes, int(row["place"])))
        merged[name] = merged.get(name, 0) + int(row["units"])
    other = str(view.language.say("Another place"))
    small = [name for name, units in merged.items() if units < view.minimum_group and name != other]
    for name in small:
        merged[other] = merged.get(other, 0) + merged.pop(name)
    if 0 < merged.get(other, 0) < view.minimum_group:
        merged.pop(other)
    order = sorted(merged, key=lambda name: (name == other, -merged[name], name))
    return [(Text(name), merged[name], merged[name] / total, wilson(merged[name], total)) for name in order]


def has_figure(view: View) -> bool:
    """Whether the drop-offs of the step with most of them went to more than one place."""
    known, told = onward_of(view), told_step(view)
    return known is not None and told is not None and len(_next(view, *known, int(told["step"]))) > 1


def bars(view: View) -> list[BarRow]:
    """Where the drop-offs of the step with most of them went next."""
    known, told = onward_of(view), told_step(view)
    assert known is not None and told is not None
    language, rows = view.language, _next(view, *known, int(told["step"]))[:BARS]
    return [
        (
            str(name), share,
            str(language.say("{share} ({units})", share=language.percent(share), units=language.number(units))),
            "s1" if number == 0 else "faint", interval.low, interval.high,
        )
        for number, (name, units, share, interval) in enumerate(rows)
    ]  # fmt: skip


def figure(view: View) -> FigureWords:
    """Words of the bars."""
    known, told = onward_of(view), told_step(view)
    assert known is not None and told is not None
    say, language = view.language.say, view.language
    step = step_name(language, str(told["name"]))
    rows = _next(view, *known, int(told["step"]))
    name, _, share, _ = rows[0]
    ends = str(say("Visit ends"))
    title = (
        say("{share} who stop at “{step}” do nothing more in that visit", share=language.percent(share), step=step)
        if str(name) == ends
        else say(
            "{share} who stop at “{step}” go to “{place}” next", share=language.percent(share), step=step, place=name
        )
    )
    told_rows = language.joined(
        [say("{place}: {share}", place=each, share=language.percent(part)) for each, _, part, _ in rows[:BARS]]
    )
    return FigureWords(
        title,
        say(
            "Next place in the same visit, share of those who went no further than “{step}”. Lines: interval",
            step=step,
        ),
        say("Bars by next place. {rows}.", rows=told_rows),
        say(
            "Source: {what}, {period}; {traced} of {dropped} who stopped there, with the visit in which they did.",
            what=view.data, period=view.period, traced=language.number(int(told["traced"])),
            dropped=language.number(int(told["dropped"])),
        ),
    )  # fmt: skip


def table(view: View) -> TableWords:
    """Every step: who stopped, whose visit ended there, the two next places, who was seen again."""
    known = onward_of(view)
    assert known is not None
    found, routes = known
    say, language = view.language.say, view.language
    rows: list[Row] = []
    ends = str(say("Visit ends"))
    goes_on = any(
        str(each[0]) != ends for row in records(found.steps) for each in _next(view, found, routes, int(row["step"]))
    )
    for row in records(found.steps):
        dropped, traced = int(row["dropped"]), int(row["traced"])
        if dropped < view.minimum_group:
            continue
        enough = traced >= view.minimum_base
        places = [each for each in _next(view, found, routes, int(row["step"])) if str(each[0]) != ends][:2]
        onwards = language.joined(
            [say("{place}: {share}", place=name, share=language.percent(share)) for name, _, share, _ in places]
        )
        back = wilson(int(row["back_later"]), dropped)
        rows.append(
            (
                (step_name(language, str(row["name"])), None),
                (language.number(dropped), dropped),
                (
                    language.percent(row["left"] / traced) if enough else view.not_estimable(traced),
                    row["left"] / traced if traced else None,
                ),
                *([(onwards if enough and onwards else language.number(None), None)] if goes_on else []),
                (
                    say("{share} ({bounds})", share=language.percent(row["back_later"] / dropped),
                        bounds=view.between(back))
                    if dropped >= view.minimum_base
                    else view.not_estimable(dropped),
                    row["back_later"] / dropped,
                ),
            )
        )  # fmt: skip
    return TableWords(
        (
            (say("Stopped at"), "name"),
            (say("Of them"), "number"),
            (say("Visit ends there"), "number"),
            *([(say("Else they go to"), "text")] if goes_on else []),
            (say("Seen again later"), "number"),
        ),
        tuple(rows),
        say("What drop-offs did next, step by step"),
        view.how_of_steps(
            (say("Stopped at"), say("The furthest step within the window; entries with the whole window behind them")),
            (say("Next"), say("The next place in the visit in which they got there")),
            (say("Seen again later"), say("Any event of the person more than half an hour later, within the data")),
        ),
        file="dropped_next",
    )


def findings(view: View) -> list[Finding]:
    """What most drop-offs of the worst step did."""
    known, told = onward_of(view), told_step(view)
    if known is None or told is None:
        return []
    say, language = view.language.say, view.language
    step = step_name(language, str(told["name"]))
    traced, left, back = (int(told[name]) for name in ("traced", "left", "back_later"))
    share, interval = left / traced, wilson(left, traced)
    mostly = share >= 0.5
    return [
        Finding(
            id="dropoff_next", grade=Grade.C,
            head=say("Who stops at “{step}” mostly leaves at once", step=step)
            if mostly
            else say("Who stops at “{step}” mostly looks on", step=step),
            statement=say(
                "Of {traced} who went no further than “{step}”, {left} did nothing more in that visit (**{share}**, "
                "{interval}); {back} of {dropped} ({back_share}) were seen again later; {period}.",
                traced=language.number(traced), step=step, left=language.number(left), share=language.percent(share),
                interval=view.interval(interval), back=language.number(back),
                dropped=language.number(int(told["dropped"])),
                back_share=language.percent(back / max(int(told["dropped"]), 1)), period=view.period,
            ),
            meaning=say("They do not look for another way: what stops them is met there, or came with them.")
            if mostly
            else say("They stay on the site after it: they have not found what they need to go on."),
            action=say("Use the list of drop-offs by step for one reminder, with a part held out at random."),
            section="onward", value=share, low=interval.low, high=interval.high, n=traced, unit="share", notable=False,
        )
    ]  # fmt: skip
