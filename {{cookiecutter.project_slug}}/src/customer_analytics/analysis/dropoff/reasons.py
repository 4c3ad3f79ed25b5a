"""Why people stop: events and properties that tell of a price, a delivery, a payment, an identity check or an error.

What is looked for is named by the client's own words: names of events, pages and elements, and what a property called
error, reason, message or the like says. Words decide the group, so that `payment_timeout` is about payment.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from typing import Literal

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from customer_analytics.analysis.dropoff import contrast
from customer_analytics.analysis.dropoff.contrast import Counts
from customer_analytics.analysis.dropoff.units import Units
from customer_analytics.analysis.funnel.times import later
from customer_analytics.analysis.paths.places import clean_page, clean_text
from customer_analytics.analysis.stream.people import person_id
from customer_analytics.statistics import benjamini_hochberg, wilson
from customer_analytics.tables.store import Tables

Group = Literal["payment", "delivery", "price", "identity", "error"]
GROUPS: tuple[Group, ...] = ("payment", "delivery", "price", "identity", "error")
# The first group that matches counts: an error that names the payment is about payment. An event's name must tell of
# trouble to count as a reason for leaving at all: a page called "payment" does not, "payment_failed" does.
WORDS: Mapping[Group, str] = {
    "payment": r"pay|card|bank|declin|refus|billing|wallet|支付|付款|银行|卡被拒|余额",
    "delivery": r"deliver|shipping|shipment|address|courier|logist|stock|配送|物流|地址|运费|缺货|库存|快递",
    "price": r"price|coupon|voucher|discount|promo|fee\b|too.?expensive|价格|优惠|券|折扣|涨价|贵",
    "identity": r"identit|verif|login|log.?in|sign.?in|password|captcha|kyc|otp|upload.?id|"
    r"登录|登陆|验证|认证|身份|密码|实名",
    "error": r"error|fail|exception|crash|timeout|time.?out|invalid|denied|reject|"
    r"错误|失败|异常|崩溃|超时|报错|白屏",
}
TROUBLE = (
    r"error|fail|exception|crash|timeout|time.?out|invalid|denied|declin|reject|refus|expired|blocked|unavailable|"
    r"out.?of.?stock|sold.?out|too.?expensive|wrong|retry|upload.?id|captcha|cancel|"
    r"错误|失败|异常|崩溃|超时|报错|拒|过期|缺货|售罄|不可用|取消|重试|上传身份证|验证码"
)
KEYS = r"error|reason|fail\w*|message|code|exception|错误\w*|原因|失败\w*|异常"
STATED = rf'(?i)"[^"]*(?:{KEYS})[^"]*"\s*:\s*"([^"]*)"'
MOST_NAMES = 2_000
LEVEL = 0.01
Named = tuple[str, str, str]  # group, what is said, where
COLUMNS = [
    "step", "group", "said", "place", "lost", "lost_with", "share", "share_low", "share_high", "went_on",
    "went_on_with", "went_on_share", "odds_ratio", "odds_low", "odds_high", "p", "q",
]  # fmt: skip


@dataclass(frozen=True)
class Reasons:
    """`table`: COLUMNS. A row for each thing said at each step: of the units lost at the step, how many had it between
    the step before and the end of their time, against those who went on, before they did. `place`: where it was read:
    "event", "page", "element" or "property"; rows with `said` "" are the whole group. `looked`: names and values read;
    `least`: lost units that must have met it for it to be told.
    """

    table: pd.DataFrame
    looked: int
    least: int

    @property
    def marked(self) -> pd.DataFrame:
        """Things that those who were lost met more often than those who went on, the most frequent first."""
        table = self.table[self.table["lost_with"] >= self.least]
        told = table[(table["q"] <= LEVEL) & (table["share"] > table["went_on_share"])]
        return told.sort_values(["lost_with", "said"], ascending=[False, True], kind="stable")


def group_of(text: str) -> Group | None:
    """What a reason is about; None where its words say nothing known."""
    return next((group for group in GROUPS if re.search(WORDS[group], text, re.IGNORECASE)), None)


def is_trouble(text: str) -> bool:
    """Whether a name of an event, page or element tells of trouble."""
    return re.search(TROUBLE, text, re.IGNORECASE) is not None


@dataclass(frozen=True)
class Signals:
    """Rows of events that say a reason (key, at, number, group), what each number says, and how many names and values
    were read; `rows` is None where nothing says any. `people`: how many people each number was said to."""

    rows: ir.Table | None
    names: tuple[Named, ...]
    looked: int
    people: Mapping[int, int] = field(default_factory=dict)


def read_signals(tables: Tables, units: Units) -> Signals:
    """What tells of a reason, in the engine; the units say what ties an event to one of them."""
    nothing = Signals(None, (), 0)
    if units.kind == "order" or not tables.has("events", "event", "occurred_at"):
        return nothing
    if units.kind == "session" and not tables.has("events", "session_id"):
        return nothing
    return _said(tables, units)


def find_reasons(signals: Signals, units: Units, totals: pd.Series, *, minimum: int, fewest: int = 1) -> Reasons:
    """What the lost met at each step.

    Args:
        signals: of the same tables and kind of units.
        units: with entered_at and at_1 .. at_K; of sessions or of people.
        totals: n_1 .. n_K, units that reached each step.
        minimum: least number of lost units, of those who went on, and of the lost who met it.
        fewest: people to whom a thing must have been said: what an error says may name the one it was said to, in as
            many sessions as that one had.
    """
    if signals.rows is None:
        return Reasons(pd.DataFrame(columns=COLUMNS), signals.looked, minimum)
    rows = []
    for record in _counted(units, signals.rows).to_dict("records"):
        step, number = int(record["step"]), int(record["number"])
        if number >= 0 and signals.people[number] < fewest:
            continue
        on = int(totals[f"n_{step}"])
        own = Counts(int(totals[f"n_{step - 1}"]) - on, int(record["lost_with"]), on, int(record["went_on_with"]))
        if min(own.n, own.rest_n) >= minimum:
            rows.append((step, *_named(number, signals.names), *_numbers(own)))
    table = pd.DataFrame(rows, columns=COLUMNS[:-1])
    table["q"] = benjamini_hochberg(table["p"].to_numpy(np.float64)) if len(table) else np.nan
    order = ["step", "lost_with", "group", "said"]
    ranked = table.sort_values(order, ascending=[True, False, True, True], kind="stable", ignore_index=True)
    return Reasons(ranked[COLUMNS], signals.looked, minimum)


def _named(number: int, names: Sequence[Named]) -> Named:
    """What a number of _counted stands for; below 0 a whole group."""
    return (GROUPS[-number - 1], "", "") if number < 0 else names[number]


def _numbers(own: Counts) -> tuple[float, ...]:
    ratio, (low, high) = contrast.odds_ratio(own)
    share_low, share_high = wilson(own.reached, own.n)
    return (
        own.n, own.reached, own.rate, share_low, share_high, own.rest_n, own.rest_reached, own.rest_rate,
        ratio, low, high, contrast.fisher(own),
    )  # fmt: skip


def _said(tables: Tables, units: Units) -> Signals:
    """A row may say several things: what a property says counts before the element, the page and the event's name."""
    events = tables["events"]
    texts = {place: events[place].cast("string") for place in ("event", "page", "element") if place in events.columns}
    if "properties" in events.columns:
        texts["property"] = events.properties.cast("string").re_extract(STATED, 1).nullif("")
    texts = {place: clean_page(text) if place == "page" else clean_text(text) for place, text in texts.items()}
    branches: list[tuple[ir.BooleanValue, int]] = []
    groups: list[tuple[ir.BooleanValue, int]] = []
    names: list[Named] = []
    looked = 0
    values = _values(events, texts)
    for place, text in texts.items():
        for value in values[place]:
            looked += 1
            group = _group_at(value, place)
            if group is not None:
                groups.append((text == value, GROUPS.index(group)))
                branches.append((text == value, len(names)))
                names.append((group, value, place))
    if not names:
        return Signals(None, (), looked)
    rows = events.select(
        key=_key(events, units), at=events.occurred_at, number=ibis.cases(*reversed(branches), else_=-1),
        group=ibis.cases(*reversed(groups), else_=-1), person=person_id(events),
    )  # fmt: skip
    kept = rows.filter(rows.number >= 0).cache()
    counted = kept.group_by("number").aggregate(people=kept.person.nunique()).to_pyarrow().to_pylist()
    people = {int(row["number"]): int(row["people"]) for row in counted}
    return Signals(kept.drop("person"), tuple(names), looked, people)


def _values(events: ir.Table, texts: Mapping[str, ir.StringValue]) -> dict[str, list[str]]:
    """By place what is said there, the most frequent first."""
    counts = []
    for place, text in texts.items():
        rows = events.select(text=text)
        rows = rows.filter(rows.text.notnull())
        counts.append(rows.group_by(place=ibis.literal(place), text=rows.text).aggregate(n=rows.count()))
    counted = counts[0] if len(counts) == 1 else ibis.union(*counts)
    rank = ibis.row_number().over(group_by=counted.place, order_by=[counted.n.desc(), counted.text])
    top = counted.mutate(rank=rank).filter(ibis._.rank < MOST_NAMES).order_by("place", "rank").to_pyarrow().to_pylist()
    return {place: [str(row["text"]) for row in top if row["place"] == place] for place in texts}


def _group_at(value: str, place: str) -> Group | None:
    """The group of a name or value; a property called "error" tells of trouble whatever it says."""
    if place == "property":
        return group_of(value) or "error"
    return group_of(value) if is_trouble(value) else None


def _key(events: ir.Table, units: Units) -> ir.StringValue:
    """What ties an event to a unit."""
    person = person_id(events)
    if units.kind != "session":
        return person
    session: ir.StringValue = events.session_id.cast("string")
    return person + ibis.literal(" ") + session if units.shared_sessions else session


def _counted(units: Units, signals: ir.Table) -> pd.DataFrame:
    """step, number (of what is said; below 0: -1 - place of the group), lost_with, went_on_with: distinct units.

    Of a unit counts what was said from the step before on: until the step where it went on, else until its time was up.
    Moments of a unit never run backwards, so that what was said belongs to one step: the first not reached by then.
    """
    key = "unit_id" if units.kind == "session" else "person_id"
    moments = [f"at_{step}" for step in range(1, units.last + 1)]
    base = units.table.select("unit_id", "entered_at", "furthest", *moments, own=units.table[key])
    met = base.inner_join(signals, base.own == signals.key)
    met = met.filter(met["at"] >= met.at_1)
    reached = [(met[moment] <= met["at"]).fill_null(False).cast("int64") for moment in moments]
    met = met.mutate(step=reduce(lambda a, b: a + b, reached) + 1)
    in_time = met.furthest >= met.step
    if units.window_seconds is None:
        in_time = ibis.literal(True)
    else:
        in_time = in_time | (met["at"] <= later(met.entered_at, units.window_seconds))
    met = met.mutate(went_on=met.furthest >= met.step).filter(met.step <= units.last, in_time)
    parts = []
    for number in (met.number.cast("int64"), -1 - met.group.cast("int64")):
        once = met.select("unit_id", "went_on", "step", number=number).distinct()
        parts.append(
            once.group_by("step", "number").aggregate(
                lost_with=once.count(where=~once.went_on), went_on_with=once.count(where=once.went_on)
            )
        )
    made: pd.DataFrame = ibis.union(*parts).to_pyarrow().to_pandas()
    return made.sort_values(["step", "number"], kind="stable", ignore_index=True)
