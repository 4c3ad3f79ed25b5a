"""The campaigns side by side: what each caused, how sure that is, and what it brought."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pandas as pd

from customer_analytics.language import Text
from customer_analytics.narrative.campaign_evaluation import worth
from customer_analytics.narrative.campaign_evaluation.verdicts import (
    MATCHED,
    SOUND,
    Kind,
    Verdict,
    gain,
    main_effects,
    of_kind,
    verdicts,
)
from customer_analytics.narrative.campaign_evaluation.wording import is_beyond_chance
from customer_analytics.narrative.exhibits import Cell, FigureWords, Row, TableWords

if TYPE_CHECKING:
    from customer_analytics.narrative.campaign_evaluation.view import View

EffectRow = tuple[str, float | None, float | None, float | None, str, str]  # name, effect, low, high, in words, role
MOST_DOTS = 16  # arms in the picture
MOST_ROWS = 12  # campaigns in the table
ROLES = {Kind.CAUSED: "s1", Kind.HARMED: "alert", Kind.DOUBTFUL: "warm", Kind.ADJUSTED: "s3"}
FILE = "campaign_scorecard"
ORDER = (
    Kind.CAUSED, Kind.PARTLY, Kind.ADJUSTED, Kind.MOVED, Kind.NOTHING, Kind.DOUBTFUL, Kind.HARMED, Kind.UNKNOWN,
)  # fmt: skip
COLUMNS = [
    "campaign", "name", "channel", "offer", "source", "kind", "first_on", "last_on", "window_days", "units", "control",
    "arm", "outcome", "n", "n_control", "mean", "mean_control", "effect", "low", "high", "relative", "p_adjusted",
    "grade", "verdict", "reason", *worth.COLUMNS, worth.REASON,
]  # fmt: skip
LISTED, COMPARED = COLUMNS[:11], COLUMNS[11:22]


def reason_told(view: View, reason: str) -> Text:
    """Why a campaign cannot be judged, or not fully, as a clause."""
    say = view.language.say
    if reason.startswith(MATCHED):
        return _why_not_matched(view, reason.partition(":")[2])
    return {
        "no_arms": say("nobody was held out"),
        "one_arm": say("nobody was held out"),
        "all_held": say("nobody was contacted"),
        "all_mixed": say("everybody stands in several arms"),
        "not_randomised": say("its customers were chosen, not drawn"),
        "many_arms": say("too many arms for so few customers"),
        "no_start": say("no day of contact is known"),
        "not_over": say("its window is not over"),
        "ratio_alarm": say("the arms are not of the sizes that were planned"),
        "ratio_look": say("the sizes of the arms are doubtful"),
        "ratio_untested": say("the planned sizes of the arms are not known"),
        "unbalanced": say("the arms were unlike before it began"),
        "peek": say("it was looked at before its time was over"),
        "few_clusters": say("too few groups were drawn"),
        "mixed_clusters": say("groups stand in several arms, so groups are not what was drawn"),
    }.get(reason) or say("too few customers")


def _why_not_matched(view: View, reason: str) -> Text:
    """Why a campaign without a control group cannot be judged by alike customers either, as a clause."""
    say = view.language.say
    return {
        "unknown": say("nobody was held out, and nothing is known of the time before"),
        "not_over": say("nobody was held out, and its window is not over"),
        "support": say("nobody was held out, and too few customers are alike"),
        "no_partners": say("nobody was held out, and too few customers are alike"),
        "unbalanced": say("nobody was held out, and those left alone are too different"),
        "no_placebo": say("nobody was held out, and the comparison cannot be tested on the time before"),
        "placebo": say("nobody was held out, and alike customers differed before it too"),
        "others": say("nobody was held out, and other campaigns ran meanwhile"),
    }.get(reason) or say("nobody was held out, and they are too few to compare")


def verdict_told(view: View, verdict: Verdict) -> Text:
    """A verdict for a cell."""
    say = view.language.say
    told = {
        Kind.CAUSED: say("caused a gain"), Kind.HARMED: say("did harm"), Kind.NOTHING: say("no effect seen"),
        Kind.MOVED: say("brought forward, not gained"),
    }.get(verdict.kind)  # fmt: skip
    if verdict.kind is Kind.PARTLY:
        outcomes = [view.outcome(str(row.outcome)) for row in verdict.others if gain(view, row) > 0]
        return say("caused a gain in {outcomes}", outcomes=Text(view.language.listing(outcomes[:2])))
    if verdict.kind is Kind.ADJUSTED and verdict.effect is not None:
        return say("differs from alike customers") if verdict.effect.found else say("as alike customers, within chance")
    if told is not None:
        return told
    why = reason_told(view, verdict.reason)
    if verdict.kind is Kind.DOUBTFUL:
        return say("doubtful: {why}", why=why)
    return say("cannot be told: {why}", why=why)


def has_figure(view: View) -> bool:
    """Whether any campaign has an effect to draw."""
    return any(rows for _, rows in dots(view))


def dots(view: View) -> list[tuple[str, list[EffectRow]]]:
    """The effects on the main outcome: campaigns of several arms under their own name, the others row by row."""
    groups: list[tuple[str, list[EffectRow]]] = []
    for verdict in _drawn(view):
        effects = [row for row in main_effects(view, verdict.campaign) if not math.isnan(float(row.effect))]
        if verdict.kind is Kind.ADJUSTED and verdict.effect is not None:
            effects = [verdict.effect]
        label = view.label(verdict.campaign)
        if len(effects) > 1:
            groups.append((label, [_dot(view, verdict, row, view.shortened(row.arm)) for row in effects]))
        elif groups and not groups[-1][0]:
            groups[-1][1].append(_dot(view, verdict, effects[0], label))
        else:
            groups.append(("", [_dot(view, verdict, effects[0], label)]))
    return groups


def _drawn(view: View) -> list[Verdict]:
    """Campaigns in the picture: those with an effect, the clearest of them where they are too many."""
    shown = [one for one in verdicts(view) if one.effect is not None and str(one.effect.outcome) == view.main]
    arms = {one.campaign: max(1, len(main_effects(view, one.campaign))) for one in shown}
    if sum(arms.values()) <= MOST_DOTS:
        return shown
    kept, left = set(), MOST_DOTS
    for one in sorted(shown, key=lambda each: (_p(each), each.campaign)):
        if arms[one.campaign] <= left:
            kept.add(one.campaign)
            left -= arms[one.campaign]
    return [one for one in shown if one.campaign in kept]


def _p(verdict: Verdict) -> float:
    p = float(getattr(verdict.effect, "p", math.nan))
    return math.inf if math.isnan(p) else p


def _dot(view: View, verdict: Verdict, row: Any, name: str) -> EffectRow:
    known = is_beyond_chance(row) or verdict.kind is Kind.DOUBTFUL
    role = ROLES.get(verdict.kind, "mute") if known else "mute"
    return (
        name, float(row.effect), float(row.low), float(row.high), view.change(str(row.outcome), float(row.effect)), role
    )  # fmt: skip


def reference(view: View) -> Text:
    """Words at the line of zero."""
    return view.language.say("no difference")


def figure(view: View) -> FigureWords:
    """Words of the picture of effects."""
    say, language = view.language.say, view.language
    good, bad = len(of_kind(view, Kind.CAUSED)), len(of_kind(view, Kind.HARMED))
    compared = len(of_kind(view, *SOUND))
    values = {"compared": language.number(compared), "good": language.number(good), "bad": language.number(bad),
              "outcome": view.outcome(view.main)}  # fmt: skip
    if not compared:
        title = say("What differs between the arms, and how sure it is")
    elif not good and not bad:
        title = language.say_count(
            "The sound experiment shows no difference in {outcome} beyond chance",
            "None of {count} sound experiments shows a difference in {outcome} beyond chance", compared, **values,
        )  # fmt: skip
    elif bad:
        title = say("Of {compared} sound experiments {good} changed {outcome} for the better and {bad} for the worse",
                    **values)  # fmt: skip
    else:
        title = say("Of {compared} sound experiments {good} changed {outcome} for the better", **values)
    told = [
        say("{name}: {change} ({interval})", name=name if not group else f"{group}, {name}", change=shown,
            interval=view.change_between(view.main, low or 0.0, high or 0.0))
        for group, rows in dots(view)
        for name, _, low, high, shown, _ in rows
    ]  # fmt: skip
    return FigureWords(
        title,
        say("{outcome}, difference from the arm without contact or the first arm, with interval; {unit}",
            outcome=view.outcome_label(view.main), unit=view.unit(view.main)),
        say("Differences: {listed}.", listed=view.clauses(told)),
        view.source,
    )  # fmt: skip


def tables(view: View) -> list[TableWords]:
    """The scorecard; nothing without campaigns."""
    if not view.listed:
        return []
    say = view.language.say
    ranked = in_order(view, verdicts(view))
    shown = ranked[:MOST_ROWS]
    with_money = any(worth.known(view, one.campaign) for one in shown)
    headed = _headed(view, shown)
    columns = [
        (say("Campaign"), "name"), (say("Customers assigned"), "number"),
        (say("Effect, {unit}", unit=view.unit(headed)), "number"), (say("Interval of the effect"), "number"),
    ]  # fmt: skip
    if with_money:
        columns += [(worth.head(view), "number"), (say("Interval of the money"), "number")]
    columns.append((say("What can be said"), "text"))
    return [
        TableWords(
            tuple(columns), tuple(_row(view, one, headed, with_money) for one in shown),
            say("The campaigns by what they brought") if len(shown) == len(ranked)
            else say("The first {count} of {total} campaigns by what they brought",
                     count=view.language.number(len(shown)), total=view.language.number(len(ranked))),
            view.how(
                (say("Effect"), say("Everybody counts in the arm that was drawn, whether reached or not: {outcome}"
                                    "{within}; difference from the control arm, interval of {level}.",
                                    outcome=view.outcome(view.main), within=view.within(view.main),
                                    level=view.language.percent(1 - 0.05))),
                (say("Order"), say("By margin brought for each unit of cost where that is known, else by effect; what "
                                   "cannot be told stands last.")),
            ),
            file=FILE,
        )
    ]  # fmt: skip


def in_order(view: View, found: list[Verdict]) -> list[Verdict]:
    """Verdicts in the order of the page: what caused something first, the best for its cost at the top."""
    return sorted(found, key=lambda one: _rank(view, one))


def _rank(view: View, verdict: Verdict) -> tuple[int, bool, float, str, str]:
    """Causes first, then nothing, doubt and the unknown; within them by what the campaign brought for its cost."""
    kind = verdict.kind
    if kind is Kind.ADJUSTED and not (verdict.effect is not None and verdict.effect.found):
        kind = Kind.NOTHING
    place = ORDER.index(kind)
    by = worth.rank(view, verdict.campaign)
    ranked = not math.isnan(by)
    if not ranked and verdict.effect is not None:
        by = float(verdict.effect.effect)
    row = view.campaign(verdict.campaign)
    day = "" if row is None else str(row.first_on)
    return place, not ranked, math.inf if math.isnan(by) else -by, day, verdict.campaign


def _headed(view: View, shown: list[Verdict]) -> str:
    """The outcome whose unit heads the effects: the main one, or another where all are told by that."""
    told = {str(one.effect.outcome) for one in shown if one.effect is not None}
    return told.pop() if len(told) == 1 else view.main


def _row(view: View, verdict: Verdict, headed: str, with_money: bool) -> Row:
    listed = view.campaign(verdict.campaign)
    assert listed is not None
    row = verdict.effect
    sizes: Cell = view.people_cell(int(listed.units))
    effect: Cell = ("–", -math.inf)
    between: Cell = ("–", -math.inf)
    if row is not None:
        outcome, by = str(row.outcome), float(row.effect)
        change = view.bare_change(outcome, by) if outcome == headed else view.change(outcome, by, short=True)
        effect = (change, float(row.effect))
        between = (view.change_range(str(row.outcome), float(row.low), float(row.high)), float(row.low))
    cells: list[Cell] = [
        (view.label(verdict.campaign), view.label(verdict.campaign)),
        sizes,
        effect,
        between,
    ]
    if with_money and verdict.kind is Kind.UNKNOWN:
        cells += [("–", -math.inf), ("–", -math.inf)]  # arms that carry no effect carry no money either
    elif with_money:
        cells += worth.cells(view, verdict.campaign)
    return (*cells, (verdict_told(view, verdict), verdict.kind.value))


def remarks(view: View) -> list[Text]:
    """What the reader has to know beside the table."""
    say = view.language.say
    told: list[Text] = []
    strangers = sum(int(one.strangers) for one in view.listed if not pd.isna(one.strangers))
    twice = sum(int(one.in_two_arms) for one in view.listed if not pd.isna(one.in_two_arms))
    if twice:
        told.append(
            say(
                "{customers} stood in two arms of one campaign and are left out.",
                customers=view.counted_customers(twice),
            )
        )
    if strangers:
        told.append(
            say("{assignments} name somebody who is not among the customers; they count by what is known of them.",
                assignments=view.counted_assignments(strangers))
        )  # fmt: skip
    other = {str(one.effect.outcome) for one in verdicts(view) if one.effect is not None} - {view.main}
    told += [
        say("Where nobody was held out, the effect is the difference in {outcome} from alike customers.",
            outcome=view.outcome(one))
        for one in sorted(other)
    ]  # fmt: skip
    own = [one for one in view.listed if one.window_source == "campaign"]
    if own:
        told.append(say("No message has a time: orders count from the first to the last day of each campaign."))
    lists = [str(one.campaign) for one in view.listed if one.source == "audience"]
    if lists:
        told.append(
            say("Lists of this project, by their own record: {lists}. They were exported; whether they were sent is "
                "not known here.", lists=view.names(lists))
        )  # fmt: skip
    return told


def files(view: View) -> dict[str, pd.DataFrame]:
    """campaign_scorecard: a row a campaign."""
    made = []
    for verdict in verdicts(view):
        listed, row = view.campaign(verdict.campaign), verdict.effect
        one: dict[str, Any] = {name: getattr(listed, name) for name in LISTED}
        if row is not None:
            one |= {name: getattr(row, name, math.nan) for name in COMPARED}
        one |= {"grade": verdict.grade, "verdict": verdict.kind.value, "reason": verdict.reason}
        made.append(one | worth.plain(view, verdict.campaign))
    return {FILE: pd.DataFrame(made, columns=COLUMNS)}
