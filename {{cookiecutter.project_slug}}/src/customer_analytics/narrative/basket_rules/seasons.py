"""Rules that belong to some months, and rules that are not the same in every place or kind of customer."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from customer_analytics.analysis.baskets.basket import GROUP
from customer_analytics.analysis.rule_checks.seasons import MONTHS, QUARTERS
from customer_analytics.analysis.rule_checks.strata import ORDERS, ORDERS_UP_TO, PROMOTION
from customer_analytics.language import Text
from customer_analytics.narrative.basket_rules.control import control_name, told, vanished
from customer_analytics.narrative.basket_rules.replication import checks_of, ratio, ratio_between
from customer_analytics.narrative.exhibits import Row, SectionWords, TableWords
from customer_analytics.narrative.finding import Finding, Grade

if TYPE_CHECKING:
    from customer_analytics.narrative.basket_rules.view import View

MOST_ROWS = 6
LONGEST = 40
Line = Mapping[Hashable, Any]


def has(view: View) -> bool:
    """Whether seasons or groups could be compared."""
    checks = checks_of(view)
    return checks is not None and bool(len(told(view))) and (len(checks.seasons) > 0 or len(checks.columns) > 0)


def seasonal(view: View) -> pd.DataFrame:
    """Rules whose baskets crowd in some months, the most crowded first."""
    checks, table = checks_of(view), told(view)
    if checks is None or not len(checks.seasons) or not len(table):
        return pd.DataFrame()
    rows = checks.seasons[checks.seasons["peak"].notna()]
    joined = table[["rule", "antecedent", "consequent", "count"]].merge(rows, on="rule")
    return joined.sort_values(["peak_times", "rule"], ascending=[False, True], ignore_index=True)


def differing(view: View) -> pd.DataFrame:
    """Rules whose odds ratio is not the same in all values of a column, the surest first."""
    checks, table = checks_of(view), told(view)
    if checks is None or not len(checks.homogeneity) or not len(table):
        return pd.DataFrame()
    rows = checks.homogeneity[checks.homogeneity["q"] <= view.result.parameters.false_discovery]
    joined = table[["rule", "antecedent", "consequent"]].merge(rows, on="rule")
    return joined.sort_values(["q", "rule", "column"], ignore_index=True)


def section(view: View) -> SectionWords:
    """How many rules belong to some months, and how many differ between groups."""
    say, language = view.language.say, view.language
    title = say("Is a rule the same everywhere, all year?")
    checks = checks_of(view)
    assert checks is not None
    sentences = []
    if len(checks.seasons):
        count = len(seasonal(view))
        numbers = {"rules": language.number(len(told(view)))}
        sentences.append(
            language.say_count("{count} of {rules} rules belongs to certain months.",
                               "{count} of {rules} rules belong to certain months.", count, **numbers)
            if count
            else say("None of {rules} rules belongs to certain months.", **numbers)
        )  # fmt: skip
    elif checks.months:
        sentences.append(say("The data do not cover all months of a year, so a season cannot be told from a rise."))
    if checks.columns:
        found = differing(view)
        columns = Text(language.listing([control_name(view, name) for name in checks.columns]))
        count = int(found["rule"].nunique()) if len(found) else 0
        sentences.append(
            language.say_count("By {columns}, {count} rule is not equally strong throughout.",
                               "By {columns}, {count} rules are not equally strong throughout.", count, columns=columns)
            if count
            else say("By {columns} no rule is clearly stronger in one part than in another.", columns=columns)
        )  # fmt: skip
    return SectionWords(title, "seasons", Text(("" if language.is_chinese else " ").join(sentences)))


def month_names(view: View, parts: int, peak: Sequence[int]) -> Text:
    """Months or quarters of the year, inside a sentence: November and December."""
    say = view.language.say
    months = [
        say("January"), say("February"), say("March"), say("April"), say("May"), say("June"), say("July"),
        say("August"), say("September"), say("October"), say("November"), say("December"),
    ]  # fmt: skip
    if parts == QUARTERS:
        step = MONTHS // QUARTERS
        return Text(
            view.language.listing(
                [
                    say("{first} to {last}", first=months[(part - 1) * step], last=months[part * step - 1])
                    for part in peak
                ]
            )
        )
    return Text(view.language.listing([months[month - 1] for month in peak]))


def tables(view: View) -> list[TableWords]:
    """Rules of certain months; rules that differ between groups."""
    return [table for table in (_season_table(view), _group_table(view)) if table is not None]


def _season_table(view: View) -> TableWords | None:
    shown = seasonal(view).head(MOST_ROWS)
    if not len(shown):
        return None
    say, language = view.language.say, view.language
    rows = tuple(
        (
            (_name(view, line), None),
            (month_names(view, int(line["parts"]), line["peak"]), None),
            (language.percent(line["peak_share"]), line["peak_share"]),
            (ratio_between(view, line["peak_times"], line["peak_low"], line["peak_high"]),
             line["peak_times"]),
            (say("no") if not line["lift_q"] <= view.result.parameters.false_discovery else say("yes"), None),
        )
        for line in shown.to_dict("records")
    )  # fmt: skip
    return TableWords(
        (
            (say("Rule with a season"), "name"),
            (say("Its months"), "text"),
            (say("Baskets with both that lie in them"), "number"),
            (say("Times as many as in other months"), "number"),
            (say("Strength differs too"), "text"),
        ),
        rows,
        say("Rules that belong to certain months"),
        view.how(
            (say("Its months"), say("Baskets with both against all baskets by month of the year (by quarter where "
                                    "months are too small): chi-square test, false discovery rate over all rules "
                                    "compared")),
            (say("Strength differs too"), say("Whether the odds ratio differs between the months (Breslow, Day, "
                                              "Tarone): if not, both are bought more then, but no more for each "
                                              "other")),
        ),
        file="rule_seasons.csv",
    )  # fmt: skip


def _name(view: View, line: Line) -> str:
    return str(
        view.language.say("{left} → {right}", left=view.side(line["antecedent"]), right=view.side(line["consequent"]))
    )


def _group_table(view: View) -> TableWords | None:
    checks, found = checks_of(view), differing(view)
    if checks is None or not len(found):
        return None
    rows = [row for line in found.head(MOST_ROWS).to_dict("records") for row in _ends(view, checks.groups, line)]
    if not rows:
        return None
    say = view.language.say
    return TableWords(
        (
            (say("Rule that differs"), "name"),
            (say("Strongest where"), "text"),
            (say("Lift there"), "number"),
            (say("Weakest where"), "text"),
            (say("Lift at the weakest"), "number"),
        ),
        tuple(rows),
        say("Rules that are not equally strong everywhere"),
        view.how(
            (say("Differs"), say("Odds ratios compared between the values of each column (Breslow, Day, Tarone), false "
                                 "discovery rate over all rules and columns, widened for customers with several "
                                 "baskets")),
            (say("Left out"), say("Values with too few baskets or customers for a lift of their own")),
        ),
        file="rule_groups.csv",
    )  # fmt: skip


def _ends(view: View, groups: pd.DataFrame, line: Line) -> list[Row]:
    """The strongest and the weakest value of a rule's column, where at least two may be shown."""
    own = groups[(groups["rule"] == line["rule"]) & (groups["column"] == line["column"])]
    if view.baskets.has_people:
        own = own[own["customers"] >= view.minimum_group]
    own = own[own["baskets"] >= view.minimum_base].sort_values(["lift", "value"], ascending=[False, True])
    if len(own) < 2:
        return []
    first, last = own.iloc[0], own.iloc[-1]
    return [
        (
            (_name(view, line), None),
            (value_name(view, str(line["column"]), str(first["value"])), None),
            (ratio(view, first["lift"]), first["lift"]),
            (value_name(view, str(line["column"]), str(last["value"])), None),
            (ratio(view, last["lift"]), last["lift"]),
        )
    ]


def value_name(view: View, column: str, value: str) -> Text:
    """A value of a column, for a cell: Region: North; with a discount; customers of two or three baskets."""
    say, number = view.language.say, view.language.number
    if column == PROMOTION:
        return say("with a discount") if value == "1" else say("without a discount")
    if column == ORDERS:
        code = int(value)
        if code >= len(ORDERS_UP_TO):
            return say("customers with {low} baskets or more", low=number(ORDERS_UP_TO[-1] + 1))
        high, low = ORDERS_UP_TO[code], (ORDERS_UP_TO[code - 1] + 1 if code else 1)
        if low == high:
            return say("customers with a single basket")
        return say("customers with {low} to {high} baskets", low=number(low), high=number(high))
    plain, name = " ".join(value.split()), " ".join(column.removeprefix(GROUP).split())
    known = {"store": say("Store"), "channel": say("Channel"), "region": say("Region")}
    shown = [each if len(each) <= LONGEST else each[: LONGEST - 1] + "…" for each in (name, plain)]
    return say("{column}: {group}", column=known.get(name, Text(shown[0])), group=Text(shown[1]))


def findings(view: View) -> list[Finding]:
    """The rule that is turned round in some group, and the rule that crowds most in some months."""
    if not has(view):
        return []
    return [found for found in (_flip(view), _crowded(view)) if found is not None]


def _flip(view: View) -> Finding | None:
    """A rule that is clearly below chance in one group although it is above it over all."""
    checks, table = checks_of(view), told(view)
    assert checks is not None
    if not len(checks.groups):
        return None
    rows = checks.groups[checks.groups["flips"].astype(bool) & checks.groups["rule"].isin(table["rule"])]
    if view.baskets.has_people:
        rows = rows[rows["customers"] >= view.minimum_group]
    if not len(rows):
        return None
    row = rows.sort_values(["q_below", "rule", "column", "value"]).iloc[0]
    line = table[table["rule"] == row["rule"]].iloc[0]
    say = view.language.say
    left, right = view.names(line["antecedent"]), view.names(line["consequent"])
    group = value_name(view, str(row["column"]), str(row["value"]))
    return Finding(
        id="flips", grade=Grade.C,
        head=say("{left} and {right}: the other way round in one group", left=left, right=right),
        statement=say(
            "Over all baskets they are together {times} as often as chance gives; in “{group}” only **{there}** "
            "({interval}; {baskets}).",
            times=view.times(float(line["lift"])), group=group, there=view.times(float(row["lift"])),
            interval=view.numbers_between(float(row["low"]), float(row["high"])),
            baskets=view.counted(int(row["baskets"])),
        ),
        meaning=say("A recommendation that fits most customers is wrong for these."),
        action=say("Leave this group out where one is recommended for the other."),
        section="seasons", value=float(row["lift"]), low=float(row["low"]), high=float(row["high"]),
        n=int(row["baskets"]), unit="times",
    )  # fmt: skip


def _crowded(view: View) -> Finding | None:
    shown = seasonal(view)
    shown = shown[~shown["rule"].isin(vanished(view)["rule"])] if len(shown) else shown  # those have their finding
    if not len(shown):
        return None
    say, language, line = view.language.say, view.language, shown.iloc[0]
    left, right = view.names(line["antecedent"]), view.names(line["consequent"])
    months = month_names(view, int(line["parts"]), line["peak"])
    return Finding(
        id="season", grade=Grade.C,
        head=say("{left} with {right} belongs to {months}", left=left, right=right, months=months),
        statement=say(
            "**{share}** of {baskets} with both lie in {months}: a basket then holds them {times} as often as in other "
            "months ({interval}).",
            share=language.percent(line["peak_share"]), baskets=view.counted(int(line["count"])), months=months,
            times=view.times(float(line["peak_times"])),
            interval=view.numbers_between(float(line["peak_low"]), float(line["peak_high"])),
        ),
        meaning=say("Outside of these months the rule rests on few baskets."),
        action=say("Show them together before and in these months, and something else in the rest of the year."),
        section="seasons", value=float(line["peak_share"]), n=int(line["count"]), unit="share", notable=False,
    )  # fmt: skip
