"""The people in the tables and metrics of the funnel report. Visits, moves and clicks are acts, not people."""

from __future__ import annotations

from customer_analytics.disclosure.tables import NOBODY, WHOLE, count, curve, group, part, share, steps, table

RATE = "rate low high"
TABLES = {
    "steps": table(
        "step name", steps("reached", "rate rate_low rate_high overall lost", "rate rate_low rate_high lost"),
        count("lost"),
    ),
    "steps_ever": table("step name", count("units")),
    "steps_moved": table("step", count("entered_here"), count("went_on", nested=WHOLE), count("reached_so_far")),
    "trend": table(
        "week step", group("entered", "step"), part("reached", "entered", RATE, adds_up=("step",), nested="week"),
        count("immature"),
    ),
    "time_to_convert": table("step from_step name", group("converters")),
    "conversion_curve": table("days", count("at_risk", nested=WHOLE)),
    "sensitivity": table("rule value seconds", group("entered"), part("converted", "entered", RATE)),
    "reconciliation": table("tool place rule value", group("entered"), part("converted", "entered", "rate change")),
    "parts": table("part from_step to_step", group("entered"), part("reached", "entered", f"{RATE} p50")),
    "breakdown": table(
        "property value step attribution", group("n", "property step attribution"),
        part("reached", "n", f"{RATE} rest_rate difference difference_low difference_high"),
    ),
    "dropoff_drivers": NOBODY,
    "dropoff_prizes": NOBODY,
    "dropoff_reasons": table(
        "step group said place", part("lost_with", "lost", "share share_low share_high"),
        part("went_on_with", "went_on", "went_on_share"),
    ),
    "dropoff_voices": table(
        "step topic", part("lost_with", "lost", "share share_low share_high"),
        part("went_on_with", "went_on", "went_on_share"),
    ),
    "funnel_change": table(
        "step", part("reached_earlier", "n_earlier", "rate_earlier change low high"),
        part("reached_now", "n_now", "rate_now change low high"),
    ),
    "funnel_change_split": table(
        "property value", group("n_earlier", "property"), group("n_now", "property"),
        share("rate_earlier", "n_earlier", "mix rate"), share("rate_now", "n_now", "mix rate"),
    ),
    "funnel_odd_days": NOBODY,
    "fix_portfolio": NOBODY,
    "paths": table("path", group("people")),
    "paths_to_goal": table("path", group("people")),
    "entries": table("place", group("people")),
    "path_flows": table("source target stop", group("people")),
    "transitions": NOBODY,
    "places": table("place", group("people")),
    "friction": table("kind place", group("people")),
    "path_comparison": table("way against", group("people"), group("other_people")),
    "dropped_next": table("step place", group("units")),
    "dropped_last": table("step place", group("units")),
    "clicks": table("page element", group("people")),
    "interactions": table("", group("people")),
    "visit_hours": NOBODY,
    "leads": table("stage", count("people", nested=WHOLE)),
    "leads_closed": table("days", curve("followed", "open", WHOLE)),
    "scorecard": table(
        "stage measure kind",
        count("n", "value low high change change_low change_high together_low together_high"),
        count("n_before", "before change change_low change_high together_low together_high"),
        share("value", "n", "low high change change_low change_high"),
        share("before", "n_before", "change change_low change_high"),
    ),
}  # fmt: skip
METRICS = table("", *(count(name) for name in ("entered", "converted", "leads")))
SUMS = ()
# What a step hides, other tables must not tell: the same people under another name.
SAME = ("step", ("steps", "reached"), (("time_to_convert", "converters"), ("steps_moved", "went_on")))
