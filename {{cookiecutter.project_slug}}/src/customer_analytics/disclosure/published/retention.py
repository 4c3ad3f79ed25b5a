"""The people in the tables and metrics of the retention report."""

from __future__ import annotations

from customer_analytics.disclosure.tables import NOBODY, WHOLE, People, base, count, curve, group, part, share, table

RATE = "rate low high"
TABLES = {
    "cohorts": table(
        "cohort period",
        group("size", "period"),
        part("active", "eligible", f"{RATE} period_over_period", adds_up=("period",)),
        People("active", "unbounded", "unbounded unbounded_rate"),
        People("active", "on_or_before", "on_or_before on_or_before_rate"),
        part("unbounded", "eligible", "unbounded_rate", adds_up=("period",), nested="cohort"),
        part("on_or_before", "eligible", "on_or_before_rate", adds_up=("period",), nested="cohort"),
        part("continued", "previous", "continued_rate", adds_up=("period",)),
        part("previous", "eligible", "period_over_period continued_rate"),
        part("so_far", "eligible", adds_up=("period",)),
    ),
    "activity": table(
        "period",
        count("active"),
        count("new", "quick_ratio", adds_up=(WHOLE,)),
        count("returning"),
        count("resurrecting", "quick_ratio"),
        count("dormant", "quick_ratio"),
        sums=(("active", "new returning resurrecting"), ("before_active", "returning dormant")),
    ),
    "retention_curve": table(
        "period cohorts",
        group("eligible"),
        share("bounded", "eligible", "bounded_low bounded_high"),
        share("unbounded", "eligible", "unbounded_low unbounded_high"),
        share("on_or_before", "eligible", "on_or_before_low on_or_before_high"),
        base(
            "eligible", "settled_eligible",
            "bounded bounded_low bounded_high unbounded unbounded_low unbounded_high on_or_before on_or_before_low "
            "on_or_before_high settled",
        ),
        part("settled_eligible", "eligible"),
    ),
    "brackets": table(
        "bracket from to", group("eligible"), part("active", "eligible", RATE), base("eligible", "active", RATE)
    ),
    "headline": table(
        "day",
        part("active", "eligible", RATE),
        part("recent_active", "recent_eligible", "recent_rate difference difference_low difference_high"),
        part("earlier_active", "earlier_eligible", "earlier_rate difference difference_low difference_high"),
        base("eligible", "active", RATE),
        count("recent_eligible", "recent_active recent_rate difference difference_low difference_high"),
        count("earlier_eligible", "earlier_active earlier_rate difference difference_low difference_high"),
    ),
    "day_curve": table(
        "age",
        group("eligible"),
        part("active", "eligible", RATE),
        part("unbounded", "eligible", "unbounded_rate", nested=WHOLE),
        base("eligible", "active unbounded", f"{RATE} unbounded_rate"),
    ),
    "daily_activity": table(
        "day", part("dau", "wau"), part("wau", "mau"), count("mau"), part("new", "dau", adds_up=(WHOLE, "day:7"))
    ),
    "active_days": table("days", group("people", WHOLE)),
    "next_period": table("state", group("people", WHOLE), part("active", "people", RATE)),
    "resurrection": table("silent", group("at_risk"), part("returned", "at_risk", RATE)),
    "repurchase": table(
        "within_days", group("eligible"), part("repeated", "eligible", RATE), base("eligible", "repeated", RATE)
    ),
    "value_to_day": table("day", group("eligible"), base("eligible", "net", "")),
    "cohort_money": table("cohort period", group("size", "period")),
    "revenue_retention": table("base_from later_from days", group("people")),
    "survival": table("group time", curve("at_risk", "survival", "group"), shortened=True),
    "contracts_survival": table("group time", curve("at_risk", "survival", "group"), shortened=True),
    "staying_groups": table(
        "column group limit_days", group("people", "column"), part("gone", "people", adds_up=("column",))
    ),
    "activity_by_age": table("age_days", group("people"), part("active", "people"), base("people", "active", "")),
    "activity_by_calendar": table("start", group("active")),
    "activity_by_intake": table("start", group("active")),
    "return_mix": table(
        "group",
        count("people_earlier", "rate_earlier", adds_up=(WHOLE,)),
        count("people_lately", "rate_lately", adds_up=(WHOLE,)),
        share("rate_earlier", "people_earlier"),
        share("rate_lately", "people_lately"),
    ),
    "habits": table(
        "deed times days", count("people"), count("people_other"), share("rate", "people"),
        share("rate_other", "people_other"),
    ),
    "projection": table("age", share("observed", "eligible"), base("eligible", "", "observed")),
    "projection_ahead": NOBODY,  # expected people, no more than a forecast
    "projection_cohorts": NOBODY,
    "projection_test": NOBODY,
    "contracts_test": NOBODY,
    "contracts": table("age", share("observed", "eligible"), base("eligible", "", "observed")),
    "retention_need": NOBODY,
    "active_ahead": NOBODY,
    "value_of_a_point": NOBODY,
    "payback": table("channel quarter", group("customers", WHOLE, "channel", "quarter")),
    "definitions": table(
        "definition", part("retained", "people", RATE), count("people", f"retained {RATE}"), count("added"),
        count("dropped"),
    ),
    "returns_within": NOBODY,  # active days, not people
    "lapse": table(
        "state", count("people", adds_up=(WHOLE,)), count("customers", f"returned {RATE}"),
        part("returned", "customers", RATE),
    ),
    "calendar_weeks": table("first_day", group("active")),
}  # fmt: skip
METRICS = table(
    "",
    *(count(name) for name in ("people", "dau", "wau", "mau", "staying.people", "lapse.people", "active")),
    part("staying.gone", "staying.people"),
    count("active.new", "quick_ratio"),
    count("active.returning"),
    count("active.resurrecting", "quick_ratio"),
    count("active.dormant", "quick_ratio"),
    sums=(("active", "active.new active.returning active.resurrecting"),),
)
SUMS = ()
