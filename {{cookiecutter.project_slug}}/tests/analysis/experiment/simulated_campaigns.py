"""The sample client's campaigns of one seed with what they truly caused, without writing or loading any file."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from campaigns_by_hand import made

from customer_analytics.analysis.campaigns import Campaigns
from customer_analytics.tables.sample.campaigns import CAMPAIGNS, WINDOW_DAYS, Wave, effect_truth, run_campaigns
from customer_analytics.tables.sample.life import make_life
from customer_analytics.tables.sample.make import DAYS, END
from customer_analytics.tables.sample.people import make_people
from customer_analytics.tables.sample.shopping import draw_times
from customer_analytics.tables.sample.world import DAY, World

OUTCOMES = (("converted", "binary"), ("orders", "count"), ("revenue", "money"))
AMOUNT = 3.0, 1.0  # mean and spread of the logarithm of an order's amount: a heavy tail
WITHOUT_EFFECT = ("aa_test", "newsletter")  # nothing is planted in them
LOST_ROWS = "app_banner"  # a fifth of its control never reached the export


class Simulated(NamedTuple):
    """Campaigns, and truths: campaign, arm, outcome, truth; in expectation, given the orders placed anyway."""

    campaigns: Campaigns
    truths: pd.DataFrame


def simulated(seed: int, customers: int = 5_000) -> Simulated:
    """The randomised campaigns of one synthetic client. The amount of an order has nothing to do with anything."""
    world = World(customers, seed, "en", "retail", "EUR", "UTC", END, DAYS, True)
    people = make_people(world)
    life = make_life(world, people)
    basis = run_campaigns(world, people, life, *draw_times(world, people, life))
    amounts = np.random.default_rng(seed).lognormal(*AMOUNT, len(basis.time))
    frames, truths, planned = [], [], {}
    for wave in basis.waves:
        campaign = CAMPAIGNS[wave.campaign]
        if campaign.kind != "randomised":
            continue
        inside = (basis.time >= wave.sent) & (basis.time < wave.sent + WINDOW_DAYS * DAY)
        orders = np.bincount(basis.customer[inside], minlength=len(people))[wave.customer]
        revenue = np.bincount(basis.customer[inside], amounts[inside], len(people))[wave.customer]
        frame = pd.DataFrame(
            {"campaign": campaign.key, "arm": np.array([arm.name for arm in campaign.arms])[wave.arm],
             "converted": (orders > 0) * 1.0, "orders": orders * 1.0, "revenue": revenue,
             "x_orders": wave.orders_before * 1.0, "x_converted": (wave.orders_before > 0) * 1.0}
        )  # fmt: skip
        frames.append(frame[wave.written])
        truths += _truths(wave)
        planned[campaign.key] = {arm.name: arm.share for arm in campaign.arms}
    before = ("x_orders", "x_converted")
    return Simulated(made(pd.concat(frames), OUTCOMES, planned=planned, before=before), pd.DataFrame(truths))


def _truths(wave: Wave) -> list[dict[str, object]]:
    campaign, everybody = CAMPAIGNS[wave.campaign], np.ones(len(wave.customer), dtype=bool)
    mean_amount = float(np.exp(AMOUNT[0] + AMOUNT[1] ** 2 / 2))
    rows: list[dict[str, object]] = []
    for number, arm in enumerate(campaign.arms):
        if number:
            truth = effect_truth(wave, number, everybody)
            names = {"campaign": campaign.key, "arm": arm.name}
            rows.append(names | {"outcome": "converted", "truth": truth["conversion"]})
            rows.append(names | {"outcome": "orders", "truth": truth["orders"]})
            rows.append(names | {"outcome": "revenue", "truth": truth["orders"] * mean_amount})
    return rows
