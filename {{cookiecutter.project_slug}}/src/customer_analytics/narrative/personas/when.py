"""Section: when the personas act, by hour of the week, channel and season."""

from __future__ import annotations

from customer_analytics.language import Text
from customer_analytics.narrative.exhibits import FigureWords, Row, SectionWords, TableWords
from customer_analytics.narrative.personas.contact import (
    Window,
    best_way,
    hours_word,
    marked,
    month_name,
    season,
    source_name,
    week,
    weekday_names,
    window,
)
from customer_analytics.narrative.personas.view import View, records

GridRow = tuple[str, list[list[float]], tuple[int, int, int] | None]


def when_section(view: View) -> SectionWords:
    """Opening of the section on times and channels."""
    say = view.language.say
    return SectionWords(
        say("When and where to reach them"), "when",
        say("Hours show when they buy or visit. Whether a message works best then, only a test can show."),
    )  # fmt: skip


def week_grids(view: View) -> list[GridRow]:
    """Name, shares by weekday and hour, and the busiest hours of each persona with enough moments."""
    found = []
    for persona in view.personas:
        own = week(view, persona.key)
        if own is not None:
            found.append((str(view.name(persona.key)), own.tolist(), marked(view, persona.key)))
    return found


def weekdays(view: View) -> list[str]:
    """Monday to Sunday, short."""
    return weekday_names(view)


def week_figure(view: View) -> FigureWords:
    """Words of the grids of hours."""
    say, language = view.language.say, view.language
    windows = [(view.name(one.key), found) for one in view.personas if (found := window(view, one.key)) is not None]
    own = [(name, found) for name, found in windows if found.own]
    best = max(own, key=lambda pair: pair[1].share / max(pair[1].base, 1e-9), default=None)
    title = (
        say("The personas keep the same hours")
        if best is None
        else say(
            "“{persona}”: {share} from {hours}, against {base} of all", persona=best[0],
            share=language.percent(best[1].share), base=language.percent(best[1].base),
            hours=hours_word(view, best[1].hour),
        )
    )  # fmt: skip
    moments = "events" if (view.result.hours["source"] == "events").any() else "orders"
    what = say("visits") if moments == "events" else say("orders")
    rows = [
        say("{persona}: {share} from {hours}", persona=name, share=language.percent(found.share),
            hours=hours_word(view, found.hour))
        for name, found in windows
    ]  # fmt: skip
    count = view.result.hours["moments"].sum()
    return FigureWords(
        title,
        say("Share of the persona's own {what} by weekday and hour. Outlined: the busiest hours in a row", what=what),
        say("Shaded grids of weekday and hour by persona. {rows}.", rows=language.joined(rows)),
        say(
            "Source: {count} {what} of customers with a persona, hours in {zone}.", count=language.number(count),
            what=what, zone=view.time_zone,
        ),
    )  # fmt: skip


def contact_table(view: View) -> TableWords:
    """Best hours, channel and season of each persona."""
    say, language = view.language.say, view.language
    rows: list[Row] = []
    for persona in view.personas:
        hours, way, month = window(view, persona.key), best_way(view, persona.key), season(view, persona.key)
        rows.append(
            (
                (view.short(persona.key), None),
                (_hours_cell(view, hours), None),
                (
                    say(
                        "{way}, {share} (all: {base})", way=way.value, share=language.percent(way.share),
                        base=language.percent(way.base),
                    )
                    if way is not None
                    else say("not known"),
                    None,
                ),
                (
                    say(
                        "{month}, index {index}", month=month_name(view, month[0]), index=language.number(month[1])
                    )
                    if month is not None
                    else say("no season of its own"),
                    None,
                ),
            )
        )  # fmt: skip
    return TableWords(
        (
            (say("Persona"), "name"), (say("Best hours"), "text"), (say("Channel or device"), "text"),
            (say("Season"), "text"),
        ),
        tuple(rows),
        say("Time, channel and season of contact"),
        view.how(
            (say("Best hours"), say("The hours in a row, over midnight too, in which most of the persona's acts fall")),
            (
                say("Channel or device"),
                say("The one that stands out most against all, among those that bring a fifth of the acts or more"),
            ),
            (
                say("Season"),
                say("The month that stands out most against all, with the whole interval above; whole years only"),
            ),
        ),
        file="channels.csv",
    )  # fmt: skip


def _hours_cell(view: View, found: Window | None) -> Text:
    say, language = view.language.say, view.language
    if found is None:
        return say("not known")
    return say(
        "{hours}: {share} (all: {base})", hours=hours_word(view, found.hour), share=language.percent(found.share),
        base=language.percent(found.base),
    )  # fmt: skip


def remarks(view: View) -> list[Text]:
    """Which persona pays in a way of its own; nothing where none does."""
    say, language = view.language.say, view.language
    table = view.result.channels
    rows = table[(table["source"] == "payment_method") & (table["share"] >= 0.2)] if len(table) else table
    rows = rows[rows["share"] >= 1.25 * rows["base_share"]] if len(rows) else rows
    if not len(rows):
        return []
    best = max(records(rows), key=lambda row: float(row["share"]) / max(float(row["base_share"]), 1e-9))
    line = say(
        "{source}: “{persona}” use {value} for {share} of their orders, against {base} of all.",
        source=source_name(view, "payment_method"), persona=view.name(str(best["persona"])), value=best["value"],
        share=language.percent(best["share"]), base=language.percent(best["base_share"]),
    )  # fmt: skip
    return [line]
