"""Which method tells best who leaves, by how much, and what was set aside before it was fitted."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from customer_analytics.narrative.churn.features import feature_name
from customer_analytics.narrative.exhibits import Cell, Row, SectionWords, TableWords
from customer_analytics.narrative.finding import Finding, Grade

if TYPE_CHECKING:
    from customer_analytics.analysis.scoring.result import ScoringResult
    from customer_analytics.language import Text
    from customer_analytics.narrative.churn.view import View

LOSS_DIGITS = 3
FEW_IN_TENTH = 10  # leavers in the tenth with the highest scores below which the lift is its interval only
MOST_ROWS = 8


def section(view: View) -> SectionWords:
    """Opening: which method is used and why."""
    say, scoring = view.language.say, view.scoring
    title = say("How well it can be told who leaves")
    if scoring is None:
        return SectionWords(title, "performance", view.why_not)
    return SectionWords(title, "performance", _why(view, scoring))


def _why(view: View, scoring: ScoringResult) -> Text:
    """Why the method in use is used."""
    say = view.language.say
    names = {"method": view.method(scoring.chosen), "tested": view.tested}
    if scoring.why == "nothing_predicts":
        return say("Tested on {tested}: no method does better than giving everybody the same probability.", **names)
    if scoring.why == "no_rule":
        return say("Tested on {tested}: no simple rule does better than giving everybody the same probability, "
                   "{method} does.", **names)  # fmt: skip
    if scoring.why == "model_beats_rule":
        return say("Tested on {tested}: {method} beats the best simple rule, {rule}, and is used.",
                   rule=view.method(scoring.best_rule), **names)  # fmt: skip
    if not scoring.best_model:
        return say("Tested on {tested}: {method} tells it best. There were too few people to fit a model.", **names)
    return say("Tested on {tested}: no model beats the simple rule, {method}, so the rule is used.", **names)


def tables(view: View) -> list[TableWords]:
    """Methods side by side; the tests one by one; columns that no model could use."""
    made = [method_table(view), test_table(view), aside_table(view)]
    return [table for table in made if table is not None]


def method_table(view: View) -> TableWords | None:
    """One row a method, best first, all tests together."""
    scoring = view.scoring
    if scoring is None:
        return None
    say = view.language.say
    table = scoring.evaluation[scoring.evaluation["cut"] == "all"]
    rows = [_method_row(view, row) for row in table.sort_values("log_loss", kind="stable").to_dict("records")]
    return TableWords(
        (
            (say("Way to tell"), "name"), (say("Log loss"), "number"), (say("AUC"), "number"),
            (say("PR-AUC"), "number"), (say("Brier"), "number"), (say("Calibration slope"), "number"),
            (say("Lift of the first tenth"), "number"),
        ),
        tuple(rows),
        say("Ways to tell who leaves, tested on the same people"),
        view.how(
            (say("Log loss"), say("Mean of minus the logarithm of the probability given to what happened; less is "
                                  "better; decides which way is used")),
            (say("AUC, PR-AUC"), say("Within each test, then averaged by pairs or by leavers; ties count half")),
            (say("Brier"), say("Mean square of probability less what happened (yes or no); skill, ECE and its noise: "
                               "evaluation.csv")),
            (say("Calibration slope"), say("Of the log odds of what happened on those of what was said; {one} is right",
                                           one=view.language.number(1))),
            (say("Lift of the first tenth"), say("Leavers among the tenth with the highest scores of each test, over "
                                                 "their share of all; ties at random, averaged")),
            *_missing(view, scoring),
        ),
        file="evaluation.csv",
    )  # fmt: skip


def _method_row(view: View, row: dict[Any, Any]) -> Row:
    number = view.language.number
    return (
        (view.method_name(str(row["method"])), None),
        (number(row["log_loss"], LOSS_DIGITS), row["log_loss"]),
        _with_interval(view, row, "auc", 2),
        (number(row["pr_auc"], 2), row["pr_auc"]),
        (number(row["brier"], 3), row["brier"]),
        _with_interval(view, row, "slope", 2),
        _lift(view, row),
    )


def _with_interval(view: View, row: dict[Any, Any], name: str, digits: int) -> Cell:
    value, low, high = (float(row[key]) for key in (name, f"{name}_low", f"{name}_high"))
    number = view.language.number
    if math.isnan(value):
        return number(None), None
    if math.isnan(low) or number(low, digits) == number(high, digits) == number(value, digits):
        return number(value, digits), value
    words = view.language.say(
        "{value} ({low} to {high})", value=number(value, digits), low=number(low, digits), high=number(high, digits)
    )
    return words, value


def _lift(view: View, row: dict[Any, Any]) -> Cell:
    """The lift; its interval only where the tenth holds too few leavers."""
    if row["decile_left"] >= FEW_IN_TENTH:
        return _with_interval(view, row, "lift", 2)
    if math.isnan(row["lift_low"]):
        return view.language.number(None), None
    low, high = (view.language.number(row[name], 1) for name in ("lift_low", "lift_high"))
    return view.language.say("{low} to {high}", low=low, high=high), None


def _missing(view: View, scoring: ScoringResult) -> list[tuple[Text, Text]]:
    """Rules that could not be tested."""
    say = view.language.say
    names = [str(view.method_name(str(name))) for name in scoring.missing_rules["rule"]]
    if not names:
        return []
    return [(say("Not tested"), say("{rules}: the data do not hold what it takes, or the fit has no answer",
                                    rules=view.language.listing(names)))]  # fmt: skip


def test_table(view: View) -> TableWords | None:
    """The method in use, one row a test; None where there was one test only or no order in time."""
    scoring = view.scoring
    if scoring is None or not scoring.out_of_time or len(scoring.tests) < 2:
        return None
    say, language = view.language.say, view.language
    table = scoring.evaluation
    own = table[(table["method"] == scoring.chosen) & (table["cut"] != "all")]
    rows: list[Row] = [
        (
            (view.day(int(row["cut"])), int(row["cut"])),
            (language.number(row["n"]), row["n"]),
            (_share(view, row["expected"], row["n"]), row["expected"]),
            (_share(view, row["rate"], row["n"]), row["rate"]),
            _with_interval(view, row, "auc", 2),
            (language.number(row["slope"], 2), None if math.isnan(row["slope"]) else row["slope"]),
            _lift(view, row),
        )
        for row in own.to_dict("records")
    ]  # fmt: skip
    return TableWords(
        (
            (say("Cut-off tested"), "text"), (say("People tested"), "number"), (say("Said to leave"), "number"),
            (say("Left in fact"), "number"), (say("AUC"), "number"), (say("Calibration slope"), "number"),
            (say("Lift of the first tenth"), "number"),
        ),
        tuple(rows),
        say("Each test by itself: {method}", method=view.method(scoring.chosen)),
        view.how(
            (say("Before each test"), say("Everything was learned from cut-offs whose outcome was complete by then")),
            (say("Fits"), say("Strength, calibration and people of each fit: fits.csv")),
        ),
        file="evaluation.csv",
    )  # fmt: skip


def _share(view: View, share: float, n: int) -> str:
    return view.language.percent(share) if n >= view.least else view.language.number(None)


def aside_table(view: View) -> TableWords | None:
    """Columns that were named and set aside before the fit; None where there were none."""
    scoring = view.scoring
    if scoring is None or not len(scoring.set_aside):
        return None
    say = view.language.say
    rows: list[Row] = [
        ((feature_name(view, str(row["feature"])), None), (_reason(view, row), None))
        for row in scoring.set_aside.head(MOST_ROWS).to_dict("records")
    ]
    return TableWords(
        ((say("Column set aside"), "name"), (say("Why it was set aside"), "text")),
        tuple(rows),
        view.language.say_count("{count} column that no model could use", "{count} columns that no model could use",
                                len(scoring.set_aside)),
        view.how((say("Looked for"), say("Columns that are constant, empty, copies or sums of others, or that tell "
                                         "leavers from stayers without a single error; at every fit anew"))),
        file="set_aside.csv",
    )  # fmt: skip


def _reason(view: View, row: dict[Any, Any]) -> Text:
    say, others = view.language.say, str(row["with_what"])
    names = view.language.listing([str(feature_name(view, name)) for name in others.split(", ") if name])
    return {
        "constant": say("The same for everybody"),
        "mostly_missing": say("Missing for nearly everybody"),
        "many_levels": say("Too many different values: they name single people"),
        "collinear": say("Follows exactly from: {others}", others=names),
        "separating": say("Tells leavers from stayers without a single error: it may know the outcome"),
    }[str(row["reason"])]


def findings(view: View) -> list[Finding]:
    """The paired difference between the best model and the best rule."""
    scoring = view.scoring
    if scoring is None or scoring.nothing_predicts or not scoring.best_model or not scoring.best_rule:
        return []
    table = scoring.comparison
    rows = table[(table["method"] == scoring.best_model) & (table["against"] == scoring.best_rule)]
    row = rows.iloc[0]
    say, number = view.language.say, view.language.number
    numbers = {
        "model": view.method(scoring.best_model), "rule": view.method(scoring.best_rule),
        "size": number(abs(row["difference"]), LOSS_DIGITS), "low": view.language.signed(row["low"], LOSS_DIGITS),
        "high": view.language.signed(row["high"], LOSS_DIGITS), "better": number(row["cuts_better"]),
        "cuts": number(row["cuts"]), "tested": view.tested,
    }  # fmt: skip
    if row["difference"] > 0:
        statement = say(
            "The log loss of {model} is **{size}** lower than that of {rule} (gain: interval {low} to {high}; tested "
            "on {tested}; better in {better} of {cuts} tests).", **numbers,
        )  # fmt: skip
    else:
        statement = say(
            "The log loss of {model} is **{size}** higher than that of {rule} (gain: interval {low} to {high}; tested "
            "on {tested}; better in {better} of {cuts} tests).", **numbers,
        )  # fmt: skip
    is_better = bool(row["low"] > 0)
    head = say("The model beats the rule") if is_better else say("The model does not beat the rule")
    meaning = (
        say("What the model reads beyond the rule carries information about who leaves.")
        if is_better
        else say("What the model reads beyond the rule adds nothing that these tests could see.")
    )
    return [
        Finding(
            id="against_rule", grade=Grade.B if view.is_tested_later else Grade.C, head=head, statement=statement,
            meaning=meaning, action=say("Compare the two again when another cut-off is complete."),
            section="performance", value=float(row["difference"]), low=float(row["low"]), high=float(row["high"]),
            n=len(scoring.predictions), unit="nats", notable=False,
        )
    ]  # fmt: skip
