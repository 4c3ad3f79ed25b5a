"""The next experiment: who, how many, what it can show, and where the assignment lies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from customer_analytics.analysis.actions.pilot import AUDIENCE
from customer_analytics.narrative.churn.acting import found, known, undated, why_none
from customer_analytics.narrative.exhibits import SectionWords
from customer_analytics.narrative.finding import Finding, Grade

if TYPE_CHECKING:
    from customer_analytics.analysis.actions import ActionsResult
    from customer_analytics.analysis.actions.pilot import Pilot
    from customer_analytics.language import Text
    from customer_analytics.narrative.churn.view import View

DOCUMENT = "test_plans/churn_pilot.md"
POWER, LEVEL = 0.8, 0.05


def has(view: View) -> bool:
    """Whether a pilot could be drawn."""
    actions = found(view)
    return actions is not None and actions.pilot is not None and not actions.pilot.reason


def _parts(view: View) -> tuple[ActionsResult, Pilot]:
    actions = found(view)
    assert actions is not None and actions.pilot is not None
    return actions, actions.pilot


def section(view: View) -> SectionWords:
    """Opening: what the pilot decides, or why there is none."""
    say, language = view.language.say, view.language
    title = say("The pilot: measure it before paying for it")
    actions = found(view)
    if undated(view):
        deck = say("No pilot: without dates nobody could see when it ends, nor who left in it; first get the dates.")
        return SectionWords(title, "pilot", deck)
    if actions is None or actions.pilot is None:
        return SectionWords(title, "pilot", why_none(view))
    if actions.pilot.reason == "does_not_pay":
        return SectionWords(title, "pilot", _does_not_pay(view, actions))
    if actions.pilot.reason:
        deck = say(
            "No pilot: only {n} customers could take part; two arms of {least} are the least.",
            n=view.few(actions.pilot.eligible), least=language.number(view.minimum_base),
        )  # fmt: skip
        return SectionWords(title, "pilot", deck)
    return SectionWords(
        title,
        "pilot",
        say("One half gets the offer, the other is left alone; after {days} the difference says what the offer keeps.",
            days=view.horizon),
    )  # fmt: skip


def _does_not_pay(view: View, actions: ActionsResult) -> Text:
    """Why no pilot of this offer is drawn, and what would have to change."""
    say, language, needed = view.language.say, view.language, actions.needed_acceptance
    if not known(needed):
        return say("No pilot: this offer costs more than customers bring, even if everybody accepted it.")
    return say(
        "No pilot: at an acceptance of {assumed} this offer would cost more than it keeps. It would pay from {needed} "
        "on, or if it were cheaper; state such an offer in engagement.yml, and its pilot is drawn.",
        assumed=language.percent(actions.terms.acceptance), needed=language.percent(needed, 1),
    )  # fmt: skip


def definitions(view: View) -> list[tuple[Text, Text]]:
    """The plan, line by line."""
    say, language = view.language.say, view.language
    _, pilot = _parts(view)
    assert pilot.assigned_on is not None and pilot.result_on is not None and pilot.strata is not None
    numbers = {
        "n": view.counted(pilot.n), "eligible": language.number(pilot.eligible), "rate": language.percent(pilot.rate),
        "treatment": language.number(pilot.treatment), "control": language.number(pilot.control),
        "level": language.percent(LEVEL), "power": language.percent(POWER), "effect": _points(view, pilot.effect),
        "detectable": _points(view, pilot.detectable), "needed": language.number(pilot.needed),
        "strata": language.number(len(pilot.strata)), "seed": str(pilot.seed), "day": language.date(pilot.result_on),
        "drawn": language.date(pilot.assigned_on), "folder": AUDIENCE, "days": view.horizon,
    }  # fmt: skip
    pool = (
        say("{n} of the {eligible} whom the money-optimal cut-off selects and who may be contacted.", **numbers)
        if pilot.pool == "selected"
        else say(
            "{n} of the {eligible} at more than the base risk who may be contacted, the most promising first.",
            **numbers,
        )
    )
    size = (
        say("It sees a fall of {detectable} points or more in the share that leaves (two-sided level {level}, power "
            "{power}); the assumed acceptance would bring {effect}.", **numbers)
        if pilot.is_large_enough
        else say("It sees a fall of {detectable} points or more in the share that leaves (two-sided level {level}, "
                 "power {power}). The assumed acceptance would bring {effect}, and {needed} in each arm would be "
                 "needed to see that: all who may be contacted take part, and a result within the interval decides "
                 "nothing.", **numbers)
    )  # fmt: skip
    return [
        (say("Who takes part"), pool),
        (
            say("Arms"),
            say("{treatment} get the offer, {control} are left alone until {day}; drawn on {drawn}.", **numbers),
        ),
        (say("What it can show"), size),
        (
            say("What decides here"),
            say("The share that leaves within {days}, everybody counted in the arm drawn; about {rate} are expected "
                "without a contact. No look at the result before {day}.", **numbers),
        ),
        (
            say("How it was drawn"),
            say("Half in each of {strata} strata of risk and value, by a hash of the customer's number with the seed "
                "{seed}: the same seed gives the same arms.", **numbers),
        ),
        (
            say("Where it lies"),
            say("tables/{folder}/assignment.parquet. With the privacy level operations it holds the client’s own "
                "customer numbers; copied as audiences/{folder}, it is then in the ledger of assignments: other lists "
                "can leave its control group out, and the evaluation of campaigns finds both arms. With analyst the "
                "numbers are hashed, and the file only shows the draw.", **numbers),
        ),
    ]  # fmt: skip


def _points(view: View, share: float) -> str:
    return view.language.number(100 * share, 1)


def findings(view: View) -> list[Finding]:
    """What the pilot could show."""
    if not has(view):
        return []
    say, language = view.language.say, view.language
    _, pilot = _parts(view)
    assert pilot.result_on is not None
    numbers = {
        "n": view.counted(pilot.n), "detectable": _points(view, pilot.detectable),
        "effect": _points(view, pilot.effect), "control": language.number(pilot.control),
        "day": language.date(pilot.result_on),
    }  # fmt: skip
    meaning = (
        say("What the assumed acceptance would bring, {effect} points, would be seen.", **numbers)
        if pilot.is_large_enough
        else say(
            "The assumed acceptance would bring {effect} points: a smaller effect than that may go unseen.", **numbers
        )
    )
    return [
        Finding(
            id="pilot", grade=Grade.C, head=say("The pilot is drawn and ready"),
            statement=say(
                "A pilot with {n}, {control} of them left alone, would see a fall of **{detectable}** points or more "
                "in the share that leaves.", **numbers,
            ),
            meaning=meaning,
            action=say("Make the offer to the treatment arm of the pilot only, and leave its control group alone "
                       "until {day}.",
                       **numbers),
            section="pilot", value=pilot.detectable, n=pilot.n, unit="share", notable=known(pilot.detectable),
        )
    ]  # fmt: skip


def documents(view: View) -> dict[str, str]:
    """The plan as Markdown."""
    if not has(view):
        return {}
    lines = [f"# {view.language.say('Test plan of the churn pilot')}", ""]
    for heading, text in definitions(view):
        lines += [f"## {heading}", "", str(text).replace("_", "\\_"), ""]
    return {DOCUMENT: "\n".join(lines)}
