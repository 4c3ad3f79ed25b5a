"""How long contracts last: a table of survival by plan and by what the customer is known for."""

from __future__ import annotations

from customer_analytics.analysis.survival.comparison import OTHERS, Comparison
from customer_analytics.analysis.survival.contracts import Contracts
from customer_analytics.analysis.survival.estimate import Curve
from customer_analytics.language import Text
from customer_analytics.narrative.exhibits import Cell, Row, TableWords
from customer_analytics.narrative.finding import Finding, Grade
from customer_analytics.narrative.retention.staying_words import column_name, group_name, p_value
from customer_analytics.narrative.retention.view import View

AGES = (90, 180, 365)
MOST_ROWS = 12


def _contracts(view: View) -> Contracts | None:
    return None if view.staying is None else view.staying.contracts


def contract_table(view: View) -> TableWords | None:
    """Contracts, and the share that still runs at some ages; None without contracts."""
    contracts = _contracts(view)
    if contracts is None:
        return None
    say, number = view.language.say, view.language.number
    ages = [age for age in AGES if age <= contracts.curve.time[-1]] if contracts.unit == "days" else _spread(contracts)
    rows = [_row(view, say("All contracts"), contracts.curve, contracts.contracts, ages)]
    for comparison in contracts.comparisons:
        if comparison.column != "plan" and comparison.worst is None:
            continue  # groups that do not differ: the test below says so
        rows += [
            _row(view, _name(view, comparison, group), curve, curve.n, ages)
            for group, curve in comparison.curves.items()
        ]
    tests = view.language.joined(
        say(
            "{column} p {p}", column=column_name(view, each.column), p=p_value(view, each.p_adjusted)
        )
        for each in contracts.comparisons
    )  # fmt: skip
    heads = tuple((_age(view, contracts, age), "number") for age in ages)
    return TableWords(
        (
            (say("Contracts"), "name"),
            (say("Contracts counted"), "number"),
            *heads,
            (say("Half have ended after"), "number"),
        ),
        tuple(rows[:MOST_ROWS]),
        say("How long contracts last"),
        (
            (say("Unit"), say("One contract; {ended} of {all} have ended", ended=number(contracts.ended),
                              all=number(contracts.contracts))),
            (
                say("Share"),
                say("Of contracts that still run at that age (Kaplan-Meier); the table holds the intervals"),
            ),
            (say("Left out"), say("{count} rows whose length is not known", count=number(contracts.unusable))),
            (say("Test"), say("Log-rank, corrected (Holm): {tests}", tests=tests or number(None))),
        ),
        file="contracts_survival.csv",
    )  # fmt: skip


def _spread(contracts: Contracts) -> list[int]:
    """Three ages over the tenures seen, where their unit is the export's own."""
    last = int(contracts.curve.time[-1])
    return sorted({max(1, round(last * part / 3)) for part in range(1, 4)})


def _age(view: View, contracts: Contracts, age: int) -> Text:
    if contracts.unit == "days":
        return view.language.say("After {count} days", count=view.language.number(age))
    return view.language.say("Tenure {count}", count=view.language.number(age))


def _name(view: View, comparison: Comparison, group: str) -> Text:
    return view.language.say(
        "{column}: {group}", column=column_name(view, comparison.column), group=group_name(view, group)
    )


def _row(view: View, name: Text, curve: Curve, contracts: int, ages: list[int]) -> Row:
    median = curve.median()
    shown = view.language.say("not reached") if median is None else Text(view.language.number(median))
    return ((name, None), (view.language.number(contracts), contracts), *_cells(view, curve, ages), (shown, median))


def _cells(view: View, curve: Curve, ages: list[int]) -> list[Cell]:
    cells: list[Cell] = []
    for age in ages:
        if curve.under_observation(age) < view.minimum_group:
            cells.append((view.language.number(None), None))
            continue
        cells.append((view.language.percent(curve.at(age)), curve.at(age)))
    return cells


def findings(view: View) -> list[Finding]:
    """The plan, channel and region whose contracts end soonest, where one clearly does, as one finding."""
    contracts = _contracts(view)
    clear = [each for each in (() if contracts is None else contracts.comparisons) if _named(each)]
    if contracts is None or not clear:
        return []
    say, language = view.language.say, view.language
    named = [_group(view, each) for each in clear]
    statements = [_sentence(view, each) for each in clear]
    worst = clear[0].worst
    assert worst is not None
    row = {key: float(str(worst[key])) for key in worst if key != "group"}
    return [
        Finding(
            id="contracts", grade=Grade.C,
            head=say("Contracts end soonest: {groups}", groups=language.listing(named)),
            statement=Text(" ".join(statements)) if not language.is_chinese else Text("".join(statements)),
            meaning=say("It goes with them; whether they are the reason, only a test can say."),
            action=say("Ask those who ended for the reason; test another offer for these groups against a control."),
            section="contracts", value=row["difference"], low=row["difference_low"], high=row["difference_high"],
            n=contracts.contracts, unit="days", notable=False,
        )
    ]  # fmt: skip


def _named(comparison: Comparison) -> bool:
    return comparison.worst is not None and comparison.worst["group"] != OTHERS


def _group(view: View, comparison: Comparison) -> Text:
    assert comparison.worst is not None
    return view.language.say(
        "{group} ({column})", group=Text(str(comparison.worst["group"])), column=column_name(view, comparison.column)
    )


def _sentence(view: View, comparison: Comparison) -> Text:
    """What is left of the contracts of the group that ends soonest, and of the others."""
    worst, language = comparison.worst, view.language
    assert worst is not None
    return language.say(
        "Of {count} contracts of {group} {share} still run at the age of {limit}, of the others {rest} (log-rank p "
        "{p}, corrected).",
        count=language.number(float(str(worst["people"]))), group=_group(view, comparison),
        share=language.percent(float(str(worst["at_limit"]))),
        rest=language.percent(float(str(worst["rest_at_limit"]))),
        limit=_age_inside(view, comparison), p=p_value(view, comparison.p_adjusted),
    )  # fmt: skip


def _age_inside(view: View, comparison: Comparison) -> Text:
    contracts = _contracts(view)
    if contracts is not None and contracts.unit == "days":
        return view.language.say_count("{count} day", "{count} days", comparison.limit)
    return Text(view.language.number(comparison.limit))
