"""What is bought again, after how long, and who is due for a reminder."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from customer_analytics.analysis.sequences.result import of_items
from customer_analytics.narrative.basket_rules.following import in_days, result_of
from customer_analytics.narrative.exhibits import Row, SectionWords, TableWords
from customer_analytics.narrative.finding import Finding, Grade
from customer_analytics.statistics import Interval

if TYPE_CHECKING:
    import pandas as pd

    from customer_analytics.language import Text
    from customer_analytics.narrative.basket_rules.view import View

MOST_ROWS = 8


def has(view: View) -> bool:
    """Whether it could be looked for."""
    result = view.result.sequences
    return result is not None and result.reason is None and result.reminder_days > 0


def shown(view: View) -> pd.DataFrame:
    """What comes back beyond chance, of customers enough, the surest first; products where products are known."""
    found = result_of(view).candidates
    return found[found["again"] >= view.minimum_group] if len(found) else found


def section(view: View) -> SectionWords:
    """Opening: how many items come back beyond chance."""
    say, result = view.language.say, result_of(view)
    title, days, count = say("What comes back"), in_days(view, result.reminder_days), len(shown(view))
    if not count:
        deck = say(
            "No item comes back to a fifth of its customers within {days}, and more often than chance gives.", days=days
        )
        return SectionWords(title, "reminders", deck)
    deck = view.language.say_count(
        "One item comes back to a fifth of its customers or more within {days}, beyond chance: a reminder can be "
        "timed.",
        "{count} items come back to a fifth of their customers or more within {days}, beyond chance: reminders can be "
        "timed.", count, days=days,
    )  # fmt: skip
    return SectionWords(title, "reminders", deck)


def tables(view: View) -> list[TableWords]:
    """The items to remind of; nothing where there are none."""
    found = shown(view)
    if not len(found):
        return []
    say, result = view.language.say, result_of(view)
    columns = (
        (say("Item that comes back"), "name"),
        (say("Customers since long enough"), "number"),
        (say("Came back to it"), "number"),
        (say("By chance alone"), "number"),
        (say("Usual gap, days"), "number"),
        (say("Due in the next {days}", days=in_days(view, result.days)), "number"),
    )
    due = result.due.groupby("item").size().to_dict() if len(result.due) else {}
    rows = tuple(_row(view, line, int(due.get(line["item"], 0))) for line in found.head(MOST_ROWS).to_dict("records"))
    return [TableWords(columns, rows, say("Items to remind of"), view.how(*_how(view)), file="reminders.csv")]


def _row(view: View, line: Mapping[Any, Any], due: int) -> Row:
    language = view.language
    interval = view.between(Interval(float(line["share_low"]), float(line["share_high"])))
    gap = language.say("{median} ({low} to {high})", median=language.number(line["gap_median"], 0),
                       low=language.number(line["gap_low"], 0), high=language.number(line["gap_high"], 0))  # fmt: skip
    return (
        (view.label(line["item"]), None),
        (language.number(int(line["people"])), line["people"]),
        (language.say("{rate} ({interval})", rate=language.percent(line["share"]), interval=interval), line["share"]),
        (language.percent(line["expected"]), line["expected"]),
        (gap, line["gap_median"]),
        (view.few(due) if due else language.number(0), due if due >= view.minimum_group else 0),
    )


def _how(view: View) -> tuple[tuple[Text, Text], ...]:
    say, result = view.language.say, result_of(view)
    days = in_days(view, result.reminder_days)
    lines = [
        (
            say("Counted"),
            say(
                "Customers whose first day with the item is {days} ago or more; they came back to it if there was a "
                "later day with it within {days}. Wilson intervals", days=days,
            ),
        ),
        (
            say("By chance"),
            say(
                "The share of customers' days without the item, in the same weeks and with as many lines after them, "
                "that it follows within {days}", days=days,
            ),
        ),
        (
            say("Usual gap"),
            say(
                "Median and middle half of the days to the next one with the item, among those that come back "
                "(Kaplan-Meier: whoever has had little time does not shorten it)"
            ),
        ),
        (
            say("Due for a reminder"),
            say("The last day with the item plus the usual gap, or the customer's own mean gap where it is known"),
        ),
    ]  # fmt: skip
    if math.isfinite(result.visit_gap):
        lines.append(
            (
                say("For comparison"),
                say("Customers come on another day after {gap} (median)", gap=in_days(view, result.visit_gap)),
            )
        )
    return tuple(lines)


def findings(view: View) -> list[Finding]:
    """The item that comes back most surely, or that none does."""
    if not has(view):
        return []
    return [_best(view)] if len(shown(view)) else [_none(view)]


def _best(view: View) -> Finding:
    say, language, result = view.language.say, view.language, result_of(view)
    best = shown(view).iloc[0]
    item, days = view.name(int(best["item"])), in_days(view, result.reminder_days)
    interval = Interval(float(best["share_low"]), float(best["share_high"]))
    return Finding(
        id="reminder", grade=Grade.C,
        head=say("{item} comes back after {gap}", item=item, gap=in_days(view, best["gap_median"])),
        statement=say(
            "Of {base} with {item}, **{share}** came back to it within {days} ({interval}); by chance alone it would "
            "be {expected}. The usual gap is {gap} (middle half: {low} to {high}).",
            base=view.counted_customers(int(best["people"])), item=item, share=language.percent(best["share"]),
            days=days, interval=view.in_bracket(interval), expected=language.percent(best["expected"]),
            gap=in_days(view, best["gap_median"]), low=language.number(best["gap_low"], 0),
            high=language.number(best["gap_high"], 0),
        ),
        meaning=say(
            "Whoever has taken it once is likelier than others to take it again; half of those who do are back within "
            "the usual gap."
        ),
        action=_action(view),
        section="reminders", value=float(best["share"]), low=interval.low, high=interval.high, n=int(best["people"]),
        unit="share",
    )  # fmt: skip


def _action(view: View) -> Text:
    say, result = view.language.say, result_of(view)
    people = int(result.due["person_id"].nunique()) if len(result.due) else 0
    if people < view.minimum_group:
        return say("Remind customers shortly before the usual gap is over, and hold back a random part to compare.")
    return say(
        "Remind customers shortly before the usual gap is over, and hold back a random part to compare: {people} are "
        "due for something in the next {days}.", people=view.counted_customers(people), days=in_days(view, result.days),
    )  # fmt: skip


def _none(view: View) -> Finding:
    say, result = view.language.say, result_of(view)
    return Finding(
        id="reminder", grade=Grade.C, head=say("Nothing calls for a reminder"),
        statement=say(
            "Of {items} items with customers enough, none comes back to a fifth of them within {days}, and more often "
            "than chance gives.",
            items=view.language.number(len(of_items(result.reminders))), days=in_days(view, result.reminder_days),
        ),
        meaning=say("Hardly anybody would be reminded at the right time."),
        action=say("Send no reminders by item."),
        section="reminders", n=len(of_items(result.reminders)), unit="items", notable=False,
    )  # fmt: skip
