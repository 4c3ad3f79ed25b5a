"""How far the experiments can be trusted: the parts of that chapter in their order."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from customer_analytics.language import Text
from customer_analytics.narrative.campaign_evaluation import all_outcomes, draws, guardrails, looks, readings, sight
from customer_analytics.narrative.exhibits import SectionWords, TableWords
from customer_analytics.narrative.finding import Finding

if TYPE_CHECKING:
    from customer_analytics.narrative.campaign_evaluation.view import View


class Part(NamedTuple):
    """One section of the chapter."""

    section: SectionWords
    tables: list[TableWords]
    remarks: list[Text]


def shown(view: View) -> list[Part]:
    """The sections that have something to tell; none without an experiment."""
    made = []
    if draws.has(view):
        made.append(Part(draws.section(view), draws.tables(view), []))
    if sight.has(view):
        made.append(Part(sight.section(view), sight.tables(view), []))
    if looks.has(view):
        made.append(Part(looks.section(view), looks.tables(view), []))
    if all_outcomes.has(view):
        made.append(Part(all_outcomes.section(view), all_outcomes.tables(view), all_outcomes.remarks(view)))
    if readings.has(view):
        made.append(Part(readings.section(view), readings.tables(view), readings.remarks(view)))
    if guardrails.has(view):
        made.append(Part(guardrails.section(view), guardrails.tables(view), []))
    return made


def findings(view: View) -> list[Finding]:
    """Harm first, then what makes the experiments doubtful or small."""
    made = (guardrails, draws, readings, looks, sight)
    return [found for module in made for found in module.findings(view)]
