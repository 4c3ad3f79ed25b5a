"""What to do with whom, the pilot and its assignment."""

from __future__ import annotations

import datetime as dt
import math
from fractions import Fraction
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from any_engine import connect
from scipy.stats import norm

from customer_analytics.analysis.actions.choice import (
    DISTURB,
    LEAVE,
    NOTHING,
    OFFER,
    PAYMENT,
    PILOT_CONTROL,
    PILOT_OFFER,
    REMIND,
    SERVICE,
    choose,
    do_not_disturb,
    mends,
)
from customer_analytics.analysis.actions.pilot import AUDIENCE, Pilot, design, ledger_rows, smallest_fall
from customer_analytics.engagement import Project
from customer_analytics.tables.ledger import SCHEMA, open_ledger

AS_OF = dt.date(2024, 6, 30)


def texts(*values: str) -> np.ndarray:
    return np.array(values, dtype=object)


def known(**columns: list[float]) -> pd.DataFrame:
    n = len(next(iter(columns.values())))
    base = {"consent": [1.0] * n, "unsubscribed": [0.0] * n, "contacts": [0.0] * n}
    return pd.DataFrame(base | columns)


def test_each_reason_to_leave_somebody_alone_and_the_first_one_decides() -> None:
    people = pd.Series(["a", "b", "c", "d", "e", "f", "g", " v", "h"])
    facts = known(
        consent=[1, 0, math.nan, 1, 1, 1, 1, math.nan, 1], unsubscribed=[0, 1, 0, 1, 0, 0, 0, 0, 0],
        contacts=[3, 9, 0, 0, 4, 0, 0, 0, 0],
    )  # fmt: skip
    harmed = np.array([False] * 5 + [True] + [False] * 3)
    tier = texts("high", "high", "high", "high", "high", "high", "low", "high", "low")
    selected = np.array([True] * 8 + [False])
    why = do_not_disturb(people, facts, harmed, tier, selected)
    assert why.tolist() == [
        "", "no_consent", "no_consent", "unsubscribed", "too_often", "negative_uplift", "", "not_identified",
        "low_risk",
    ]  # fmt: skip
    assert set(why) - {""} <= set(DISTURB)


def test_where_no_consent_is_recorded_nobody_is_left_out_for_it() -> None:
    facts = known(consent=[math.nan, math.nan])
    no = np.zeros(2, dtype=bool)
    assert do_not_disturb(pd.Series(["a", "b"]), facts, no, texts("high", "high"), no).tolist() == ["", ""]


def test_a_complaint_comes_before_an_offer_and_a_held_out_customer_gets_none() -> None:
    tier = texts("high", "high", "low", "high", "high", "medium", "medium", "low", "unranked")
    family = pd.Series(["payment", "service", "service", "rhythm", None, "rhythm", "rhythm", None, None])
    to_mend = mends(tier, family)
    assert to_mend.tolist() == [PAYMENT, SERVICE, "", "", "", "", "", "", ""]
    why = texts("", "", "low_risk", "", "", "", "", "", "")
    arm = texts("", "", "", "control", "treatment", "", "", "", "")
    selected = np.array([True, True, False, True, True, True, False, False, False])
    assert choose(why, tier, selected, to_mend, arm).tolist() == [
        PAYMENT, SERVICE, LEAVE, PILOT_CONTROL, PILOT_OFFER, OFFER, REMIND, NOTHING, NOTHING,
    ]  # fmt: skip


def pool(n: int, probability: float = 0.4) -> pd.DataFrame:
    generator = np.random.default_rng(n)
    return pd.DataFrame(
        {
            "person_id": [f"p{number:05d}" for number in range(n)],
            "probability": np.full(n, probability),
            "value": generator.lognormal(4, 1, n),
            "tier": np.where(np.arange(n) % 3 == 0, "high", "medium"),
            "order": generator.normal(size=n),
        }
    )


def drawn(people: pd.DataFrame, seed: int = 5, acceptance: float = 0.3) -> Pilot:
    return design(people, "selected", acceptance, seed, AS_OF, days=90)


def test_the_same_seed_draws_the_same_arms_whatever_the_order_of_the_rows() -> None:
    people = pool(400)
    first, again, other = drawn(people), drawn(people.sample(frac=1, random_state=3)), drawn(people, seed=6)
    assert first.assignment is not None
    assert again.assignment is not None
    assert other.assignment is not None
    pd.testing.assert_frame_equal(first.assignment, again.assignment)
    assert not first.assignment["arm"].equals(other.assignment["arm"])


def test_half_of_each_stratum_is_held_out_and_half_of_all() -> None:
    found = drawn(pool(301))
    assert found.strata is not None
    assert found.control == round(Fraction(1, 2) * 301 + Fraction(1, 100))  # halves go up
    assert found.treatment + found.control == found.n == 301
    assert ((found.strata["customers"] / 2 - found.strata["control"]).abs() < 1).all()
    assert found.strata["control"].sum() == found.control


def power(generator: np.random.Generator, before: float, after: float, arm: int) -> float:
    """Share of tests of two shares (pooled z, two-sided 5 %) that see the difference."""
    seen = generator.binomial(arm, [before, after], (100_000, 2)) / arm
    pooled = seen.mean(axis=1)
    spread = np.sqrt(2 * pooled * (1 - pooled) / arm)
    z = np.divide(seen[:, 0] - seen[:, 1], spread, out=np.zeros(len(seen)), where=spread > 0)
    return float((np.abs(z) > norm.isf(0.025)).mean())


def test_where_nearly_all_leave_a_small_pilot_sees_no_small_fall() -> None:
    """At 99 % hardly anybody varies without the offer, but the treated do: thirty against thirty see no tenth."""
    found = smallest_fall(0.99, 30, 30)
    assert found > 0.15
    assert power(np.random.default_rng(3), 0.99, 0.99 - found, 30) > 0.75
    assert power(np.random.default_rng(4), 0.99, 0.89, 30) < 0.5
    assert smallest_fall(0.4, 60, 20) == pytest.approx(smallest_fall(0.4, 30, 30), rel=1e-9), "harmonic mean"
    assert math.isnan(smallest_fall(0.05, 30, 30)), "not even none leaving would be seen"


def test_the_size_is_the_one_that_sees_the_assumed_acceptance_four_times_in_five() -> None:
    """Power of the two-sided test of two shares by simulation at the needed size."""
    found = drawn(pool(4_000), acceptance=0.3)
    generator = np.random.default_rng(1)
    assert power(generator, 0.4, 0.28, found.needed) == pytest.approx(0.8, abs=0.01)
    assert found.n == 2 * found.needed
    assert found.effect == pytest.approx(0.12)
    assert found.is_large_enough


def test_those_with_the_highest_expected_profit_take_part_where_not_all_are_needed() -> None:
    people = pool(4_000)
    found = drawn(people)
    assert found.assignment is not None
    best = people.sort_values("order", ascending=False).head(found.n)
    assert set(found.assignment["person_id"]) == set(best["person_id"])


def test_too_small_a_pilot_says_what_it_can_not_show() -> None:
    found = drawn(pool(80), acceptance=0.1)
    assert (found.n, found.treatment, found.control) == (80, 40, 40)
    assert power(np.random.default_rng(2), 0.4, 0.4 - found.detectable, 40) == pytest.approx(0.8, abs=0.02)
    assert not found.is_large_enough
    assert drawn(pool(59)).reason == "few"


def test_the_assignment_is_an_audience_of_the_ledger(tmp_path: Path) -> None:
    """Written as the report writes it, copied into audiences/, and read back as every other assignment."""
    found = drawn(pool(100))
    rows = ledger_rows(found, dt.datetime(2024, 6, 30, 21, 59, 59))
    assert list(rows.columns) == SCHEMA.names
    text = yaml.safe_dump({"client": "A", "consultancy": "B", "time_zone": "UTC", "currency": "EUR"})
    (tmp_path / "engagement.yml").write_text(text, encoding="utf-8")
    folder = tmp_path / "audiences" / AUDIENCE
    folder.mkdir(parents=True)
    rows.to_parquet(folder / "assignment.parquet", index=False)
    ledger = open_ledger(Project.find(tmp_path), connect(), AS_OF)
    assert ledger is not None
    read = ledger.to_pandas().sort_values("customer_id", ignore_index=True)
    assert read["current"].all()
    assert (read["arm"] == "control").sum() == found.control
    assert read["assigned_at"].iloc[0] == pd.Timestamp("2024-06-30 21:59:59")
    assert read["expires_on"].astype(str).iloc[0] == "2024-09-29"
    assert set(read["campaign_id"]) == {"churn_pilot_2024-06-30"}
