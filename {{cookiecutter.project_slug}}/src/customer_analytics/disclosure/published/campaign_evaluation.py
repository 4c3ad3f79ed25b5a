"""The people in the tables and metrics of the campaign report. A message goes to a person."""

from __future__ import annotations

from customer_analytics.disclosure.tables import NOBODY, WHOLE, count, group, part, table

ARMS = "campaign arm control outcome measure"
BOTH = (group("n"), group("n_control"))
TABLES = {
    "campaigns": table(
        "campaign window_days window_over cost_fixed", count("customers", "messages"), count("in_two_arms"),
        count("without_arm"), count("unanswered"), count("unknown_customers"), part("messages", "customers"),
    ),
    "arms": table("campaign arm outcome", group("n", "campaign outcome")),
    "effects": table(ARMS, *BOTH),
    "ratio_effects": table(ARMS, *BOTH),
    "sample_ratio": table("campaign arm", group("n", "campaign")),
    "balance": table(f"{ARMS} column", *BOTH),
    "strata": table("campaign stratum arm", group("n", "campaign arm", "campaign stratum")),
    "guardrails": NOBODY,
    "looks": NOBODY,
    "experiments": NOBODY,
    "effects_by_group": table(f"{ARMS} group level place from until", *BOTH),
    "interactions": NOBODY,
    "qini_curve": NOBODY,
    "qini_by_campaign": table("campaign", group("n")),
    "uplift_deciles": table("decile", group("n"), group("n_contact"), group("n_control")),
    "uplift_quadrants": table("base change kind", group("n", WHOLE)),
    "policies": NOBODY,
    "campaign_scorecard": table("campaign window_days", group("units"), *BOTH),
    "messages": table(
        "dimension value campaign metric denominator", group("base"), count("sent"),
        part("events", "base", "rate low high others difference difference_low difference_high"),
    ),
    "responders": table("trait value", group("responders", "trait"), group("others", "trait")),
    "fatigue": table(
        "axis number metric", group("base"), part("events", "base", "rate low high ratio ratio_low ratio_high")
    ),
    "fatigue_added": table("axis number", *BOTH),
    "effect_by_day": table(f"{ARMS} day", *BOTH),
    "effect_course": table(ARMS, *BOTH),
    "pull_forward": table(ARMS, *BOTH),
    "campaign_categories": NOBODY,
    "campaign_overlap": table("campaign other", count("shared", "share share_control share_contact")),
    "returns": table(ARMS, *BOTH),
    "programme": table("quarter", group("contacted")),
    "offer_ladder": table("campaign arm depth depth_from", group("n")),
    "offer_steps": NOBODY,
    "price_sensitivity": NOBODY,
    "next_test_sizes": NOBODY,
    "next_test_strata": table("stratum", group("customers", WHOLE)),
    "compared_campaigns": table(
        "campaign", group("n"), count("unknown"), part("kept", "n", "kept_share"), count("pool")
    ),
    "comparisons": table("campaign outcome method", group("n"), group("n_others")),
    "matched_balance": NOBODY,
    "sensitivity": NOBODY,
    "responses": table("campaign event", group("n"), count("customers", "share low high"), count("assigned")),
    "claim": NOBODY,
    "attribution": NOBODY,
    "attribution_spread": table("channel", group("people")),
    "attribution_paths": table(
        "path contacts", group("journeys"), part("conversions", "journeys", "value rate"), part("nulls", "journeys")
    ),
    "attribution_calibration": table("channel model campaigns", group("contacted")),
    "channels": table(
        "channel impressions clicks payback_days", group("customers", WHOLE),
        part("buyers", "customers", adds_up=(WHOLE,)),
        part("mature", "customers"), part("stayed", "mature", "rate low high difference"),
        part("observed", "customers"), part("costed", "customers"),
    ),
    "channel_cohorts": table(
        "channel month", group("customers", "channel", "month"), part("mature", "customers"),
        part("stayed", "mature", "rate low high"), part("observed", "customers"),
    ),
    "budget_returns": table("channel", group("customers")),
    "budget_shift": NOBODY,
}  # fmt: skip
METRICS = table("", *(count(name) for name in ("in_two_arms", "responders", "target", "suppress")))
SUMS = ()
