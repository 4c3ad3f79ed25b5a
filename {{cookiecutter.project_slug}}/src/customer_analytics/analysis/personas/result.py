"""The result of the personas analysis: what the report, the tables and the briefs are written from."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from customer_analytics.engagement.parameters import PersonasParameters
from customer_analytics.statistics import Interval

TOO_LITTLE_KNOWN = "too_little_known"  # the group of customers with too few purchases for a portrait
OTHER = "\x00other"  # the rarer values of a text together; no client's value: texts are read without control characters
UNKNOWN = Interval(math.nan, math.nan)

Transformation = Literal["log", "arcsine", "none", "one_hot"]
FeatureStatus = Literal["used", "redundant", "constant", "mostly_missing", "too_many_values"]
StructureStatus = Literal["found", "none", "not_estimable"]
Reason = Literal[
    "",
    "too_few_customers",  # fewer than two persona floors, or than minimum_base
    "too_few_tags",  # fewer than two tags that vary
    "all_alike",  # one customer's tags are everybody's
    "too_short_history",  # no later period as long as the horizon after a first one
    "nothing_later",  # nobody spent anything in the later period
    "no_personas",  # nothing to test
]
Level = Literal["dissolved", "pattern", "stable", "very_stable", "not_estimable"]


@dataclass(frozen=True)
class Population:
    """Who has a portrait. Every customer of the tag portrait is in exactly one of `described` and `too_little`."""

    customers: int  # in the tag portrait
    described: int  # with at least `minimum_purchases` purchases: these get a persona
    too_little: int  # the group "too little known"
    minimum_purchases: int
    counted: Literal["purchases", "events"]  # events where the client has no orders
    revenue: float  # net money of purchases of all
    described_revenue: float
    too_little_revenue: float


@dataclass(frozen=True)
class Feature:
    """A tag and how it entered the clustering.

    `centre` and `spread` are the median and the standard deviation of the values winsorised at 1 and 99 %, after the
    transformation. `missing`: described customers without a value, set to the centre. `because`: for a
    redundant tag, the name of the tag that says the same. `values`: the categories of a text tag.
    """

    name: str
    tag_class: str
    kind: Literal["number", "share", "flag", "text"]
    transformation: Transformation
    status: FeatureStatus
    missing: int
    centre: float
    spread: float
    because: str = ""
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class Preparation:
    """From tags to the coordinates in which customers are compared.

    `gamma`: what a mismatch of a category costs beside a squared difference of one spread of a number (mean of the
    column standard deviations). Components with more variance than in data with the columns permuted independently are
    kept (Horn 1965), of up to eight columns all; `explained` is their share of the variance. `sample`: customers on
    whom k, structure and stability were worked out; everybody is assigned afterwards.
    """

    features: tuple[Feature, ...]
    gamma: float
    shrinkage: float  # prior orders towards the base rate in shares whose rule states none; 0: all rules state one
    components: int
    explained: float
    sample: int

    @property
    def used(self) -> tuple[Feature, ...]:
        """The features that entered."""
        return tuple(feature for feature in self.features if feature.status == "used")


@dataclass(frozen=True)
class Structure:
    """Is there any cluster structure? Separation against two kinds of reference data of the same size.

    `p_permuted`: share of reference data sets with columns permuted independently that separate at least as well.
    `p_one_group`: the same for one group with the same margins and rank correlations (Gaussian copula). Both must be
    at most `level` for "found"; `reference_sets` of each kind were drawn. `silhouette` is that of the k with the
    clearest excess and `silhouette_permuted`, `silhouette_one_group` are means of the references at that k.
    """

    status: StructureStatus
    reason: Reason
    p_permuted: float
    p_one_group: float
    level: float
    reference_sets: int
    k: int
    silhouette: float
    silhouette_permuted: float
    silhouette_one_group: float


@dataclass(frozen=True)
class Choice:
    """How many personas, and why.

    `table`: one row for each k from 1 on: k, silhouette (NaN at 1), silhouette_reference (mean of one-group data),
    excess (their difference in standard deviations of the reference), gap, gap_error (Tibshirani 2001), smallest_share,
    stability (the lowest bootstrap Jaccard of its clusters), seed_agreement (adjusted Rand index between starts),
    large_enough, eligible (flags).
    `k`: 1 where no structure was found. `by`: "automatic", or "parameter" where the engagement states the number.
    `gap_k`, `silhouette_k`: what each criterion alone would choose (gap: 1 is possible).
    """

    table: pd.DataFrame
    k: int
    by: Literal["automatic", "parameter"]
    gap_k: int
    silhouette_k: int


@dataclass(frozen=True)
class Standout:
    """One feature in which a persona differs: the code that the narrative turns into a name.

    `direction`: "high" or "low" for numbers, shares and flags, "is" for a category (`value`). `mean`, `base`: mean of
    the raw tag (share with the value, for a category or flag) in the persona and among all described customers.
    """

    feature: str
    direction: Literal["high", "low", "is"]
    value: str
    z: float
    mean: float
    base: float

    @property
    def code(self) -> str:
        """For example high_evening_share, is_device=iOS app."""
        return f"is_{self.feature}={self.value}" if self.direction == "is" else f"{self.direction}_{self.feature}"


@dataclass(frozen=True)
class Rule:
    """A persona as an audience that a marketer can rebuild, with its fidelity on customers not used to make it.

    `text`: a condition in the audience grammar on raw tags; "" where no rule could be made. `matched`: described
    customers whom it selects, of whom `right` belong to the persona. precision = share of held-out customers selected
    who belong; recall = share of held-out members selected; Wilson intervals. `fidelity`: their harmonic mean.
    """

    text: str
    matched: int
    right: int
    held_out: int
    precision: float
    precision_interval: Interval
    recall: float
    recall_interval: Interval

    @property
    def fidelity(self) -> float:
        """Harmonic mean of precision and recall; NaN where either is not estimable."""
        if not self.precision + self.recall > 0:
            return math.nan if math.isnan(self.precision + self.recall) else 0.0
        return 2 * self.precision * self.recall / (self.precision + self.recall)


@dataclass(frozen=True)
class Persona:
    """One persona. `key` (persona_1 …, by size) names it in every table; `standouts` say what it is, clearest first.

    `stability`: mean over bootstraps of the Jaccard similarity with the most similar new cluster (Hennig 2007).
    Share intervals take the customers as a sample. `certainty`: mean over members of how much nearer their own centre
    is than the second (0 on the border, 1 on the centre).
    """

    key: str
    standouts: tuple[Standout, ...]
    customers: int
    share_customers: float
    share_customers_interval: Interval
    revenue: float
    share_revenue: float
    share_revenue_interval: Interval
    revenue_per_customer: float
    orders_per_customer: float
    stability: float
    level: Level
    certainty: float
    rule: Rule

    @property
    def code(self) -> str:
        """The two clearest standouts, joined by +."""
        return "+".join(standout.code for standout in self.standouts[:2])


@dataclass(frozen=True)
class Validity:
    """Do personas made before a cut-off predict the next period? Explained share of variance on held-out customers.

    Personas, RFM segments and means per group are learnt on one half of the customers and judged on the other, with
    money as `target` ("margin" where products or lines say it, else "revenue"), winsorised at the 99th percentile of
    the first half. `table`: one row a model: model, r2, low, high. rfm, persona, rfm_and_persona (additive): 95 %
    bootstrap over the held-out customers; permuted (persona labels shuffled among all customers) and rfm_and_permuted
    (shuffled within the RFM segments): mean and middle 95 % of the shuffles. `added`: r2 of rfm_and_persona minus that
    of rfm, with interval; `p_added`: share of shuffles that add at least as much.
    """

    status: Literal["tested", "not_estimable"]
    reason: Reason
    cut_off: dt.date | None  # first day of the next period
    horizon_days: int
    target: Literal["revenue", "margin"]
    learnt_on: int
    held_out: int
    table: pd.DataFrame
    added: float
    added_interval: Interval
    p_added: float

    def r2(self, model: str) -> float:
        """Explained share of a model; NaN where not estimable."""
        found = self.table.loc[self.table["model"] == model, "r2"]
        return float(found.to_numpy()[0]) if len(found) else math.nan


@dataclass(frozen=True)
class Movement:
    """Who changed persona between the cut-off and now: today's personas applied to the tags of both days.

    `table`: from_persona, to_persona, customers, share (of from), low, high (Wilson). Customers below
    minimum_purchases at the cut-off come from the group too_little_known, those not in the data then from "new".
    `stayed`: share of the customers with a persona on both days who kept it, with interval; `by_chance`: the same
    share if both were independent.
    """

    earlier: dt.date | None
    table: pd.DataFrame
    customers: int
    stayed: float
    stayed_interval: Interval
    by_chance: float


@dataclass(frozen=True)
class Discovery:
    """Combinations of tags that go with a target in the next period, searched on one half, confirmed on the other.

    `target`: "bought" or "lapsed" (bought before, nothing in the next period). `tested`: conditions and combinations
    tested, the family of the false discovery rate; `found`: of them with q <= level on the search half; `confirmed`:
    of the found that held on the other half (lower 95 % bound of the ratio above 1).
    `table`: the best five sayable audiences, best first: audience (in the grammar, on tags as of today), customers
    (search half), rate, q, held_out, held_rate, held_low, held_high (Wilson), base_rate, lift, lift_low, lift_high
    (held-out half), confirmed (flag), customers_today.
    """

    target: Literal["bought", "lapsed"]
    status: Literal["searched", "not_estimable"]
    reason: Reason
    base_rate: float
    tested: int
    found: int
    confirmed: int
    level: float
    minimum_size: int
    table: pd.DataFrame


@dataclass(frozen=True)
class PersonasResult:
    """Everything that the personas report says, beside the tag dictionary (analysis.tags).

    Frames (persona holds the key of a persona; suppressed cells are NaN):
    `customers`: customer_id, persona (key, or too_little_known; "" for described customers where there is no
        structure), certainty (0..1, NaN without persona), in_sample (flag), sorted by customer_id.
    `profile`: persona, feature, z (of the persona's mean, in standard deviations of all described customers, after the
        transformation), mean, median (raw), base_mean, base_median, customers (with a value).
    `index`: TGI. persona, source (tag, attribute, channel, category ...), name, value, customers (in the persona, with
        the value), share, base_share, index (100 = as everybody), low, high; suppressed under minimum_base customers
        of the base or minimum_group in the cell.
    `hours`: persona, weekday (1 = Monday), hour (0..23), moments, share (of the persona's), source "orders" or
        "events"; empty where times carry no hour.
    `channels`: persona, source (order_channel, payment_method, device, acquisition_channel), value, moments, share,
        base_share.
    `months`: persona, month (1..12), purchases, share, base_share (of all described), index, low, high, over whole
        years only; empty with less than a year.
    `fairness`: attribute, cramers_v (bias-corrected), p, customers (known), level ("none", "weak", "moderate",
        "strong"), persona and value of the largest deviation, share, base_share, index.
    `lookalikes`: customer_id, persona, similarity (0..1): customers too little known but nearest to a persona by what
        is known; only those nearer than the middle of its members.
    `lookalike_counts`: persona, customers.
    """

    parameters: PersonasParameters
    as_of: dt.date
    population: Population
    preparation: Preparation
    structure: Structure
    choice: Choice
    personas: tuple[Persona, ...]
    customers: pd.DataFrame
    profile: pd.DataFrame
    index: pd.DataFrame
    hours: pd.DataFrame
    channels: pd.DataFrame
    months: pd.DataFrame
    fairness: pd.DataFrame
    lookalikes: pd.DataFrame
    lookalike_counts: pd.DataFrame
    validity: Validity
    movement: Movement
    discoveries: tuple[Discovery, ...]

    @property
    def has_personas(self) -> bool:
        """Whether there are at least two."""
        return len(self.personas) >= 2

    def persona(self, key: str) -> Persona:
        """The persona of this key."""
        return next(persona for persona in self.personas if persona.key == key)
