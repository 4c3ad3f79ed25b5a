"""What follows what: sequences that are neither taste nor season, or that there are none."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from customer_analytics.analysis.rfm.customers import as_date
from customer_analytics.narrative.exhibits import Row, SectionWords, TableWords
from customer_analytics.narrative.finding import Finding, Grade
from customer_analytics.statistics import Interval

if TYPE_CHECKING:
    import pandas as pd

    from customer_analytics.analysis.sequences import Sequences
    from customer_analytics.language import Text
    from customer_analytics.narrative.basket_rules.view import View

MOST_ROWS = 8


def has(view: View) -> bool:
    """Whether sequences were asked for at all."""
    return view.result.sequences is not None


def result_of(view: View) -> Sequences:
    """The sequences."""
    assert view.result.sequences is not None
    return view.result.sequences


def shown(view: View) -> pd.DataFrame:
    """The sequences worth showing, best first: significant ones, of customers enough."""
    found = result_of(view).significant
    return found[found["customers"] >= view.minimum_group] if len(found) else found


def in_days(view: View, days: float) -> Text:
    """A number of days: 30 days."""
    return view.language.say_count("{count} day", "{count} days", round(days))


def section(view: View) -> SectionWords:
    """Opening: how many sequences there are."""
    title = view.language.say("What follows later")
    if result_of(view).reason is not None:
        return SectionWords(title, "sequences", why_not(view))
    count = len(shown(view))
    if not count:
        return SectionWords(title, "sequences", view.language.say(
            "No item follows another one within {days} more often than taste, season and activity explain.",
            days=in_days(view, result_of(view).days),
        ))  # fmt: skip
    deck = view.language.say_count(
        "One item follows another one within {days} more often than taste, season and activity explain.",
        "{count} pairs of items follow each other within {days} more often than taste, season and activity explain.",
        count, days=in_days(view, result_of(view).days),
    )  # fmt: skip
    return SectionWords(title, "sequences", deck)


def why_not(view: View) -> Text:
    """Why nothing can be said of what follows."""
    say, result = view.language.say, result_of(view)
    return {
        "no_customers": say("Not estimable: the data do not say which baskets are of one customer."),
        "no_dates": say("Not estimable: the data hold no days, so that nothing comes before or after."),
        "short": say(
            "Not estimable: the data are shorter than two windows of {days}.", days=in_days(view, result.days)
        ),
    }.get(result.reason or "") or say("Not estimable: hardly any customer has baskets on two different days.")


def tables(view: View) -> list[TableWords]:
    """The sequences; nothing where there are none."""
    found = shown(view)
    if not len(found):
        return []
    say = view.language.say
    columns = (
        (say("First item"), "name"),
        (say("Followed by"), "name"),
        (say("Followed in time"), "number"),
        (say("After comparable days"), "number"),
        (say("Times as often"), "number"),
        (say("Days between (median)"), "number"),
        (say("Later part alone"), "number"),
    )
    rows = tuple(_row(view, line) for line in found.head(MOST_ROWS).to_dict("records"))
    return [TableWords(columns, rows, say("What follows what"), view.how(*_how(view)), file="sequences.csv")]


def _row(view: View, line: Mapping[Any, Any]) -> Row:
    language, later = view.language, float(line["lift_later"])
    interval = view.between(Interval(float(line["share_low"]), float(line["share_high"])))
    return (
        (view.label(line["a"]), None),
        (view.label(line["b"]), None),
        (language.say("{rate} ({interval})", rate=language.percent(line["share"]), interval=interval), line["share"]),
        (_percent(view, line["expected"]), line["expected"]),
        (
            language.say("{rate} ({interval})", rate=language.number(line["lift"], 1),
                         interval=view.numbers_range(line["lift_low"], line["lift_high"])),
            line["lift"],
        ),
        (language.number(line["lag_median"], 0), line["lag_median"]),
        (language.number(later, 1) if math.isfinite(later) else language.say("not known"), later),
    )  # fmt: skip


def _percent(view: View, share: float) -> str:
    return view.language.percent(share, 1) if math.isfinite(share) else str(view.language.say("not known"))


def _how(view: View) -> tuple[tuple[Text, Text], ...]:
    say, language, result = view.language.say, view.language, result_of(view)
    days, number = in_days(view, result.days), language.number
    lines = [
        (
            say("Counted"),
            say(
                "A customer's day with the first item and without the second, after {days} without the first; it is "
                "followed if the second comes on a later day within {days}. Days whose window was not over by {last} "
                "are left out ({open} of {moments})",
                days=days, last=language.date(as_date(_last(view))), open=number(result.open_moments),
                moments=number(result.moments),
            ),
        ),
        (
            say("Comparable days"),
            say(
                "Days of customers without the second item, in the same {block} of the calendar, after which as many "
                "different items follow: activity and the season are the same on both sides",
                block=in_days(view, result.block),
            ),
        ),
        (
            say("Order of the two"),
            say(
                "The second item must also come after the first more often than before it, given how often both are "
                "found at those times: what a customer simply likes comes before as often as after"
            ),
        ),
        (
            say("Tested"),
            say(
                "{family} ordered pairs, false discovery controlled over all of them; pairs near each other in either "
                "order beyond chance: {near}. Intervals by customers",
                family=number(result.family), near=number(result.near),
            ),
        ),
    ]  # fmt: skip
    if result.crowds:
        lines.append((
            say("Left out"),
            language.say_count(
                "{count} customer as large as a whole shop, surely a collective account",
                "{count} customers as large as a whole shop, surely collective accounts", result.crowds,
            ),
        ))  # fmt: skip
    return tuple(lines)


def _last(view: View) -> int:
    last = view.baskets.last_day
    return int(last) if last is not None else 0


def remarks(view: View) -> list[Text]:
    """What stands beside the table: how many pairs are mere taste, whether sequences held, what could be seen."""
    result = result_of(view)
    if result.reason is not None:
        return []
    return [*_taste(view), *_held(view), *_power(view)]


def _taste(view: View) -> list[Text]:
    result, say = result_of(view), view.language.say
    others = result.near - len(result.significant)
    if others <= 0:
        return []
    return [
        say(
            "Pairs of items that are near each other in time beyond chance, but not surely in one order: {pairs}. That "
            "looks like taste, and is no reason to wait for the one before offering the other.",
            pairs=view.language.number(others),
        )
    ]


def _held(view: View) -> list[Text]:
    result, say, number = result_of(view), view.language.say, view.language.number
    if not result.earlier_found:
        return []
    return [
        say(
            "Sequences that the earlier part of the data alone shows: {found}; of these, still more frequent in the "
            "later part than after comparable days: {held}.",
            found=number(result.earlier_found), held=number(result.earlier_held or 0),
        )
    ]  # fmt: skip


def _power(view: View) -> list[Text]:
    result, say, language = result_of(view), view.language.say, view.language
    if len(shown(view)) or result.visible is None:
        return []
    seen = result.visible
    if math.isnan(seen.share):
        return [say("The data are too few to show a sequence of usual items.")]
    return [
        say(
            "What could have been seen: of a usual item's {triggers} cases, {share} would have to be followed by the "
            "other item, where {expected} are by chance.", triggers=language.number(seen.triggers),
            share=language.percent(seen.share), expected=language.percent(seen.expected, 1),
        )
    ]  # fmt: skip


def findings(view: View) -> list[Finding]:
    """The strongest sequence, or that there is none."""
    if not has(view) or result_of(view).reason is not None:
        return []
    return [_sequence(view)] if len(shown(view)) else [_none(view)]


def _sequence(view: View) -> Finding:
    say, language, days = view.language.say, view.language, in_days(view, result_of(view).days)
    best = shown(view).iloc[0]
    first, then = view.name(int(best["a"])), view.name(int(best["b"]))
    interval = Interval(float(best["share_low"]), float(best["share_high"]))
    held = bool(best["found_earlier"]) and float(best["lift_later_low"]) > 1
    direction = float(best["direction"])
    return Finding(
        id="sequence", grade=Grade.B if held else Grade.C,
        head=say("After {first} comes {then}", first=first, then=then),
        statement=say(
            "Of {base} cases of {first} without {then}, **{share}** were followed by {then} within {days} "
            "({interval}); after comparable days it is {expected}. Half of those that follow come within {lag}.",
            base=language.number(int(best["triggers"])), first=first, then=then, share=language.percent(best["share"]),
            days=days, interval=view.in_bracket(interval), expected=_percent(view, best["expected"]),
            lag=in_days(view, best["lag_median"]),
        ),
        meaning=_meaning(view, direction),
        action=say(
            "Offer {then} in the days after {first}: to a half of the customers drawn at random, so that the other "
            "half shows what comes by itself.", first=first, then=then,
        ),
        section="sequences", value=float(best["share"]), low=interval.low, high=interval.high,
        n=int(best["triggers"]), unit="share",
    )  # fmt: skip


def _meaning(view: View, direction: float) -> Text:
    say = view.language.say
    if not math.isfinite(direction):
        return say("It is not taste alone: the order is never the other way round.")
    return say(
        "It is not taste alone: this order is {times} as frequent as the other way round, with the season taken into "
        "account.", times=view.times(direction),
    )  # fmt: skip


def _none(view: View) -> Finding:
    say, result = view.language.say, result_of(view)
    return Finding(
        id="sequence", grade=Grade.C, head=say("No item has to be waited for"),
        statement=say(
            "Of {family} ordered pairs of items, none follows within {days} more often than taste, season and activity "
            "explain.", family=view.language.number(result.family), days=in_days(view, result.days),
        ),
        meaning=say("Nothing shows that the order matters: what comes later fits what customers like anyway."),
        action=say("Choose the time of an offer by the customer's own rhythm, not by the last item."),
        section="sequences", n=result.family, unit="pairs", notable=False,
    )  # fmt: skip
