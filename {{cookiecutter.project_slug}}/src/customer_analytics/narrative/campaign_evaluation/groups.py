"""Whether a contact changes some groups of customers more than others: the pre-stated groups, and their test."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pandas as pd

from customer_analytics.analysis.differences.outputs import without_small
from customer_analytics.analysis.differences.result import RATE, Differences
from customer_analytics.language import Text
from customer_analytics.narrative.campaign_evaluation import targets
from customer_analytics.narrative.campaign_evaluation.group_names import group_name, level_name, level_told
from customer_analytics.narrative.campaign_evaluation.view import rows
from customer_analytics.narrative.exhibits import FigureWords, Row, SectionWords, TableWords
from customer_analytics.narrative.finding import Finding, Grade

if TYPE_CHECKING:
    from customer_analytics.narrative.campaign_evaluation.view import View

SECTION, FILE, TESTS_FILE = "groups", "effects_by_group.csv", "interactions.csv"
MOST_DRAWN = 2  # comparisons in the picture
MOST_ROWS = 6
EffectRow = tuple[str, float | None, float | None, float | None, str, str]


def _known(view: View) -> Differences | None:
    found = view.result.differences
    return found if found is not None and found.reason is None and found.tested else None


def has(view: View) -> bool:
    """Whether the effect was compared between groups in any campaign."""
    return _known(view) is not None


def _found(view: View) -> Differences:
    found = _known(view)
    assert found is not None
    return found


def _differing(view: View) -> list[Any]:
    """The comparisons that found a difference, the surest first; then those of campaigns whose draw is doubtful, and of
    gains that were only brought forward."""
    return sorted(rows(_found(view).found), key=lambda test: (_is_moved(view, test), str(test.grade)))


def _is_moved(view: View, test: Any) -> bool:
    """Whether the gain of a campaign's arm was only brought forward."""
    course = view.result.timing
    return course is not None and (str(test.campaign), str(test.arm)) in course.moved_away


def _several_arms(view: View, code: int) -> bool:
    return len(view.campaigns.arms_of(code)) > 2


def _campaign(view: View, test: Any) -> str:
    """A campaign in a cell, with its arm where it had several."""
    label = view.label(str(test.campaign))
    if not _several_arms(view, int(test.code)):
        return label
    return view.language.say("{campaign}, {arm}", campaign=label, arm=view.shortened(test.arm))


def _shown(view: View, test: Any) -> list[Any]:
    """The levels of a comparison that are large enough to be shown."""
    levels = without_small(_found(view), view.minimum_group).rename(columns={"from": "start"})
    own = levels[
        (levels["code"] == test.code) & (levels["number"] == test.number) & (levels["group"] == test.group)
    ].sort_values("place")
    return rows(own[own["effect"].notna()])


def section(view: View) -> SectionWords:
    """How many comparisons were made, and whether any differs beyond chance."""
    say, found, number = view.language.say, _found(view), view.language.number
    told = len(found.found)
    numbers = {
        "tested": number(found.tested), "found": number(told), "rate": view.language.percent(RATE),
        "campaigns": view.counted_campaigns(found.tests["campaign"].nunique()),
    }  # fmt: skip
    if not told:
        deck = say(
            "In {campaigns} the effect was compared between groups that were fixed beforehand, {tested} comparisons in "
            "all. In none of them does it differ beyond chance.", **numbers,
        )  # fmt: skip
    else:
        deck = say(
            "In {campaigns} the effect was compared between groups that were fixed beforehand. In {found} of {tested} "
            "comparisons it differs beyond chance (at most {rate} of those called so are false).", **numbers,
        )  # fmt: skip
    return SectionWords(say("Whether some customers react differently"), SECTION, deck)


def has_figure(view: View) -> bool:
    """Whether any comparison found a difference that may be shown, and the chapter has no other picture."""
    return bool(dots(view)) and not targets.has_curve(view)


def dots(view: View) -> list[tuple[str, list[EffectRow]]]:
    """The clearest comparisons: name, and its levels as name, effect, low, high, in words, role."""
    found, drawn = _found(view), []
    for test in _differing(view)[:MOST_DRAWN]:
        name = view.language.say("{campaign}: {group}", campaign=_campaign(view, test),
                                 group=group_name(view, test.group))  # fmt: skip
        own = [_dot(view, found, row) for row in _shown(view, test)]
        if own:
            drawn.append((str(name), own))
    return drawn


def _dot(view: View, found: Differences, row: Any) -> EffectRow:
    assert found.outcome is not None
    beyond = float(row.low) > 0 or float(row.high) < 0
    return (
        level_name(view, row), float(row.effect), float(row.low), float(row.high),
        view.change(found.outcome.name, float(row.effect)), "s1" if beyond else "faint",
    )  # fmt: skip


def reference(view: View) -> str:
    """Words at the line of zero."""
    return view.language.say("no difference")


def figure(view: View) -> FigureWords:
    """The clearest of the differences."""
    say, found = view.language.say, _found(view)
    assert found.outcome is not None
    test = next(test for test in _differing(view) if _shown(view, test))
    most, least = _extremes(view, test)
    return FigureWords(
        say("The contact does not change everybody alike"),
        say("Effect on {outcome} by group, {unit}; line: interval", outcome=view.outcome(found.outcome.name),
            unit=view.unit(found.outcome.name)),
        say("{campaign}: {high} among {most}, {low} among {least}.", campaign=_campaign(view, test),
            high=view.change(found.outcome.name, float(most.effect)), most=level_told(view, most),
            low=view.change(found.outcome.name, float(least.effect)), least=level_told(view, least)),
        view.source,
    )  # fmt: skip


def _extremes(view: View, test: Any) -> tuple[Any, Any]:
    """The levels with the largest and the smallest effect, as far as it may be believed."""
    levels = sorted(_shown(view, test), key=lambda row: (-float(row.shrunk), int(row.place)))
    return levels[0], levels[-1]


def tables(view: View) -> list[TableWords]:
    """The levels of the clearest difference, and the comparisons that were made."""
    told = [level_table(view, test) for test in _differing(view)[:1] if len(_shown(view, test)) > 1]
    return [*told, tests_table(view)]


def level_table(view: View, test: Any) -> TableWords:
    """Both arms and the effect in each level of one comparison."""
    say, found = view.language.say, _found(view)
    assert found.outcome is not None
    name = found.outcome.name
    body: list[Row] = []
    for row in _shown(view, test):
        effect = say(
            "{change} ({range})", change=view.change(name, float(row.effect)),
            range=view.change_range(name, float(row.low), float(row.high)),
        )  # fmt: skip
        body.append((
            (level_name(view, row), int(row.place)), view.people_cell(int(row.n)),
            (view.level(name, float(row.mean)), float(row.mean)),
            (view.level(name, float(row.mean_control)), float(row.mean_control)), (effect, float(row.effect)),
            (view.change(name, float(row.shrunk)), float(row.shrunk)),
        ))  # fmt: skip
    return TableWords(
        (
            (Text(group_name(view, test.group)), "name"), (say("Customers contacted"), "number"),
            (say("With contact"), "number"), (say("Without, or in the other arm"), "number"), (say("Effect"), "number"),
            (say("Drawn towards all"), "number"),
        ),
        tuple(body),
        say("{campaign}: effect by group", campaign=_campaign(view, test)),
        view.how(
            (say("Outcome"), Text(view.outcome_label(name))),
            (say("How customers are grouped"), say(
                "What was known before each customer’s start; fixed before any outcome was looked at")),
            (say("Effect"), say("Difference of the arms in the group, everybody in the arm that was drawn; interval by "
                                "Newcombe for shares, by the errors of the means else")),
            (say("Drawn towards all"), say("Empirical Bayes: the more uncertain a group, the nearer to the effect on "
                                           "all (DerSimonian and Laird); plan with this one")),
        ),
        file=FILE,
    )  # fmt: skip


def tests_table(view: View) -> TableWords:
    """The comparisons with the smallest p."""
    say, found, number = view.language.say, _found(view), view.language.number
    assert found.outcome is not None
    tested = found.tests[found.tests["p"].notna()].sort_values(["p", "code", "number", "group"])
    body: list[Row] = []
    for test in rows(tested.head(MOST_ROWS)):
        body.append((
            (_campaign(view, test), None), (group_name(view, test.group), None),
            (number(int(test.levels)), int(test.levels)), (view.p(float(test.p)), float(test.p)),
            (view.p(float(test.q)), float(test.q)),
            (view.size(found.outcome.name, float(test.detectable)), float(test.detectable)),
            (say("yes") if test.found else say("no"), bool(test.found)),
        ))  # fmt: skip
    return TableWords(
        (
            (say("Campaign"), "name"), (say("Compared by"), "text"), (say("Groups compared"), "number"),
            (say("p of equal effects"), "number"), (say("q over all comparisons"), "number"),
            (say("Difference that would have been seen"), "number"), (say("Differs"), "text"),
        ),
        tuple(body),
        say("Comparisons of the effect between groups, the surest first"),
        view.how(
            (say("Test"), say("One test of all groups of a comparison, not one test a group: do the effects vary more "
                              "than their errors explain? (Cochran’s Q; Wald’s where groups of customers were drawn)")),
            (say("False discoveries"), say("q by Benjamini and Hochberg over all {tested} comparisons, shown or not",
                                           tested=number(found.tested))),
            (say("Would have been seen"), say("Smallest difference of one group to the others with {power} power, in "
                                              "the easiest group", power=view.language.percent(view.parameters.power))),
        ),
        file=TESTS_FILE,
    )  # fmt: skip


def findings(view: View) -> list[Finding]:
    """The clearest difference between groups, or that none is seen."""
    if not has(view):
        return []
    found = _found(view)
    for test in _differing(view):
        if len(_shown(view, test)) > 1:
            return [_difference(view, found, test)]
    return [_none(view, found)]


def _difference(view: View, found: Differences, test: Any) -> Finding:
    say, (most, least) = view.language.say, _extremes(view, test)
    assert found.outcome is not None
    name = found.outcome.name
    numbers: dict[str, Any] = {
        "campaign": view.name(str(test.campaign)), "outcome": view.outcome(name), "q": view.p(float(test.q)),
        "within": view.within(name, str(test.campaign)),
        **_told("most", view, name, most), **_told("least", view, name, least),
    }  # fmt: skip
    doubtful = str(test.grade) != Grade.A
    if doubtful:
        statement = say(
            "In {campaign}, while the sample ratio is doubtful, the effect on {outcome}{within} differs between groups "
            "(q {q}): **{most_change}** ({most_interval}) among {most} (n = {most_n}), {least_change} "
            "({least_interval}) among {least} (n = {least_n}).", **numbers,
        )  # fmt: skip
    else:
        statement = say(
            "In {campaign} the effect on {outcome}{within} differs between groups (q {q}): **{most_change}** "
            "({most_interval}) among {most} (n = {most_n}), {least_change} ({least_interval}) among {least} "
            "(n = {least_n}).", **numbers,
        )  # fmt: skip
    nothing = float(least.low) <= 0 <= float(least.high)
    harmed = float(least.high) < 0
    if _is_moved(view, test):
        meaning = say("What this campaign gained was only brought forward: it tells who buys earlier, not who is won.")
        action = say("Choose nobody by it; see what campaigns that won orders say of groups.")
    elif harmed:
        meaning = say("The contact does harm among {least}.", least=numbers["least"])
        action = say("Leave them out, and keep a group of them drawn by lot without contact to see whether it lasts.")
    elif nothing:
        meaning = say("Among {least} no effect is seen: they cost a message and change nothing that can be shown.",
                      least=numbers["least"])  # fmt: skip
        action = say("Repeat it for {most} first; for the others test another offer with a group held out.",
                     most=numbers["most"])  # fmt: skip
    else:
        meaning = say("Everybody reacts, some more: where there are not enough messages for all, the order is clear.")
        action = say("Begin with {most}.", most=numbers["most"])
    return Finding(
        id="groups", grade=Grade.C if doubtful else Grade.A, head=say("The contact does not change all groups alike"),
        statement=statement, meaning=meaning, action=action, section=SECTION, value=float(most.effect),
        low=float(most.low), high=float(most.high), n=int(most.n) + int(most.n_control), unit=name,
    )  # fmt: skip


def _told(prefix: str, view: View, outcome: str, row: Any) -> dict[str, Any]:
    return {
        prefix: level_told(view, row), f"{prefix}_change": view.change(outcome, float(row.effect)),
        f"{prefix}_interval": view.change_between(outcome, float(row.low), float(row.high)),
        f"{prefix}_n": view.language.number(int(row.n) + int(row.n_control)),
    }  # fmt: skip


def _none(view: View, found: Differences) -> Finding:
    """Nothing differs; with the difference that could have been seen."""
    say, number = view.language.say, view.language.number
    assert found.outcome is not None
    seen = found.tests["detectable"].dropna()
    typical = float(seen.median()) if len(seen) else math.nan
    smallest = float(found.tests["q"].min())
    return Finding(
        id="groups", grade=Grade.C, head=say("No group is seen to react differently"),
        statement=say(
            "Over {tested} comparisons of the effect on {outcome} between groups the smallest q is **{q}**, so none "
            "differs beyond chance.", tested=number(found.tested), outcome=view.outcome(found.outcome.name),
            q=view.p(smallest),
        ),
        meaning=say(
            "That all react alike is not shown: in half of the comparisons a difference below {size} would not have "
            "been seen.", size=view.size(found.outcome.name, typical),
        ),
        action=say("Do not choose customers by a single group’s result; larger campaigns would show more."),
        section=SECTION, value=smallest, n=int(_people(found)), unit="q", notable=False,
    )  # fmt: skip


def _people(found: Differences) -> int:
    """Assignments that were compared, each campaign once."""
    one = found.levels[found.levels["group"] == found.groups[0]]
    contacted = one.groupby(["code", "number"])["n"].sum().sum()
    control = one.groupby(["code", "number"])["n_control"].sum().groupby("code").max().sum()
    return int(pd.Series([contacted, control]).sum())


def method(view: View) -> list[tuple[Text, Text]]:
    """How groups are compared."""
    if not has(view):
        return []
    say = view.language.say
    return [
        (
            say("Groups of customers"),
            say("Groups are fixed beforehand from what was known before the start: days since the last order, orders "
                "and money before, or the columns named in the parameters. A group with an effect beside one without "
                "is no difference yet: one test asks whether the effects differ, corrected over all campaigns and "
                "groups."),
        )
    ]  # fmt: skip
