"""A result of the personas analysis, built by hand: three personas of 1,000 customers, and what else is asked for."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from customer_analytics.analysis.personas.result import (
    UNKNOWN,
    Choice,
    Discovery,
    Feature,
    Movement,
    Persona,
    PersonasResult,
    Population,
    Preparation,
    Rule,
    Standout,
    Structure,
    Validity,
)
from customer_analytics.analysis.tags.result import Drop, Reason, TagPortrait, TagResult, Why
from customer_analytics.engagement.parameters import PersonasParameters
from customer_analytics.engagement.tags import Refresh, TagClass, Words
from customer_analytics.language import Language
from customer_analytics.narrative.personas import View
from customer_analytics.statistics import Interval, wilson

AS_OF = dt.date(2025, 6, 30)
HOSTILE = "<script>alert(1)</script> {0} `*_x_*` =1+1"


def tag(name: str, label: str, unit: str | None = "share", kind: Any = "number", **other: Any) -> TagResult:
    plain: dict[str, Any] = {
        "name": name, "tag_class": TagClass.BEHAVIOUR, "rule": name, "source": ("orders",),
        "label": Words(en=label, zh_CN=f"标签 {label}"), "meaning": Words(en=label, zh_CN=label), "owner": "CRM",
        "refresh": Refresh.WEEKLY, "persona": True, "sensitive": False, "unit": unit, "kind": kind, "status": "ran",
        "reason": None, "customers": 1200, "coverage": 1.0, "refreshed_at": AS_OF, "stale": False,
    }  # fmt: skip
    return TagResult(**{**plain, **other})


TAGS = (
    tag("night_share", "Purchases at night"),
    tag("discount_share", "Purchases with a discount"),
    tag("order_value", "Average order", "money"),
    tag("category_share_books", "Taste for Books", each="Books", source=("order_lines",), tag_class=TagClass.INTEREST),
    tag("gender", "Gender", None, "text", sensitive=True, persona=False, tag_class=TagClass.BASE),
    tag("region", "Region", None, "text", persona=False, tag_class=TagClass.BASE),
    tag("loyal", "Loyal", None, "flag", persona=False, tag_class=TagClass.VALUE),
)
FEATURES = ("night_share", "discount_share", "order_value", "category_share_books")
# z of each persona in the features above
SHAPES = {
    "persona_1": (1.2, -0.2, 0.1, 0.6),
    "persona_2": (-0.5, 1.4, -0.4, -0.1),
    "persona_3": (-0.6, -0.9, 1.1, -0.4),
}
SIZES = {"persona_1": (450, 40_000.0), "persona_2": (350, 20_000.0), "persona_3": (200, 40_000.0)}
BASE = {"night_share": 0.2, "discount_share": 0.3, "order_value": 50.0, "category_share_books": 0.25}


def portrait(*, drops: int = 1, stale: bool = False, skipped: bool = True) -> TagPortrait:
    tags = [replace(one, stale=stale) if one.name == "region" else one for one in TAGS]
    if skipped:
        reason = Reason(Why.MISSING, ("touches",))
        tags.append(tag("click_rate", "Clicks messages", status="skipped", kind=None, customers=0,
                        coverage=math.nan, reason=reason, refreshed_at=None))  # fmt: skip
    rows = [
        ("order_value", item, number, 1200, math.nan) for item, number in (("p25", 30.0), ("p50", 50.0), ("p75", 80.0))
    ]
    rows += [
        ("region", "North", math.nan, 700, 0.58),
        ("region", HOSTILE, math.nan, 500, 0.42),
        ("loyal", "true", math.nan, 300, 0.25),
    ]
    distribution = pd.DataFrame(rows, columns=["tag", "item", "number", "customers", "share"])
    proposed = [Drop("loyal", "same", "region", 0.97), Drop("region", "constant"), Drop("night_share", "too_few")]
    values = pd.DataFrame({"customer_id": [str(number) for number in range(1200)]})
    many = (proposed * 3)[:drops]
    return TagPortrait(AS_OF, values, tuple(tags), (), tuple(many), distribution)


def persona(key: str, **other: Any) -> Persona:
    count, revenue = SIZES[key]
    standouts = [
        Standout(name, "high" if z > 0 else "low", "", z, BASE[name] * (1 + 0.4 * z), BASE[name])
        for name, z in zip(FEATURES, SHAPES[key], strict=True)
    ]
    share = revenue / 100_000
    rule = Rule("night_share > 0.4 and order_value <= 60", 430, 390, 500, 0.9, wilson(180, 200), 0.86, wilson(172, 200))
    plain: dict[str, Any] = {
        "key": key, "standouts": tuple(sorted(standouts, key=lambda one: -abs(one.z))), "customers": count,
        "share_customers": count / 1000, "share_customers_interval": wilson(count, 1000), "revenue": revenue,
        "share_revenue": share, "share_revenue_interval": Interval(share - 0.03, share + 0.03),
        "revenue_per_customer": revenue / count, "orders_per_customer": 6.4, "stability": 0.88,
        "level": "very_stable", "certainty": 0.5, "rule": rule,
    }  # fmt: skip
    return Persona(**{**plain, **other})


def profile() -> pd.DataFrame:
    rows = [
        (key, name, z, BASE[name] * (1 + 0.4 * z), BASE[name] * (1 + 0.4 * z), BASE[name], BASE[name], SIZES[key][0])
        for key, shape in SHAPES.items()
        for name, z in zip(FEATURES, shape, strict=True)
    ]
    columns = ["persona", "feature", "z", "mean", "median", "base_mean", "base_median", "customers"]
    return pd.DataFrame(rows, columns=columns)


def hours() -> pd.DataFrame:
    rows = []
    for key, peak in (("persona_1", 23), ("persona_2", 12), ("persona_3", 9)):
        for day in range(1, 8):
            for hour in range(24):
                apart = min(abs(hour - peak), 24 - abs(hour - peak))
                rows.append((key, day, hour, round(40 * math.exp(-apart * apart / 6)) + 1, "orders"))
    made = pd.DataFrame(rows, columns=["persona", "weekday", "hour", "moments", "source"])
    made["share"] = made["moments"] / made.groupby("persona")["moments"].transform("sum")
    return made


def index() -> pd.DataFrame:
    columns = ["persona", "source", "name", "value", "customers", "share", "base_share", "index", "low", "high"]
    rows = [
        ("persona_1", "attribute", "region", "North", 300, 0.66, 0.58, 114.0, 104.0, 125.0),
        ("persona_1", "category", "favourite", "Books", 240, 0.53, 0.25, 212.0, 180.0, 250.0),
        ("persona_2", "attribute", "region", HOSTILE, 200, 0.57, 0.42, 136.0, 118.0, 157.0),
        ("persona_2", "attribute", "gender", "female", 180, 0.51, 0.5, 102.0, 90.0, 116.0),
        ("persona_3", "category", "favourite", "Books", 20, 0.1, 0.25, 40.0, 26.0, 61.0),
        ("persona_3", "category", "favourite", "Tools", math.nan, math.nan, 0.02, math.nan, math.nan, math.nan),
    ]
    return pd.DataFrame(rows, columns=columns)


def channels() -> pd.DataFrame:
    columns = ["persona", "source", "value", "moments", "share", "base_share"]
    rows = [
        ("persona_1", "order_channel", "app", 900, 0.7, 0.4), ("persona_1", "order_channel", "web", 380, 0.3, 0.6),
        ("persona_2", "payment_method", "card", 400, 0.6, 0.3),
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def months() -> pd.DataFrame:
    columns = ["persona", "month", "purchases", "share", "base_share", "index", "low", "high"]
    return pd.DataFrame([("persona_3", 11, 300, 0.22, 0.1, 220.0, 190.0, 255.0)], columns=columns)


def fairness(level: str = "weak") -> pd.DataFrame:
    strength = {"none": 0.0, "weak": 0.08, "moderate": 0.22, "strong": 0.45}[level]
    columns = ["attribute", "cramers_v", "p", "customers", "level", "persona", "value", "share", "base_share", "index"]
    row = ("gender", strength, 0.01, 900, level, "persona_2", "female", 0.7, 0.5, 140.0)
    return pd.DataFrame([row], columns=columns)


def discovery(target: str = "lapsed", *, confirmed: int = 1, status: str = "searched") -> Discovery:
    columns = [
        "audience", "customers", "rate", "q", "held_out", "held_rate", "held_low", "held_high", "base_rate", "lift",
        "lift_low", "lift_high", "confirmed", "customers_today",
    ]  # fmt: skip
    row = ("order_value < 40 and region = 'North'", 120, 0.7, 0.001, 118, 0.68, 0.59, 0.76, 0.4, 1.7, 1.4, 2.0,
           bool(confirmed), 260)  # fmt: skip
    table = pd.DataFrame([row] if status == "searched" else [], columns=columns)
    return Discovery(target, status, "", 0.4, 300, 4, confirmed, 0.05, 50, table)  # type: ignore[arg-type]


def validity(added: float = 0.05, low: float = 0.02, p: float = 0.01, status: str = "tested") -> Validity:
    rows = [("rfm", 0.2, 0.15, 0.25), ("persona", 0.1, 0.06, 0.14), ("rfm_and_persona", 0.2 + added, 0.2, 0.3),
            ("rfm_and_permuted", 0.198, 0.15, 0.25), ("permuted", -0.01, -0.02, 0.0)]  # fmt: skip
    table = pd.DataFrame(rows if status == "tested" else [], columns=["model", "r2", "low", "high"])
    reason = "" if status == "tested" else "too_short_history"
    return Validity(status, reason, dt.date(2025, 1, 1), 180, "revenue", 500, 480, table, added,  # type: ignore[arg-type]
                    Interval(low, added + 0.03), p)  # fmt: skip


def movement(customers: int = 600) -> Movement:
    columns = ["from_persona", "to_persona", "customers", "share", "low", "high"]
    rows = [(a, b, 60, 0.8 if a == b else 0.1, 0.7, 0.9) for a in SHAPES for b in SHAPES]
    rows.append(("too_little_known", "persona_1", 90, 1.0, 0.9, 1.0))
    return Movement(dt.date(2025, 1, 1), pd.DataFrame(rows, columns=columns), customers, 0.8, wilson(480, 600), 0.37)


def choice(k: int = 3, by: str = "automatic") -> Choice:
    rows = [(1, math.nan, math.nan, math.nan, 0.2, 0.01, 1.0, math.nan, math.nan, True, k == 1)]
    rows += [
        (
            n,
            0.3 - 0.02 * abs(n - 3),
            0.2,
            5.0 - abs(n - 3),
            0.3,
            0.01,
            0.3 - 0.03 * n,
            0.9 - 0.05 * n,
            0.9,
            n < 6,
            n < 5,
        )
        for n in range(2, 8)
    ]
    columns = ["k", "silhouette", "silhouette_reference", "excess", "gap", "gap_error", "smallest_share", "stability",
               "seed_agreement", "large_enough", "eligible"]  # fmt: skip
    return Choice(pd.DataFrame(rows, columns=columns), k, by, 3, 3)  # type: ignore[arg-type]


def result(**other: Any) -> PersonasResult:
    """Three personas; every part can be replaced by name."""
    parameters = PersonasParameters()
    features = tuple(Feature(name, "behaviour", "share", "arcsine", "used", 0, 0.2, 0.1) for name in FEATURES)
    empty = pd.DataFrame
    plain: dict[str, Any] = {
        "parameters": parameters, "as_of": AS_OF,
        "population": Population(1200, 1000, 200, 3, "purchases", 104_000.0, 100_000.0, 4_000.0),
        "preparation": Preparation(features, 1.2, 5.0, 4, 0.7, 1000),
        "structure": Structure("found", "", 0.0, 0.02, 0.05, 49, 3, 0.31, 0.12, 0.2),
        "choice": choice(), "personas": tuple(persona(key) for key in SHAPES),
        "customers": empty({"customer_id": [], "persona": []}), "profile": profile(), "index": index(),
        "hours": hours(), "channels": channels(), "months": months(), "fairness": fairness(),
        "lookalikes": empty({"customer_id": [], "persona": [], "similarity": []}),
        "lookalike_counts": empty({"persona": ["persona_1"], "customers": [30]}), "validity": validity(),
        "movement": movement(), "discoveries": (discovery("bought"), discovery("lapsed")),
    }  # fmt: skip
    return PersonasResult(**{**plain, **other})


def without_structure(**other: Any) -> PersonasResult:
    """The same customers, without kinds."""
    nothing = {name: frame.iloc[:0] for name, frame in (("profile", profile()), ("index", index()), ("hours", hours()),
               ("channels", channels()), ("months", months()), ("fairness", fairness()))}  # fmt: skip
    untested = replace(validity(status="not_estimable"), reason="no_personas")
    plain: dict[str, Any] = {
        "structure": Structure("none", "", 0.3, 0.6, 0.05, 49, 3, 0.21, 0.12, 0.2), "choice": choice(1),
        "personas": (), "validity": untested,
        "movement": Movement(None, movement().table.iloc[:0], 0, math.nan, UNKNOWN, math.nan), **nothing,
    }  # fmt: skip
    return result(**{**plain, **other})


def not_estimable(**other: Any) -> PersonasResult:
    """Too few customers to ask."""
    nan = math.nan
    plain: dict[str, Any] = {
        "structure": Structure("not_estimable", "too_few_customers", nan, nan, 0.05, 49, 0, nan, nan, nan),
        "population": Population(20, 12, 8, 3, "purchases", 900.0, 700.0, 200.0),
        "choice": replace(choice(1), table=choice(1).table.iloc[:0]),
        "discoveries": (discovery("bought", status="not_estimable"),),
    }
    return without_structure(**{**plain, **other})


def view(made: PersonasResult | None = None, *, language: str = "en", tags: TagPortrait | None = None) -> View:
    """The view of a result, in a language."""
    return View(made or result(), tags or portrait(), Language(language, "EUR"), 10, "Europe/London")


def rng() -> np.random.Generator:
    return np.random.default_rng(7)
