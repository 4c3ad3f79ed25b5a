"""What experiments of these sizes could have seen: the note to every "no difference"."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from customer_analytics.narrative.campaign_evaluation.drawn import arm_label, told_effects
from customer_analytics.narrative.campaign_evaluation.view import rows
from customer_analytics.narrative.exhibits import Row, SectionWords, TableWords
from customer_analytics.narrative.finding import Finding, Grade

if TYPE_CHECKING:
    from customer_analytics.narrative.campaign_evaluation.view import View

MOST_ROWS = 5


def _main(view: View) -> list[Any]:
    """The main outcome of every arm that may be told and has a power."""
    effects = told_effects(view)
    if not len(effects):
        return []
    kept = effects[effects["main"].astype(bool) & effects["smallest"].notna()]
    return rows(kept.assign(_place=range(len(kept))).sort_values(["power", "_place"], kind="stable"))


def has(view: View) -> bool:
    """Whether any experiment has a size to speak of."""
    return bool(_main(view))


def _blind(view: View) -> list[Any]:
    """Arms whose chance to see the lift that is worth while is below what a test should have."""
    return [row for row in _main(view) if float(row.power) < view.parameters.power]


def section(view: View) -> SectionWords:
    """How many could have seen a lift that is worth while."""
    say, language, told = view.language.say, view.language, _main(view)
    numbers = {
        "lift": language.percent(view.parameters.smallest_lift), "power": language.percent(view.parameters.power),
        "arms": language.number(len(told)), "seeing": language.number(len(told) - len(_blind(view))),
    }  # fmt: skip
    if not _blind(view):
        deck = say("Every arm is large enough to show a relative lift of {lift} with a chance of {power}.", **numbers)
    elif len(_blind(view)) < len(told):
        deck = say("{seeing} of {arms} arms are large enough to show a relative lift of {lift} with a chance of "
                   "{power}. Where nothing is seen, less than this may still be there.", **numbers)  # fmt: skip
    else:
        deck = language.say_count(
            "The arm is too small to show a relative lift of {lift} with a chance of {power}: where nothing is seen, "
            "something may still be there.",
            "Not one of {count} arms is large enough to show a relative lift of {lift} with a chance of {power}: where "
            "nothing is seen, something may still be there.", len(told), **numbers,
        )  # fmt: skip
    return SectionWords(say("What could have been seen at all"), "power", deck, inside=True)


def tables(view: View) -> list[TableWords]:
    """A row an arm, the blindest first."""
    told = _main(view)
    if not told:
        return []
    say, language = view.language.say, view.language
    lift, power = language.percent(view.parameters.smallest_lift), language.percent(view.parameters.power)
    return [
        TableWords(
            (
                (say("Arm"), "name"),
                (say("Customers (of them in the control arm)"), "number"),
                (say("Smallest difference that shows"), "number"),
                (say("Of the control arm’s mean"), "number"),
                (say("Chance to see a lift of {lift}", lift=lift), "number"),
            ),
            tuple(_row(view, row) for row in told[:MOST_ROWS]),
            say("What each arm could have shown, the blindest first"),
            view.how(
                (say("Smallest difference that shows"), say(
                    "Difference in {outcome} that arms of these sizes show with a chance of {power}, two-sided level "
                    "{level}, from the spread in the control arm", outcome=view.outcome(view.main), power=power,
                    level=language.percent(0.05))),
                (say("Not from the result"), say("The chance is that of a lift named beforehand, never of the one that "
                                                 "was observed: that would only repeat the p")),
            ),
            file="effects.csv",
        )
    ]  # fmt: skip


def _row(view: View, row: Any) -> Row:
    language, outcome = view.language, str(row.outcome)
    both = int(row.n) + int(row.n_control)
    sizes = language.say("{n} ({held})", n=view.few(both), held=view.few(int(row.n_control)))
    share = float(row.smallest_relative)
    return (
        (arm_label(view, row), None),
        (sizes, both),
        (view.size(outcome, float(row.smallest)), float(row.smallest)),
        ("–" if math.isnan(share) else language.percent(share), share),
        (language.percent(float(row.power)), float(row.power)),
    )


def findings(view: View) -> list[Finding]:
    """That most experiments are too small for the lift that is worth while."""
    told, blind = _main(view), _blind(view)
    if len(blind) * 2 <= len(told):
        return []
    say, language = view.language.say, view.language
    relative = sorted(float(row.smallest_relative) for row in told if not math.isnan(float(row.smallest_relative)))
    if not relative:
        return []
    middle = relative[len(relative) // 2]
    people = sum(int(row.n) for row in told) + sum(
        {str(row.campaign): int(row.n_control) for row in told}.values()
    )  # a control arm counts once
    numbers = {
        "blind": language.number(len(blind)), "arms": language.number(len(told)), "middle": language.percent(middle),
        "lift": language.percent(view.parameters.smallest_lift), "power": language.percent(view.parameters.power),
        "base": view.counted_assignments(people), "chance": language.percent(float(blind[0].power)),
        "outcome": view.outcome(view.main),
    }  # fmt: skip
    return [
        Finding(
            id="power", grade=Grade.C,
            head=say("Most experiments are too small for a lift of {lift}", lift=numbers["lift"])
            if len(told) > 1
            else say("The experiment is too small for a lift of {lift}", lift=numbers["lift"]),
            statement=say(
                "**{blind} of {arms}** arms ({base}) would show a relative lift of {lift} in {outcome} with a chance "
                "below {power}; half of them only see lifts from {middle} on.", **numbers,
            )
            if len(told) > 1
            else say(
                "With {base} it would show a relative lift of {lift} in {outcome} with a chance of **{chance}**; with "
                "{power} it sees lifts from {middle} on.", **numbers,
            ),
            meaning=say("“No effect” of such a test is no news, and what it does find looks larger than it is."),
            action=say("Test fewer things with more customers, or let several campaigns answer one question together."),
            section="power", value=float(len(blind)), n=len(told), unit="arms", notable=False,
        )
    ]  # fmt: skip
