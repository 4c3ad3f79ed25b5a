"""Which rules are only a season, an offer, a place or a kind of customer: the Simpson audit in words."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from customer_analytics.analysis.baskets.basket import GROUP
from customer_analytics.analysis.rule_checks.result import HOLDS, REVERSED, SHRINKS, TOGETHER, UNCLEAR, VANISHES
from customer_analytics.analysis.rule_checks.strata import MONTH, ORDERS, PROMOTION, SIZE
from customer_analytics.language import Text
from customer_analytics.narrative.basket_rules.replication import checks_of, ratio, ratio_between
from customer_analytics.narrative.exhibits import FigureWords, PairRow, Row, SectionWords, TableWords
from customer_analytics.narrative.finding import Finding, Grade

if TYPE_CHECKING:
    from customer_analytics.narrative.basket_rules.view import View

MOST_ROWS, MOST_PAIRS = 8, 8
LONGEST = 40  # characters of a client's column
SEVEREST = {REVERSED: 0, VANISHES: 1, UNCLEAR: 2, SHRINKS: 3, HOLDS: 4}
Line = Mapping[Hashable, Any]


def has(view: View) -> bool:
    """Whether anything is known that rules could be held against."""
    checks = checks_of(view)
    return checks is not None and len(checks.combined) > 0 and len(told(view)) > 0


def told(view: View) -> pd.DataFrame:
    """Rules beyond chance with what the controls leave of them, one direction each, the most doubtful first."""
    checks, rules = checks_of(view), view.significant
    if checks is None or not len(rules):
        return pd.DataFrame()
    joined = rules.drop(columns=["lift_later"], errors="ignore").merge(checks.table.drop(columns="lift"), on="rule")
    joined = joined[joined["verdict"].isin(list(SEVEREST))]
    sides = [
        tuple(sorted((*one, *other))) for one, other in zip(joined["antecedent"], joined["consequent"], strict=True)
    ]
    joined = joined[~pd.Series(sides, index=joined.index, dtype=object).duplicated()]
    order = joined["verdict"].map(SEVEREST)
    return joined.assign(_order=order).sort_values(["_order", "rule"]).drop(columns="_order").reset_index(drop=True)


def vanished(view: View) -> pd.DataFrame:
    """Rules that are gone, or turned round, within the controls."""
    table = told(view)
    return table[table["verdict"].isin([VANISHES, REVERSED])] if len(table) else table


def control_name(view: View, control: str | None) -> Text:
    """What is held fixed, inside a sentence: the month."""
    say = view.language.say
    if control is None:
        return say("all of these together")
    known = {
        MONTH: say("the month"), PROMOTION: say("whether there was a discount"),
        ORDERS: say("how often the customer buys"), SIZE: say("the size of the basket"),
        TOGETHER: say("all of these together"), GROUP + "store": say("the store"),
        GROUP + "channel": say("the sales channel"), GROUP + "region": say("the region"),
    }  # fmt: skip
    if control in known:
        return known[control]
    column = " ".join(control.removeprefix(GROUP).split())
    return say("the column “{column}”", column=column if len(column) <= LONGEST else column[: LONGEST - 1] + "…")


def section(view: View) -> SectionWords:
    """How many rules stand when season, offers, places and kinds of customer are held fixed."""
    say, language = view.language.say, view.language
    title = say("Is it the products, or the season?")
    if not has(view):
        deck = (
            say("Nothing is known of these baskets by which rules could be held apart: no dates, customers, places or "
                "discounts.")
            if len(view.significant)
            else say("No rule is beyond chance, so there is none to hold against season and customers.")
        )  # fmt: skip
        return SectionWords(title, "confounding", deck)
    table, gone = told(view), vanished(view)
    numbers = {"rules": language.number(len(table)), "fixed": _fixed(view)}
    deck = (
        language.say_count(
            "Compared within {fixed}, {count} of {rules} rules is gone.",
            "Compared within {fixed}, {count} of {rules} rules are gone.", len(gone), **numbers,
        )
        if len(gone)
        else say("Compared within {fixed}, none of {rules} rules disappears.", **numbers)
    )  # fmt: skip
    return SectionWords(title, "confounding", deck)


def _fixed(view: View) -> Text:
    checks = checks_of(view)
    assert checks is not None
    return Text(view.language.listing([control_name(view, name) for name in checks.combined]))


def pairs(view: View) -> list[PairRow]:
    """Lift over all baskets and within the controls, the most doubtful rules and then the strongest."""
    return [
        (
            f"{view.side(line['antecedent'])} – {view.side(line['consequent'])}", float(line["lift"]),
            float(line["lift_within"]), str(ratio(view, line["lift"])), str(ratio(view, line["lift_within"])),
            "alert" if line["verdict"] in (VANISHES, REVERSED) else "faint",
        )
        for line in told(view).head(MOST_PAIRS).to_dict("records")
        if math.isfinite(float(line["lift_within"]))
    ]  # fmt: skip


def heads(view: View) -> tuple[Text, Text]:
    """What the two dots of a row are."""
    return view.language.say("over all baskets"), view.language.say("within the same conditions")


def figure(view: View) -> FigureWords:
    """Words of the figure."""
    say, gone = view.language.say, vanished(view)
    shown = pairs(view)
    title = (
        say("{pair}: next to nothing is left within {fixed}",
            pair=say("{left} and {right}", left=view.side(gone.iloc[0]["antecedent"]),
                     right=view.side(gone.iloc[0]["consequent"])),
            fixed=control_name(view, gone.iloc[0]["vanishes_by"]))
        if len(gone)
        else say("Within the same conditions the lifts stay well above chance")
    )  # fmt: skip
    lines = [
        say("{name}: {first}, within {second}", name=name, first=first, second=second)
        for name, _, _, first, second, _ in shown
    ]
    return FigureWords(
        title,
        say("Lift of rules over all baskets (ring) and within {fixed} (dot)", fixed=_fixed(view)),
        say("Lift over all baskets and within the same conditions. {lines}.", lines=view.language.joined(lines)),
        view.source,
    )


def tables(view: View) -> list[TableWords]:
    """What the controls leave of the rules, the most doubtful first."""
    if not has(view):
        return []
    say, checks = view.language.say, checks_of(view)
    assert checks is not None
    return [
        TableWords(
            (
                (say("Rule looked at"), "name"),
                (say("Lift over all"), "number"),
                (say("Lift within"), "number"),
                (say("Odds ratio within"), "number"),
                (say("What is left"), "text"),
            ),
            tuple(_row(view, line) for line in told(view).head(MOST_ROWS).to_dict("records")),
            say("Rules within the same conditions, the most doubtful first"),
            view.how(
                (say("Lift within"), say(
                    "Baskets with both sides over those expected if the sides had nothing to do with each other within "
                    "each combination of {fixed}", fixed=_fixed(view))),
                (say("Odds ratio within"), say("Mantel and Haenszel over the same strata, interval by Robins, Breslow "
                                               "and Greenland")),
                (say("What is left"), say(
                    "Tested after Cochran, Mantel and Haenszel, widened for customers with several baskets, corrected "
                    "over everything that could have been a rule. Gone: not beyond chance, and at least half of the "
                    "logarithm of lift is explained. Unclear: not beyond chance, though little is explained")),
                (say("Strata"), _strata(view)),
            ),
            file="checks.csv",
        )
    ]  # fmt: skip


def _strata(view: View) -> Text:
    """How many strata said nothing, in the middle rule."""
    checks = checks_of(view)
    assert checks is not None
    rows = checks.controls[(checks.controls["control"] == TOGETHER) & checks.controls["rule"].isin(told(view)["rule"])]
    return view.language.say(
        "{strata} combinations have baskets; half of the rules are told by {informative} of them or more. One in which "
        "a side is in no basket, or in all, says nothing",
        strata=view.language.number(int(rows["strata"].max())),
        informative=view.language.number(int(rows["informative"].median())),
    )


def _row(view: View, line: Line) -> Row:
    say = view.language.say
    name = say("{left} → {right}", left=view.side(line["antecedent"]), right=view.side(line["consequent"]))
    return (
        (str(name), None),
        (ratio(view, line["lift"]), line["lift"]),
        (_with_interval(view, line, "lift_within"), line["lift_within"]),
        (_with_interval(view, line, "odds_ratio"), line["odds_ratio"]),
        (verdict(view, line), SEVEREST[line["verdict"]]),
    )


def _with_interval(view: View, line: Line, name: str) -> Text:
    if not math.isfinite(float(line[name])):
        return Text("∞")
    return ratio_between(view, line[name], line[f"{name}_low"], line[f"{name}_high"])


def verdict(view: View, line: Line) -> Text:
    """What the controls leave of a rule, for a cell."""
    say, by = view.language.say, line.get("vanishes_by")
    if line["verdict"] == VANISHES:
        return say("gone; it is {control}", control=control_name(view, by)) if by else say("gone")
    return {
        REVERSED: say("turned round"), SHRINKS: say("there, but less than half as strong"), UNCLEAR: say("unclear"),
    }.get(str(line["verdict"])) or say("holds")  # fmt: skip


def findings(view: View) -> list[Finding]:
    """The rule that vanishes most plainly; where none does, that all hold, told in its section."""
    if not has(view):
        return []
    say, gone = view.language.say, vanished(view)
    if not len(gone):
        return [_all_hold(view)]
    line = gone.iloc[0]
    left, right, by = view.names(line["antecedent"]), view.names(line["consequent"]), line["vanishes_by"]
    seasonal, (within, low, high) = by == MONTH, _alone(view, line)
    return [
        Finding(
            id="confounding", grade=Grade.B,
            head=say("{left} and {right} only share a season", left=left, right=right)
            if seasonal
            else say("{left} and {right}: gone once {control} is the same", left=left, right=right,
                     control=control_name(view, by)),
            statement=say(
                "Over all baskets {left} and {right} are together {times} as often as chance gives; with {control} the "
                "same it is **{within}** ({interval}).",
                left=left, right=right, times=view.times(float(line["lift"])), control=control_name(view, by),
                within=view.times(within), interval=view.numbers_between(low, high),
            ),
            meaning=say("They sell in the same months, and within a month one has nothing to do with the other.")
            if seasonal
            else say("What they have in common is the kind of basket they are bought in, not each other."),
            action=say("Stock and show both in their season; do not make a bundle of them.")
            if seasonal
            else say("Do not recommend one for the other; aim at those baskets instead."),
            section="confounding", value=within, low=low, high=high, n=int(line["count"]),
            unit="times",
        )
    ]  # fmt: skip


def _alone(view: View, line: pd.Series) -> tuple[float, float, float]:
    """Lift with interval within the control that explains the rule away, or within all where no single one does."""
    checks = checks_of(view)
    assert checks is not None
    rows = checks.controls[checks.controls["rule"] == line["rule"]].set_index("control")
    by = line["vanishes_by"] if line["vanishes_by"] in rows.index else TOGETHER
    row = rows.loc[by]
    return float(row["lift_within"]), float(row["low"]), float(row["high"])


def _all_hold(view: View) -> Finding:
    say, language, table = view.language.say, view.language, told(view)
    holds = int(table["verdict"].isin([HOLDS, SHRINKS]).sum())
    return Finding(
        id="confounding", grade=Grade.B, head=say("No rule is a mere season or place"),
        statement=say("Compared within {fixed}, **{holds} of {rules}** rules stay beyond chance and none is gone.",
                      fixed=_fixed(view), holds=language.number(holds), rules=language.number(len(table))),
        meaning=say("Season, place and kind of customer do not explain them; what the data do not hold still may."),
        action=say("Test before you build on one: a comparison within groups is no experiment."),
        section="confounding", value=float(holds), n=len(table), unit="rules", notable=False,
    )  # fmt: skip


def limits(view: View) -> list[Text]:
    """What a control cannot know."""
    if not has(view):
        return []
    return [
        view.language.say(
            "Rules were held against {fixed}. What is not in the data, such as the place on a shelf, an advertisement "
            "or a recipe, may still be why two products meet.", fixed=_fixed(view),
        )
    ]  # fmt: skip
