"""Little or odd data: a reason instead of numbers, and never a traceback."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from zoneinfo import ZoneInfo

import ibis
import pandas as pd
import pytest
from any_engine import connect

from customer_analytics.analysis.churn.samples import samples
from customer_analytics.analysis.churn.study import study
from customer_analytics.engagement.errors import UserError
from customer_analytics.engagement.parameters import ChurnParameters
from customer_analytics.tables.store import Tables

AS_OF = dt.date(2024, 12, 31)
FIRST = dt.date(2023, 1, 1)
Make = Callable[..., Tables]


@pytest.fixture(scope="module")
def make() -> Make:
    """make(orders=[(customer, day), …], …): tables of rows; a day counts from 2023-01-01."""
    backend = connect()
    numbers = iter(range(10**6))

    def moment(day: float | None) -> dt.datetime | None:
        return None if day is None else dt.datetime.combine(FIRST, dt.time()) + dt.timedelta(days=day)

    def of(rows: list[tuple], columns: list[str], times: dict[str, int]) -> ibis.Table:
        frame = pd.DataFrame(rows, columns=columns)
        for name, place in times.items():
            frame[name] = pd.Series([moment(row[place]) for row in rows], dtype="datetime64[us]")
        plain = frame.drop(columns=[column for column in columns if column.startswith("_")])
        schema = {
            "customer_id": "string",
            "plan": "string",
            "tenure": "float64",
            "ended": "boolean",
            "amount": "float64",
        }
        table = backend.create_table(
            f"t{next(numbers)}", plain.astype({"customer_id": "string"} | dict.fromkeys({"amount"} & {*plain}, float))
        )
        table = table.cast({name: kind for name, kind in schema.items() if name in table.columns})
        return table.mutate(**{f"{name[:-3]}_on": table[name].date() for name in times})

    def tables(orders=None, contracts=None, snapshot=None, customers=None) -> Tables:  # type: ignore[no-untyped-def]
        made = {}
        if orders is not None:
            rows = [(customer, day, 10.0) for customer, day in orders]
            made["orders"] = of(rows, ["customer_id", "_day", "amount"], {"ordered_at": 1})
        if contracts is not None:
            made["subscriptions"] = of(contracts, ["customer_id", "_begun", "_over"], {"started_at": 1, "ended_at": 2})
        if snapshot is not None:
            made["subscriptions"] = of(snapshot, ["customer_id", "plan", "tenure", "ended"], {})
        if customers is not None:
            names = list(customers[0])
            made["customers"] = backend.create_table(f"t{next(numbers)}", pd.DataFrame(customers, columns=names))
        return Tables(backend, AS_OF, ZoneInfo("UTC"), made, dt.datetime(2023, 1, 1))

    return tables


def regulars(people: int, every: int, until: int = 731) -> list[tuple[str, int]]:
    """Orders of people who come every so many days, up to a day."""
    return [(f"P{number}", day) for number in range(people) for day in range(number % every, until, every)]


@pytest.mark.parametrize(
    ("orders", "reason"),
    [
        ([], "no_data"),
        ([("P1", 0)], "too_short"),
        ([("P1", 700)], "too_short"),
        (regulars(5, 20), "too_few"),
        (regulars(40, 20), "nobody_left"),
        ([(f"P{number}", number % 5) for number in range(60)], "too_short"),
    ],
)  # fmt: skip
def test_too_little_to_learn_from_is_said_with_its_reason(make: Make, orders: list, reason: str) -> None:
    found = study(make(orders=orders), ChurnParameters())
    assert found.reason == reason
    assert list(found.population["rate"].dropna()) == [0.0] * len(found.population)


def test_everybody_left_is_a_reason_too(make: Make) -> None:
    parameters = ChurnParameters(horizon_days=60, active_days=100)
    found = study(make(orders=[(f"P{n}", 420 + n % 30) for n in range(60)] + [("X", 0)]), parameters)
    assert found.reason == "everybody_left"
    assert found.population["rate"].tolist() == [1.0] * len(found.population)


def test_a_kind_that_the_data_do_not_hold_is_refused_with_what_is_possible(make: Make) -> None:
    with pytest.raises(UserError, match=r"(?s)kind: contracts.*orders"):
        study(make(orders=regulars(3, 10)), ChurnParameters(kind="contracts"))


def test_who_goes_on_with_another_contract_has_not_left(make: Make) -> None:
    """Cut-offs at 90 days: the contract that ends on day 700 is over at the newest, its successor runs."""
    others = [(f"C{number}", number, None if number % 3 else 640 + number) for number in range(60)]
    tables = make(
        contracts=[*others, ("renewed", 10, 700), ("renewed", 701, None), ("gone", 10, 700), ("last day", 10, 731)]
    )
    found = study(tables, ChurnParameters())
    assert (found.kind, found.windows.horizon_days, found.reason) == ("contracts", 90, "")
    newest = samples(tables, found, ChurnParameters()).cuts[-1]
    left = newest.frame.set_index("person_id")["left"]
    assert newest.cut == found.windows.now - 90
    assert left[["renewed", "gone", "last day"]].tolist() == [0, 1, 0]
    assert newest.frame.set_index("person_id").loc["renewed", "contract_days"] == 631


def test_contracts_without_dates_are_one_sample_and_those_that_run_are_scored(make: Make) -> None:
    rows = [(f"C{number}", "ab"[number % 2], float(number), number % 4 == 0) for number in range(40)]
    found = study(make(snapshot=rows), ChurnParameters())
    taken = samples(make(snapshot=rows), found, ChurnParameters())
    assert (found.kind, found.reason, found.running) == ("snapshot", "", 30)
    assert [(sample.population, sample.left) for sample in taken.cuts] == [(40, 10)]
    assert len(taken.now.frame) == 30 and "left" not in taken.now.frame
    assert {"contract_tenure", "contract_plan"} <= set(taken.features)


def test_columns_of_the_client_are_features_only_where_they_are_no_identifiers_and_no_sentences(make: Make) -> None:
    people = [
        {
            "customer_id": f"P{number}", "Segment": "AB"[number % 2], "Phone": str(49_170_000_000 + number),
            "Note": "text " * 20 + str(number), "Card": f"card-{number}", "Points": str(number % 25 + 0.5),
            "Filled later": "closed" if number % 7 == 0 else None, "Same": "x", "=1+1 {x} <b>": "yn"[number % 2],
        }
        for number in range(60)
    ]  # fmt: skip
    tables = make(orders=regulars(60, 20), customers=people)
    found = study(tables, ChurnParameters(active_days=60))
    own = samples(tables, found, ChurnParameters()).dictionary.query("family == 'profile'").set_index("feature")
    assert own["kind"].to_dict() == {
        "customers.Segment": "category", "customers.Points": "numeric", "customers.Filled later": "category",
        "customers.=1+1 {x} <b>": "category",
    }  # fmt: skip
    assert not own["dated"].any()


def test_the_training_sample_holds_the_same_people_at_every_cut_off_and_everybody_is_scored(make: Make) -> None:
    orders = regulars(3_000, 45, 700)
    tables = make(orders=[row for row in orders if int(row[0][1:]) % 3 or row[1] < 400])
    parameters = ChurnParameters(training_sample=1_000)
    found = study(tables, parameters)
    taken = samples(tables, found, parameters)
    again = samples(tables, found, parameters)
    everybody = {sample.cut: set(sample.frame["person_id"]) for sample in taken.cuts}
    assert taken.sampled and len(taken.now.frame) == found.running
    for sample in taken.cuts:
        if sample.population > 1_000:
            assert len(sample.frame) == pytest.approx(1_000, rel=0.15)
    first, last = everybody[taken.cuts[1].cut], everybody[taken.cuts[-1].cut]
    assert len(first & last) > 0.5 * len(last)
    for one, other in zip((*taken.cuts, taken.now), (*again.cuts, again.now), strict=True):
        pd.testing.assert_frame_equal(one.frame, other.frame, check_exact=True)
