"""The plan of the bundle tests as a document: offer, arms, size, what decides, what is at stake."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any

from customer_analytics.analysis.bundles.trials import BUNDLE, CUSTOMER
from customer_analytics.language import Text
from customer_analytics.narrative.basket_rules import bundles as calculator
from customer_analytics.narrative.basket_rules import money
from customer_analytics.narrative.basket_rules.bundle_tests import (
    DOCUMENT,
    LEVEL,
    POWER,
    all_at_once,
    counted,
    has,
    time,
)
from customer_analytics.narrative.basket_rules.money import NONE, amount, parts, per
from customer_analytics.narrative.basket_rules.view import rows

if TYPE_CHECKING:
    from customer_analytics.narrative.basket_rules.view import View

_MARKS = re.compile(r"([\\`*_\[\]<>#|~])")


def _whole_plan(view: View) -> list[str]:
    """The test of all pairs at once, as Markdown lines."""
    say, language, whole = view.language.say, view.language, parts(view).pooled
    if whole is None:
        return []
    pairs = [
        say("{b} with {a}", a=view.name(first), b=view.name(second))
        for first, second in zip(whole.firsts, whole.seconds, strict=True)
    ]
    how = say(
        "Shown beside the first product of each pair is its second one, at full price. Now {attach} of the baskets "
        "with a first product hold its second; {target} are expected. {size}",
        attach=language.percent(whole.attach, 1), target=language.percent(whole.target, 1), size=all_at_once(view),
    )  # fmt: skip
    listed = [f"- {_plain(one)}" for one in pairs]
    return [f"## {_plain(say('All pairs in one test'))}", "", _plain(how), "", *listed, ""]


def documents(view: View) -> dict[str, str]:
    """The plan of all tests as Markdown; what the client's data say loses its power as marks."""
    if not has(view):
        return {}
    lines = [f"# {_plain(view.language.say('Test plan of the bundles'))}", ""]
    for row in rows(parts(view).tests):
        lines += [f"## {_plain(_title(view, row))}", ""]
        for heading, text in plan(view, row):
            lines += [f"### {_plain(heading)}", "", _plain(text), ""]
    lines += _whole_plan(view)
    return {DOCUMENT: "\n".join(lines)}


def _title(view: View, row: Any) -> Text:
    return view.language.say(
        "{number}. {b} with {a}", number=view.language.number(int(row.test)), a=view.name(int(row.a)),
        b=view.name(int(row.b)),
    )  # fmt: skip


def plan(view: View, row: Any) -> list[tuple[Text, Text]]:
    """One test, line by line."""
    say, language, is_bundle = view.language.say, view.language, row.offer == BUNDLE
    numbers = {
        "a": view.name(int(row.a)), "b": view.name(int(row.b)), "discount": calculator.discount(view),
        "attach": language.percent(float(row.attach), 1), "target": language.percent(float(row.target), 1),
        "bar": language.percent(float(row.break_even_conversion), 1), "units": counted(view, row),
        "level": language.percent(LEVEL), "power": language.percent(POWER), "assumed": money.conversion(view),
        "seed": str(view.result.parameters.seed), "gain": amount(view, float(row.expected_gain)), "per": per(view),
        "lost": amount(view, float(row.loss_month)), "test": amount(view, float(row.loss_test)),
        "rise": language.number(100 * float(row.break_even_conversion) * (1 - float(row.attach)), 1),
    }  # fmt: skip
    offer = (
        say("{a} and {b} together at {discount} less than both prices, shown wherever {a} is chosen.", **numbers)
        if is_bundle
        else say("{b} shown beside {a} wherever {a} is chosen, both at full price.", **numbers)
    )
    decision = (
        say("Roll out if the whole interval of the rise lies above {rise} points, from where the discount pays (a "
            "conversion of {bar}); else take the offer back.", **numbers)
        if is_bundle
        else say("Roll out if the whole interval of the rise lies above zero; else leave the page as it is.")
    )  # fmt: skip
    return [
        (say("The offer"), offer),
        (say("Arms"), _arms(view, numbers)),
        (
            say("What is expected"),
            say("Now {attach} of those with {a} take {b} too; {target} is expected, {assumed}, until this test has "
                "measured it.", **numbers),
        ),
        (
            say("Size and length"),
            say("{units} in each arm (two-sided level {level}, power {power}). {time} Whole weeks, and no look "
                "at the result before the end.", time=time(view, row, float(row.weeks)), **numbers),
        ),
        *_by_stores(view, row),
        (
            say("What decides"),
            say("Share whose basket with {a} holds {b} too, everybody counted in the arm drawn. Watch beside it: "
                "margin of the whole basket, discount given, sales of {a}, and that both arms are of equal size.",
                **numbers),
        ),
        (say("Decision"), decision),
        (say("Gain and loss"), _stakes(view, row, numbers)),
        (say("Owner"), say("To be named before the test begins.")),
    ]  # fmt: skip


def _arms(view: View, numbers: dict[str, Any]) -> Text:
    say = view.language.say
    if parts(view).traffic.unit == CUSTOMER:
        return say(
            "Customers are drawn half and half by a hash of the customer's number with the seed {seed}, and stay in "
            "their arm. Each counts once, with the first basket with {a} after the start.", **numbers,
        )  # fmt: skip
    return say("Baskets are drawn half and half at the till or by the shop system; customers are not known.")


def _by_stores(view: View, row: Any) -> list[tuple[Text, Text]]:
    say, language = view.language.say, view.language
    if math.isnan(float(row.store_weeks)):
        return []
    text = say(
        "If only whole shops can be drawn: {weeks} weeks of a shop in each arm, drawn week by week among {stores} "
        "shops; baskets of one week of a shop vary {effect} times as much as single ones.",
        weeks=language.number(float(row.store_weeks)), stores=language.number(float(row.stores)),
        effect=language.number(float(row.store_design_effect), 1),
    )  # fmt: skip
    return [(say("By shops"), text)]


def _stakes(view: View, row: Any, numbers: dict[str, Any]) -> Text:
    say, kind = view.language.say, parts(view).money
    if kind == NONE:
        return say("Without prices neither can be said.")
    gain = (
        say("Expected {per}: {gain} of margin.", **numbers)
        if kind == money.MARGIN
        else say("Expected {per}: {gain} of revenue; without costs the margin is not known.", **numbers)
    )
    if row.offer != BUNDLE:
        return say("{gain_words} Nothing is given away, so a wrong guess costs the place on the page.", gain_words=gain)
    if math.isnan(float(row.loss_test)):
        return say("{gain_words} If the offer changes nobody's mind, {lost} {per} is lost.", gain_words=gain, **numbers)
    return say(
        "{gain_words} If the offer changes nobody's mind, {test} is lost during the test and {lost} {per} afterwards.",
        gain_words=gain, **numbers,
    )  # fmt: skip


def _plain(text: str) -> str:
    """One line without Markdown in it."""
    return _MARKS.sub(r"\\\1", " ".join(str(text).split()))
