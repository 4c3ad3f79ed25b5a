"""Customer value, first part: what segments are expected to bring, and one-time buyers apart."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from customer_analytics.analysis.rfm.customers import as_date
from customer_analytics.analysis.value import ValueResult
from customer_analytics.analysis.value.fitting import PurchaseFit
from customer_analytics.language import Text
from customer_analytics.narrative.rfm.exhibits import BarRow, Cell, FigureWords, How, Row, SectionWords, TableWords
from customer_analytics.narrative.rfm.view import View

Record = dict[str, Any]
MODELS = {"bg_nbd": "BG/NBD", "mbg_nbd": "MBG/NBD"}


def value_section(view: View, worth: ValueResult) -> SectionWords:
    """Opening of the section; with the reason where nothing is estimable."""
    say, language = view.language.say, view.language
    title = say("What customers will bring")
    if not worth.source:
        return SectionWords(title, "value", say("Not estimable: {reason}.", reason=_why_not(view, worth)))
    return SectionWords(
        title,
        "value",
        say(
            "Expected {money} of the next {months} months, if customers go on buying and leaving as they did up to "
            "{date}. Money ahead is discounted at {rate} a year.",
            money=money_name(view, worth), months=language.number(worth.months),
            date=language.date(as_date(worth.end)), rate=language.percent(worth.rate),
        ),
    )  # fmt: skip


def _why_not(view: View, worth: ValueResult) -> Text:
    say, least = view.language.say, view.language.number(view.minimum_base)
    return {
        "few_customers": say("fewer than {least} customers bought", least=least),
        "few_repeaters": say("fewer than {least} customers bought again", least=least),
        "edge": say("the best model lies at the edge of what is possible, as with too short a history"),
        "flat": say("the data do not determine the model"),
        "search": say("the search found no best model"),
    }[worth.reason]


def money_name(view: View, worth: ValueResult) -> Text:
    """Margin where costs are known, else net revenue."""
    return view.language.say("margin") if worth.is_margin else view.language.say("net revenue")


def forecast_name(view: View, name: str) -> Text:
    """Name of a model or of a naive rule."""
    say = view.language.say
    return {
        "past_rate": say("Past rate goes on"),
        "hiatus": say("Past rate, none after long silence"),
        "cell_mean": say("Mean of like customers before"),
    }.get(name) or say("Model {name}", name=MODELS[name])


def segment_records(view: View, worth: ValueResult) -> list[Record]:
    """Segments by value a head, those too small to be shown together at the end (key "small", without an interval)."""
    assert worth.segments is not None
    table = worth.segments[worth.segments["customers"] > 0]
    hidden = table["segment"].isin(view.hidden) | (table["customers"] < view.minimum_group)
    records: list[Record] = [
        {str(key): value for key, value in row.items()}
        for row in table[~hidden].sort_values("clv_mean", ascending=False, kind="stable").to_dict("records")
    ]
    small = table[hidden]
    if small["customers"].sum() >= view.minimum_group:
        records.append(_folded(small))
    return records


def _folded(small: pd.DataFrame) -> Record:
    customers = int(small["customers"].sum())
    record: Record = dict.fromkeys(small.columns, math.nan)
    total = float(small["clv_total"].sum())
    purchases = float((small["purchases"] * small["customers"]).sum()) / customers
    return record | {
        "segment": "small", "customers": customers, "clv_total": total, "clv_mean": total / customers,
        "purchases": purchases,
    }  # fmt: skip


def value_bars(view: View, worth: ValueResult) -> list[BarRow]:
    """Bars of the value a head, largest first: name, value, words, role, low, high."""
    rows: list[BarRow] = []
    for place, row in enumerate(segment_records(view, worth)):
        has_interval = not math.isnan(row["clv_low"])
        rows.append(
            (
                view.name(row["segment"]), float(row["clv_mean"]), view.language.money(row["clv_mean"]),
                "s1" if place == 0 and row["segment"] != "small" else "faint",
                float(row["clv_low"]) if has_interval else None, float(row["clv_high"]) if has_interval else None,
            )
        )  # fmt: skip
    return rows


def value_figure(view: View, worth: ValueResult) -> FigureWords:
    """Words of the chart of value by segment."""
    say, language = view.language.say, view.language
    assert worth.everyone is not None
    first = segment_records(view, worth)[0]
    mean, (low, high) = worth.mean
    return FigureWords(
        say(
            "If customers go on as before, one of “{segment}” brings {money} in {months} months, {times} times the "
            "average",
            segment=view.name(first["segment"]), money=language.money(first["clv_mean"]),
            months=language.number(worth.months), times=language.number(first["clv_mean"] / mean, 1),
        ),
        say(
            "Expected {money} a customer in the next {months} months, discounted. Lines: interval",
            money=money_name(view, worth), months=language.number(worth.months),
        ),
        say(
            "Bars of expected value a customer by segment. {rows}.",
            rows=language.listing(
                [str(say("{segment} {money}", segment=row[0], money=row[2])) for row in value_bars(view, worth)]
            ),
        ),
        say(
            "Source: orders up to {date}; {n} customers; {forecast}. Mean of all: {mean} ({low} to {high}).",
            date=language.date(as_date(worth.end)), n=language.number(int(worth.everyone["customers"].iloc[0])),
            forecast=forecast_name(view, worth.source), mean=language.money(mean), low=language.money(low),
            high=language.money(high),
        ),
    )  # fmt: skip


def value_table(view: View, worth: ValueResult) -> TableWords:
    """Who is still active, purchases ahead and the value of each segment as a whole; all customers below."""
    say = view.language.say
    rows = [_cells(view, worth, row, view.name(row["segment"])) for row in segment_records(view, worth)]
    assert worth.everyone is not None
    everyone = worth.everyone.to_dict("records")[0]
    active: tuple[tuple[Text, str], ...] = ((say("Still active"), "number"),) if worth.fit.leaves else ()
    return TableWords(
        (
            (say("Segment"), "name"),
            *active,
            (say("Purchases each"), "number"),
            (say("Value of the segment"), "number"),
        ),
        tuple(rows),
        say("What the segments will buy in {months} months", months=view.language.number(worth.months)),
        _how(view, worth),
        foot=_cells(view, worth, {str(key): value for key, value in everyone.items()}, say("All customers")),
        file="value_segments.csv",
    )


def _cells(view: View, worth: ValueResult, row: Record, name: Text) -> Row:
    share = None if math.isnan(row["p_alive"]) else float(row["p_alive"])
    active: Row = ((view.language.percent(share), share),) if worth.fit.leaves else ()
    money = _money(view, row, "clv_total", "total_low", "total_high")
    return ((name, None), *active, _count(view, row, "purchases"), money)


def _money(view: View, row: Record, name: str, low: str, high: str) -> Cell:
    money, value = view.language.money, row[name]
    if math.isnan(row[low]):
        return money(value), value
    words = view.language.say(
        "{value} ({low} to {high})", value=money(value), low=money(row[low]), high=money(row[high])
    )
    return words, value


def _count(view: View, row: Record, name: str) -> Cell:
    say, number, value = view.language.say, view.language.number, row[name]
    low, high = row[f"{name}_low"], row[f"{name}_high"]
    if math.isnan(low):
        return number(value, 2), value
    return say("{value} ({low} to {high})", value=number(value, 2), low=number(low, 2), high=number(high, 2)), value


def kinds_table(view: View, worth: ValueResult) -> TableWords:
    """Those who bought once apart from those who came back: expected purchases in three, six and twelve months."""
    say, language = view.language.say, view.language
    assert worth.kinds is not None
    rows: list[Row] = []
    for record in worth.kinds.to_dict("records"):
        if record["customers"] < view.minimum_group:
            continue
        row = {str(key): value for key, value in record.items()}
        n = language.number(row["customers"])
        name = say("Bought once ({n})", n=n) if row["group"] == "once" else say("Came back ({n})", n=n)
        rows.append(
            (
                (name, None),
                *(_count(view, row, f"purchases_{months}") for months in (3, 6, 12)),
            )
        )
    return TableWords(
        (
            (say("Customers"), "name"),
            *((say("In {months} months", months=language.number(months)), "number") for months in (3, 6, 12)),
        ),
        tuple(rows),
        say("Purchases ahead, one-time buyers apart"),
        ((say("Unit"), say("Mean of a customer; the interval is of the mean of the group")),),
        file="value_kinds.csv",
    )


def kinds_words(view: View, worth: ValueResult) -> Text:
    """What one who bought once, and one who came back, is expected to bring."""
    say, language = view.language.say, view.language
    assert worth.kinds is not None
    rows = {str(row["group"]): row for row in worth.kinds.to_dict("records")}
    numbers: dict[str, str | Text] = {
        "months": language.number(worth.months), "money": money_name(view, worth)
    }  # fmt: skip
    for kind, row in rows.items():
        numbers |= {f"{kind}_{name}": language.money(row[f"clv_{name}"]) for name in ("mean", "low", "high")}
    if min(int(row["customers"]) for row in rows.values()) < view.minimum_base:
        return say("Too few customers bought once, or came back, for a comparison of the two.")
    return say(
        "If customers go on as before, one who bought once brings {once_mean} of {money} in {months} months (interval "
        "{once_low} to {once_high}), one who came back {repeat_mean} ({repeat_low} to {repeat_high}). Who never came "
        "back is priced at the mean of those who did, which can be too high.", **numbers,
    )  # fmt: skip


def _how(view: View, worth: ValueResult) -> How:
    say = view.language.say
    active = say("Probability that a customer will buy again, given time")
    if not worth.fit.leaves:
        active = say("Not estimable: the data do not show that customers leave, only that some buy seldom")
    return (
        (say("Unit"), say("One customer, in the segment of now; all purchases since the first one count")),
        (say("Still active"), active),
        (say("Purchases each"), _source_words(view, worth)),
        (say("Value of a purchase"), _price_words(view, worth)),
        (say("Money"), _money_words(view, worth)),
        (say("Interval"), _interval_words(view, worth)),
    )


def _source_words(view: View, worth: ValueResult) -> Text:
    say, language = view.language.say, view.language
    fitted: PurchaseFit = worth.fit
    unit = say("week") if worth.unit > 1 else say("day")
    if not worth.is_model:
        return say(
            "The rule “{rule}”, which did better than the model in the days held out",
            rule=forecast_name(view, worth.source),
        )
    assert fitted.model is not None
    r, alpha, a, b = (language.number(value, 3) for value in fitted.model.values)
    numbers = {
        "histories": language.number(fitted.histories), "n": language.number(fitted.customers), "unit": unit, "r": r,
        "alpha": alpha, "agreeing": language.number(fitted.agreeing), "starts": language.number(fitted.starts),
    }  # fmt: skip
    if fitted.stays:
        return say(
            "NBD, in which nobody leaves, on {histories} distinct histories of {n} customers, times to the {unit}: "
            "r {r}, alpha {alpha} weeks; {agreeing} of {starts} starts end there", **numbers,
        )  # fmt: skip
    return say(
        "{name} on {histories} distinct histories of {n} customers, times to the {unit}: r {r}, alpha {alpha} weeks, "
        "a {a}, b {b}; {agreeing} of {starts} starts end there",
        name=MODELS[fitted.kind], a=a, b=b, **numbers,
    )  # fmt: skip


def _price_words(view: View, worth: ValueResult) -> Text:
    say, language, spend = view.language.say, view.language, worth.spend
    if not spend.holds or spend.model is None:
        return say("The mean of all repeat purchases for everybody: Gamma-Gamma is not estimable")
    return say(
        "Gamma-Gamma on {n} repeat customers: p {p}, q {q}, v {v}; few purchases draw a customer's own mean towards "
        "{mean}",
        n=language.number(spend.customers), p=language.number(spend.model.p, 2), q=language.number(spend.model.q, 2),
        v=language.number(spend.model.v, 2), mean=language.money(spend.model.population_mean),
    )  # fmt: skip


def _money_words(view: View, worth: ValueResult) -> Text:
    say, language = view.language.say, view.language
    kept = language.percent(worth.facts.kept, 1)
    if worth.margin is None:
        return say(
            "Net revenue and not margin: the data hold no cost of goods. Returns that are orders of their own leave "
            "{kept} of it", kept=kept,
        )  # fmt: skip
    return say(
        "Margin: {share} of net revenue by {source}, known for {known} of the money of the order lines. Returns that "
        "are orders of their own leave {kept}",
        share=language.percent(worth.margin.share, 1), source=worth.margin.source,
        known=language.percent(worth.margin.known), kept=kept,
    )  # fmt: skip


def _interval_words(view: View, worth: ValueResult) -> Text:
    say, language = view.language.say, view.language
    level = language.percent(0.95)
    if worth.holdout is None:
        return say(
            "Confidence {level}: chance of purchases and uncertainty of the parameters, if the model is right; no days "
            "could be held out to see whether it is", level=level,
        )  # fmt: skip
    return say(
        "Confidence {level}: chance of purchases, uncertainty of the parameters, and the error made in the days held "
        "out, which all segments share",
        level=level,
    )  # fmt: skip
