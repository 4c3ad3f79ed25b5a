"""The truths of the campaigns: what each arm caused, and how far the comparison of the contacted misleads."""

from __future__ import annotations

from typing import Any

import numpy as np

from customer_analytics.tables.sample.campaigns import (
    CAMPAIGNS,
    MOVED_DAYS,
    RECENT_DAYS,
    TARGETING,
    WINDOW_DAYS,
    Wave,
    effect_truth,
)
from customer_analytics.tables.sample.frames import Business
from customer_analytics.tables.sample.sources import campaign_code
from customer_analytics.tables.sample.world import DAY, Flags

DEFINITION = (
    "effect of assignment on the customers of the campaign, against the first arm, in the window from sending: orders "
    "a head (any status) and share with an order; the expectation over the planted probabilities for the customers who "
    "were assigned, given the orders they placed anyway"
)


def campaign_truth(business: Business) -> dict[str, Any]:
    """One entry a campaign, by the client's code."""
    caused = business.orders.campaign
    result: dict[str, Any] = {"definition": DEFINITION, "window_days": WINDOW_DAYS}
    for wave in business.basis.waves:
        campaign = CAMPAIGNS[wave.campaign]
        rows = caused == wave.campaign
        value = float(business.lines.amount[rows].mean()) / 100 if rows.any() else None
        entry = {
            "key": campaign.key,
            "kind": campaign.kind,
            "sent_on": str(np.datetime64(wave.sent, "s").astype("datetime64[D]")),
            "assigned": len(wave.customer),
            "written": int(wave.written.sum()),
            "caused_orders": int(rows.sum()),
            "mean_amount_of_caused_orders": value,
        }
        if campaign.kind == "targeted":
            entry |= _targeted(business, wave)
        else:
            entry["arms"] = _arms(business, wave)
        result[campaign_code(wave.campaign)] = entry
    return result


def _arms(business: Business, wave: Wave) -> dict[str, Any]:
    campaign, everybody = CAMPAIGNS[wave.campaign], np.ones(len(wave.customer), dtype=bool)
    differs = campaign.effect_if_recent is not None
    arms: dict[str, Any] = {}
    for number, arm in enumerate(campaign.arms):
        rows = wave.arm == number
        entry: dict[str, Any] = {
            "planned_share": arm.share,
            "assigned": int(rows.sum()),
            "written": int((rows & wave.written).sum()),
        }
        if number:
            entry["effect"] = effect_truth(wave, number, everybody)
            if differs:
                entry["effect_by_group"] = {
                    f"order in the {RECENT_DAYS} days before": effect_truth(wave, number, wave.recent),
                    f"no order in the {RECENT_DAYS} days before": effect_truth(wave, number, ~wave.recent),
                }
            if arm.moved:
                entry["effect_until_all_moved"] = {"days": WINDOW_DAYS + MOVED_DAYS, "orders": 0.0}
        arms[arm.name] = entry
    return arms


def _targeted(business: Business, wave: Wave) -> dict[str, Any]:
    """The effect on those who were contacted, and the difference that a comparison with the others would show."""
    people = len(business.people)
    contacted: Flags = np.zeros(people, dtype=bool)
    contacted[wave.customer] = True
    until = wave.sent + WINDOW_DAYS * DAY
    inside = (business.orders.placed >= wave.sent) & (business.orders.placed < until)
    ordered = np.bincount(business.orders.customer[inside], minlength=people)
    others = ~contacted & (business.people.signed_up < wave.sent - 30 * DAY)
    return {
        "effect": effect_truth(wave, 0, np.ones(len(wave.customer), dtype=bool)),
        "selection": {
            "definition": "log odds of contact = intercept + slope * min(orders in the 90 days before, 3), among "
            "customers with consent, registered 30 days before, with an order in the year before",
            "intercept": TARGETING[0],
            "slope": TARGETING[1],
        },
        "naive_difference": {
            "definition": "orders a head in the window, contacted less all others registered 30 days before: biased",
            "orders": float(ordered[contacted].mean() - ordered[others].mean()),
        },
    }
