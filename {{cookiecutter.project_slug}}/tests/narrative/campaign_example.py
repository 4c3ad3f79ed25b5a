"""A result of campaign evaluation from counts written down by hand; experiments and money by the project's own code."""

from __future__ import annotations

import datetime as dt
import importlib.util
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from customer_analytics.analysis.campaigns import Campaigns
from customer_analytics.analysis.campaigns.result import CampaignEvaluationResult
from customer_analytics.analysis.experiment import experiments
from customer_analytics.analysis.money import money
from customer_analytics.engagement.parameters import CampaignEvaluationParameters
from customer_analytics.language import Language
from customer_analytics.narrative.campaign_evaluation import View

_PATH = Path(__file__).parents[1] / "analysis" / "experiment" / "campaigns_by_hand.py"
_spec = importlib.util.spec_from_file_location("campaigns_by_hand_of_words", _PATH)
assert _spec and _spec.loader
by_hand = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(by_hand)

HOSTILE = "Spring <b>{0}</b> =1+1 🎁"
OUTCOMES = (("converted", "binary"), ("orders", "count"), ("revenue", "money"))
# campaign -> arm -> (customers, of them with one order); an order is worth 40, at both sides by turns 30 and 50
PLAIN = {
    "S": {"control": (1000, 100), "voucher": (1000, 170)},
    "N": {"control": (1000, 100), "newsletter": (1000, 102)},
    "R": {"control": (800, 80), "banner": (1000, 150)},
    "Q": {"control": (1000, 100), "mail": (1120, 180)},
}
NAMES = {"S": HOSTILE, "N": "Newsletter", "R": "Banner", "Q": "Mail", "T": "Thanks", "U": "Thanks"}


def units(arms: dict[str, dict[str, tuple[int, int]]] = PLAIN) -> pd.DataFrame:
    """One row a customer and campaign."""
    parts = []
    for campaign, sizes in arms.items():
        for arm, (n, ordered) in sizes.items():
            bought = (np.arange(n) < ordered).astype(float)
            worth = np.where(np.arange(n) % 2, 30.0, 50.0)
            part = pd.DataFrame({"converted": bought, "orders": bought, "revenue": bought * worth})
            part = part.sample(frac=1, random_state=1)  # the blocks are places: buyers belong into all of them
            parts.append(part.assign(campaign=campaign, arm=arm))
    return pd.concat(parts, ignore_index=True)


def campaigns(
    arms: dict[str, dict[str, tuple[int, int]]] = PLAIN, targeted: tuple[str, ...] = ("T", "U"), **options: Any
) -> Campaigns:
    """The campaigns; those of `targeted` were sent to chosen customers, all in one arm."""
    planned: Any = {campaign: dict.fromkeys(sizes, 1 / len(sizes)) for campaign, sizes in arms.items()}
    made: Campaigns = by_hand.made(units(arms), options.pop("outcomes", OUTCOMES), planned=planned, **options)
    more = pd.DataFrame(
        [
            {"campaign": one, "code": 90 + place, "kind": "targeted", "source": "touches", "window_days": 14,
             "over": 1.0, "units": 300, "in_two_arms": 0, "control": "", "control_kind": "", "planned": {},
             "plan_known": False, "reason": "no_arms"}
            for place, one in enumerate(targeted)
        ]
    )  # fmt: skip
    listed = pd.concat([made.list, more], ignore_index=True) if len(targeted) else made.list
    first = [dt.date(2025, 1, 1) + dt.timedelta(days=30 * place) for place in range(len(listed))]
    listed = listed.assign(
        name=[NAMES.get(one, one) for one in listed["campaign"]], channel="email", offer="", first_on=first,
        last_on=first, strangers=0, clusters=np.nan, window_source="parameter", cost_fixed=100.0, messages=np.nan,
        clusters_in_two_arms=0,
    )  # fmt: skip
    control = made.arms[made.arms["number"] == 0].set_index("campaign")["n"]
    return replace(made, list=listed.assign(control_n=listed["campaign"].map(control).fillna(0)))


def view(of: Campaigns | None = None, language: str = "en", group: int = 10, **parts: Any) -> View:
    """What the report may show of it: experiments and money; other parts as they are given."""
    parameters = CampaignEvaluationParameters()
    found = of or campaigns()
    drawn = experiments(found, parameters)
    earned = money(found, drawn, parameters)
    result = CampaignEvaluationResult(parameters, found, **({"experiments": drawn, "money": earned} | parts))
    return View(result, Language(language, "GBP"), group)


def nothing(language: str = "en") -> View:
    """Where nobody was assigned to anything, and no channel is known."""
    of = campaigns({"S": {"control": (2, 0), "voucher": (2, 0)}}, ())
    parameters = CampaignEvaluationParameters()
    empty = replace(of, list=of.list.iloc[:0], arms=of.arms.iloc[:0], reason="no_assignments")
    return View(CampaignEvaluationResult(parameters, empty), Language(language, "GBP"), 10)
