"""The sample generator's targeted campaign in memory, as the frame that the comparison takes; no files, no engine."""

from __future__ import annotations

import numpy as np
import pandas as pd

from customer_analytics.tables.sample.campaigns import CAMPAIGNS, effect_truth, run_campaigns
from customer_analytics.tables.sample.life import make_life
from customer_analytics.tables.sample.people import make_people
from customer_analytics.tables.sample.shopping import draw_times
from customer_analytics.tables.sample.world import DAY, World

EARLIER = 104  # days: the window and the days that describe a customer


def chosen_world(seed: int, customers: int = 4_000) -> tuple[pd.DataFrame, float]:
    """One row a customer known at the contact (y: orders after, p: orders of the placebo) and the planted effect."""
    world = World(customers, seed, "en", "retail", "EUR", "UTC")
    people = make_people(world)
    life = make_life(world, people)
    basis = run_campaigns(world, people, life, *draw_times(world, people, life))
    (wave,) = (one for one in basis.waves if CAMPAIGNS[one.campaign].kind == "targeted")
    n, sent = len(people), wave.sent
    last, first = np.full(n, -np.inf), np.full(n, np.inf)
    before = basis.time < sent
    np.maximum.at(last, basis.customer[before], basis.time[before])
    np.minimum.at(first, basis.customer, basis.time)
    known = np.minimum(first, people.signed_up)
    contacted = np.zeros(n)
    contacted[wave.customer] = 1
    frame = pd.DataFrame(
        {
            "contacted": contacted,
            "exact": people.consent,
            "x_orders": basis.count(n, sent - 90 * DAY, sent),
            "recency_days": np.where(np.isfinite(last), (sent - last) / DAY, np.nan),
            "orders_earlier": basis.count(n, sent - 10_000 * DAY, sent - EARLIER * DAY),
            "days_known": (sent - known) / DAY,
            "y": basis.count(n, sent, sent + 14 * DAY),
            "p": basis.count(n, sent - EARLIER * DAY, sent - 90 * DAY),
        }
    )
    truth = effect_truth(wave, 0, np.ones(len(wave.customer), dtype=bool))["orders"]
    return frame[known < sent].reset_index(drop=True), truth
