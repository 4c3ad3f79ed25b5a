"""Where people fall away: the steps, what each loses, the parts of the way, and who never enters it."""

from __future__ import annotations

import math
from typing import Any

from customer_analytics.language import Text
from customer_analytics.narrative.exhibits import FigureWords, Row, SectionWords, TableWords
from customer_analytics.narrative.funnel.view import Passage, View
from customer_analytics.statistics import Interval, wilson

StepRow = tuple[str, float, str, str, float | None, float | None, bool]  # as charts.StepBar


def steps_section(view: View) -> SectionWords:
    """Opening of the steps: what they are, and where they come from."""
    say, found = view.language.say, view.result.definition
    names = view.language.listing([view.step(number) for number in range(1, view.steps + 1)])
    origin = {
        "given": say("The steps are those that were asked for: {names}.", names=names),
        "usual": say("The steps are the industry's own, as far as the data hold them: {names}.", names=names),
        "known": say("The steps were found in the data by their names: {names}.", names=names),
        "first_times": say(
            "The steps are the common events, in the order in which people first make them: {names}.", names=names
        ),
        "orders": say("The steps are what orders and registrations tell: {names}.", names=names),
    }[found.origin]
    return SectionWords(say("Where people fall away"), "steps", origin)


def step_bars(view: View) -> list[StepRow]:
    """The steps of the chart: name, share of the entries, words, passage in words, interval of the share, worst."""
    language, rows = view.language, view.told_steps
    highest = max([int(row["reached"]) for row in rows] or [0])
    passages = {one.step: one for one in view.passages}
    bars: list[StepRow] = []
    for row in rows:
        number, reached = int(row["step"]), int(row["reached"])
        share = reached / highest if highest else 0.0
        words = f"{language.number(reached)} · {language.percent(share)}"
        if row["few_came"]:
            words = str(language.say("few"))
        one = passages.get(number)
        low, high = wilson(reached, highest) if one is not None else (None, None)
        is_worst = view.worst is not None and view.worst.step == number
        name = str(view.step(number))
        bars.append((name, share, words, str(passage_words(view, one)) if one else "", low, high, is_worst))
    return bars


def passage_words(view: View, one: Passage) -> Text:
    """How many of a step went on to the next."""
    say, language = view.language.say, view.language
    if math.isnan(one.rate) or one.base < view.minimum_base:
        return say("{count} go on, {lost} do not", count=came_words(view, one), lost=lost_words(view, one))
    return say(
        "{rate} go on ({interval}), {lost} do not",
        rate=language.percent(one.rate), interval=view.interval(one.interval), lost=lost_words(view, one),
    )  # fmt: skip


def lost_words(view: View, one: Passage) -> str:
    """How many did not go on."""
    return str(view.language.say("few")) if one.few_lost else view.language.number(one.lost)


def came_words(view: View, one: Passage) -> str:
    """How many went on."""
    return str(view.language.say("few")) if one.few_came else view.language.number(one.reached)


def _came(view: View, row: dict[str, Any]) -> str:
    return str(view.language.say("few")) if row["few_came"] else view.language.number(row["reached"])


def steps_figure(view: View) -> FigureWords:
    """Words of the chart of the steps."""
    say, language, worst = view.language.say, view.language, view.worst
    last = view.passages[-1] if view.passages else None
    rows = language.joined(
        [say("{step}: {count}", step=view.step(int(row["step"])), count=_came(view, row)) for row in view.told_steps]
    )
    if worst is None or last is None:
        title = say("{count} entered, and none was lost", count=view.counted(view.n))
    elif view.steps == 2:
        title = say(
            "{rate} of {count} go on to “{step}”",
            rate=language.percent(worst.rate), count=view.counted(worst.base), step=worst.name,
        )  # fmt: skip
    else:
        title = say(
            "Most are lost before “{step}”: {lost} of {base}",
            step=worst.name, lost=language.number(worst.lost), base=language.number(worst.base),
        )  # fmt: skip
    return FigureWords(
        title,
        say("Who reached each step, as a share of those who entered. Grey and red: lost on the way. Lines: interval"),
        say("Bars of the steps. {rows}. {title}.", rows=rows, title=title),
        view.source,
    )


def step_table(view: View) -> TableWords:
    """One row a step: reached, step rate with interval, overall rate, lost, time to get there."""
    say, language = view.language.say, view.language
    median = {int(row["step"]): float(row["p50"]) for row in view.result.times.to_dict("records") if _is_one_step(row)}
    young = {int(row["step"]): int(row["reached_so_far"]) for row in view.result.moved.to_dict("records")}
    rows: list[Row] = []
    for row in view.told_steps:
        number, reached, rate = int(row["step"]), int(row["reached"]), float(row["rate"])
        one = next((each for each in view.passages if each.step == number), None)
        rows.append(
            (
                (view.step(number), None),
                (_came(view, row), reached),
                (_rate_words(view, one), None if one is None or math.isnan(rate) else rate),
                (view.rate(float(row["overall"]), view.n), float(row["overall"])),
                (lost_words(view, one) if one else language.number(None), one.lost if one else None),
                (language.duration(median.get(number)), median.get(number)),
                view.people_cell(young.get(number, 0)),
            )
        )  # fmt: skip
    return TableWords(
        (
            (say("Step"), "name"),
            (say("Reached"), "number"),
            (say("Of the step before (interval)"), "number"),
            (say("Of all"), "number"),
            (say("Lost here"), "number"),
            (say("Median time from the step before"), "number"),
            (say("Still under way"), "number"),
        ),
        tuple(rows),
        say("Who reached each step"),
        view.how_of_steps(
            *_other_steps(view),
            (say("Order of the steps"), order_words(view)),
            (say("Still under way"), say("How far those have come whose window is still open")),
            *_rounding(view),
        ),
        file="steps",
    )


def _other_steps(view: View) -> tuple[tuple[Text, Text], ...]:
    """How to ask for other steps, where these were found."""
    say = view.language.say
    if view.result.definition.origin == "given":
        return ()
    return ((say("Steps"), say("Found in the data; the parameter {parameter} sets others", parameter="steps")),)


def _rounding(view: View) -> tuple[tuple[Text, Text], ...]:
    """That numbers are round beside a step at which few are lost."""
    if not any(row["few"] for row in view.told_steps):
        return ()
    say, least = view.language.say, view.language.number(view.minimum_group)
    rule = say("Where fewer than {least} are lost, the numbers beside it are rounded to multiples of it", least=least)
    return ((say("Round numbers"), rule),)


def _is_one_step(row: dict[Any, Any]) -> bool:
    return int(row["step"]) == int(row["from_step"]) + 1


def _rate_words(view: View, one: Passage | None) -> str:
    language = view.language
    if one is None:
        return language.number(None)
    if math.isnan(one.rate) or one.base < view.minimum_base:
        return view.not_estimable(one.base)
    return language.say("{share} ({bounds})", share=language.percent(one.rate, 1), bounds=view.between(one.interval, 1))


def order_words(view: View) -> Text:
    """The rule of the order."""
    say, found = view.language.say, view.result.definition
    if found.order == "strict":
        words = say("Strict: no other event between two steps")
    elif found.order == "any":
        words = say("Any: the steps count in whatever order")
    else:
        words = say("Ordered: each step after the one before, with other events in between")
    if found.entry == "open":
        return say("{words}; open: people may enter at any step", words=words)
    return words


def parts_table(view: View) -> TableWords | None:
    """The way cut into visit, order and payment; None where there is one part only."""
    parts = view.result.parts
    if len(parts) < 2:
        return None
    say, language = view.language.say, view.language
    rows: list[Row] = []
    for row in parts.to_dict("records"):
        entered, rate = int(row["entered"]), float(row["rate"])
        interval = Interval(float(row["low"]), float(row["high"]))
        shown = view.not_estimable(entered)
        if entered >= view.minimum_base and not math.isnan(rate):
            shown = say("{share} ({bounds})", share=language.percent(rate, 1), bounds=view.between(interval, 1))
        rows.append(
            (
                (part_name(view, str(row["part"])), None),
                (_way(view, int(row["from_step"]), int(row["to_step"])), None),
                (language.number(entered), entered),
                (language.number(int(row["reached"])), int(row["reached"])),
                (shown, rate),
                (language.duration(float(row["p50"])), float(row["p50"])),
            )
        )
    return TableWords(
        (
            (say("Part"), "name"),
            (say("Way"), "text"),
            (say("Entered"), "number"),
            (say("Got through"), "number"),
            (say("Share (interval)"), "number"),
            (say("Median time"), "number"),
        ),
        tuple(rows),
        say("The parts of the way"),
        view.how_of_steps(
            (
                say("Entry into a part"),
                say(
                    "Everybody who makes its first step, wherever they came from: the parts do not add up to the whole"
                ),
            )
        ),
        file="parts",
    )


def more_tables(view: View) -> list[TableWords]:
    """What stands below the steps: the parts of the way."""
    table = parts_table(view) if view.enough else None
    return [table] if table is not None else []


def _way(view: View, first: int, last: int) -> Text:
    return view.language.say("{first} to {last}", first=view.step(first), last=view.step(last))


def part_name(view: View, part: str) -> Text:
    """Name of a part of the way."""
    say = view.language.say
    return {"visit": say("Visit"), "order": say("Ordering"), "payment": say("Payment"), "again": say("Again")}.get(
        part, Text(part)
    )


def silent_words(view: View) -> Text | None:
    """Who never enters the funnel; None where everybody does, or where too few are seen."""
    silent = view.result.silent
    if silent.people < max(view.minimum_base, view.minimum_group) or silent.people == silent.entered:
        return None
    say, language = view.language.say, view.language
    outside = silent.people - silent.entered
    interval = wilson(outside, silent.people)
    words = say(
        "**{share}** of all people seen ({outside} of {people}, {interval}) never enter this funnel.",
        share=language.percent(outside / silent.people), outside=language.number(outside),
        people=language.number(silent.people), interval=view.interval(interval),
    )  # fmt: skip
    if 0 < silent.without < outside and silent.without >= view.minimum_group:
        without = language.number(silent.without)
        return say("{words} {without} of them make none of its steps.", words=words, without=without)
    if silent.without == outside:
        return say("{words} They make none of its steps.", words=words)
    return words
