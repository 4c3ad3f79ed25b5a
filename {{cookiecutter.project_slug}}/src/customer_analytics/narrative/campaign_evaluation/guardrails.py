"""What must not get worse: unsubscribing, refunds, or what the engagement names."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from customer_analytics.analysis.experiment.guardrails import BETTER, HARMLESS, ONLY_CONTACTED, UNCLEAR, WORSE
from customer_analytics.language import Text
from customer_analytics.narrative.campaign_evaluation.drawn import arm_label, effect_cell, experiments, units_told
from customer_analytics.narrative.campaign_evaluation.view import rows
from customer_analytics.narrative.exhibits import Row, SectionWords, TableWords
from customer_analytics.narrative.finding import Finding, Grade

if TYPE_CHECKING:
    from customer_analytics.narrative.campaign_evaluation.view import View

MOST_ROWS = 5
ORDER = {WORSE: 0, UNCLEAR: 1, ONLY_CONTACTED: 2, HARMLESS: 3, BETTER: 4}


def _told(view: View) -> list[Any]:
    """Guardrails of campaigns whose draw did not fail, the worst first."""
    found = experiments(view)
    if found is None:
        return []
    allowed = {str(row.campaign) for row in rows(found.verdicts) if row.grade != "D"}
    kept = [row for row in rows(found.guardrails) if str(row.campaign) in allowed and not math.isnan(float(row.low))]
    return sorted(kept, key=lambda row: (ORDER[row.verdict], -abs(float(row.effect))))


def has(view: View) -> bool:
    """Whether anything was guarded."""
    return bool(_told(view))


def section(view: View) -> SectionWords:
    """How many got worse, how many are safe."""
    say, number, told = view.language.say, view.language.number, _told(view)
    counts = {name: number(sum(row.verdict == name for row in told)) for name in ORDER}
    title = say("Did anything get worse?")
    worse = sum(row.verdict == WORSE for row in told)
    if worse:
        deck = view.language.say_count(
            "Yes: {count} of {guarded} comparisons of what must not get worse shows harm beyond chance.",
            "Yes: {count} of {guarded} comparisons of what must not get worse show harm beyond chance.", worse,
            guarded=number(len(told)),
        )  # fmt: skip
        return SectionWords(title, "guardrails", deck, inside=True)
    safe = sum(row.verdict in (HARMLESS, BETTER) for row in told)
    numbers = {
        "guarded": number(len(told)), "harmless": number(safe), "unclear": counts[UNCLEAR],
        "margin": view.language.percent(view.parameters.smallest_lift),
    }  # fmt: skip
    deck = (
        say("No harm is seen, but that is not the same as none: of {guarded} comparisons {harmless} exclude a harm of "
            "{margin} or more, {unclear} are too small to tell.", **numbers)
        if safe
        else say("No harm beyond chance is seen, but that is not the same as none: not one of {guarded} comparisons is "
                 "large enough to exclude a harm of {margin}.", **numbers)
    )  # fmt: skip
    return SectionWords(title, "guardrails", deck, inside=True)


def tables(view: View) -> list[TableWords]:
    """A row a guardrail and arm, the worst first."""
    told = _told(view)
    if not told:
        return []
    say = view.language.say
    return [
        TableWords(
            (
                (say("Arm"), "name"),
                (say("Must not get worse"), "text"),
                (say("In the arm"), "number"),
                (say("In the control arm"), "number"),
                (say("Difference (interval)"), "number"),
                (say("Judged as"), "text"),
            ),
            tuple(_row(view, row) for row in told[:MOST_ROWS]),
            say("What must not get worse, the worst first"),
            view.how(
                (say("Judged as"), say(
                    "Worse: harm beyond chance after Holm’s correction. Harmless: the whole interval lies below "
                    "{margin} of the control arm’s mean. Too small to tell: neither",
                    margin=view.language.percent(view.parameters.smallest_lift))),
                (say("Only where contacted"), say("Nobody can unsubscribe from a message that was not sent: there is "
                                                  "no control to compare with, only what the contact costs")),
                units_told(view),
            ),
            file="guardrails.csv",
        )
    ]  # fmt: skip


def _row(view: View, row: Any) -> Row:
    outcome = str(row.outcome)
    return (
        (arm_label(view, row), None),
        (view.measured(outcome), outcome),
        (view.bare_level(outcome, float(row.mean)), float(row.mean)),
        (view.bare_level(outcome, float(row.mean_control)), float(row.mean_control)),
        (effect_cell(view, outcome, float(row.effect), float(row.low), float(row.high)), float(row.effect)),
        (_reading(view, str(row.verdict)), ORDER[row.verdict]),
    )


def _reading(view: View, verdict: str) -> Text:
    say = view.language.say
    return {
        WORSE: say("worse"), BETTER: say("better than in the control arm"), HARMLESS: say("harmless"),
        ONLY_CONTACTED: say("only where contacted"),
    }.get(verdict) or say("too small to tell")  # fmt: skip


def findings(view: View) -> list[Finding]:
    """Harm beyond chance."""
    worse = [row for row in _told(view) if row.verdict == WORSE]
    if not worse:
        return []
    say, found = view.language.say, experiments(view)
    assert found is not None
    first = worst = worse[0]
    outcome, grade = str(first.outcome), found.grade(str(first.campaign))
    numbers = {
        "campaign": view.name(str(first.campaign)), "outcome": view.outcome(outcome), "arm": view.arm(str(first.arm)),
        "change": view.change(outcome, float(first.effect)), "level": view.level(outcome, float(first.mean)),
        "control": view.level(outcome, float(first.mean_control)),
        "interval": view.change_between(outcome, float(first.low), float(first.high)),
        "within": view.within(outcome, str(first.campaign)),
    }  # fmt: skip
    effect = found.effect(str(worst.campaign), str(worst.arm), outcome)
    n = 0 if effect is None else int(effect["n"]) + int(effect["n_control"])
    numbers["customers"] = view.counted_customers(n)
    statement = (
        say("{campaign} worsened {outcome} by **{change}** ({interval}): {level} in the arm {arm} against {control}"
            "{within}, {customers} in both.", **numbers)
        if grade == "A"
        else say("In {campaign} {outcome} is worse by **{change}** ({interval}): {level} in the arm {arm} against "
                 "{control}{within}, {customers} in both; whether the contact did it is open.", **numbers)
    )  # fmt: skip
    return [
        Finding(
            id="guardrail", grade=Grade(grade),
            head=say("{campaign}: {outcome} got worse", campaign=numbers["campaign"], outcome=numbers["outcome"]),
            statement=statement,
            meaning=say("A gain elsewhere is paid for with this, and it may last longer than the gain."),
            action=say("Weigh it before the campaign is repeated; change what was said or how often."),
            section="guardrails", value=float(first.effect), low=float(first.low), high=float(first.high), n=n,
            unit=outcome,
        )
    ]  # fmt: skip
