"""Parameters of each report: the one place that says their names, types, limits and defaults.

The parameters cell of a notebook lists the same names with None ("as engagement.yml says"); a test keeps them equal.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from customer_analytics.engagement.block import Block
from customer_analytics.engagement.lists import Words
from customer_analytics.engagement.periods import Brackets, OptionalDay


class Parameters(Block):
    """Base of a report's parameters: unknown names are errors."""

    minimum_base: Annotated[int, Field(ge=1, le=10_000)] = Field(30, description="no rate is printed below this base")


class DataAuditParameters(Parameters):
    """Parameters of the data audit."""

    spike_threshold: Annotated[float, Field(ge=2, le=20)] = Field(
        5.0, description="robust z-score from which a day's volume is a spike or a collapse"
    )
    bot_events_per_day: Annotated[int, Field(ge=10)] = Field(500, description="events in a day that no person makes")


class RfmParameters(Parameters):
    """Parameters of RFM and customer value."""

    bins: Annotated[int, Field(ge=2, le=10)] = Field(5, description="score classes of recency, frequency and monetary")
    window_days: Annotated[int, Field(ge=0, le=36_500)] = Field(
        0, description="days before the as-of date that count; 0: all"
    )
    frequency_unit: Literal["days", "orders"] = Field("days", description="what frequency counts")
    binning: Literal["independent", "nested"] = Field("independent", description="nested: F within R, M within R and F")
    high_low_cut: Literal["median", "mean"] = Field("median", description="cut of the eight-type grid")
    compare_days: Annotated[int, Field(ge=0, le=36_500)] = Field(
        90, description="days back to the earlier segmentation that shares are compared with; 0: none"
    )
    value_model: Literal["auto", "bg_nbd", "mbg_nbd"] = Field(
        "auto", description="model of the purchases ahead; auto: MBG/NBD where most bought once, else the likelier"
    )
    value_purchases: Literal["paid", "all"] = Field(
        "paid", description="purchases that the value model counts; all: orders with an amount of zero too"
    )
    horizon_months: Annotated[int, Field(ge=1, le=60)] = Field(
        12, description="months ahead that customer value counts"
    )
    discount_rate_yearly: Annotated[float, Field(ge=0, le=1)] = Field(
        0.1, description="rate a year at which money ahead is discounted"
    )
    holdout_days: Annotated[int, Field(ge=0, le=3_650)] = Field(
        0, description="days held out to test the value model; 0: the longest of the usual ones that fits"
    )


class PersonasParameters(Parameters):
    """Parameters of the personas."""

    personas: Annotated[int, Field(ge=0, le=8)] = Field(
        0, description="how many personas; 0: as many as the data justify, or none; 1: do not divide"
    )
    minimum_purchases: Annotated[int, Field(ge=1, le=100)] = Field(
        3, description="purchases from which a customer is known well enough for a persona"
    )
    minimum_share: Annotated[float, Field(ge=0.01, le=0.3)] = Field(
        0.04, description="smallest share of these customers that makes a persona"
    )
    horizon_days: Annotated[int, Field(ge=0, le=730)] = Field(
        0, description="length of the next period that personas are judged on; 0: the longest that fits thrice"
    )
    sample_size: Annotated[int, Field(ge=500, le=20_000)] = Field(
        3000, description="customers on whom the number of personas is worked out; all are assigned afterwards"
    )
    resamples: Annotated[int, Field(ge=19, le=500)] = Field(
        29, description="bootstrap samples for stability, and data sets that structure is compared with"
    )
    seed: Annotated[int, Field(ge=0, le=2**32 - 1)] = Field(20_11, description="start of everything random")


class FunnelParameters(Parameters):
    """Parameters of funnel and paths."""

    steps: Words = Field(
        (),
        description="steps in their order: names of events, `a | b` for either, `a where page = '/x'` for some; "
        "empty: found in the data",
    )
    order: Literal["ordered", "strict", "any"] = Field(
        "ordered", description="ordered: other events may lie between; strict: none may; any: in whatever order"
    )
    unit: Literal["auto", "customer", "session", "order"] = Field(
        "auto", description="what goes through the funnel; auto: customers and visitors, orders where nobody is known"
    )
    window_days: Annotated[float, Field(ge=0, le=36_500)] = Field(
        0, description="days from entry in which a step counts, fractions allowed; 0: the usual ones of such steps"
    )
    attempt: Literal["first", "best"] = Field(
        "first", description="which attempt of somebody counts: the first, or the one that got furthest"
    )
    entry: Literal["auto", "closed", "open"] = Field(
        "auto", description="closed: everybody enters by the first step; open: by any; auto: open for any order"
    )
    occurrence: Literal["first_matching", "first_ever"] = Field(
        "first_matching", description="who may enter: by any matching event, or only by the first ever of its name"
    )
    exclude: Words = Field((), description="events that end an attempt, written like steps")
    hold: Words = Field((), description="columns whose value must be the same in all steps, for example product_id")
    tolerance_seconds: Annotated[float, Field(ge=0, le=3_600)] = Field(
        1.0, description="events so near to each other count as simultaneous: their order is not known"
    )
    entry_days: Annotated[int, Field(ge=0, le=36_500)] = Field(
        0, description="days before the as-of date in which entries count; 0: all"
    )
    break_down: Words = Field((), description="columns that the funnel is broken down by; empty: those the data hold")
    attribution: Literal["first", "last", "step", "all"] = Field(
        "first",
        description="which value of such a column counts: at entry, at the last step reached, at the step before, all",
    )
    compare_days: Annotated[int, Field(ge=0, le=3_650)] = Field(
        28, description="days of entries that are compared with as many days before; 0: none"
    )
    compare_paths: Words = Field(
        (),
        description="two ways to compare, for example `home > new, search`; empty: the most used ones",
    )
    usual_steps: Words = Field(
        (), description="steps to look for where none are asked for, as far as the data have them: the industry's way"
    )
    usual_window_days: Annotated[float, Field(ge=0, le=36_500)] = Field(
        0, description="window of such steps where none is asked for, as far as the data reach; 0: as for other events"
    )
    seed: Annotated[int, Field(ge=0, le=2**32 - 1)] = Field(20_11, description="start of everything random")


class RetentionParameters(Parameters):
    """Parameters of retention and activity."""

    activity: Literal["auto", "any", "events", "orders", "purchases"] = Field(
        "auto", description="what being active means; auto: any event or order, whatever the data hold"
    )
    return_events: Words = Field((), description="names of the events that count; empty: all")
    people: Literal["auto", "customers", "everyone"] = Field(
        "auto", description="whom to follow; auto: customers where they make a third of the activity, else visitors too"
    )
    start: Literal["first_activity", "signed_up", "first_purchase"] = Field(
        "first_activity", description="what a person's cohort and time are counted from"
    )
    period: Literal["auto", "day", "week", "month"] = Field(
        "auto", description="length of a period; auto: by how long the data reach and how often people come"
    )
    clock: Literal["calendar", "24h"] = Field(
        "calendar",
        description="calendar: days, weeks and months of the calendar; 24h: counted from each person's first moment",
    )
    measure: Literal["bounded", "unbounded", "on_or_before", "bracket", "period_over_period"] = Field(
        "bounded", description="which retention is shown first; the tables hold all"
    )
    brackets: Brackets = Field(
        (), description="periods taken together, for example 1, 2-3, 4-7; empty: the usual ones of the period"
    )
    groups: Words = Field((), description="columns that people are compared by; empty: those that the data hold")
    silent_days: Annotated[int, Field(ge=0, le=3_650)] = Field(
        0, description="days without activity from which a person counts as gone; 0: the people's own rhythm"
    )
    release: OptionalDay = Field(None, description="day of a release to compare before and after; empty: none")
    release_for: str = Field(
        "", description="whom the release was for, as column = value; empty: everybody, and nobody to compare with"
    )
    horizon_months: Annotated[int, Field(ge=1, le=60)] = Field(12, description="months ahead that cohorts are followed")
    seed: Annotated[int, Field(ge=0, le=2**32 - 1)] = Field(20_11, description="start of everything random")


class ChurnParameters(Parameters):
    """Parameters of churn."""

    kind: Literal["auto", "orders", "activity", "contracts"] = Field(
        "auto", description="what leaving means: no order, no activity, or an ended contract; auto: what the data hold"
    )
    horizon_days: Annotated[int, Field(ge=0, le=1_095)] = Field(
        0, description="days ahead in which somebody counts as leaving; 0: the usual length that fits the rhythm"
    )
    gap_days: Annotated[int, Field(ge=0, le=365)] = Field(
        0, description="days between the last day known and the first day predicted: the time that acting needs"
    )
    observation_days: Annotated[int, Field(ge=0, le=36_500)] = Field(
        0, description="days before a cut-off that features look back on; 0: all"
    )
    active_days: Annotated[int, Field(ge=0, le=3_650)] = Field(
        0, description="days of silence up to which somebody counts as still here; 0: by the return probability"
    )
    return_probability: Annotated[float, Field(gt=0, lt=1)] = Field(
        0.1, description="whoever returns less likely than this after a silence counts as gone before the cut-off"
    )
    cut_offs: Annotated[int, Field(ge=2, le=24)] = Field(
        8, description="most past cut-offs used, a horizon apart; each but the earliest is a test of the ones before"
    )
    training_sample: Annotated[int, Field(ge=1_000, le=5_000_000)] = Field(
        100_000, description="most people of a cut-off on whom models are fitted and tested; all are scored"
    )
    margin_share: Annotated[float | None, Field(gt=0, le=1)] = Field(
        None, description="margin as a share of revenue; empty: from the costs in the data, else money is revenue"
    )
    contact_cost: Annotated[float | None, Field(ge=0)] = Field(
        None, description="cost of one contact, in the currency; empty: about a hundredth of the mean order or price"
    )
    incentive: Annotated[float | None, Field(ge=0)] = Field(
        None, description="cost of the offer to whoever takes it, in the currency; empty: about a tenth of the same"
    )
    acceptance: Annotated[float, Field(gt=0, le=1)] = Field(
        0.1, description="share of the leaving who stay for the offer: an assumption until a test has measured it"
    )
    groups: Words = Field((), description="columns that survival is compared by; empty: those that the data hold")
    covariates: Words = Field(
        (), description="columns of the hazard model of contracts; empty: plan, price and what is known of the customer"
    )
    end_reason: str = Field("", description="column of subscriptions that says why a contract ended; empty: none")
    seed: Annotated[int, Field(ge=0, le=2**32 - 1)] = Field(20_11, description="start of everything random")


class BasketRulesParameters(Parameters):
    """Parameters of basket rules."""

    basket: Literal["auto", "order", "day", "customer", "session"] = Field(
        "auto",
        description="what one basket is: an order, a customer's day, all of a customer, or a visit (from events)",
    )
    item: Literal["auto", "code", "name"] = Field(
        "auto", description="what one item is: a product code, or all codes of one name; auto: the name of many codes"
    )
    level: Literal["auto", "item", "category", "both"] = Field(
        "auto", description="what is put together: items, categories, or both in one rule; auto: both where known"
    )
    minimum_support: Annotated[float, Field(ge=0, le=1)] = Field(
        0.0,
        description="share of baskets that a set needs; 0: the smallest that the floor of the count and memory allow",
    )
    minimum_count: Annotated[int, Field(ge=2, le=100_000)] = Field(
        20, description="baskets that a set needs where the support is chosen"
    )
    minimum_confidence: Annotated[float, Field(ge=0, le=1)] = Field(0.1, description="confidence that a rule needs")
    maximum_length: Annotated[int, Field(ge=2, le=10)] = Field(4, description="most items of a set")
    consequent_items: Annotated[int, Field(ge=1, le=5)] = Field(1, description="most items on the right of a rule")
    maximum_basket: Annotated[int, Field(ge=0, le=100_000)] = Field(
        0, description="baskets with more different items are set aside; 0: far beyond the usual size"
    )
    exclude_items: Words = Field(
        (), description="product codes that are no products, beside those found by their names"
    )
    false_discovery: Annotated[float, Field(gt=0, le=0.5)] = Field(
        0.05, description="share of false ones allowed among the rules called significant"
    )
    later_share: Annotated[float, Field(ge=0.1, le=0.9)] = Field(
        0.35, description="last share of the baskets on which the rules of the earlier ones are tested"
    )
    groups: Words = Field((), description="columns that rules are checked within; empty: those that the data hold")
    sequence_days: Annotated[int, Field(ge=1, le=730)] = Field(30, description="days in which B has to follow A")
    margin_share: Annotated[float | None, Field(gt=0, le=1)] = Field(
        None, description="margin as a share of revenue; empty: from the costs in the data"
    )
    bundle_discount: Annotated[float, Field(ge=0, lt=1)] = Field(0.1, description="reduction on the price of a bundle")
    conversion: Annotated[float, Field(gt=0, le=1)] = Field(
        0.05, description="share of buyers of A without B who take B when it is offered: an assumption until tested"
    )
    next_items: Annotated[int, Field(ge=1, le=20)] = Field(5, description="items suggested to each customer")
    seed: Annotated[int, Field(ge=0, le=2**32 - 1)] = Field(20_11, description="start of everything random")


class CampaignEvaluationParameters(Parameters):
    """Parameters of campaign evaluation."""

    campaigns: Words = Field((), description="codes of the campaigns to evaluate; empty: all")
    window_days: Annotated[int, Field(ge=1, le=730)] = Field(
        14, description="days from the assignment in which an order or visit counts"
    )
    before_days: Annotated[int, Field(ge=1, le=1_095)] = Field(
        90, description="days before the assignment that describe a customer: balance, CUPED, matching"
    )
    outcomes: Words = Field(
        (),
        description="outcomes: converted, orders, revenue, margin, visits, or columns of touches; empty: those known",
    )
    main_outcome: str = Field(
        "", description="the outcome that decides; empty: a ready-made one, yes or no before others, else converted"
    )
    guardrails: Words = Field(
        (), description="outcomes that must not get worse; empty: unsubscribed and refunds, where known"
    )
    control_arms: Words = Field(
        (), description="arms that the others are compared with; empty: the one without message"
    )
    not_randomised: Words = Field((), description="campaigns whose arms were not drawn by lot")
    planned_split: str = Field(
        "", description="planned shares, as 'control 50% / voucher 50%'; empty: as campaigns say, else equal"
    )
    unit: str = Field("customer", description="what was drawn: customer, or a column that holds a store, region, week")
    groups: Words = Field(
        (), description="columns that effects are compared by; empty: recency, frequency and value before the campaign"
    )
    winsorise: Annotated[float, Field(ge=0.9, le=1)] = Field(
        0.99, description="share of amounts above which money is cut in the robust reading; 1: not cut"
    )
    planned_looks: Annotated[int, Field(ge=1, le=52)] = Field(
        1, description="looks at the running experiment that were planned beforehand"
    )
    smallest_lift: Annotated[float, Field(gt=0, le=10)] = Field(
        0.1, description="relative lift of the main outcome below which a campaign is not worth its while"
    )
    power: Annotated[float, Field(ge=0.5, le=0.99)] = Field(0.8, description="chance to see it that a next test has")
    margin_share: Annotated[float | None, Field(gt=0, le=1)] = Field(
        None, description="margin as a share of revenue; empty: from the costs in the data, else money is revenue"
    )
    contact_cost: Annotated[float, Field(ge=0)] = Field(
        0.0, description="cost of one message, in the currency, beside the costs in campaigns and spend"
    )
    machine_open_seconds: Annotated[int, Field(ge=0, le=600)] = Field(
        2, description="openings so soon after delivery are a machine's and do not count; 0: all count"
    )
    fatigue_days: Annotated[int, Field(ge=7, le=365)] = Field(
        30, description="days before a message in which earlier messages make it the second, third …"
    )
    attribution_source: Literal["auto", "events", "touches", "paths"] = Field(
        "auto", description="where the channels before an order come from: visits, messages or ready-made paths"
    )
    attribution_days: Annotated[int, Field(ge=1, le=365)] = Field(
        30, description="days before an order in which a channel can have a share in it"
    )
    half_life_days: Annotated[float, Field(gt=0, le=365)] = Field(
        7.0, description="days after which a contact weighs half, in the model of decay"
    )
    channel_days: Annotated[int, Field(ge=7, le=730)] = Field(
        90, description="days after a customer was won in which the channel's margin counts"
    )
    retention_days: Annotated[int, Field(ge=1, le=365)] = Field(
        30, description="days after which a customer who was won counts as still there if active later"
    )
    budget_shift: Annotated[float, Field(gt=0, le=0.5)] = Field(
        0.1, description="share of a channel's spend that the budget table moves"
    )
    claim: str = Field("", description="a claim to audit, as '+35%'; empty: the change that the data themselves show")
    claim_day: OptionalDay = Field(
        None, description="first day after the change that is claimed; empty: the day of the largest campaign"
    )
    claim_days: Annotated[int, Field(ge=7, le=365)] = Field(28, description="days before and after that are compared")
    next_test: str = Field("", description="campaign that the next test is modelled on; empty: the most promising")
    next_arms: Words = Field(("control", "treatment"), description="arms of the next test; the first gets no message")
    next_holdout: Annotated[float, Field(gt=0, lt=1)] = Field(0.5, description="share of the next test without message")
    next_strata: Words = Field((), description="columns in which the next test is balanced; empty: value class")
    seed: Annotated[int, Field(ge=0, le=2**32 - 1)] = Field(20_11, description="start of everything random")


class ReportParameters(Block):
    """The `reports` block of engagement.yml: one entry for each report."""

    data_audit: DataAuditParameters = Field(default_factory=DataAuditParameters)
    personas: PersonasParameters = Field(default_factory=PersonasParameters)
    rfm: RfmParameters = Field(default_factory=RfmParameters)
    funnel: FunnelParameters = Field(default_factory=FunnelParameters)
    retention: RetentionParameters = Field(default_factory=RetentionParameters)
    churn: ChurnParameters = Field(default_factory=ChurnParameters)
    basket_rules: BasketRulesParameters = Field(default_factory=BasketRulesParameters)
    campaign_evaluation: CampaignEvaluationParameters = Field(default_factory=CampaignEvaluationParameters)
