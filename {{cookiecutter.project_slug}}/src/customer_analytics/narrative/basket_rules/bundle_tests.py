"""The bundles worth testing, in words: with what offer, how many, how long, and what is lost if it is wrong."""

from __future__ import annotations

import math
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


def has(view: View) -> bool:
    """Whether a bundle is worth a test."""
    return found(view) is not None and len(parts(view).tests) > 0


def section(view: View) -> SectionWords:
    """Opening: what makes a bundle worth a test, or why none is."""
    say = view.language.say
    title = say("What to test first")
    if not has(view):
        deck = say("No pair of products is worth a test: none goes together beyond chance and held in all checks.")
        return SectionWords(title, "bundle_tests", deck)
    held = say(
        "Pairs that go together beyond chance and held in all checks: in baskets not looked at before, and within "
        "months and groups where these are known."
    )
    terms = (
        say("Where {discount} off does not pay, the test shows the two at full price.",
            discount=calculator.discount(view))
        if parts(view).money == money.MARGIN
        else say("The test shows the two at full price: what a discount would earn is not known.")
    )  # fmt: skip
    deck = say("{held} {terms}", held=held, terms=terms)
    return SectionWords(title, "bundle_tests", deck)


def tables(view: View) -> list[TableWords]:
    """One row a test."""
    if not has(view):
        return []
    say, is_money = view.language.say, parts(view).money != NONE
    columns = [
        (say("Offered with"), "name"), (say("is this"), "name"), (say("Terms of the offer"), "text"),
        (say("Now and if it works"), "number"), (say("Units in each arm"), "number"), (say("Weeks needed"), "number"),
    ]  # fmt: skip
    if is_money:
        columns += [(say("Gain expected"), "number"), (say("Loss if wrong"), "number")]
    else:
        columns += [(say("More units expected"), "number")]
    caption = (
        say("Bundles worth testing; gain and loss {per}", per=per(view))
        if is_money
        else say("Bundles worth testing; units {per}", per=per(view))
    )
    return [
        TableWords(
            tuple(columns), tuple(_row(view, row, is_money) for row in rows(parts(view).tests)), caption,
            view.how(*_how(view)), file="bundle_tests.csv",
        )
    ]  # fmt: skip


def _row(view: View, row: Any, is_money: bool) -> Row:
    say, language = view.language.say, view.language
    cells: list[tuple[str, Any]] = [
        (view.bare_label(int(row.a)), None), (view.bare_label(int(row.b)), None), (_terms(view, row), None),
        (say("{low} to {high}", low=language.percent(float(row.attach)), high=language.percent(float(row.target))),
         float(row.attach)), (_units(view, row), float(row.per_arm)),
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
        (
            say("Now and if it works"),
            say("Share that takes the second product {assumed}", assumed=money.conversion(view)),
        ),
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
        *(
            [(
                say("Loss if wrong"),
                say("If the offer changes nobody's mind and is rolled out; during the test half of it"),
            )]
            if parts(view).money != NONE else []
        ),
    ]  # fmt: skip


def _terms(view: View, row: Any) -> Text:
    say = view.language.say
    if row.offer == BUNDLE:
        return say("{discount} off both", discount=calculator.discount(view))
    return say("full price")


def _units(view: View, row: Any) -> str:
    return view.language.number(None if math.isnan(float(row.per_arm)) else float(row.per_arm))


def counted(view: View, row: Any) -> str:
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
        "target": language.percent(float(first.target)), "units": counted(view, first), "a": view.name(int(first.a)),
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
    length = time(view, first, float(first.weeks))
    together = all_at_once(view) if math.isinf(float(first.weeks)) else Text("")
    if together:
        length = say("{time} {more}", time=length, more=together)
    kind = parts(view).money
    if kind == NONE:
        return length
    if parts(view).tests["loss_month"].sum() == 0:
        worth = (
            say("All together would bring {gain} of margin {per} and give nothing away.", **numbers)
            if kind == money.MARGIN
            else say("All together would bring {gain} of revenue {per} and give nothing away.", **numbers)
        )
    else:
        worth = say("All together would bring {gain} {per}, or lose {lost} if they change nobody's mind.", **numbers)
    return say("{time} {worth}", time=length, worth=worth)


def time(view: View, first: Any, weeks: float) -> Text:
    """How long a test takes, or what half a year of it would show."""
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


def all_at_once(view: View) -> Text:
    """What one test of all pairs would take; empty where there is none."""
    say, language, whole = view.language.say, view.language, parts(view).pooled
    if whole is None:
        return Text("")
    size = whole.per_arm
    numbers = {
        "pairs": language.number(whole.pairs), "attach": language.percent(whole.attach, 1),
        "target": language.percent(whole.target, 1),
        "units": view.counted_customers(size) if parts(view).traffic.unit == CUSTOMER else view.counted(size),
        "weeks": language.number(whole.weeks if math.isfinite(whole.weeks) else None),
        "least": language.percent(whole.detectable if math.isfinite(whole.detectable) else None),
    }  # fmt: skip
    if math.isfinite(whole.weeks):
        return say("One test of all {pairs} pairs at once takes {units} in each arm: {weeks} weeks.", **numbers)
    if math.isfinite(whole.detectable):
        return say(
            "One test of all {pairs} pairs at once takes {units} in each arm; in that time it would show a conversion "
            "of {least} or more.", **numbers,
        )  # fmt: skip
    return say("One test of all {pairs} pairs at once takes {units} in each arm.", **numbers)
