"""The bundles worth testing, in words: with what offer, how many, how long, and what is lost if it is wrong."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any

from customer_analytics.analysis.bundles.trials import BUNDLE, CUSTOMER, MOST_WEEKS
from customer_analytics.language import Text
from customer_analytics.narrative.basket_rules import bundles as calculator
from customer_analytics.narrative.basket_rules import money
from customer_analytics.narrative.basket_rules.money import NONE, amount, found, parts, per
from customer_analytics.narrative.basket_rules.view import rows
from customer_analytics.narrative.exhibits import Row, SectionWords, TableWords
from customer_analytics.narrative.finding import Finding, Grade

if TYPE_CHECKING:
    from customer_analytics.narrative.basket_rules.view import View

DOCUMENT = "test_plans/bundles.md"
LEVEL, POWER = 0.05, 0.8
_MARKS = re.compile(r"([\\`*_\[\]<>#|~])")


def has(view: View) -> bool:
    """Whether a bundle is worth a test."""
    return found(view) is not None and len(parts(view).tests) > 0


def section(view: View) -> SectionWords:
    """Opening: what makes a bundle worth a test, or why none is."""
    say = view.language.say
    title = say("What to test first")
    if not has(view):
        deck = say(
            "No pair of products is worth a test: none goes together beyond chance, did so in the later part too, and "
            "still does within months and groups."
        )
        return SectionWords(title, "bundle_tests", deck)
    deck = say(
        "Pairs that go together beyond chance, did so in the later part too, and still do within months and groups. "
        "Where {discount} off does not pay, the test shows the two together at full price.",
        discount=calculator.discount(view),
    )  # fmt: skip
    return SectionWords(title, "bundle_tests", deck)


def tables(view: View) -> list[TableWords]:
    """One row a test."""
    if not has(view):
        return []
    say, is_money = view.language.say, parts(view).money != NONE
    columns = [
        (say("Offered with"), "name"), (say("is this"), "name"), (say("Terms of the offer"), "text"),
        (say("Take it now"), "number"), (say("If it works"), "number"), (say("Units in each arm"), "number"),
        (say("Weeks needed"), "text"),
    ]  # fmt: skip
    if is_money:
        columns += [(say("Expected gain of the test"), "number"), (say("Expected loss if wrong"), "number")]
    else:
        columns += [(say("More units expected"), "number")]
    caption = say("Bundles worth testing; gain and loss {per}", per=per(view))
    return [
        TableWords(
            tuple(columns), tuple(_row(view, row, is_money) for row in rows(parts(view).tests)), caption,
            view.how(*_how(view)), file="bundle_tests.csv",
        )
    ]  # fmt: skip


def _row(view: View, row: Any, is_money: bool) -> Row:
    language = view.language
    cells: list[tuple[str, Any]] = [
        (view.bare_label(int(row.a)), None), (view.bare_label(int(row.b)), None), (_terms(view, row), None),
        (language.percent(float(row.attach)), float(row.attach)),
        (language.percent(float(row.target)), float(row.target)), (_units(view, row), float(row.per_arm)),
        (_weeks(view, float(row.weeks)), float(row.weeks)),
    ]  # fmt: skip
    gain = float(row.expected_gain)
    if is_money:
        lost = float(row.loss_month)
        cells += [(amount(view, gain), gain), (amount(view, lost) if lost else _nothing(view), lost)]
    else:
        cells.append((language.number(gain, 0 if gain >= 10 else 1), gain))
    return tuple(cells)


def _how(view: View) -> list[tuple[Text, Text]]:
    say, language = view.language.say, view.language
    unit = (
        say("A customer, once: with the first basket with the first product after the start")
        if parts(view).traffic.unit == CUSTOMER
        else say("A basket with the first product: customers are not known")
    )
    return [
        (say("If it works"), say("Share that takes the second product {assumed}", assumed=money.conversion(view))),
        (say("Counted unit"), unit),
        (
            say("Units in each arm"),
            say(
                "To see that rise: two-sided level {level}, power {power}; at a discount, that it lies above the break-"
                "even",
                level=language.percent(LEVEL), power=language.percent(POWER),
            ),
        ),
        (
            say("Weeks needed"),
            say("Until both arms are full at the traffic of the last weeks; nobody waits for more than {weeks}",
                weeks=language.number(MOST_WEEKS)),
        ),
        (
            say("Expected loss if wrong"),
            say("If the offer changes nobody's mind and is rolled out; during the test half of it"),
        ),
    ]  # fmt: skip


def _terms(view: View, row: Any) -> Text:
    say = view.language.say
    if row.offer == BUNDLE:
        return say("{discount} off both", discount=calculator.discount(view))
    return say("shown together, full price")


def _units(view: View, row: Any) -> str:
    return view.language.number(None if math.isnan(float(row.per_arm)) else float(row.per_arm))


def _counted(view: View, row: Any) -> str:
    """Units of an arm: 3,587 customers."""
    if math.isnan(float(row.per_arm)):
        return _units(view, row)
    size = int(row.per_arm)
    return str(view.counted_customers(size) if row.unit == CUSTOMER else view.counted(size))


def _weeks(view: View, weeks: float) -> str:
    if math.isnan(weeks):
        return str(view.language.say("not known"))
    if math.isinf(weeks):
        return str(view.language.say("over {weeks}", weeks=view.language.number(MOST_WEEKS)))
    return view.language.number(weeks)


def _nothing(view: View) -> Text:
    return view.language.say("nothing")


def findings(view: View) -> list[Finding]:
    """Which bundles to test, and whether that can be done in time."""
    if not has(view):
        return []
    say, language, tests = view.language.say, view.language, parts(view).tests
    first = rows(tests.head(1))[0]
    names = [str(say("{b} with {a}", a=view.name(int(row.a)), b=view.name(int(row.b)))) for row in rows(tests)]
    numbers = {
        "bundles": language.listing(names), "assumed": money.conversion(view), "per": per(view),
        "first": names[0], "attach": language.percent(float(first.attach)),
        "target": language.percent(float(first.target)), "units": _counted(view, first), "a": view.name(int(first.a)),
        "b": view.name(int(first.b)), "gain": amount(view, float(tests["expected_gain"].sum())),
        "lost": amount(view, float(tests["loss_month"].sum())), "terms": _terms(view, first),
    }  # fmt: skip
    statement = say(
        "Worth a test: {bundles}. To see the first rise from {attach} to **{target}**, {assumed}, takes **{units}** "
        "in each arm.", **numbers,
    )  # fmt: skip
    head = language.say_count("One bundle is worth a test", "{count} bundles are worth a test", len(tests))
    return [
        Finding(
            id="bundle_tests", grade=Grade.C, head=head, statement=statement, meaning=_meaning(view, first, numbers),
            action=say("Offer {b} to a random half of the buyers of {a} ({terms}), leave the other half as it is, and "
                       "decide by the plan in the file {file}.", file=DOCUMENT, **numbers),
            section="bundle_tests", value=float(first.attach), n=None if math.isnan(float(first.per_arm))
            else int(2 * first.per_arm), unit="share",
        )
    ]  # fmt: skip


def _meaning(view: View, first: Any, numbers: dict[str, Any]) -> Text:
    say = view.language.say
    time = _time(view, first, float(first.weeks))
    kind = parts(view).money
    if kind == NONE:
        return time
    if parts(view).tests["loss_month"].sum() == 0:
        worth = (
            say("All together would bring {gain} of margin {per} and give nothing away.", **numbers)
            if kind == money.MARGIN
            else say("All together would bring {gain} of revenue {per} and give nothing away.", **numbers)
        )
    else:
        worth = say("All together would bring {gain} {per}, or lose {lost} if they change nobody's mind.", **numbers)
    return say("{time} {worth}", time=time, worth=worth)


def _time(view: View, first: Any, weeks: float) -> Text:
    say, language = view.language.say, view.language
    numbers = {
        "weeks": language.number(weeks if math.isfinite(weeks) else None), "most": language.number(MOST_WEEKS),
        "least": language.percent(None if math.isnan(float(first.detectable)) else float(first.detectable)),
    }  # fmt: skip
    if math.isnan(weeks):
        return say("How long that takes cannot be said without dates.")
    if math.isfinite(weeks):
        return say("At today's traffic that is decided in {weeks} weeks.", **numbers)
    if math.isnan(float(first.detectable)):
        return say("At today's traffic half a year would decide nothing: test where more buy the first product.")
    return say(
        "At today's traffic {most} weeks do not fill the arms; they would only show a conversion of {least} or more.",
        **numbers,
    )


def documents(view: View) -> dict[str, str]:
    """The plan of all tests as Markdown; what the client's data say loses its power as marks."""
    if not has(view):
        return {}
    lines = [f"# {_plain(view.language.say('Test plan of the bundles'))}", ""]
    for row in rows(parts(view).tests):
        lines += [f"## {_plain(_title(view, row))}", ""]
        for heading, text in plan(view, row):
            lines += [f"### {_plain(heading)}", "", _plain(text), ""]
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
        "bar": language.percent(float(row.break_even_conversion), 1), "units": _counted(view, row),
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
                "at the result before the end.", time=_time(view, row, float(row.weeks)), **numbers),
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
