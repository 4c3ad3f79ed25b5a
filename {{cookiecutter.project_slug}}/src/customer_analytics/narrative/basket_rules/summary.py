"""The first screen: what goes together, whether it holds, what it is worth, and what to test."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from customer_analytics.language import Text
from customer_analytics.narrative.basket_rules import findings as own
from customer_analytics.narrative.basket_rules import following, reminders, sizes, top_items
from customer_analytics.narrative.finding import Finding, Grade, Kpi, Summary, told_in_order, told_in_section

if TYPE_CHECKING:
    from customer_analytics.narrative.basket_rules.view import View


class _Section(Protocol):
    def findings(self, view: View) -> list[Finding]:
        """What the section has to say."""


# After what goes together: in the order of the first screen.
SECTIONS: tuple[_Section, ...] = (sizes, top_items, following, reminders)


def summary(view: View) -> Summary:
    """The summary of the basket report."""
    if view.rules is None:
        return _too_little(view)
    return Summary(_title(view), _standfirst(view), _kpis(view), all_findings(view), recommendation(view))


def all_findings(view: View) -> tuple[Finding, ...]:
    """All findings, in the order of what a client should hear first."""
    told = [*own.findings(view), *(found for section in SECTIONS for found in section.findings(view))]
    return told_in_order(told)


def aside(view: View, section: str) -> list[Finding]:
    """Findings that belong to a section and are not on the first screen."""
    return told_in_section(all_findings(view), section)


def _title(view: View) -> Text:
    say = view.language.say
    if not len(view.shown):
        return say("Nothing in the baskets goes together beyond chance")
    best = view.shown.iloc[0]
    return say(
        "{left} and {right}: {times} as often together as chance gives",
        left=view.names(best["antecedent"]), right=view.names(best["consequent"]), times=view.times(best["lift"]),
    )  # fmt: skip


def _standfirst(view: View) -> Text:
    say = view.language.say
    numbers = {"basket": view.what_is_a_basket, "baskets": view.counted(view.n)}
    return say("{basket} Looked at: {baskets}.", **numbers)


def _kpis(view: View) -> tuple[Kpi, ...]:
    say, number = view.language.say, view.language.number
    return (
        Kpi(
            say("Combinations beyond chance"),
            number(len(view.shown)),
            say("of {baskets}", baskets=view.counted(view.n)),
        ),
    )


def recommendation(view: View) -> Text:
    """What to do next."""
    return all_findings(view)[0].action


def _too_little(view: View) -> Summary:
    """The whole summary where no rule could be looked for."""
    say, n = view.language.say, view.n
    nothing = Finding(
        id="too_little", grade=Grade.D, head=say("No rules are given"), statement=view.why_not,
        meaning=say("A rule from so little would be an accident of a few baskets."),
        action=say("Load more baskets, or check the as-of date, the subset and what a basket is."),
        section="limits", value=float(n), n=n, unit="baskets",
    )  # fmt: skip
    return Summary(
        say("Too little is known to say what goes together"),
        say("The report says what was counted and gives no rules."),
        (Kpi(say("Baskets"), view.language.number(n), say("too few for rules")),),
        told_in_order([nothing, *(found for section in SECTIONS for found in section.findings(view))]),
        say("Load more baskets before anything is put together by rule."),
    )
