"""Nothing of a claim is left where nothing happened, whatever before and after says; and what was planted is found."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from claim_worlds import CONTACT_DAY, shop
from hypothesis import given, settings
from hypothesis import strategies as st

from customer_analytics.analysis.campaigns import prepare
from customer_analytics.analysis.claim import Claim, claim
from customer_analytics.analysis.claim.assemble import claimed_share
from customer_analytics.analysis.claim.parts import Counts, of_contacted, of_everybody, table
from customer_analytics.analysis.claim.states import AFTER, BEFORE, CONTACTED, REST
from customer_analytics.engagement.errors import UserError
from customer_analytics.engagement.parameters import CampaignEvaluationParameters

PARAMETERS = CampaignEvaluationParameters(main_outcome="orders")


def audited(seed: int = 11, **world: Any) -> Claim:
    tables = shop(seed, **world)
    campaigns = prepare(tables, None, PARAMETERS)
    given_day = PARAMETERS.model_copy(update={"claim_day": CONTACT_DAY})
    return claim(tables, campaigns, given_day)


def value(found: Claim, step: str) -> float:
    row = found.part(step)
    assert row is not None
    return float(row["value"])


def test_customers_who_were_written_to_because_they_were_silent_come_back_by_themselves() -> None:
    made = [audited(seed, chosen="lapsed") for seed in (3, 5)]
    for found in made:
        assert found.before == 0 and value(found, "before_after") > 0.1  # silent before, back to their rate after
        assert value(found, "regression") < -0.8 * value(found, "before_after")
        assert abs(value(found, "left")) < 0.15 * value(found, "before_after")
    assert "gone" in [found.verdict for found in made]  # one in twenty may be off by chance


def test_customers_who_were_written_to_because_they_had_just_bought_go_down_by_themselves() -> None:
    found = audited(chosen="good")
    assert value(found, "before_after") < -0.5
    assert found.verdict == "gone"
    assert abs(value(found, "left")) < 0.15 * abs(value(found, "before_after"))


def test_a_season_that_met_everybody_is_not_the_campaign() -> None:
    found = audited(chosen="good", season=1.5)
    assert found.verdict == "gone"
    assert value(found, "season") < -0.1
    assert found.season_from == "not_contacted"


def test_what_a_contact_did_bring_is_left() -> None:
    for chosen in ("lapsed", "good"):
        found = audited(chosen=chosen, lift=0.3, season=1.3)
        row = found.part("left")
        assert row is not None
        assert row["low"] <= 0.3 <= row["high"], chosen
        assert found.verdict == "holds"


def test_without_contacts_the_claim_is_about_everybody() -> None:
    found = audited(contacted=False)
    assert found.whom == "everybody" and found.season_from == "year_ago"
    assert found.verdict == "gone"


def test_without_a_day_and_without_a_campaign_there_is_nothing_to_audit() -> None:
    assert claim(shop(1, people=200, contacted=False), None, PARAMETERS).reason == "no_day"


@pytest.mark.parametrize(
    ("text", "share"),
    [
        ("+35%", 0.35), ("conversion +35 % after adjusting", 0.35), ("转化率提升35％", 0.35), ("下降 12.5%", -0.125),
        ("−8%", -0.08), ("1.35x", 0.35), ("2 倍", 1.0), ("35", 0.35), ("down 4,5 %", -0.045),
    ],
)  # fmt: skip
def test_a_claim_is_read_as_people_write_it(text: str, share: float) -> None:
    assert claimed_share(text) == pytest.approx(share)


def test_a_claim_without_a_number_is_the_users_mistake_and_no_claim_is_none() -> None:
    assert math.isnan(claimed_share("  "))
    with pytest.raises(UserError, match="no number"):
        claimed_share("much better")


def frame_of(cells: dict[tuple[int, int, int], tuple[float, float]], blocks: int = 40) -> pd.DataFrame:
    """The table of states.counted from (moment, group, state) -> people and orders, spread evenly over blocks."""
    rows = [
        {"moment": m, "person_group": g, "state": s, "block": b, "n": n / blocks, "total": total / blocks}
        for (m, g, s), (n, total) in cells.items()
        for b in range(blocks)
    ]
    return pd.DataFrame(rows)


def test_the_chain_is_the_one_worked_out_by_hand() -> None:
    many = 1e9  # so that no state leans on its class
    cells = {
        (BEFORE, CONTACTED, 0): (many, 0.8 * many), (AFTER, CONTACTED, 0): (0.5 * many, 0.35 * many),
        (AFTER, CONTACTED, 36): (1.5 * many, 0.45 * many),  # half of them were no customers before
        (BEFORE, REST, 0): (many, 0.6 * many), (BEFORE, REST, 36): (many, 0.2 * many),
        (AFTER, REST, 0): (many, 0.5 * many), (AFTER, REST, 36): (many, 0.3 * many),
    }  # fmt: skip
    chain = of_contacted(Counts.of(frame_of(cells)).resampled(1), by_year=False)
    assert chain.before[0] == pytest.approx(0.8 / 2)
    assert chain.mixed[0] == pytest.approx(0.8)
    usual = 0.25 * (0.8 + 0.6) / 2 + 0.75 * 0.2  # reference before: everybody not contacted then, the chosen too
    assert chain.usual[0] == pytest.approx(usual, rel=1e-6)
    assert chain.seasonal[0] == pytest.approx(0.25 * 0.5 + 0.75 * 0.3, rel=1e-6)
    assert chain.after[0] == pytest.approx((0.35 + 0.45) / 2)


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 10_000), st.booleans(), st.floats(-0.5, 2.0))
def test_the_steps_always_lead_from_the_claim_to_what_is_left(seed: int, everybody: bool, claimed: float) -> None:
    rng = np.random.default_rng(seed)
    cells = {}
    for moment in range(4):
        for group in range(3):
            for state in rng.choice(np.arange(0, 150, 7), 4, replace=False):
                n = int(rng.integers(1, 60))
                cells[(moment, group, int(state))] = (float(n), float(rng.poisson(0.4 * n)))
    counts = Counts.of(frame_of(cells)).resampled(seed)
    chain = of_everybody(counts) if everybody else of_contacted(counts, by_year=False)
    steps = table(chain, claimed).set_index("step")["value"]
    taken = steps[["mix", "regression", "season"]].fillna(0).sum()
    assert steps["before_after"] + taken == pytest.approx(steps["left"], abs=1e-9)
    assert steps["claimed"] + steps["not_in_data"] == pytest.approx(steps["before_after"], abs=1e-9)
