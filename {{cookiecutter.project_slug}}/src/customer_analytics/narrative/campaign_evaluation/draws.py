"""Whether the lot held: sizes of the arms against the plan, customers alike before the draw, nobody in two arms."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from customer_analytics.analysis.experiment.result import ALARM, LOOK, SOUND, UNBALANCED
from customer_analytics.language import Text
from customer_analytics.narrative.campaign_evaluation.drawn import experiments, verdict_rows
from customer_analytics.narrative.campaign_evaluation.scorecard import reason_told
from customer_analytics.narrative.campaign_evaluation.view import rows
from customer_analytics.narrative.exhibits import Row, SectionWords, TableWords
from customer_analytics.narrative.finding import Finding, Grade

if TYPE_CHECKING:
    from customer_analytics.narrative.campaign_evaluation.view import View

MOST_ROWS = 12
MOST_ARMS = 4  # told one by one in a cell
TWICE = 0.01  # share of customers in two arms from which the assignment itself is doubtful


def has(view: View) -> bool:
    """Whether any campaign was drawn by lot."""
    return bool(verdict_rows(view))


def _held(row: Any) -> bool:
    """Whether the arms have the planned sizes and were alike, as far as is known."""
    even = row.balanced is None or bool(row.balanced)
    return row.ratio_level == SOUND and even and row.reason != "mixed_clusters"


def section(view: View) -> SectionWords:
    """How many draws held."""
    say, found = view.language.say, verdict_rows(view)
    title = say("How do you know? The draws")
    held = sum(_held(row) for row in found)
    if held == len(found):
        deck = view.language.say_count(
            "The draw held: the arms have the sizes that were planned, and were alike before it began.",
            "All {count} draws held: the arms have the sizes that were planned, and were alike before.", held,
        )  # fmt: skip
    elif not held:
        deck = view.language.say_count(
            "The draw did not hold, or could not be tested. Before any effect is believed, the sizes of the arms must "
            "fit the plan, and the arms must have been alike.",
            "Not one of {count} draws held, or could be tested. Before any effect is believed, the sizes of the arms "
            "must fit the plan, and the arms must have been alike.", len(found),
        )  # fmt: skip
    else:
        deck = say("{held} of {drawn} draws held. Before any effect is believed, the sizes of the arms must fit the "
                   "plan, and the arms must have been alike.", held=view.language.number(held),
                   drawn=view.language.number(len(found)))  # fmt: skip
    return SectionWords(title, "draws", deck)


def tables(view: View) -> list[TableWords]:
    """A row an experiment: its arms, its sample ratio, its balance and what follows for the wording."""
    found = verdict_rows(view)
    if not found:
        return []
    say, language = view.language.say, view.language
    ordered = sorted(enumerate(found), key=lambda item: (-"ABCD".index(item[1].grade), item[0]))
    return [
        TableWords(
            (
                (say("Experiment"), "name"),
                (say("Arms as drawn (share planned)"), "text"),
                (say("p of the sample ratio"), "number"),
                (say("Largest difference before"), "text"),
                (say("p of all differences before"), "number"),
                (say("What may be said"), "text"),
            ),
            tuple(_row(view, row) for _, row in ordered[:MOST_ROWS]),
            say("The draws, the doubtful ones first"),
            view.how(
                (say("p of the sample ratio"), say(
                    "Chi-square of the sizes of the arms against the plan, or against equal arms where none is known. "
                    "Below {look} “caused” is withdrawn, below {alarm} no effect is given; arms far from equal without "
                    "a plan are not tested", look=language.number(LOOK, 2), alarm=language.number(ALARM, 3))),
                (say("What may be said"), say("Sound: a difference may be called caused")),
                (say("Largest difference before"), say(
                    "Of what is known from the {days} before the draw: difference of the means in standard "
                    "deviations; a tenth is usual by chance in small arms",
                    days=language.say_count("{count} day", "{count} days", view.parameters.before_days))),
                (say("p of all differences before"), say(
                    "Hotelling’s test of all of them at once, corrected over the arms; below {least} the arms were not "
                    "alike. Not tested where groups of customers were drawn",
                    least=language.number(UNBALANCED, 3))),
            ),
            file="sample_ratio.csv",
        )
    ]  # fmt: skip


def _row(view: View, row: Any) -> Row:
    language, campaign = view.language, str(row.campaign)
    largest, column = _largest(view, campaign)
    before = "–"
    if not math.isnan(largest):
        before = language.say(
            "{size} ({column})", size=language.number(abs(largest), 2), column=before_label(view, column)
        )
    return (
        (view.label(campaign), None),
        (_arms(view, campaign), None),
        (view.p(float(row.ratio_p)), float(row.ratio_p)),
        (before, abs(largest)),
        (view.p(float(row.balance_p)), float(row.balance_p)),
        (_follows(view, row), "ABCD".index(row.grade)),
    )


def _arms(view: View, campaign: str) -> Text:
    """The arms with their sizes: voucher 521, control 491 (50% / 50%)."""
    found, say = experiments(view), view.language.say
    assert found is not None
    own = rows(found.ratio[found.ratio["campaign"] == campaign])
    if len(own) > MOST_ARMS:
        return say("{arms} arms", arms=view.language.number(len(own)))
    sizes = [f"{view.shortened(arm.arm)} {view.few(int(arm.n))}" for arm in own]
    planned = " / ".join(view.language.percent(float(arm.planned_share)) for arm in own)
    return say("{sizes} ({planned})", sizes=("、" if view.language.is_chinese else ", ").join(sizes), planned=planned)


def _largest(view: View, campaign: str) -> tuple[float, str]:
    found = experiments(view)
    assert found is not None
    own = found.balance[(found.balance["campaign"] == campaign) & found.balance["difference"].notna()]
    if not len(own):
        return math.nan, ""
    place = own["difference"].abs().idxmax()
    return float(own.at[place, "difference"]), str(own.at[place, "column"])  # type: ignore[arg-type]


def before_label(view: View, column: str) -> Text:
    """A column of the time before the draw, inside a bracket."""
    say = view.language.say
    return {
        "x_converted": say("share with an order before"), "x_orders": say("orders before"),
        "x_revenue": say("revenue before"), "x_visits": say("visits before"),
        "z_recency": say("days since the last order, logarithm"), "z_never": say("share who never ordered"),
        "z_known": say("days since sign-up, logarithm"),
    }.get(column) or say("share without a day of sign-up")  # fmt: skip


def _follows(view: View, row: Any) -> Text:
    """What the draw lets one say."""
    say = view.language.say
    if row.grade == "A":
        return say("sound")
    why = reason_told(view, str(row.reason))
    if row.grade == "C":
        return say("only that they differ: {why}", why=why)
    return say("nothing: {why}", why=why)


def findings(view: View) -> list[Finding]:
    """Experiments in which too many customers stood in two arms."""
    twice = [row for row in verdict_rows(view) if float(row.in_two_arms_share) > TWICE]
    if not twice:
        return []
    say, language = view.language.say, view.language
    worst = max(twice, key=lambda row: (float(row.in_two_arms_share), str(row.campaign)))
    listed = view.campaign(str(worst.campaign))
    left_out = 0 if listed is None else int(listed.in_two_arms)
    names = view.names([str(row.campaign) for row in twice])
    return [
        Finding(
            id="two_arms", grade=Grade.C, head=say("{names}: customers stood in two arms", names=names),
            statement=say(
                "In {campaign} **{share}** of the customers, {customers}, are listed in more than one arm; they are "
                "left out of every comparison.", campaign=view.name(str(worst.campaign)),
                share=language.percent(float(worst.in_two_arms_share), 1), customers=view.counted_customers(left_out),
            ),
            meaning=say("Whoever is contacted twice belongs to no arm. If one arm loses more of them, the arms are no "
                        "longer those that were drawn."),
            action=say("Have the sending tool check the list of the other arm before it sends."),
            section="draws", value=float(worst.in_two_arms_share), n=left_out, unit="share", notable=False,
        )
    ]  # fmt: skip
