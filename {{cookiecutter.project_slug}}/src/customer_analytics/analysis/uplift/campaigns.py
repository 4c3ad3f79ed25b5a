"""Which past campaigns were randomised against no contact, and soundly so.

A campaign counts when it has an arm to which nothing was sent, a day of the draw, arms in the planned proportions
(D7.5) and of customers who were alike before the draw. A campaign without arms was aimed at somebody: comparing its
customers with others would credit it with whom it chose.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd
from scipy.stats import chi2

from customer_analytics.schema import SCHEMAS
from customer_analytics.tables.store import Tables

HELD_WORDS = ("control", "holdout", "hold out", "held out", "对照", "对照组", "空白组")
ALARM = 0.001  # of the sample ratio, and of the comparison of what was known before the draw
LEAST = 30  # followed customers in each of the two arms
SENT_SHARE = 0.5  # of an arm that got its message, from which the arm was contacted
_PERCENT = r"\s*[:=(（]?\s*(\d{1,3}(?:\.\d+)?)\s*[%％]"


@dataclass(frozen=True)
class Contrast:
    """One campaign: its arms as sent or held out, and how the draw looks. `verdict`: "", or why it is refused."""

    campaign_id: str
    verdict: str
    assigned: int
    in_two_arms: int
    control: tuple[str, ...]
    treated: tuple[str, ...]
    treated_n: int
    control_n: int
    ratio_p: float
    plan_known: bool


def assigned_people(tables: Tables) -> ir.Table | None:
    """One row a customer and campaign: campaign_id, person_id, arm (null in two arms or none), arms (how many), day of
    the draw (day number; of the campaign's beginning where the draw has none) and sent (1 or 0). None without
    touches."""
    if not tables.has("touches", "campaign_id", "customer_id"):
        return None
    touches = tables["touches"]
    arm = touches.arm.strip().nullif("") if "arm" in touches.columns else ibis.null("string")
    day = touches.assigned_on.epoch_days().cast("int32") if "assigned_on" in touches.columns else None
    if day is None:
        if not tables.has("campaigns", "campaign_id", "started_on"):
            return None
        starts = (
            tables["campaigns"]
            .group_by("campaign_id")
            .aggregate(start=lambda t: t.started_on.epoch_days().min().cast("int32"))
        )
        touches = touches.mutate(arm_name=arm).inner_join(starts, "campaign_id")
        arm, day = touches.arm_name, touches.start
    sent = touches.sent_on.notnull() if "sent_on" in touches.columns else ~arm.lower().isin(HELD_WORDS).fill_null(False)
    rows = touches.select(
        campaign_id=touches.campaign_id.cast("string"), person_id=touches.customer_id.cast("string"), arm=arm,
        day=day, sent=sent.ifelse(1, 0),
    )  # fmt: skip
    rows = rows.filter(rows.campaign_id.notnull(), rows.person_id.notnull())
    one = rows.group_by("campaign_id", "person_id").aggregate(
        arm=rows.arm.min(), arms=rows.arm.nunique(), day=rows.day.min(), sent=rows.sent.max()
    )
    return one.mutate(arm=(one.arms == 1).ifelse(one.arm, None))


def contrasts(tables: Tables, people: ir.Table) -> list[Contrast]:
    """Every campaign with its arms, in the order of their ids; what is known before anybody is followed."""
    counted: pd.DataFrame = (
        people.group_by("campaign_id", "arm")
        .aggregate(
            n=people.count(), sent=people.sent.sum(), dated=people.day.notnull().ifelse(1, 0).sum(),
            two=(people.arms > 1).ifelse(1, 0).sum(),
        )
        .to_pandas()
        .sort_values(["campaign_id", "arm"], ignore_index=True)
    )  # fmt: skip
    plans = plan_texts(tables)
    return [
        _contrast(str(name), own, plans.get(str(name), ())) for name, own in counted.groupby("campaign_id", sort=True)
    ]


def _contrast(name: str, rows: pd.DataFrame, texts: tuple[str, ...]) -> Contrast:
    assigned, two = int(rows["n"].sum()), int(rows["two"].sum())
    arms = rows[rows["arm"].notna()]
    sizes = dict(zip(arms["arm"].astype(str), arms["n"].astype(int), strict=True))
    sent = dict(zip(arms["arm"].astype(str), (arms["sent"] / arms["n"]).astype(float), strict=True))
    held = [arm for arm, share in sent.items() if share == 0 or (arm.lower() in HELD_WORDS and share < SENT_SHARE)]
    contacted = [arm for arm, share in sent.items() if share >= SENT_SHARE and arm not in held]
    treated_n, control_n = sum(sizes[arm] for arm in contacted), sum(sizes[arm] for arm in held)
    plan = next((found for text in texts if (found := planned_shares(text, tuple(sizes)))), None)
    ratio_p = ratio_test(sizes, plan)
    verdict = ""
    if len(sizes) < 2 or not arms["n"].sum() > 0:
        verdict = "no_arms"
    elif not held or not contacted:
        verdict = "no_control"
    elif int(arms["dated"].sum()) < int(arms["n"].sum()):
        verdict = "no_day"
    elif ratio_p < ALARM:
        verdict = "ratio" if plan else "unplanned_ratio"
    return Contrast(
        name, verdict, assigned, two, tuple(held), tuple(contacted), treated_n, control_n, ratio_p, plan is not None
    )


def planned_shares(text: str, arms: tuple[str, ...]) -> dict[str, float] | None:
    """Planned share of each arm from a text such as "control 20% / voucher 80%"; None where it does not say all."""
    found: dict[str, float] = {}
    for arm in sorted(arms, key=len, reverse=True):  # "off_10" before "off_1"
        match = re.search(rf"(?<![\w]){re.escape(arm)}{_PERCENT}", text, re.IGNORECASE)
        if match is None:
            return None
        found[arm] = float(match[1]) / 100
    return found if abs(sum(found.values()) - 1) < 0.015 and min(found.values()) > 0 else None


def ratio_test(sizes: dict[str, int], plan: dict[str, float] | None) -> float:
    """p of the chi-square test of the arms' sizes against the plan, or against equal arms where no plan is known; NaN
    where fewer than five are expected in an arm."""
    seen = np.array([sizes[arm] for arm in sorted(sizes)], dtype=np.float64)
    if len(seen) < 2:
        return float("nan")
    shares = np.array([plan[arm] for arm in sorted(sizes)]) if plan else np.full(len(seen), 1 / len(seen))
    expected = shares / shares.sum() * seen.sum()
    if expected.min() < 5:
        return float("nan")
    return float(chi2.sf(((seen - expected) ** 2 / expected).sum(), len(seen) - 1))


def plan_texts(tables: Tables) -> dict[str, tuple[str, ...]]:
    """Texts by campaign in which a plan may stand: the client's own columns of the campaigns."""
    if not tables.has("campaigns", "campaign_id"):
        return {}
    campaigns = tables["campaigns"]
    known = {*SCHEMAS["campaigns"].names}
    own = sorted(name for name, kind in campaigns.schema().items() if kind.is_string() and name not in known)
    if not own:
        return {}
    frame: pd.DataFrame = campaigns.select("campaign_id", *own).to_pandas().sort_values("campaign_id")
    texts: dict[str, tuple[str, ...]] = {}
    for row in frame.itertuples(index=False):
        name, *values = row
        texts[str(name)] = (*texts.get(str(name), ()), *(value for value in values if isinstance(value, str)))
    return texts
