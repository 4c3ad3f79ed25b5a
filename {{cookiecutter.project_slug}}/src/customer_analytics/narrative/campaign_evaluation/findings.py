"""What the report on campaigns says first: what was caused, what did harm, what is not seen, what cannot be told."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from customer_analytics.language import Text
from customer_analytics.narrative.campaign_evaluation import worth
from customer_analytics.narrative.campaign_evaluation.scorecard import in_order, reason_told
from customer_analytics.narrative.campaign_evaluation.verdicts import MATCHED, Kind, Verdict, of_kind, other_effects
from customer_analytics.narrative.campaign_evaluation.wording import effect_told, numbers_of
from customer_analytics.narrative.finding import Finding, Grade

if TYPE_CHECKING:
    from customer_analytics.narrative.campaign_evaluation.view import View

MOST_TOLD = 3  # campaigns told one by one in a finding
MOST_LISTED = 5  # where each needs but a few words


def findings(view: View) -> list[Finding]:
    """The findings on campaigns by their main outcome, in the order of the first screen."""
    if not view.listed:
        return []
    made = [_caused(view), _harmed(view), _nothing(view), _doubtful(view), _unknown(view)]
    return [one for one in made if one is not None]


def _caused(view: View) -> Finding | None:
    """The campaigns that caused something better, with their margin."""
    found = in_order(view, of_kind(view, Kind.CAUSED))
    if not found:
        return _partly(view)
    say, best = view.language.say, found[0]
    names, outcome = view.names([one.campaign for one in found]), view.outcome(view.main)
    lowered = float(best.effect.effect) < 0  # type: ignore[union-attr]
    head = (
        say("{names} lowered {outcome}", names=names, outcome=outcome)
        if lowered
        else say("{names} raised {outcome}", names=names, outcome=outcome)
    )
    return Finding(
        id="caused", grade=Grade.A, head=head,
        statement=view.together([_clauses(view, found), *_other_gains(view)]), meaning=worth.meaning(view, found),
        action=worth.action(view, found), section="caused", **_numbers(view, best.effect),
    )  # fmt: skip


def _partly(view: View) -> Finding | None:
    """Where no campaign moved the main outcome: those that moved another one."""
    found = in_order(view, of_kind(view, Kind.PARTLY))
    if not found:
        return None
    say, best = view.language.say, found[0]
    return Finding(
        id="caused", grade=Grade.A,
        head=say("{names}: a gain, but not in {outcome}", names=view.names([one.campaign for one in found]),
                 outcome=view.outcome(view.main)),
        statement=view.together(_other_gains(view)), meaning=worth.meaning(view, found),
        action=worth.action(view, found), section="caused", **_numbers(view, best.others[0]),
    )  # fmt: skip


def _other_gains(view: View) -> list[Text]:
    """Campaigns that moved another outcome than the main one: one sentence each, of that outcome."""
    return [effect_told(view, one.others[0], "A") for one in in_order(view, of_kind(view, Kind.PARTLY))[:2]]


def _clauses(view: View, found: list[Verdict]) -> Text:
    """Each campaign with its effect, interval and base; of many the first ones."""
    say = view.language.say
    if len(found) == 1:
        return effect_told(view, found[0].effect, "A")
    told = [
        say(
            "{campaign} {level} against {control}, **{change}** ({interval}; {few} against {many} customers)",
            few=view.language.number(one.effect.n),
            many=view.language.number(one.effect.n_control),
            **numbers_of(view, one.effect),
        )
        for one in found[:MOST_TOLD]
        if one.effect is not None
    ]
    listed, within = view.clauses(told), view.within(view.main)
    rest = len(found) - len(told)
    if rest:
        return view.language.say_count(
            "Who got it was drawn by lot; against the control group{within}: {listed}; and one more.",
            "Who got it was drawn by lot; against the control group{within}: {listed}; and {count} more.",
            rest, listed=listed, within=within,
        )  # fmt: skip
    return say("Who got it was drawn by lot; against the control group{within}: {listed}.", listed=listed,
               within=within)  # fmt: skip


def _harmed(view: View) -> Finding | None:
    """The campaigns after which the main outcome is worse, caused by them."""
    found = of_kind(view, Kind.HARMED)
    if not found:
        return None
    say = view.language.say
    names = view.names([one.campaign for one in found])
    told = [effect_told(view, one.effect, "A") for one in found[:MOST_TOLD]]
    return Finding(
        id="harmed", grade=Grade.A, head=say("{names} did harm", names=names),
        statement=view.together(told),
        meaning=say("Whoever was left alone did better: each further contact of this kind costs money twice."),
        action=say("Stop {names}, and ask what the contact said.", names=names), section="caused",
        **_numbers(view, found[0].effect),
    )  # fmt: skip


def _nothing(view: View) -> Finding | None:
    """The campaigns that showed no effect, with what they could have shown."""
    found = of_kind(view, Kind.NOTHING)
    if not found:
        return None
    say = view.language.say
    names = view.names([one.campaign for one in found])
    statement = effect_told(view, found[0].effect, "A") if len(found) == 1 else _unmoved(view, found)
    return Finding(
        id="no_effect", grade=Grade.A, head=say("No effect is seen of {names}", names=names),
        statement=statement, meaning=_power_note(view, found),
        action=_after_nothing(view, found), section="caused", **_numbers(view, found[0].effect),
    )  # fmt: skip


def _unmoved(view: View, found: list[Verdict]) -> Text:
    """Several campaigns without an effect, each with its difference; of many the first ones."""
    told = [view.language.say("{campaign} {change} ({interval})", **numbers_of(view, one.effect)) for one in found]
    values = {"outcome": view.outcome(view.main), "listed": view.clauses(told[:MOST_LISTED])}
    rest = len(told) - MOST_LISTED
    if rest <= 0:
        return view.language.say(
            "In {outcome} the arms do not differ beyond chance, all comparisons allowed for: {listed}.", **values
        )
    return view.language.say_count(
        "In {outcome} the arms do not differ beyond chance, all comparisons allowed for: {listed}; one more is in the "
        "table.",
        "In {outcome} the arms do not differ beyond chance, all comparisons allowed for: {listed}; {count} more are in "
        "the table.", rest, **values,
    )  # fmt: skip


def _power_note(view: View, found: list[Verdict]) -> Text:
    """The smallest difference that the experiments could have shown."""
    say = view.language.say
    smallest = [float(getattr(one.effect, "smallest", math.nan)) for one in found]
    known = [value for value in smallest if not math.isnan(value)]
    if not known:
        return say("That is no sign of no effect at all: a small one would not have been seen.")
    values = {
        "power": view.language.percent(view.parameters.power),
        "least": view.size(view.main, min(known)), "most": view.size(view.main, max(known)),
    }  # fmt: skip
    if len(known) == 1 or values["least"] == values["most"]:
        return say("It may still do a little: this size shows an effect with a chance of {power} only from {least} on.",
                   **values)  # fmt: skip
    return say("They may still do a little: the largest shows an effect with a chance of {power} only from {least} on, "
               "the smallest from {most}.", **values)  # fmt: skip


def _after_nothing(view: View, found: list[Verdict]) -> Text:
    """Stop those that exclude a lift worth while; the others need another test or none."""
    say = view.language.say
    stop = [one.campaign for one in found if worth.decision(view, one.campaign) == "stop"]
    if stop:
        return say("Stop {names}: an effect that would be worth while is excluded.", names=view.names(stop))
    if len(found) == 1:
        return say("Do not roll it out on this evidence: test it again, with more customers, if you believe in it.")
    return say("Do not roll them out on this evidence: test the one you believe in again, with more customers.")


def _doubtful(view: View) -> Finding | None:
    """Experiments whose arms are not quite as planned, or that were looked at too early."""
    found = of_kind(view, Kind.DOUBTFUL)
    if not found:
        return None
    say, first = view.language.say, found[0]
    told: list[Text] = []
    for one in found[:2]:
        told.append(effect_told(view, one.effect, one.grade, one.reason))
        told += [effect_told(view, row, one.grade, one.reason) for row in other_effects(view, one.campaign)]
    why = Text(
        view.language.joined(
            [
                say("{campaign}: {why}", campaign=view.name(one.campaign), why=_why(view, one))
                for one in found[:MOST_TOLD]
            ]
        )
    )
    return Finding(
        id="doubtful", grade=Grade.C, head=say("{names}: what differs is not surely caused", names=view.names(
            [one.campaign for one in found])),
        statement=view.together(told),
        meaning=say("{why}. What made the arms unequal may also have made the difference.", why=why),
        action=say("Find out how the arms were made and who is missing, before anything is decided on this."),
        section="caused", **_numbers(view, first.effect),
    )  # fmt: skip


def _why(view: View, verdict: Verdict) -> Text:
    """Why an experiment is doubtful, with the p-value of the sample ratio where that is the reason."""
    p = view.ratio_p(verdict.campaign)
    if verdict.kind is Kind.ADJUSTED and verdict.effect is not None:
        say, numbers = view.language.say, numbers_of(view, verdict.effect)
        if verdict.effect.found:
            return say(
                "its customers were chosen, not drawn; {change} in {outcome} goes with it, against alike customers "
                "({interval})", **numbers,
            )  # fmt: skip
        return say(
            "its customers were chosen, not drawn; against alike ones {change} in {outcome} ({interval}), which is no "
            "sure difference", **numbers,
        )  # fmt: skip
    if verdict.reason.startswith("ratio") and not math.isnan(p):
        return view.language.say("{why} (p {p})", why=reason_told(view, verdict.reason), p=view.p(p))
    return reason_told(view, verdict.reason)


def _unknown(view: View) -> Finding | None:
    """The campaigns of which it cannot be told what they caused, and why."""
    found = of_kind(view, Kind.UNKNOWN, Kind.ADJUSTED)
    if not found or all(one.kind is Kind.ADJUSTED for one in found):
        return None  # the comparison with alike customers tells it
    say, language = view.language.say, view.language
    chosen = [one for one in found if one.kind is Kind.ADJUSTED or one.reason.startswith(MATCHED)]
    told = [_held_nobody_out(view, chosen)] if len(chosen) > MOST_LISTED else []
    told += _reasons(view, [one for one in found if not (told and one in chosen)])
    if any(one.kind is Kind.ADJUSTED for one in found):
        head = language.say_count(
            "One campaign cannot be called a cause", "{count} campaigns cannot be called a cause", len(found)
        )
    elif len(found) == len(view.listed):
        head = language.say_count(
            "What the campaign caused cannot be told", "What the {count} campaigns caused cannot be told", len(found)
        )
    else:
        head = language.say_count(
            "What one campaign caused cannot be told", "What {count} campaigns caused cannot be told", len(found)
        )
    return Finding(
        id="cannot_be_told", grade=Grade.D, head=head, statement=say("{listed}.", listed=view.clauses(told)),
        meaning=say("Part of what followed would have come without them, and nobody can say which part."),
        action=_mend(view, found), section="caused", value=float(len(found)), n=len(view.listed), unit="campaigns",
    )  # fmt: skip


def _reasons(view: View, found: list[Verdict]) -> list[Text]:
    """Why campaigns cannot be judged: those of one reason together."""
    reasons: dict[str, list[str]] = {}
    for one in found:
        reasons.setdefault(str(_why(view, one)), []).append(one.campaign)
    return [
        view.language.say("{names}: {why}", names=view.names(those), why=Text(why))
        for why, those in sorted(reasons.items(), key=lambda item: (-len(item[1]), item[0]))
    ]


def _held_nobody_out(view: View, chosen: list[Verdict]) -> Text:
    """Many campaigns to chosen customers: of how many a comparison with alike customers holds, and what it shows."""
    compared = [one for one in chosen if one.kind is Kind.ADJUSTED]
    differing = [one for one in compared if one.effect is not None and one.effect.found]
    number = view.language.number
    return view.language.say(
        "{count} campaigns held nobody out; a comparison with alike customers holds for {compared} of them and shows a "
        "sure difference in {differing}", count=number(len(chosen)), compared=number(len(compared)),
        differing=number(len(differing)),
    )  # fmt: skip


def _mend(view: View, found: list[Verdict]) -> Text:
    """What would let the next campaign be judged."""
    say = view.language.say
    broken = [one.campaign for one in found if one.reason.startswith("ratio")]
    told: list[Text] = []
    if broken:
        told.append(
            say("Find out why the arms of {names} are not of the planned sizes: rows may be lost in the export.",
                names=view.names(broken))
        )  # fmt: skip
    running = [one.campaign for one in found if one.reason == "not_over"]
    if running:
        told.append(say("Wait for {names}: look again when the window of all its customers is over.",
                        names=view.names(running)))  # fmt: skip
    if len(broken) + len(running) < len(found):
        told.append(say("Hold out a group drawn by lot in the next campaign, and keep the record of who was in it."))
    return view.together(told)


def _numbers(view: View, row: Any) -> dict[str, Any]:
    """value, low, high, n and unit of a finding from a row of effects; shares in percentage points."""
    kind = view.kind_of(str(row.outcome))
    unit, scale = {"binary": ("points", 100.0), "count": ("per 100 customers", 100.0), "money": ("money", 1.0)}.get(
        kind, (str(row.outcome), 1.0)
    )
    return {
        "value": scale * float(row.effect), "low": scale * float(row.low), "high": scale * float(row.high),
        "n": int(row.n) + int(row.n_control), "unit": unit,
    }  # fmt: skip
