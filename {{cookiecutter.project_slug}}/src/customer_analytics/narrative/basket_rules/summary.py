"""The first screen: what goes together, whether it holds, what it is worth, and what to test."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Protocol

from customer_analytics.language import Text
from customer_analytics.narrative.basket_rules import (
    anchors,
    attach,
    bundle_tests,
    bundles,
    control,
    following,
    money,
    next_items,
    reminders,
    replication,
    rule_table,
    seasons,
    sizes,
    substitutes,
    top_items,
    variants,
)
from customer_analytics.narrative.basket_rules import findings as own
from customer_analytics.narrative.finding import Finding, Grade, Kpi, Summary, told_in_order, told_in_section
from customer_analytics.narrative.once import once
from customer_analytics.statistics import Interval

if TYPE_CHECKING:
    from customer_analytics.narrative.basket_rules.view import View


class _Section(Protocol):
    def findings(self, view: View) -> list[Finding]:
        """What the section has to say."""


# After what goes together: in the order of the first screen.
SECTIONS: tuple[_Section, ...] = (
    variants,
    bundle_tests,
    replication,
    control,
    following,
    next_items,
    bundles,
    anchors,
    sizes,
    substitutes,
    reminders,
    money,
    attach,
    top_items,
    seasons,
    rule_table,
)
LEAST_REPLICATED = 5  # rules of the earlier part below which no share of them is put into the title
FIRST_ACTS = ("bundle_tests", "together", "next_items", "sequences")  # whose act is the recommendation, the best first


def summary(view: View) -> Summary:
    """The summary of the basket report."""
    if view.rules is None:
        return _too_little(view)
    return Summary(_title(view), _standfirst(view), _kpis(view), all_findings(view), recommendation(view))


@once
def all_findings(view: View) -> tuple[Finding, ...]:
    """All findings, in the order of what a client should hear first."""
    told = own.findings(view) if view.rules is not None else [_nothing(view)]
    return told_in_order([*told, *(found for section in SECTIONS for found in section.findings(view))])


def aside(view: View, section: str) -> list[Finding]:
    """Findings that belong to a section and are not on the first screen."""
    return told_in_section(all_findings(view), section)


def replicated(view: View) -> tuple[float, Interval, int] | None:
    """Share of the rules of the earlier part that kept a lift above 1, its interval, and how many they were."""
    checks = view.result.checks
    if checks is None or math.isnan(checks.replication.share_above[0]):
        return None
    share, low, high = checks.replication.share_above
    return share, Interval(low, high), len(checks.replication.rules)


def _title(view: View) -> Text:
    say, language = view.language.say, view.language
    if not len(view.shown):
        return say("Nothing goes together beyond chance")
    count, held = len(view.shown), replicated(view)
    if held is None or held[2] < LEAST_REPLICATED:
        return language.say_count(
            "One combination goes together beyond chance", "{count} combinations go together beyond chance", count
        )
    kept, share = language.number(round(held[0] * held[2])), language.percent(held[0])
    if not view.is_timed:
        return language.say_count(
            "One combination goes together beyond chance; of {found} found in one part, {kept} held in the other",
            "{count} combinations go together beyond chance; of {found} found in one part, {kept} held in the other",
            count, found=language.number(held[2]), kept=kept,
        )  # fmt: skip
    if held[2] < view.minimum_base:
        return language.say_count(
            "One combination goes together beyond chance; of {found} found early, {kept} held later",
            "{count} combinations go together beyond chance; of {found} found early, {kept} held later",
            count, found=language.number(held[2]), kept=kept,
        )  # fmt: skip
    return language.say_count(
        "One combination goes together beyond chance; of those found early, {share} held later",
        "{count} combinations go together beyond chance; of those found early, {share} held later",
        count, share=share,
    )  # fmt: skip


def _standfirst(view: View) -> Text:
    say, baskets = view.language.say, view.counted(view.n)
    looked = (
        say("{basket} Looked at: {baskets}, {period}.", basket=view.what_is_a_basket, baskets=baskets,
            period=view.period)
        if view.period
        else say("{basket} Looked at: {baskets}, without dates.", basket=view.what_is_a_basket, baskets=baskets)
    )  # fmt: skip
    if not len(view.shown):
        return looked
    best = view.leading[0]
    return say(
        "The strongest: {left} with {right}, {times} as often as chance gives. {looked}",
        left=view.names(best.antecedent), right=view.names(best.consequent), looked=looked,
        times=view.times(float(best.lift)),
    )  # fmt: skip


def _kpis(view: View) -> tuple[Kpi, ...]:
    kpis = [_basket_kpi(view), _rules_kpi(view), _held_kpi(view), _next_kpi(view)]
    return tuple(kpi for kpi in kpis if kpi is not None)


def _basket_kpi(view: View) -> Kpi | None:
    """What a basket is worth, or how much is in it, with interval."""
    known = view.result.description
    if known is None:
        return None
    say, language = view.language.say, view.language
    size = known.size
    if known.value is None:
        label = say("Mean visit") if view.is_content else say("Mean basket")
        items = say("items") if view.is_content else say("products")
        return Kpi(
            label, say("{size} {items}", size=language.number(size.mean, 1), items=items),
            say("{interval}; {one} hold a single one", interval=view.numbers_between(size.low, size.high, 2),
                one=language.percent(known.one_item_share()[0])),
        )  # fmt: skip
    return Kpi(
        say("Mean basket value"), language.money(known.value.mean),
        say("{interval}; {size} products", interval=view.money_between(known.value.low, known.value.high),
            size=language.number(size.mean, 1)),
    )  # fmt: skip


def _rules_kpi(view: View) -> Kpi:
    say, number, rules = view.language.say, view.language.number, view.rules
    assert rules is not None
    if not len(rules.table):
        return Kpi(say("Combinations beyond chance"), number(0), say("no rule reaches support and confidence"))
    return Kpi(
        say("Combinations beyond chance"), number(len(view.shown)),
        say("of {rules} rules looked at; at most {false} of those called so are false",
            rules=number(len(rules.table)), false=view.language.percent(rules.alpha)),
    )  # fmt: skip


def _held_kpi(view: View) -> Kpi | None:
    """Share of the rules of the earlier part that held in the later one."""
    held = replicated(view)
    if held is None:
        return None
    say, language, (share, interval, count) = view.language.say, view.language, held
    label, note = say("Held in the later part"), language.say_count(
        "of one rule of the earlier part; {interval}", "of {count} rules of the earlier part; {interval}", count,
        interval=view.in_bracket(interval),
    )  # fmt: skip
    if not view.is_timed:
        label, note = say("Held in the other part"), language.say_count(
            "of one rule of the first part; {interval}", "of {count} rules of the first part; {interval}", count,
            interval=view.in_bracket(interval),
        )  # fmt: skip
    if count < view.minimum_base:
        return Kpi(label, language.number(round(share * count)), note)
    return Kpi(label, language.percent(share), note)


def _next_kpi(view: View) -> Kpi | None:
    """Hit rate of the next items, or of the completion of baskets where no customers are known."""
    made = view.result.recommend
    if made is None:
        return None
    say, percent = view.language.say, view.language.percent
    test = made.next_test if not made.next_test.reason else made.completion
    if test.reason:
        return None
    label = say("Next item foreseen") if test is made.next_test else say("Left-out item found again")
    interval = Interval(test.measure("hit_rate_low"), test.measure("hit_rate_high"))
    if not test.beaten:
        return Kpi(
            label, percent(test.measure("hit_rate")),
            say("among {k} best-sellers, {interval}; no other choice does better",
                k=view.language.number(made.next_items), interval=view.in_bracket(interval)),
        )  # fmt: skip
    return Kpi(
        label, percent(test.measure("hit_rate")),
        say("among {k} suggestions, {interval}; best-sellers: {popular}", k=view.language.number(made.next_items),
            interval=view.in_bracket(interval), popular=percent(test.measure("hit_rate", test.baseline))),
    )  # fmt: skip


def recommendation(view: View) -> Text:
    """What to do next: the act of the most useful finding."""
    told = {finding.id: finding for finding in all_findings(view)}
    if not len(view.shown):
        return told["together"].action
    return next(told[name].action for name in FIRST_ACTS if name in told)


def _nothing(view: View) -> Finding:
    """The finding where no rule could be looked for."""
    say, n = view.language.say, view.n
    return Finding(
        id="too_little", grade=Grade.D, head=say("No rules are given"), statement=view.why_not,
        meaning=say("A rule from so little would be an accident of a few baskets."),
        action=say("Load more baskets, or check the as-of date, the subset and what a basket is."),
        section="limits", value=float(n), n=n, unit="baskets",
    )  # fmt: skip


def _too_little(view: View) -> Summary:
    """The whole summary where no rule could be looked for."""
    say = view.language.say
    kpis = (_basket_kpi(view), Kpi(say("Baskets"), view.language.number(view.n), say("too few for rules")))
    return Summary(
        say("Too little is known to say what goes together"),
        say("The report says what was counted and gives no rules."),
        tuple(kpi for kpi in kpis if kpi is not None),
        all_findings(view),
        say("Load more baskets before anything is put together by rule."),
    )
