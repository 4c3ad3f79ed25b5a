"""What is found of next-best items: whether own suggestions beat popularity, in lists and in baskets; own habits."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from customer_analytics.narrative.basket_rules.suggestions import (
    is_shown,
    method_name,
    recommended,
    split_day,
    verb,
)
from customer_analytics.narrative.finding import Finding, Grade
from customer_analytics.statistics import Interval

if TYPE_CHECKING:
    from customer_analytics.analysis.recommend import Tested
    from customer_analytics.language import Text
    from customer_analytics.narrative.basket_rules.view import View

SECTION = "next_items"
SEEN = 0.8  # power of the note
POWER = 1.43  # half an interval's width that a true difference needs to be seen four times in five (2.8 / 1.96)


def findings(view: View) -> list[Finding]:
    """Whether suggestions can be better than popularity, and whether habits can be used."""
    found = recommended(view)
    if found is None:
        return []
    told = []
    if not found.next_test.reason:
        told.append(_next_finding(view, found.next_test))
    if not found.completion.reason:
        is_first = not any(one.notable for one in told)  # one of them is enough for the first screen
        told.append(_completion_finding(view, found.completion, is_first))
    if found.again is not None and not found.again.test.reason:
        told.append(_again_finding(view, found.again.test))
    return told


def _next_finding(view: View, test: Tested) -> Finding:
    say, language, found = view.language.say, view.language, recommended(view)
    assert found is not None
    low, high = test.measure("hit_rate_low"), test.measure("hit_rate_high")
    numbers = {
        "customers": view.counted_customers(test.n), "day": split_day(view), "bought": verb(view),
        "rate": language.percent(test.measure("hit_rate")), "interval": view.in_bracket(Interval(low, high)),
        "k": language.number(found.next_items), "method": method_name(view, test.winner),
        "other": language.percent(test.measure("hit_rate", test.baseline)),
        "baseline": method_name(view, test.baseline), "listed": language.number(listed(view)),
    }  # fmt: skip
    statement = say(
        "Of {customers} who {bought} something new to them after {day}, **{rate}** ({interval}) {bought} at least one "
        "of {k} items chosen for each beforehand by {method}.", **numbers,
    )  # fmt: skip
    if test.beaten:
        head = say("A list of one's own hits {rate}, popular items {other}", **numbers)
        meaning = say(
            "Measured on later baskets without any message sent: with {baseline} it is {other}. The list says what "
            "customers take by themselves, not what a message adds.", **numbers,
        )  # fmt: skip
        action = say(
            "Use next_best.csv ({listed} customers) for the order of the shop's home page and of newsletters, and show "
            "some of the customers, drawn at random, the popular items to see what it adds.", **numbers,
        )  # fmt: skip
    else:
        head = say("A list of one's own does no better than popular items", **numbers)
        meaning = say("{statement} {power}", statement=_no_better(view, test), power=power_note(view, test))
        action = say(
            "Show everybody the popular items that they do not have yet (next_best.csv), and test again when there are "
            "more baskets.", **numbers,
        )  # fmt: skip
    return Finding(
        id="next_items", grade=Grade.B, head=head, statement=statement, meaning=meaning, action=action, section=SECTION,
        value=test.measure("hit_rate"), low=low, high=high, n=test.n, unit="share", notable=test.beaten,
    )  # fmt: skip


def _no_better(view: View, test: Tested) -> Text:
    """How the best other method did, without a claim."""
    say, language = view.language.say, view.language
    others = test.table[~test.table["method"].isin(("popular", "recent"))]
    if not len(others):
        return say("No other method could be tried.")
    best = others.sort_values(["hit_rate", "method"], ascending=[False, True]).iloc[0]
    return say(
        "The best other way, {method}, hits {rate}: a difference that chance may give.",
        method=method_name(view, str(best["method"])), rate=language.percent(float(best["hit_rate"])),
    )  # fmt: skip


def power_note(view: View, test: Tested) -> Text:
    """The smallest gain that this test would have shown four times in five."""
    say = view.language.say
    others = test.table[~test.table["method"].isin(("popular", "recent"))]
    widths = (others["gain_high"] - others["gain_low"]).to_numpy(dtype=float)
    if not len(widths) or math.isnan(float(widths.min())):
        return Text("")
    least = POWER * float(widths.min()) / 2
    return say(
        "A true gain of {points} points would have been seen with a chance of {power}.",
        points=view.language.number(100 * least, 1), power=view.language.percent(SEEN),
    )  # fmt: skip


def _completion_finding(view: View, test: Tested, is_first: bool) -> Finding:
    say, language, found = view.language.say, view.language, recommended(view)
    assert found is not None
    low, high = test.measure("hit_rate_low"), test.measure("hit_rate_high")
    numbers = {
        "baskets": view.counted(test.n), "k": language.number(found.next_items),
        "rate": language.percent(test.measure("hit_rate")), "interval": view.in_bracket(Interval(low, high)),
        "method": method_name(view, test.winner),
        "other": language.percent(test.measure("hit_rate", test.baseline)),
    }  # fmt: skip
    statement = say(
        "An item left out of each of {baskets} is among {k} that {method} suggests from the others in **{rate}** "
        "({interval}).", **numbers,
    )  # fmt: skip
    if test.beaten:
        head = say("The missing item is guessed in {rate} of baskets, by popularity in {other}", **numbers)
        meaning = say(
            "What is in a basket says something of what else belongs in it, also in baskets not learned from."
        )
        action = say("Show the nearest items (similar_items.csv) beside each item and in the cart.")
    else:
        head = say("What is in a basket tells no more than what is popular", **numbers)
        meaning = say("{statement} {power}", statement=_no_better(view, test), power=power_note(view, test))
        action = say("Show the popular items; collect more baskets before anything is chosen by what is in them.")
    return Finding(
        id="completion", grade=Grade.B, head=head, statement=statement, meaning=meaning, action=action, section=SECTION,
        value=test.measure("hit_rate"), low=low, high=high, n=test.n, unit="share", notable=test.beaten and is_first,
    )  # fmt: skip


def _again_finding(view: View, test: Tested) -> Finding:
    say, language, found = view.language.say, view.language, recommended(view)
    assert found is not None and found.again is not None
    low, high = test.measure("hit_rate_low"), test.measure("hit_rate_high")
    items = found.again.items
    again = int(items["is_bought_again"].sum())
    numbers = {
        "customers": view.counted_customers(test.n), "rate": language.percent(test.measure("hit_rate")),
        "interval": view.in_bracket(Interval(low, high)), "k": language.number(found.next_items),
        "again": language.number(again), "items": language.number(len(items)), "day": split_day(view),
        "bought": verb(view),
    }  # fmt: skip
    return Finding(
        id="buy_again", grade=Grade.B,
        head=say("{rate} of repeat buyers take one of {k} own items put first", **numbers),
        statement=say(
            "Of {customers} who {bought} again after {day} what they already had, **{rate}** ({interval}) {bought} at "
            "least one of the {k} own items put first for them.", **numbers,
        ),
        meaning=say(
            "{again} of {items} items come back to enough of their buyers; the others are never suggested to whoever "
            "has them.", **numbers,
        ),
        action=say("Remind customers of their own items from buy_again.csv; keep the new ones apart from them."),
        section=SECTION, value=test.measure("hit_rate"), low=low, high=high, n=test.n, unit="share", notable=False,
    )  # fmt: skip


def listed(view: View) -> int:
    """Customers with at least one suggestion."""
    found = recommended(view)
    return 0 if found is None or not is_shown(view) else int(found.next_best["customer_id"].nunique())
