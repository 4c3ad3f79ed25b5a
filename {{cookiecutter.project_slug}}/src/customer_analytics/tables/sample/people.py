"""The customers: when and through which channel they came, who they are, and the group they truly belong to."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from customer_analytics.tables.sample.world import (
    HISTORY_DAYS,
    Flags,
    Floats,
    Ints,
    World,
    pick,
    pick_by_group,
    seconds_in_day,
)

CHANNELS = (
    "organic|自然流量",
    "paid search|搜索广告",
    "social|社交媒体",
    "referral|老客推荐",
    "offline|线下活动",
    "deal site|优惠聚合",
)
PAID_CHANNELS = (1, 2, 3, 5)  # positions in CHANNELS that cost money by the day
LEAVING_CHANNEL = 5  # brings many who do not stay
DEVICES = ("iOS app", "Android app", "desktop web", "mobile web", "tablet")
REGIONS = (
    ("North|华北", ("Northport|北京", "Highmoor|天津", "Coldwater|石家庄")),
    ("East|华东", ("Eastbridge|上海", "Saltmarsh|杭州", "Fenwick Bay|南京")),
    ("South|华南", ("Southgate|广州", "Palmerton|深圳", "Reedham|厦门")),
    ("West|西南", ("Westhaven|成都", "Rockford Vale|重庆", "Mistley|昆明")),
    ("Centre|华中", ("Midford|武汉", "Lakeside|长沙")),
)
REGION_WEIGHTS = (0.22, 0.31, 0.24, 0.13, 0.10)
GENDERS = ("female", "male", "other")
OCCUPATIONS = (
    "office|上班族", "student|学生", "self-employed|个体经营", "health care|医护",
    "teaching|教师", "trade & craft|技工", "retired|退休", "at home|居家",
)  # fmt: skip
STAFF, STAFF_OCCUPATION = "staff|员工", -2  # an occupation that is no occupation
INCOME_BANDS = ("low|低", "middle|中", "upper middle|中高", "high|高")


@dataclass(frozen=True)
class Persona:
    """A true group. `orders_per_month` while active; `basket` lines an order; `spend` tilts towards dear products."""

    name: str
    share: float
    orders_per_month: float
    basket: float
    spend: float
    discount_share: float
    browsing: float
    tastes: tuple[float, ...]  # weight of the categories, in the pack's order, repeated where there are more
    hour_peaks: tuple[tuple[float, float, float], ...]  # (hour, width in hours, weight)
    devices: tuple[float, ...]
    peak_factor: float = 1.0  # orders in the high season beyond everybody's


PERSONAS = (
    Persona("regular", 0.28, 0.95, 2.6, 0.0, 0.10, 1.0, (6, 3, 1, 2, 1, 0.5, 0.3, 0.3),
            ((8, 1.5, 0.6), (18, 2.0, 0.4)), (0.45, 0.30, 0.15, 0.05, 0.05)),
    Persona("bargain", 0.26, 0.50, 2.2, -0.5, 0.75, 1.2, (1, 1, 1, 5, 5, 1, 1, 0.5),
            ((12.5, 1.2, 0.6), (20, 2.0, 0.4)), (0.15, 0.50, 0.10, 0.22, 0.03)),
    Persona("seasonal", 0.18, 0.22, 3.6, 0.3, 0.15, 0.9, (1, 1, 2, 1, 3, 0.5, 7, 1),
            ((15, 2.5, 0.7), (20, 1.5, 0.3)), (0.25, 0.25, 0.35, 0.05, 0.10), 3.0),
    Persona("night", 0.18, 0.35, 1.7, 0.1, 0.20, 2.2, (0.5, 0.5, 1, 4, 1, 0.5, 2, 3),
            ((23, 1.3, 0.7), (1, 1.0, 0.3)), (0.40, 0.40, 0.05, 0.12, 0.03)),
    Persona("big_ticket", 0.10, 0.45, 2.0, 0.9, 0.08, 1.4, (0.5, 3, 4, 0.5, 0.3, 3, 0.5, 6),
            ((10, 1.5, 0.6), (21, 1.5, 0.4)), (0.30, 0.15, 0.40, 0.05, 0.10)),
)  # fmt: skip


@dataclass(frozen=True)
class People:
    """One entry a customer, in the order of registration. Codes are positions in the tuples of this module."""

    signed_up: Ints
    channel: Ints
    persona: Ints
    device: Ints
    region: Ints
    city: Ints
    gender: Ints
    birth_year: Ints
    occupation: Ints
    income: Ints
    consent: Flags
    first_discounted: Flags
    early_complaint: Flags

    def __len__(self) -> int:
        return len(self.signed_up)

    @property
    def numbers(self) -> Ints:
        """The numeric part of the client's customer ids."""
        return np.arange(len(self), dtype=np.int64) + 100_001


def hour_profiles() -> Floats:
    """Probability of each hour of the day, for each persona (personas x 24): bumps on a clock face over a low floor."""
    hours = np.arange(24) + 0.5
    profiles = np.full((len(PERSONAS), 24), 0.004)
    for row, persona in enumerate(PERSONAS):
        for centre, width, weight in persona.hour_peaks:
            apart = np.abs(hours - centre)
            apart = np.minimum(apart, 24 - apart)
            bump = np.exp(-0.5 * (apart / width) ** 2)
            profiles[row] += weight * bump / bump.sum()
    profiles /= profiles.sum(axis=1, keepdims=True)
    return profiles


def make_people(world: World) -> People:
    """Draw the customers: intake grows and has seasons; the channel that does not keep people grows fastest."""
    rng = world.stream("people")
    count = world.customers
    persona = pick(rng, [persona.share for persona in PERSONAS], count)
    days = np.sort(_registration_days(world, rng, count))
    moments = world.seconds_at(days) + seconds_in_day(rng, hour_profiles(), persona)
    by_time = np.argsort(moments, kind="stable")  # the hour stays with its person
    signed_up, persona = moments[by_time], persona[by_time]
    channel = _channels(world, rng, days)
    region = pick(rng, REGION_WEIGHTS, count)
    cities = np.array([len(names) for _, names in REGIONS])
    age = np.clip(rng.gamma(9.0, 4.2, count) + 8, 18, 88)
    discounted = np.where(persona == 1, 0.6, 0.18) + 0.2 * (channel == LEAVING_CHANNEL)
    return People(
        signed_up=world.civil(signed_up),
        channel=channel,
        persona=persona,
        device=pick_by_group(rng, np.array([persona.devices for persona in PERSONAS]), persona),
        region=region,
        city=(rng.random(count) * cities[region]).astype(np.int64),
        gender=pick(rng, (0.55, 0.43, 0.02), count),
        birth_year=world.end.year - age.astype(np.int64),
        occupation=pick(rng, (0.34, 0.14, 0.11, 0.08, 0.08, 0.1, 0.09, 0.06), count),
        income=pick(rng, (0.27, 0.41, 0.22, 0.10), count),
        consent=rng.random(count) < 0.72,
        first_discounted=rng.random(count) < discounted,
        early_complaint=rng.random(count) < 0.12,
    )


def _registration_days(world: World, rng: np.random.Generator, count: int) -> Ints:
    """Positions in the grid: exponential growth by a factor of 2.2 over the exported days, times the season."""
    position = np.arange(len(world.grid))
    intake = np.exp(np.log(2.2) * position / world.days) * world.season
    intake[:HISTORY_DAYS] *= 0.45  # the shop was smaller before, and only part of its old customers is in the export
    return pick(rng, intake, count)


def _channels(world: World, rng: np.random.Generator, days: Ints) -> Ints:
    progress = days / len(world.grid)
    weights = np.tile(np.array([0.26, 0.22, 0.20, 0.12, 0.10, 0.0]), (len(days), 1))
    weights[:, LEAVING_CHANNEL] = 0.08 + 0.20 * progress
    cumulative = np.cumsum(weights, axis=1)
    draws = rng.random(len(days)) * cumulative[:, -1]
    codes: Ints = (draws[:, None] >= cumulative).sum(axis=1).astype(np.int64)
    return codes
