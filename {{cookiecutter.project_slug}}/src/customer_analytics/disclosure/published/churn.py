"""The people in the tables and metrics of the churn report."""

from __future__ import annotations

from customer_analytics.disclosure.tables import NOBODY, WHOLE, count, curve, group, part, share, table

RATE = "rate low high"
TABLES = {
    "cut_offs": table("cut", group("people"), part("left", "people", RATE)),
    "silence": table("rhythm silent_days", group("people"), part("returned", "silences", RATE)),
    "silence_thresholds": NOBODY,  # silences, not people
    "silence_costs": table(
        "silent_days", group("people"), part("flagged", "people"), part("false_alarms", "flagged"),
        part("missed", "people"),
    ),
    "features": NOBODY,
    "evaluation": table("method cut", group("n"), part("left", "n", "rate")),
    "comparison": NOBODY,
    "calibration": table("method cut bin", group("n"), share("observed", "n", "low high")),
    "gains": NOBODY,
    "fits": table("cut method", group("rows"), part("left", "rows")),
    "set_aside": NOBODY,
    "rules_missing": NOBODY,
    "other_targets": table("target cut method", group("people"), part("came", "people", "rate")),
    "importance": table("group level", count("people")),
    "directions": table(
        "feature family order level lowest highest", group("cases"), part("left", "cases", f"{RATE} forecast")
    ),
    "last_path": table(
        "deed days",
        part("left_did", "left_did/left_share", "left_share difference low high"),
        part("stayed_did", "stayed_did/stayed_share", "stayed_share difference low high"),
    ),
    "leakage": table("feature", count("people")),
    "leakage_probes": NOBODY,
    "drift": NOBODY,
    "fairness": table(
        "column group", group("people", "column"),
        part("left", "people", f"{RATE} difference ratio ratio_low ratio_high"),
    ),
    "tiers": table(
        "tier", group("customers", WHOLE), part("selected", "customers", adds_up=(WHOLE,)),
        count("n", f"left {RATE}"), part("left", "n", RATE),
    ),
    "actions": table("action", group("customers", WHOLE)),
    "do_not_disturb_reasons": table("do_not_disturb", group("customers", WHOLE)),
    "profit_curve": NOBODY,
    "profit_sensitivity": NOBODY,
    "cost_of_delay": NOBODY,
    "past_campaigns": table(
        "campaign_id verdict day plan_known", count("assigned"), count("in_two_arms"), part("treated", "assigned"),
        part("control", "assigned"), count("followed"),
        part("treated_stayed", "treated_n"), part("control_stayed", "control_n"), count("treated_n"),
        count("control_n"),
    ),
    "uplift_curve": NOBODY,
    "uplift_groups": table("group", group("n")),
    "pilot": table("stratum", group("customers", WHOLE), part("control", "customers", adds_up=(WHOLE,))),
    "promise": table(
        "as_of", count("scored"), part("matched", "scored"), part("left", "matched", "seen"), share("seen", "matched")
    ),
    "promise_reliability": table("as_of bin class", count("n"), share("seen", "n", "low high")),
    "survival": table("group time population", curve("at_risk", "survival", "population group"), shortened=True),
    "survival_groups": table("group population", group("people"), part("gone", "people")),
    "hazards": NOBODY,
    "hazard_by_tenure": table("from until population", count("ended", RATE, adds_up=("population",))),
    "hazard_checks": NOBODY,
    "hazard_set_aside": NOBODY,
    "end_reasons": table("reason time", count("at_risk"), count("ended", "incidence low high")),
}  # fmt: skip
METRICS = table(
    "",
    *(
        count(name)
        for name in (
            "customers", "contactable", "selected", "pilot", "repurchase.people", "conversion.people",
            "contracts.counted", "lives.counted",
        )
    ),
    part("contracts.ended", "contracts.counted"),
    part("lives.ended", "lives.counted"),
)  # fmt: skip
SUMS = (("tier.", ""),)
