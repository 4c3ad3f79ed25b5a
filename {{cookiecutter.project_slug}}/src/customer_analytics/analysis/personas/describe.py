"""What the personas are: sizes, money, profiles, and what goes with them more often than with everybody (TGI)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from customer_analytics.analysis.personas.result import OTHER, UNKNOWN, Persona, Rule, Standout
from customer_analytics.analysis.personas.space import Space, transformed
from customer_analytics.analysis.personas.stability import level
from customer_analytics.analysis.rfm.concentration import share_interval
from customer_analytics.analysis.tags.result import TagResult
from customer_analytics.statistics import Z95, Interval, wilson

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
MOST_VALUES = 12  # values of a text tag that an index is worked out for
SPLIT = 0.8  # a number "is high" for the top fifth
LEAST_STANDOUTS = 4
PROFILE = ["persona", "feature", "z", "mean", "median", "base_mean", "base_median", "customers"]
CHANNELS = ["persona", "source", "value", "moments", "share", "base_share"]
HOURS = ["persona", "weekday", "hour", "moments", "share", "source"]
INDEX = ["persona", "source", "name", "value", "customers", "share", "base_share", "index", "low", "high"]


@dataclass(frozen=True)
class Members:
    """The described customers and their personas. `labels`: 0..k-1 in the order of `keys`; the other arrays alike."""

    keys: tuple[str, ...]
    labels: Ints
    certainty: Floats
    purchases: Floats
    revenue: Floats
    values: pd.DataFrame  # the tags, same rows

    def groups(self) -> pd.DataFrame:
        """customer_id, persona."""
        names = np.array(self.keys, dtype=object)[self.labels] if self.keys else np.full(len(self.labels), "")
        return pd.DataFrame({"customer_id": self.values["customer_id"].to_numpy(), "persona": names})


def profile(space: Space, members: Members) -> pd.DataFrame:
    """persona, feature, z, mean, median, base_mean, base_median, customers: see PersonasResult.

    A text has one row a category, written feature=category; its mean is the share of customers.
    """
    rows: list[tuple[object, ...]] = []
    for feature in space.used:
        for name, raw, scaled in _measured(space, feature.name, members.values):
            base, spread = float(np.nanmean(scaled)), float(np.nanstd(scaled))
            for label, key in enumerate(members.keys):
                own = members.labels == label
                known = own & ~np.isnan(raw)
                if not known.any():
                    continue
                z = (float(scaled[known].mean()) - base) / spread if spread > 0 else 0.0
                rows.append(
                    (key, name, z, float(raw[known].mean()), float(np.median(raw[known])), float(np.nanmean(raw)),
                     float(np.nanmedian(raw)), int(known.sum()))
                )  # fmt: skip
    return pd.DataFrame(rows, columns=PROFILE)


def _measured(space: Space, name: str, values: pd.DataFrame) -> list[tuple[str, Floats, Floats]]:
    """(name, raw numbers, the same on the scale of comparison) of a feature, or of each of its categories."""
    feature = next(feature for feature in space.features if feature.name == name)
    tag = values[name]
    if feature.kind == "text":
        texts = tag.astype("string")
        made: list[tuple[str, Floats, Floats]] = []
        for value in feature.values:
            if value != OTHER:
                same = (texts == value).fillna(False).to_numpy(bool).astype(np.float64)
                here: Floats = np.where(texts.isna(), math.nan, same)
                made.append((f"{name}={value}", here, here))
        return made
    if feature.kind == "flag":
        flag: Floats = np.where(tag.isna(), math.nan, tag.astype("boolean").fillna(False).to_numpy(bool))
        return [(name, flag, flag)]
    raw = tag.to_numpy(float, na_value=math.nan)
    return [(name, raw, transformed(raw, feature.transformation))]


def standouts(profiles: pd.DataFrame, key: str, texts: Sequence[str]) -> tuple[Standout, ...]:
    """The features in which a persona differs, clearest first: |z| of at least 0.3, and at least four."""
    own = profiles[profiles["persona"] == key]
    own = own.iloc[np.argsort(-own["z"].abs().to_numpy(), kind="stable")]
    found: list[Standout] = []
    for row in own.to_dict("records"):
        feature, z = str(row["feature"]), float(row["z"])
        name, _, value = feature.partition("=")
        is_text = name in texts and bool(value)
        if is_text and z <= 0:  # what a persona is not makes no name
            continue
        if abs(z) < 0.3 and len(found) >= LEAST_STANDOUTS:
            break
        direction: Literal["high", "low", "is"] = "is" if is_text else "high" if z > 0 else "low"
        found.append(
            Standout(name if is_text else feature, direction, value if is_text else "", z, float(row["mean"]),
                     float(row["base_mean"]))
        )  # fmt: skip
    return tuple(found)


def index_table(
    tags: Sequence[TagResult], members: Members, cut_at: Mapping[str, float], minimum: int, smallest: int
) -> pd.DataFrame:
    """TGI of tags: share of the persona with a property / share of all described customers with it x 100.

    A text has a row for each of its frequent values, a flag for true, a number for the top fifth (`value` is ">=" and
    its border, `cut_at`). Suppressed (share, index, interval NaN) with
    fewer than `minimum` customers with a value in the persona, or fewer than `smallest` with the property, or all but
    fewer than `smallest`.
    """
    rows: list[tuple[object, ...]] = []
    sizes = np.bincount(members.labels, minlength=len(members.keys))
    for tag in tags:
        source = "attribute" if tag.tag_class == "base" else _source(tag)
        for value, has, known in _properties(tag, members.values[tag.name], cut_at, smallest):
            base = float(has[known].mean()) if known.any() else math.nan
            for label, key in enumerate(members.keys):
                here = known & (members.labels == label)
                n, x = int(here.sum()), int(has[here].sum())
                shown = n >= minimum and x >= smallest and (n - x >= smallest or n == x) and sizes[label] >= smallest
                interval = log_ratio(x, n, int(has[known].sum()), int(known.sum())) if shown else UNKNOWN
                share = x / n if shown else math.nan
                index = 100 * share / base if base > 0 else math.nan
                rows.append((key, source, tag.name, value, x if shown else math.nan, share, base, index, *interval))
    return pd.DataFrame(rows, columns=INDEX)


def log_ratio(x: int, n: int, base_x: int, base_n: int) -> Interval:
    """95 % interval of 100 x (x / n) / (base_x / base_n), the n being part of the base, on the scale of the logarithm.

    Delta method: with w = n / base_n, p the share in the group, q in the rest and b in the base, the variance of
    log(p / b) is (1/p - w/b)^2 p(1-p)/n + ((1-w)/b)^2 q(1-q)/(base_n - n).
    """
    if x == 0 or n == 0:
        return UNKNOWN
    p, b, w = x / n, base_x / base_n, n / base_n
    rest = base_n - n
    q = (base_x - x) / rest if rest else 0.0
    variance = (1 / p - w / b) ** 2 * p * (1 - p) / n + (((1 - w) / b) ** 2 * q * (1 - q) / rest if rest else 0.0)
    reach = math.exp(Z95 * math.sqrt(variance))
    return Interval(100 * p / b / reach, 100 * p / b * reach)


def _source(tag: TagResult) -> str:
    """category, channel or device for the shares by these, else tag."""
    return next((name for name in ("category", "channel", "device") if tag.name.startswith(f"{name}_share_")), "tag")


def _properties(
    tag: TagResult, raw: pd.Series, cut_at: Mapping[str, float], smallest: int
) -> list[tuple[str, npt.NDArray[np.bool_], npt.NDArray[np.bool_]]]:
    """(value, has it, is known) of a tag's properties; none for days, and no word of fewer than `smallest` customers:
    it could name one of them."""
    known = raw.notna().to_numpy()
    if tag.kind == "flag":
        return [("", raw.astype("boolean").fillna(False).to_numpy(dtype=bool), known)]
    if tag.kind == "text":
        texts = raw.astype("string")
        counts = texts.value_counts()
        frequent = counts[counts >= smallest].head(MOST_VALUES)
        return [(str(value), (texts == value).fillna(False).to_numpy(dtype=bool), known) for value in frequent.index]
    if tag.kind == "number" and tag.name in cut_at:
        border = cut_at[tag.name]
        return [(f">={border:.4g}", raw.to_numpy(float, na_value=-math.inf) >= float(f"{border:.4g}"), known)]
    return []


def high_borders(tags: Sequence[TagResult], values: pd.DataFrame) -> dict[str, float]:
    """For each number the border of its top fifth, where fewer than half the customers lie on or above it."""
    borders = {}
    for tag in tags:
        if tag.kind != "number":
            continue
        numbers = values[tag.name].dropna().to_numpy(float)
        if len(numbers) and numbers.min() < numbers.max():
            border = float(f"{np.quantile(numbers, SPLIT):.4g}")
            if 0 < (numbers >= border).mean() < 0.5:
                borders[tag.name] = border
    return borders


def personas(
    space: Space, members: Members, profiles: pd.DataFrame, stability: Floats, rules: Sequence[Rule]
) -> tuple[Persona, ...]:
    """The personas in the order of their keys."""
    texts = [feature.name for feature in space.used if feature.kind == "text"]
    total, money = len(members.labels), float(members.revenue.sum())
    made = []
    for label, key in enumerate(members.keys):
        own = members.labels == label
        n, revenue = int(own.sum()), float(members.revenue[own].sum())
        interval = share_interval(np.where(own, members.revenue, 0.0), members.revenue)
        made.append(
            Persona(
                key=key,
                standouts=standouts(profiles, key, texts),
                customers=n,
                share_customers=n / total,
                share_customers_interval=wilson(n, total),
                revenue=round(revenue, 4),
                share_revenue=revenue / money if money > 0 else math.nan,
                share_revenue_interval=Interval(max(interval.low, 0.0), min(interval.high, 1.0)),
                revenue_per_customer=revenue / n if n else math.nan,
                orders_per_customer=float(members.purchases[own].mean()) if n else math.nan,
                stability=float(stability[label]),
                level=level(float(stability[label])),
                certainty=float(members.certainty[own].mean()) if n else math.nan,
                rule=rules[label],
            )
        )
    return tuple(made)


def hour_shares(hours: pd.DataFrame, source: str) -> pd.DataFrame:
    """The hours with each one's share of the persona's moments."""
    total = hours.groupby("persona")["moments"].transform("sum")
    return hours.assign(share=hours["moments"] / total, source=source)


def channel_shares(channels: pd.DataFrame, smallest: int) -> pd.DataFrame:
    """The channels with the share of the persona's moments and of everybody's; rare values (moments) left out."""
    channels = channels[channels["moments"] >= smallest]
    whole = channels.groupby(["persona", "source"])["moments"].transform("sum")
    base = channels.groupby(["source", "value"])["moments"].transform("sum")
    everything = channels.groupby("source")["moments"].transform("sum")
    return channels.assign(share=channels["moments"] / whole, base_share=base / everything)


def month_index(months: pd.DataFrame) -> pd.DataFrame:
    """The months of each persona beside everybody's: share, base_share, index with the interval of a log ratio."""
    if not len(months):
        return pd.DataFrame(columns=["persona", "month", "purchases", "share", "base_share", "index", "low", "high"])
    own = months.groupby("persona")["purchases"].transform("sum")
    base = months.groupby("month")["purchases"].transform("sum") / months["purchases"].sum()
    share = months["purchases"] / own
    error = np.sqrt((1 - share) / months["purchases"])  # of log(share)
    index = 100 * share / base
    return months.assign(
        share=share, base_share=base, index=index, low=index * np.exp(-Z95 * error), high=index * np.exp(Z95 * error)
    )
