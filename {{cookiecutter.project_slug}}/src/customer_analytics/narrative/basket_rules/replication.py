"""Whether rules of the earlier baskets are there in the later ones, and how long a rule stays as strong as it is."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from customer_analytics.analysis.rule_checks.result import Checks, Replication
from customer_analytics.language import Text
from customer_analytics.narrative.exhibits import Row, SectionWords, TableWords
from customer_analytics.narrative.finding import Finding, Grade
from customer_analytics.statistics import Interval

if TYPE_CHECKING:
    from customer_analytics.narrative.basket_rules.view import View

SAME_WAY = 0.9  # share of the rules that stay above chance from which they point the same way
MOST_ROWS = 8
WHOLE, LARGEST = 10, 1_000  # ratios from which no decimals, and no number, are printed
LONG = 60.0  # months from which a half-life is no news
BY_TIME = "time"
Line = Mapping[Hashable, Any]


def checks_of(view: View) -> Checks | None:
    """The checks of the rules; None where there are no rules."""
    return view.result.checks


def has(view: View) -> bool:
    """Whether rules were checked."""
    return checks_of(view) is not None


def _checks(view: View) -> Checks:
    found = checks_of(view)
    assert found is not None
    return found


def _repeated(view: View) -> Replication:
    return _checks(view).replication


def shown(view: View) -> pd.DataFrame:
    """The rules of the earlier part that may be shown, strongest first."""
    table = _repeated(view).rules
    if view.baskets.has_people:
        table = table[(table["customers"] >= view.minimum_group).to_numpy(dtype=bool)]
    return table.head(MOST_ROWS)


def section(view: View) -> SectionWords:
    """How many of the rules of the earlier part are there later."""
    say, language = view.language.say, view.language
    title = say("Do the rules hold later?")
    found = _repeated(view)
    if found.by != BY_TIME and found.reason != "no_parts":
        title = say("Do the rules hold in other baskets?")
    if found.reason == "no_parts":
        deck = say("All baskets are of one day: there is no later part in which rules could be looked for again.")
        return SectionWords(title, "replication", deck)
    numbers = {"earlier": str(view.counted(found.baskets_earlier)), "later": str(view.counted(found.baskets_later))}
    if not len(found.rules):
        return SectionWords(
            title, "replication",
            say("In the {earlier} of the first part alone nothing goes together beyond chance, so there is nothing "
                "to look for in the other {later}.", **numbers),
        )  # fmt: skip
    above = int(found.rules["above"].sum())
    numbers |= {"above": language.number(above), "rules": language.number(len(found.rules))}
    deck = (
        say("Rules were found in the first {earlier} alone and looked up in the {later} that came after them: "
            "{above} of {rules} still stand above chance.", **numbers)
        if found.by == BY_TIME
        else say("Without dates the baskets were divided by lot: rules found in {earlier} were looked up in the other "
                 "{later}, and {above} of {rules} still stand above chance. That tests luck, not the course of time.",
                 **numbers)
    )  # fmt: skip
    return SectionWords(title, "replication", deck)


def tables(view: View) -> list[TableWords]:
    """The strongest rules of the earlier part, with what became of them."""
    if not has(view) or not len(shown(view)):
        return []
    say, found = view.language.say, _repeated(view)
    timed = found.by == BY_TIME
    numbers = {"earlier": view.counted(found.baskets_earlier), "later": view.counted(found.baskets_later)}
    parts = (
        say("The earlier part: {earlier}; the later part: {later}", **numbers)
        if timed
        else say("Drawn by a hash of the basket, because there are no dates: {earlier} to find rules in, {later} held "
                 "back", **numbers)
    )  # fmt: skip
    return [
        TableWords(
            (
                (say("Found in the earlier part") if timed else say("Found in the one part"), "name"),
                (say("Lift then") if timed else say("Lift there"), "number"),
                (say("Lift in the later part") if timed else say("Lift in the part held back"), "number"),
                (say("Later baskets with both") if timed else say("Baskets held back with both"), "number"),
                (say("Beyond chance again"), "text"),
            ),
            tuple(_row(view, line) for line in shown(view).to_dict("records")),
            say("Strongest rules of the earlier baskets, and what became of them")
            if timed
            else say("Strongest rules of the one part, and what is left of them in the other"),
            view.how(
                (say("Two parts"), parts),
                (say("How they were found"), say("Mined on the first of both parts alone with the same support: beyond "
                                                 "chance, not redundant, one line a pair of sides")),
                (say("Beyond chance again"), say(
                    "Fisher’s test and the test given basket sizes in the other part, widened for customers with "
                    "several baskets; false discovery rate {rate} over these {rules} rules (Benjamini, Hochberg)",
                    rate=view.language.percent(view.result.parameters.false_discovery),
                    rules=view.language.number(len(found.rules)))),
            ),
            file="replication.csv",
        )
    ]  # fmt: skip


def _row(view: View, line: Line) -> Row:
    language, say = view.language, view.language.say
    sure = bool(line["significant"])
    name = say("{left} → {right}", left=view.side(line["antecedent"]), right=view.side(line["consequent"]))
    return (
        (str(name), None),
        (ratio(view, line["lift_earlier"]), line["lift_earlier"]),
        (_lift(view, line), line["lift_later"]),
        (language.number(line["count_later"]), line["count_later"]),
        (say("yes") if sure else say("no"), sure),
    )


def _lift(view: View, line: Line) -> Text:
    return ratio_between(view, line["lift_later"], line["lift_later_low"], line["lift_later_high"])


def ratio(view: View, value: float) -> Text:
    """A lift or an odds ratio for a cell: 2.4; from 10 on without decimals, and nothing beyond a thousand."""
    value, number = float(value), view.language.number
    if value > LARGEST:
        return Text(f">{number(LARGEST)}")
    return Text(number(value, 1 if round(abs(value), 1) < WHOLE else 0))


def ratio_between(view: View, value: float, low: float, high: float) -> Text:
    """The same with its interval: 2.4 (1.9 to 3.0)."""
    if math.isnan(float(low)):
        return ratio(view, value)
    ends = {"low": ratio(view, low), "high": ratio(view, high)}
    return view.language.say("{ratio} ({low} to {high})", ratio=ratio(view, value), **ends)


def remarks(view: View) -> list[Text]:
    """Winner's curse, half-life, and what the same tests find among shuffled baskets."""
    if not has(view):
        return []
    return [text for text in (_shrinking(view), _half_life(view), _shuffled(view)) if text]


def _shrinking(view: View) -> Text:
    """That a rule looks best where it was found."""
    found = _repeated(view)
    if not len(found.rules) or math.isnan(found.shrinkage):
        return Text("")
    say = view.language.say
    kept = view.language.percent(found.shrinkage)
    if found.by != BY_TIME:
        return say("In the part held back the lifts have {kept} of the strength that they had where the rules were "
                   "found (mean of the logarithms).", kept=kept)  # fmt: skip
    if found.shrinkage >= 1:
        return say("The lifts are no smaller later than where the rules were found ({kept} of them, in logarithms).",
                   kept=kept)  # fmt: skip
    return say("A rule looks best where it was found: later the lifts keep {kept} of their strength (mean of the "
               "logarithms). Plan with the later one.", kept=kept)  # fmt: skip


def _half_life(view: View) -> Text:
    """After how many months the logarithm of lift has halved, or that no decay is seen."""
    say, number, found = view.language.say, view.language.number, _checks(view).half_life
    if found.reason == "no_dates":
        return say("Half-life of rules: not estimable without dates.")
    if found.reason == "no_months":
        return say("Half-life of rules: not estimable from so few months; it takes half a year.")
    if found.reason:
        return say("Half-life of rules: not estimable, too few rules beyond chance could be followed by month.")
    numbers = {"rules": number(found.pairs), "months": number(found.periods)}
    if found.grows:
        return say("Half-life: none. Over {months} months the lifts of {rules} rules rose rather than fell.", **numbers)
    if found.decays:
        return say(
            "Half-life: after about {half} months (interval {low} to {high}) half of a rule’s strength is gone, the "
            "mean of {rules} rules over {months} months.",
            half=number(found.together), low=number(found.low), high=number(found.high), **numbers,
        )  # fmt: skip
    if found.low >= LONG:
        return say("Half-life: no decay is seen over {months} months; if the lifts of {rules} rules fade at all, half "
                   "of their strength lasts for more than {low} months.", low=number(LONG), **numbers)  # fmt: skip
    return say("Half-life: no decay is seen over {months} months, but the lifts of {rules} rules are too uncertain to "
               "rule out that half of their strength is gone after {low} months.", low=number(found.low),
               **numbers)  # fmt: skip


def _shuffled(view: View) -> Text:
    """What the tests call beyond chance where chance is all there is."""
    found = _checks(view).self_test
    if found is None:
        return Text("")
    say, number = view.language.say, view.language.number
    return say(
        "Trial: with the products of {baskets} dealt out anew at random, as many to each basket as before, the tests "
        "called {false} of {pairs} pairs beyond chance (mean of {shuffles} deals); in the baskets as they are, {real} "
        "of {all}. Without regard to basket sizes it would have been {fisher} and {others}.",
        baskets=view.counted(found.baskets), false=_mean(view, found.found),
        pairs=number(round(found.pairs)), shuffles=number(found.shuffles), real=number(found.real),
        all=number(found.real_pairs), fisher=_mean(view, found.found_fisher), others=number(found.real_fisher),
    )  # fmt: skip


def _mean(view: View, count: float) -> str:
    """A mean count: with a decimal below ten, unless it is whole."""
    return view.language.number(count, 0 if count >= WHOLE or float(count).is_integer() else 1)


def findings(view: View) -> list[Finding]:
    """The share of rules that hold later."""
    if not has(view) or _repeated(view).reason == "no_parts":
        return []
    say, language, found = view.language.say, view.language, _repeated(view)
    if not len(found.rules):
        return []
    share, low, high = found.share_above
    above, again, rules = int(found.rules["above"].sum()), int(found.rules["significant"].sum()), len(found.rules)
    numbers: dict[str, Any] = {
        "rules": language.number(rules), "earlier": view.counted(found.baskets_earlier), "one": language.number(1),
        "later": view.counted(found.baskets_later), "again": language.number(again),
    }  # fmt: skip
    few, timed, points = rules < view.minimum_base, found.by == BY_TIME, share >= SAME_WAY
    numbers |= {"above": language.number(above)} if few else {
        "share": language.percent(share), "interval": view.in_bracket(Interval(low, high))
    }  # fmt: skip
    return [
        Finding(
            id="replication", grade=Grade.B if timed else Grade.C, head=_head(view, again * 2 >= rules, points, timed),
            statement=_statement(view, few, timed, numbers),
            meaning=say("They are no accident of the baskets in which they were found.")
            if again * 2 >= rules
            else say("A rule above chance without being surely so is not refuted: fewer baskets say less.")
            if points
            else say("A rule that is not beyond chance again may have been a season, an offer or luck."),
            action=say("Build on the rules that are beyond chance in both parts, and look again each quarter.")
            if again * 2 >= rules
            else say("Begin with the rules that are beyond chance in both parts.")
            if points
            else say("Use only the rules that are beyond chance in both parts; leave the rest alone."),
            section="replication", value=float(above) if few else share, low=None if few else low,
            high=None if few else high, n=rules, unit="rules" if few else "share",
        )
    ]  # fmt: skip


def _head(view: View, holds: bool, points: bool, timed: bool) -> Text:
    say = view.language.say
    if points and not holds:
        if timed:
            return say("Rules point the same way later, not all of them surely")
        return say("Rules point the same way in baskets held back, not all of them surely")
    if timed:
        return say("Most rules hold in the later baskets") if holds else say("Many rules are gone in the later baskets")
    return say("Most rules hold in baskets held back") if holds else say("Many rules are gone in baskets held back")


def _statement(view: View, few: bool, timed: bool, numbers: Mapping[str, Any]) -> Text:
    """How many rules stand: a count where they are few, else a share."""
    say = view.language.say
    if timed and few:
        return say("Of {rules} rules found in the earlier {earlier} alone, **{above}** still have a lift above {one} "
                   "in the later {later}; {again} are beyond chance there again.", **numbers)  # fmt: skip
    if timed:
        return say("Of {rules} rules found in the earlier {earlier} alone, **{share}** still have a lift above {one} "
                   "in the later {later} ({interval}); {again} are beyond chance there again.", **numbers)  # fmt: skip
    if few:
        return say("Of {rules} rules found in {earlier} drawn by lot, **{above}** have a lift above {one} in the "
                   "{later} held back; {again} are beyond chance there again.", **numbers)  # fmt: skip
    return say("Of {rules} rules found in {earlier} drawn by lot, **{share}** have a lift above {one} in the {later} "
               "held back ({interval}); {again} are beyond chance there again.", **numbers)  # fmt: skip


def method(view: View) -> list[tuple[Text, Text]]:
    """How rules were tested later."""
    if not has(view):
        return []
    say = view.language.say
    return [
        (
            say("Tested later"),
            say("Rules are mined again on the earlier baskets alone and tested on the later ones, which had no part in "
                "finding them (Webb). The half-life comes from counts by month: baskets with both sides against what "
                "chance gives, with a lift whose logarithm decays."),
        )
    ]  # fmt: skip
