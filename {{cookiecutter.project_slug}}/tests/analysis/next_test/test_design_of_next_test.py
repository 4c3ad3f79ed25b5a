"""The next test: its size against power by simulation and by statsmodels, who may take part, and the draw."""

from __future__ import annotations

import dataclasses
import datetime as dt
import math
from fractions import Fraction
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
import yaml
from any_engine import connect
from campaigns_with_costs import people, with_costs
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm
from statsmodels.stats.power import NormalIndPower

from customer_analytics.analysis.dropoff.sizes import units_per_arm
from customer_analytics.analysis.experiment import experiments
from customer_analytics.analysis.money import money
from customer_analytics.analysis.next_test import NextTest, design, outputs
from customer_analytics.analysis.next_test.draw import assign
from customer_analytics.analysis.next_test.pool import Pool, pool
from customer_analytics.analysis.next_test.result import AUDIENCE
from customer_analytics.analysis.next_test.sizes import Base, Shape, smallest_difference, units_needed
from customer_analytics.engagement import Project
from customer_analytics.engagement.errors import UserError
from customer_analytics.engagement.parameters import CampaignEvaluationParameters
from customer_analytics.tables.ledger import SCHEMA, open_ledger
from customer_analytics.tables.store import Tables

AS_OF = dt.date(2024, 6, 30)
HALVES = Shape(0.5, 1, 0.8)
PARAMETERS = CampaignEvaluationParameters()


def rate(share: float) -> Base:
    return Base(share, math.sqrt(share * (1 - share)), True)


def test_equal_arms_are_sized_as_everywhere_else_in_the_reports() -> None:
    assert units_needed(rate(0.1), 0.02, HALVES) == pytest.approx(2 * units_per_arm(0.1, 0.12), abs=2)


@pytest.mark.parametrize(("holdout", "contacts", "power"), [(0.5, 1, 0.8), (0.1, 1, 0.9), (0.25, 3, 0.8)])
def test_a_test_of_the_stated_size_has_the_stated_power(holdout: float, contacts: int, power: float) -> None:
    shape = Shape(holdout, contacts, power)
    units = units_needed(rate(0.12), 0.03, shape)
    control, arm = round(units * holdout), round(units * (1 - holdout) / contacts)
    rng = np.random.default_rng(5)
    first, second = rng.binomial(control, 0.12, 40_000) / control, rng.binomial(arm, 0.15, 40_000) / arm
    both = (first * control + second * arm) / (control + arm)
    z = (second - first) / np.sqrt(both * (1 - both) * (1 / control + 1 / arm))
    critical = -float(norm.ppf(0.05 / contacts / 2))
    assert (z > critical).mean() == pytest.approx(power, abs=0.012)


@pytest.mark.parametrize(("holdout", "contacts"), [(0.5, 1), (0.2, 1), (0.4, 2)])
def test_the_size_for_money_is_that_of_statsmodels(holdout: float, contacts: int) -> None:
    shape = Shape(holdout, contacts, 0.8)
    ratio = (1 - holdout) / contacts / holdout
    control = NormalIndPower().solve_power(0.5 / 4.0, power=0.8, alpha=0.05 / contacts, ratio=ratio)
    assert units_needed(Base(10.0, 4.0, False), 0.5, shape) == pytest.approx(control / holdout, abs=2)


@settings(max_examples=40, deadline=None)
@given(
    st.floats(0.01, 0.6), st.floats(0.005, 0.3), st.floats(0.05, 0.9), st.integers(1, 4), st.floats(0.5, 0.99),
    st.booleans(),
)  # fmt: skip
def test_the_smallest_difference_is_the_one_that_the_size_was_made_for(
    share: float, difference: float, holdout: float, contacts: int, power: float, binary: bool
) -> None:
    shape, base = Shape(holdout, contacts, power), rate(share) if binary else Base(share, 2.0, False)
    units = units_needed(base, difference, shape)
    assert smallest_difference(base, units, shape) == pytest.approx(difference, rel=0.03)
    assert smallest_difference(base, 4 * units, shape) < difference


@pytest.mark.parametrize("base", [rate(0.0), rate(1.0), Base(5.0, 0.0, False), Base(math.nan, math.nan, True)])
def test_an_outcome_that_does_not_vary_has_no_size(base: Base) -> None:
    assert math.isinf(units_needed(base, 0.01, HALVES))
    assert math.isnan(smallest_difference(base, 1_000, HALVES))


def crowd(count: int) -> pd.DataFrame:
    rng = np.random.default_rng(2)
    return pd.DataFrame({"person_id": [f"C{place:05d}" for place in range(count)],
                         "value": rng.exponential(100.0, count), "last_day": 19_000.0,
                         "stratum_0": rng.choice(["north", "south"], count)})  # fmt: skip


@pytest.mark.parametrize(("arms", "holdout"), [(("control", "treatment"), 0.5), (("none", "a", "b", "c"), 0.1)])
def test_every_stratum_is_split_as_the_whole(arms: tuple[str, ...], holdout: float) -> None:
    assignment, strata = assign(crowd(2_000), ("region",), arms, holdout, 1_500, 7)
    assert len(assignment) == 1_500 and assignment["person_id"].is_unique
    sizes = strata.filter(like="arm_").sum().tolist()
    assert sizes[0] == round(1_500 * holdout)
    assert max(sizes[1:]) - min(sizes[1:]) <= 1
    shares = [holdout, *[(1 - holdout) / (len(arms) - 1)] * (len(arms) - 1)]
    for row in strata.itertuples():
        for number, share in enumerate(shares):
            assert abs(getattr(row, f"arm_{number}") - row.customers * share) < len(arms)
    assert set(assignment["arm"]) == {"control", *arms[1:]}
    assert assignment["stratum"].map(strata.set_index("stratum")["customers"]).notna().all()


def test_the_seed_alone_decides_and_no_order_of_rows() -> None:
    everybody = crowd(800)
    first, _ = assign(everybody, (), ("control", "a", "b"), 0.3, 500, 1)
    shuffled = everybody.sample(frac=1, random_state=3).reset_index(drop=True)
    second, _ = assign(shuffled, (), ("control", "a", "b"), 0.3, 500, 1)
    other, _ = assign(everybody, (), ("control", "a", "b"), 0.3, 500, 2)
    assert dict(zip(first["person_id"], first["arm"], strict=True)) == dict(
        zip(second["person_id"], second["arm"], strict=True)
    )
    assert dict(zip(first["person_id"], first["arm"], strict=True)) != dict(
        zip(other["person_id"], other["arm"], strict=True)
    )


def test_who_takes_part_is_drawn_and_not_the_best_customers() -> None:
    """Half of the crowd takes part: those have no other value than the rest."""
    everybody = crowd(4_000)
    assignment, _ = assign(everybody, (), ("control", "treatment"), 0.5, 2_000, 9)
    own = everybody.set_index("person_id")["value"]
    took = own[assignment["person_id"]]
    assert took.mean() == pytest.approx(own.drop(took.index).mean(), rel=0.05)
    by_arm = took.groupby(assignment.set_index("person_id")["arm"]).mean()
    assert by_arm["control"] == pytest.approx(by_arm["treatment"], rel=0.1)


def shop(**tables: pd.DataFrame) -> Tables:
    backend = connect()
    named = {name: backend.create_table(name, frame) for name, frame in tables.items()}
    return Tables(backend, AS_OF, ZoneInfo("UTC"), named)


def day(before: int) -> dt.date:
    """So many days before the as-of day."""
    return AS_OF - dt.timedelta(days=before)


def customers() -> pd.DataFrame:
    return pd.DataFrame({"customer_id": ["a", "b", "c", "d", "e", "f", "g"], "region": ["N", "S"] * 3 + [None],
                         "consent": [True, False, None, True, True, True, True]})  # fmt: skip


def orders() -> pd.DataFrame:
    """g never bought, f two years ago, all others within the year; a and b within the last 14 days."""
    rows = [("a", 3), ("a", 200), ("b", 5), ("b", 100), ("c", 30), ("d", 40), ("e", 50), ("f", 730)]
    return pd.DataFrame({"customer_id": [row[0] for row in rows], "ordered_on": [day(row[1]) for row in rows],
                         "amount": 10.0, "order_id": [str(row) for row in rows]})  # fmt: skip


def test_only_who_agreed_was_there_and_is_not_held_out_takes_part() -> None:
    touches = pd.DataFrame({"customer_id": ["d"], "unsubscribed_on": [day(20)], "campaign_id": ["x"]})
    ledger = pd.DataFrame(
        {"campaign_id": "m", "customer_id": ["e", "a"], "arm": ["control", "treatment"], "audience": "m",
         "assigned_on": day(10), "expires_on": [dt.date(2024, 7, 10)] * 2}
    )  # fmt: skip
    tables = shop(customers=customers(), orders=orders(), touches=touches, ledger=ledger)
    found = pool(tables, tables["ledger"], ("region",), 14, AUDIENCE)
    assert found is not None
    assert found.people["person_id"].tolist() == ["a"]
    assert found.people["stratum_0"].tolist() == ["N"]
    assert (found.customers, found.active) == (7, 5)
    assert found.out == {"no_consent": 2, "unsubscribed": 1, "too_often": 0, "held_out": 1}
    assert (found.rate, found.asked) == (pytest.approx(2 / 5), 5)


def test_an_expired_holdout_and_a_draft_of_today_keep_nobody_out() -> None:
    ledger = pd.DataFrame(
        {"campaign_id": "m", "customer_id": ["a", "e"], "arm": "control", "audience": ["m", AUDIENCE],
         "assigned_on": [day(90), AS_OF], "expires_on": [day(1), dt.date(2024, 7, 15)]}
    )  # fmt: skip
    tables = shop(customers=customers(), orders=orders(), ledger=ledger)
    found = pool(tables, tables["ledger"], (), 14, AUDIENCE)
    assert found is not None and found.out["held_out"] == 0


def test_where_nobody_records_consent_nobody_is_left_out_for_it_and_the_plan_says_so() -> None:
    found = pool(shop(customers=customers().drop(columns="consent"), orders=orders()), None, (), 14, AUDIENCE)
    assert found is not None
    assert not found.knows_consent and len(found.people) == 5


def test_customers_without_orders_or_dates_can_all_take_part() -> None:
    found = pool(shop(customers=customers()), None, (), 14, AUDIENCE)
    assert found is not None
    assert found.people["person_id"].tolist() == ["a", "d", "e", "f", "g"]
    assert math.isnan(found.weeks_for(2, 19_000)) and math.isnan(found.rate)
    assert pool(shop(campaigns=pd.DataFrame({"campaign_id": ["x"]})), None, (), 14, AUDIENCE) is None


def test_the_length_counts_different_people_and_not_visits() -> None:
    days = pd.DataFrame({"last_day": [99.0, 97.0, 93.0, 80.0, 40.0]})
    found = Pool(days, 5, 5, {}, False)
    assert [found.weeks_for(units, 100) for units in (1, 2, 3, 4, 5)] == [1, 1, 1, 3, 9]
    assert math.isnan(found.weeks_for(6, 100))


def planned(parameters: CampaignEvaluationParameters = PARAMETERS, seed: int = 1) -> NextTest:
    """A shop of 6,000 after a campaign in which 12 % of the control group bought."""
    rng = np.random.default_rng(seed)
    ids = [f"C{place:05d}" for place in range(6_000)]
    bought = pd.DataFrame({"customer_id": ids, "ordered_on": [day(int(one)) for one in rng.integers(1, 200, 6_000)],
                           "amount": rng.exponential(50.0, 6_000).round(2) + 0.01, "order_id": ids})  # fmt: skip
    people_of = pd.DataFrame({"customer_id": ids, "region": rng.choice(["N", "S"], 6_000), "consent": True})
    rows = pd.concat([people("bad", {"control": (900, 0.12), "mail": (900, 0.12)}, 2),
                      people("good", {"control": (900, 0.12), "mail": (900, 0.20)}, 3)])  # fmt: skip
    campaigns = with_costs(rows, costs={"good": 90.0, "bad": 90.0})
    effects = experiments(campaigns, parameters)
    tables = shop(customers=people_of, orders=bought)
    return design(campaigns, effects, money(campaigns, effects, parameters), tables, None, parameters)


def test_the_plan_repeats_the_most_promising_campaign_with_its_own_base_rate() -> None:
    test = planned()
    assert (test.model, test.model_arm, test.chosen, test.base_from) == ("good", "mail", "promising", "control")
    rows = people("good", {"control": (900, 0.12), "mail": (900, 0.20)}, 3)
    assert test.base.mean == pytest.approx(rows.loc[rows["arm"] == "control", "converted"].mean())
    assert test.n == 6_000 and sum(test.sizes) == 6_000 and test.sizes[0] == 3_000
    assert test.needed > 6_000 and not test.is_large_enough
    assert test.detectable == pytest.approx(test.detectable_all) and test.detectable > test.lift
    assert test.cost == pytest.approx(90)
    assert test.forgone > 0
    table = outputs.sizes(test)
    assert table["needed"].is_monotonic_decreasing
    assert int(table.loc[np.isclose(table["lift"], test.lift), "needed"].iloc[0]) == test.needed


def test_of_more_people_than_are_needed_only_so_many_are_drawn() -> None:
    test = planned(CampaignEvaluationParameters(smallest_lift=0.5, next_holdout=0.3, next_strata=("region",)))
    assert test.n == test.needed < 6_000 and test.is_large_enough
    assert test.sizes[0] == round(Fraction(3, 10) * test.n)
    assert test.strata is not None and set(test.strata["stratum"]) == {"N", "S"}
    assert test.assignment is not None and len(test.assignment) == test.n
    assert test.weeks == math.ceil(test.weeks) > 1


def test_without_any_campaign_the_present_share_of_buyers_is_the_base() -> None:
    tables = shop(customers=customers(), orders=orders())
    few = design(None, None, None, tables, None, PARAMETERS)
    assert (few.reason, few.pool_reason) == ("no_base", "no_size")
    many = pd.concat([orders().assign(customer_id=lambda t, k=k: t["customer_id"] + str(k)) for k in range(100)])
    tables = shop(orders=many)
    found = design(None, None, None, tables, None, PARAMETERS)
    assert (found.base_from, found.base.mean, found.base_n) == ("customers", pytest.approx(0.4), 500)
    assert found.assignment is not None and found.n == 500


def test_all_mistakes_in_the_plan_are_named_at_once() -> None:
    wrong = CampaignEvaluationParameters(next_test="goood", next_arms=("a", "a"), next_strata=("regio",))
    with pytest.raises(UserError) as caught:
        planned(wrong)
    text = str(caught.value)
    assert len(caught.value.problems) == 3
    assert "Did you mean 'good'" in text and "Did you mean 'region'" in text


def test_the_assignment_is_an_audience_of_the_ledger(tmp_path: Path) -> None:
    """Written as the report writes it, copied into audiences/, and read back as every other assignment."""
    test = planned()
    rows = outputs.customer_tables(test)["next_test/assignment.parquet"]
    assert list(rows.columns) == SCHEMA.names
    text = yaml.safe_dump({"client": "A", "consultancy": "B", "time_zone": "UTC", "currency": "EUR"})
    (tmp_path / "engagement.yml").write_text(text, encoding="utf-8")
    folder = tmp_path / "audiences" / AUDIENCE
    folder.mkdir(parents=True)
    rows.to_parquet(folder / "assignment.parquet", index=False)
    ledger = open_ledger(Project.find(tmp_path), connect(), AS_OF)
    assert ledger is not None
    read = ledger.to_pandas()
    assert read["current"].all() and len(read) == 6_000
    assert (read["arm"] == "control").sum() == test.sizes[0]
    assert read["expires_on"].astype(str).unique().tolist() == ["2024-07-15"]


def test_small_strata_are_not_shown() -> None:
    test = planned(CampaignEvaluationParameters(smallest_lift=1.0))
    assert test.strata is not None
    small = dataclasses.replace(test, strata=test.strata.assign(customers=[4, 300, 300, 300, 300][: len(test.strata)]))
    table = outputs.tables(small, 10)["next_test_strata"]
    assert table["customers"].isna().sum() == 2
    assert table[["arm control", "arm treatment"]].isna().sum().tolist() == [2, 2]
