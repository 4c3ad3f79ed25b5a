"""Customer value, second part: what the models assume, and how they did on days that they had not seen."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from customer_analytics.analysis.rfm.customers import as_date
from customer_analytics.analysis.value import ValueResult
from customer_analytics.analysis.value.checks import Check
from customer_analytics.analysis.value.holdout import TOP, Score, ValueHoldout
from customer_analytics.language import Text
from customer_analytics.narrative.rfm.exhibits import FigureWords, Row, TableWords
from customer_analytics.narrative.rfm.value_ahead import forecast_name
from customer_analytics.narrative.rfm.view import View

LARGE_BIAS = 0.2  # a forecast that missed the held-out purchases by more is not relied on
Floats = list[float]
# Arguments of a line: name, places, values, role, lower and upper end of the band, dashed.
Curve = tuple[str, Sequence[object], Floats, str, Floats | None, Floats | None, bool]
MOST_POINTS = 30  # of a curve in the page; the table beside it has every week


def check_table(view: View, worth: ValueResult) -> TableWords:
    """The assumptions with pass or fail."""
    say, language = view.language.say, view.language
    rows: list[Row] = []
    for check in worth.checks:
        verdict = say("not estimable") if check.passed is None else say("holds") if check.passed else say("fails")
        rows.append(
            (
                (_assumption(view, check), None),
                (_measured(view, check) if check.passed is not None else view.not_estimable(check.n), None),
                (_limit(view, check), None),
                (verdict, None),
                (_consequence(view, worth, check), None),
            )
        )
    return TableWords(
        (
            (say("Assumption"), "name"),
            (say("In the data"), "text"),
            (say("Limit"), "number"),
            (say("Verdict"), "text"),
            (say("What follows"), "text"),
        ),
        tuple(rows),
        say("What the forecast assumes"),
        (
            (say("Limit"), say("Conventions, not tests; the numbers beside them say how near the data are")),
            (
                say("Interval"),
                say(
                    "Wilson for shares, Fisher for the correlation, normal for the change within customers; confidence "
                    "{level}", level=language.percent(0.95),
                ),
            ),
        ),
        file="value_checks.csv",
    )  # fmt: skip


def _assumption(view: View, check: Check) -> Text:
    say = view.language.say
    return {
        "one_time": say("Most customers come back at least once"),
        "correlation": say("What a customer spends does not depend on how often"),
        "stationary": say("What a purchase brings does not change over time"),
        "refunds": say("Few orders come to nothing, which would look like silence"),
    }[check.name]


def _measured(view: View, check: Check) -> Text:
    say, language = view.language.say, view.language
    if check.name == "correlation":
        low, high = (language.number(end, 2) for end in check.interval)
        return say(
            "correlation {value} ({low} to {high}), {n} repeat customers",
            value=language.number(check.value, 2), low=low, high=high, n=language.number(check.n),
        )  # fmt: skip
    low, high = view.bounds(check.interval, 1)
    numbers = {"value": language.percent(check.value, 1), "low": low, "high": high, "n": language.number(check.n)}
    if check.name == "stationary":
        low, high = (language.signed_percent(end, 1) for end in check.interval)
        numbers |= {"value": language.signed_percent(check.value, 1), "low": low, "high": high}
        return say("{value} ({low} to {high}) from first to second half, {n} customers with both", **numbers)
    if check.name == "one_time":
        return say("{value} ({low} to {high}) of {n} customers bought once", **numbers)
    return say("{value} ({low} to {high}) of {n} orders brought nothing", **numbers)


def _limit(view: View, check: Check) -> Text:
    say, language = view.language.say, view.language
    if check.name == "correlation":
        return say("±{limit}", limit=language.number(check.limit, 1))
    limit = language.percent(check.limit)
    return say("±{limit}", limit=limit) if check.name == "stationary" else say("up to {limit}", limit=limit)


def _consequence(view: View, worth: ValueResult, check: Check) -> Text:
    say = view.language.say
    if check.name == "one_time":
        if worth.kind == "mbg_nbd":
            return say("MBG/NBD is used: it lets customers leave after the first purchase")
        return say("BG/NBD is used; it says nothing about whether one-time buyers are still active")
    if check.passed is not False:
        return say("Nothing")
    return {
        "correlation": say("Value of frequent buyers is off: read segments and not single customers"),
        "stationary": say("Prices ahead are those of the past: correct the value by the change"),
        "refunds": say("Some customers look silent who did order: mend the order data first"),
    }[check.name]


def tenth_lines(view: View, held: ValueHoldout) -> list[Curve]:
    """Expected and actual purchases by tenth of the customers, highest forecasts first; a band around the actual."""
    say, table = view.language.say, held.tenths
    tenths = [int(tenth) for tenth in table["tenth"]]
    values = {name: [float(value) for value in table[name]] for name in ("actual", "expected", "low", "high")}
    return [
        (str(say("came")), tenths, values["actual"], "ink2", values["low"], values["high"], False),
        (str(say("expected")), tenths, values["expected"], "s1", None, None, True),
    ]


def tenth_axis(view: View) -> tuple[Callable[[float], str], str]:
    """How purchases are written, and the name of the level axis."""
    say = view.language.say
    return lambda value: view.language.number(value, 1), str(say("Tenth of the customers, highest forecast first"))


def can_show_tenths(view: View, held: ValueHoldout) -> bool:
    """Whether each tenth has enough customers for a mean."""
    return held.customers >= 10 * max(view.minimum_base, view.minimum_group)


def tenth_figure(view: View, worth: ValueResult, held: ValueHoldout) -> FigureWords:
    """Words of the chart of the held-out days by tenth."""
    say, language = view.language.say, view.language
    capture, top = language.percent(held.model.capture), language.percent(TOP)
    return FigureWords(
        say(
            "The fifth of customers with the highest forecasts made {capture} of the purchases that came",
            capture=capture,
        ),
        say(
            "Purchases a customer in the {days} days after {date}: what came, with its interval, and what was "
            "expected",
            days=language.number(held.days), date=language.date(as_date(held.cut)),
        ),
        say(
            "Two curves. In the highest tenth {expected} purchases a customer were expected and {actual} "
            "came; in the lowest {least_expected} and {least_actual}. The top {top} made {capture} of all.",
            expected=language.number(held.tenths["expected"].iloc[0], 2),
            actual=language.number(held.tenths["actual"].iloc[0], 2),
            least_expected=language.number(held.tenths["expected"].iloc[-1], 2),
            least_actual=language.number(held.tenths["actual"].iloc[-1], 2), top=top, capture=capture,
        ),
        say(
            "Source: orders; {n} customers with a purchase up to {date}; {name} fitted on their purchases up to then.",
            n=language.number(held.customers), date=language.date(as_date(held.cut)),
            name=forecast_name(view, held.model.name),
        ),
    )  # fmt: skip


def test_table(view: View, worth: ValueResult, held: ValueHoldout) -> TableWords:
    """The model against the naive rules."""
    say, language = view.language.say, view.language
    rows: list[Row] = [
        (
            (forecast_name(view, score.name), None),
            (_bias(view, score), score.bias),
            (language.number(score.absolute_error, 3), score.absolute_error),
            (language.number(math.sqrt(score.squared_error), 3), score.squared_error),
            (language.percent(score.capture), score.capture),
            (say("used") if score.name == worth.source else language.number(None), None),
        )
        for score in held.scores
    ]
    return TableWords(
        (
            (say("Forecast"), "name"),
            (say("Too many or too few"), "number"),
            (say("Mean error"), "number"),
            (say("Root mean square error"), "number"),
            (say("Top fifth made"), "number"),
            (say("Verdict"), "text"),
        ),
        tuple(rows),
        say("The model against simple rules"),
        (
            (say("Unit"), say("One customer with a purchase up to {date}", date=language.date(as_date(held.cut)))),
            (
                say("Window"),
                say(
                    "The {days} days after {date}; {actual} purchases came",
                    days=language.number(held.days), date=language.date(as_date(held.cut)),
                    actual=language.number(held.actual),
                ),
            ),
            (say("Too many or too few"), say("Expected over actual purchases of all customers, less one")),
            (
                say("Mean error"),
                say("Purchases a customer; it favours rules that expect none, so the square decides"),
            ),
            (
                say("Verdict"),
                say("A rule is used where its squared error is smaller beyond chance, compared customer by customer"),
            ),
        ),
        file="value_holdout.csv",
    )  # fmt: skip


def _bias(view: View, score: Score) -> Text:
    language = view.language
    low, high = (language.signed_percent(end) for end in score.bias_interval)
    return language.say("{value} ({low} to {high})", value=language.signed_percent(score.bias), low=low, high=high)


def test_note(view: View, worth: ValueResult, held: ValueHoldout) -> tuple[Text, Text]:
    """Label and text of the verdict under the held-out days."""
    say, language, model = view.language.say, view.language, held.model
    label = say("How to read this")
    numbers = {"bias": language.percent(abs(model.bias)), "model": forecast_name(view, model.name)}
    if not worth.is_model:
        return label, say(
            "The rule “{rule}” came nearer than the model in the days held out, beyond chance; the values above use "
            "the rule, if its rates go on.", rule=forecast_name(view, worth.source),
        )  # fmt: skip
    if abs(model.bias) > LARGE_BIAS:
        return label, (
            say(
                "{model} expected {bias} more purchases than came. It still orders customers, but its level is not to "
                "be relied on: use the values to compare segments, not as a budget.", **numbers,
            )
            if model.bias > 0
            else say(
                "{model} expected {bias} fewer purchases than came, as when a season or growth falls into the days "
                "held out. Use the values to compare segments, not as a budget.", **numbers,
            )
        )  # fmt: skip
    return label, say(
        "{model} was {bias} off in all, and no simple rule did better beyond chance. The values hold if customers go "
        "on as they did; they do not say what contact changes.", **numbers,
    )  # fmt: skip


def tracking_lines(view: View, worth: ValueResult) -> list[Curve]:
    """Two curves of cumulative repeat purchases, as arguments of a line."""
    assert worth.tracking is not None
    say, table = view.language.say, worth.tracking
    step = -(-len(table) // MOST_POINTS)
    table = table.iloc[(len(table) - 1) % step :: step]
    days = [as_date(day) for day in table["day"]]
    return [
        (str(say("came")), days, [float(value) for value in table["actual"]], "ink2", None, None, False),
        (str(say("expected")), days, [float(value) for value in table["expected"]], "s1", None, None, True),
    ]


def tracking_figure(view: View, worth: ValueResult) -> FigureWords:
    """Words of the chart of cumulative purchases."""
    say, language, held = view.language.say, view.language, worth.holdout
    assert worth.tracking is not None
    last = worth.tracking.iloc[-1]
    gap = float(last["expected"]) / float(last["actual"]) - 1 if last["actual"] > 0 else math.nan
    numbers = {
        "gap": language.percent(abs(gap)), "expected": language.number(last["expected"]),
        "actual": language.number(last["actual"]), "date": language.date(as_date(int(last["day"]))),
    }  # fmt: skip
    known = language.date(as_date(held.cut if held is not None else worth.end))
    if math.isnan(gap) or abs(gap) < 0.005:
        title = say("By {date} as many repeat purchases had come as the model expects", **numbers)
    elif gap > 0:
        title = say("By {date} the model expects {gap} more repeat purchases than came", **numbers)
    else:
        title = say("By {date} the model expects {gap} fewer repeat purchases than came", **numbers)
    return FigureWords(
        title,
        say("Cumulative repeat purchase days of all customers, week by week: what came and what the model expects"),
        say("Two curves. By {date} {actual} repeat purchases had come and {expected} were expected.", **numbers),
        say(
            "Source: orders; the model was fitted on purchases up to {known} and is told only when each customer "
            "first bought.", known=known,
        ),
    )  # fmt: skip
