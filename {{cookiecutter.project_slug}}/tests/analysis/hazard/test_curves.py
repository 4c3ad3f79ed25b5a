"""Curves by hand: ten customers with ties and censoring, renewals, contracts that end after the as-of date."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from customer_analytics.analysis import hazard
from customer_analytics.analysis.hazard.result import NOBODY_LEFT, TOO_FEW
from customer_analytics.engagement.errors import UserError
from customer_analytics.engagement.parameters import ChurnParameters

FIRST = dt.date(2026, 1, 1)
FEW = ChurnParameters(minimum_base=1)


def day(age: float | None) -> dt.date | None:
    return None if age is None or np.isnan(age) else FIRST + dt.timedelta(days=int(age))


def contracts(rows: list[tuple[str, float, float | None]], **columns: list[object]) -> pd.DataFrame:
    """(customer, first day, last day) counted from FIRST; None runs on."""
    made = pd.DataFrame(
        {
            "customer_id": [row[0] for row in rows],
            "started_on": pd.to_datetime([day(row[1]) for row in rows]),
            "ended_on": pd.to_datetime([day(row[2]) for row in rows]),
        }
    )
    return made.assign(**columns)


def test_ten_customers_with_ties_and_censoring_by_hand(tables_of: Callable[..., object]) -> None:
    # All begin on day 0 or later and are seen to day 40. Lengths: 5, 5, 8, 12, 12+, 20, 20, 25+, 30, 40+.
    rows = [
        ("a", 0, 5), ("b", 3, 8), ("c", 0, 8), ("d", 10, 22), ("e", 28, None), ("f", 0, 20), ("g", 1, 21),
        ("h", 15, None), ("i", 0, 30), ("j", 0, None),
    ]  # fmt: skip
    found = hazard.analyse(tables_of(day(40), subscriptions=contracts(rows)), None, FEW).contracts
    assert found is not None and found.curve is not None
    curve = found.curve
    # 10 at risk, two end at 5: 8/10; 8 at risk, one at 8: 7/10; 7, one ends at 12 before the censoring there: 6/10;
    # then 5 at risk, two at 20: 6/10 * 3/5; the one censored at 25 leaves 2 at 30: half of it.
    levels = {5: 0.8, 8: 0.7, 12: 0.6, 20: 0.36, 25: 0.36, 30: 0.18, 40: 0.18}
    assert dict(zip(curve.time.tolist(), curve.survival.round(10).tolist(), strict=True)) == pytest.approx(levels)
    assert curve.at_risk.tolist() == [10, 8, 7, 5, 3, 2, 1]
    assert curve.median() == 20 and (found.people, found.ended, found.running) == (10, 7, 3)
    greenwood = 2 / (10 * 8) + 1 / (8 * 7) + 1 / (7 * 6)
    error = np.sqrt(greenwood) / abs(np.log(0.6))
    low, high = np.exp(np.log(0.6) * np.exp(1.959964 * error)), np.exp(np.log(0.6) * np.exp(-1.959964 * error))
    assert curve.interval_at(12) == pytest.approx((low, high), abs=1e-6)


def test_a_renewal_within_a_week_is_no_end_and_another_contract_later_is(tables_of: Callable[..., object]) -> None:
    rows = [("a", 0, 30), ("a", 31, 60), ("a", 61, None), ("b", 0, 30), ("b", 50, None)]
    found = hazard.analyse(tables_of(day(100), subscriptions=contracts(rows)), None, FEW).contracts
    assert found is not None and found.curve is not None
    assert (found.people, found.ended, found.renewals) == (3, 1, 2)
    assert found.curve.time.tolist() == [30, 50, 100]  # b's first ended, b's second runs 50 days, a 100


def test_a_contract_that_ends_after_the_as_of_date_still_runs(tables_of: Callable[..., object]) -> None:
    rows = [("a", 0, 10), ("b", 0, 99)]
    found = hazard.analyse(tables_of(day(50), subscriptions=contracts(rows)), None, FEW).contracts
    assert found is not None and (found.ended, found.running) == (1, 1)


def test_rows_that_cannot_be_used_are_counted(tables_of: Callable[..., object]) -> None:
    rows = [("a", 0, 10), ("b", 20, 10), ("c", 0, None)]
    found = hazard.analyse(tables_of(day(50), subscriptions=contracts(rows)), None, FEW).contracts
    assert found is not None and (found.people, found.unusable) == (2, 1)


def test_customers_listed_twice_double_no_contract(tables_of: Callable[..., object]) -> None:
    people = pd.DataFrame({"customer_id": ["a", "a", "b"], "region": ["N", "S", "N"]})
    rows = contracts([("a", 0, 10), ("b", 0, None)])
    found = hazard.analyse(tables_of(day(50), subscriptions=rows, customers=people), None, FEW).contracts
    assert found is not None and found.people == 2


def test_small_and_extreme_populations_are_honest(tables_of: Callable[..., object]) -> None:
    rows = [(f"c{number}", number % 20, 60 if number < 5 else None) for number in range(30)]
    thirty = hazard.analyse(tables_of(day(100), subscriptions=contracts(rows)), None, ChurnParameters()).contracts
    assert thirty is not None and thirty.curve is not None and thirty.cox is None and thirty.no_model is not None
    assert (thirty.no_model.reason, thirty.no_model.ends, len(thirty.scores)) == ("ends", 5, 0)
    one = hazard.analyse(tables_of(day(100), subscriptions=contracts(rows[:1])), None, ChurnParameters()).contracts
    assert one is not None and one.reason == TOO_FEW and one.curve is None
    running = [(name, begun, None) for name, begun, _ in rows]
    nobody = hazard.analyse(tables_of(day(100), subscriptions=contracts(running)), None, ChurnParameters()).contracts
    assert nobody is not None and nobody.reason == NOBODY_LEFT and nobody.ended == 0
    gone = [(name, begun, begun + 5 + number) for number, (name, begun, _) in enumerate(rows)]
    everybody = hazard.analyse(tables_of(day(100), subscriptions=contracts(gone)), None, ChurnParameters()).contracts
    assert everybody is not None and everybody.running == 0 and len(everybody.scores) == 0


def test_nothing_is_warned_of_where_nothing_can_be_fitted(
    tables_of: Callable[..., object], capfd: pytest.CaptureFixture[str], recwarn: pytest.WarningsRecorder
) -> None:
    rng = np.random.default_rng(3)
    rows = [(f"c{number}", 0, 50 if number < 12 else None) for number in range(60)]
    frame = contracts(rows, plan=["A" if number < 12 else "B" for number in range(60)], price=list(rng.random(60)))
    found = hazard.analyse(tables_of(day(100), subscriptions=frame), None, ChurnParameters()).contracts
    assert found is not None
    told = [str(one.message) for one in recwarn if not issubclass(one.category, DeprecationWarning)]  # of the engine
    assert capfd.readouterr().err == "" and not told


def test_a_column_that_is_not_there_is_named_with_the_nearest(tables_of: Callable[..., object]) -> None:
    rows = contracts([("a", 0, 10), ("b", 0, None)], Autopay=["yes", "no"])
    with pytest.raises(UserError) as wrong:
        hazard.analyse(tables_of(day(50), subscriptions=rows), None, ChurnParameters(covariates=("Autpay",)))
    assert "Did you mean 'Autopay'?" in str(wrong.value)
    with pytest.raises(UserError):
        hazard.analyse(tables_of(day(50), subscriptions=rows), None, ChurnParameters(end_reason="why"))


def test_groups_that_are_no_column_are_named_and_others_need_not_be_in_the_model(
    tables_of: Callable[..., object],
) -> None:
    rows = contracts(
        [(f"c{k}", 0, 10 + k if k % 2 else None) for k in range(80)], team=["N", "S"] * 40, plan=["A"] * 80
    )
    tables = tables_of(day(100), subscriptions=rows)
    found = hazard.analyse(tables, None, ChurnParameters(groups=("team",), covariates=("plan",))).contracts
    assert found is not None and [each.column for each in found.comparisons] == ["team"]
    assert "team" not in set(found.effects.get("column", []))
    with pytest.raises(UserError, match="groups"):
        hazard.analyse(tables, None, ChurnParameters(groups=("nothing",)))
    with pytest.raises(UserError, match="no table subscriptions"):
        people = pd.DataFrame({"customer_id": ["a"]})
        hazard.analyse(tables_of(day(50), customers=people), None, ChurnParameters(end_reason="why"))


def test_without_contracts_there_is_nothing_and_no_error(tables_of: Callable[..., object]) -> None:
    people = pd.DataFrame({"customer_id": ["a"]})
    found = hazard.analyse(tables_of(day(50), customers=people), None, ChurnParameters())
    assert found.main is None and hazard.metrics(found)["survival.median"] is None and hazard.tables(found, 5) == {}
