"""Customer value: the fit of the purchase and spend models, and the forecast for every customer with its interval.

The purchases are drawn from planted MBG/NBD and Gamma-Gamma parameters.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from zoneinfo import ZoneInfo

from contest import MILLION, Answer, Contest, Job

TRUTH = {"r": 0.55, "alpha": 8.0, "a": 0.9, "b": 2.2}
SPEND = {"p": 4.0, "q": 5.0, "v": 60.0}
DAYS = 728
LAST = dt.date(2024, 12, 31)
CHUNK = 1_000_000


def make(folder: Path, rows: int) -> None:
    """Draw orders of customers in chunks, and write them as Parquet files."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    generator = np.random.default_rng(1)
    first_day = np.datetime64(LAST) - (DAYS - 1)
    for place in range(0, rows, CHUNK):
        n = min(CHUNK, rows - place)
        rate = generator.gamma(TRUTH["r"], 1 / TRUTH["alpha"], n) / 7
        leave, born = generator.beta(TRUTH["a"], TRUTH["b"], n), generator.integers(0, DAYS - 30, n).astype(float)
        scale = 1 / generator.gamma(SPEND["q"], 1 / SPEND["v"], n)
        who, now, parts = np.arange(n), born.copy(), [(np.arange(n), born)]
        active = generator.random(n) >= leave
        while active.any():
            who = who[active[who]]
            now[who] += generator.exponential(1 / rate[who])
            active[who] &= now[who] < DAYS
            bought = who[active[who]]
            parts.append((bought, now[bought].copy()))
            active[bought] &= generator.random(len(bought)) >= leave[bought]
            who = bought
        ids, days = (np.concatenate([part[side] for part in parts]) for side in (0, 1))
        amount = np.round(generator.gamma(SPEND["p"], 1.0, len(ids)) * scale[ids], 2) + 0.01
        table = pa.table(
            {
                "customer_id": pa.array(np.char.add("C", (ids + place + 10**8).astype(str))),
                "ordered_on": pa.array(first_day + days.astype(np.int64)),
                "amount": pa.array(amount).cast(pa.decimal128(18, 4), safe=False),
            }
        )
        pq.write_table(table, folder / f"orders_{place:09d}.parquet")


def tables_of(folder: Path):  # type: ignore[no-untyped-def]  # Tables, imported where the package is
    """The orders as the store would open them."""
    from customer_analytics.tables.engines import connect
    from customer_analytics.tables.store import Tables

    backend = connect("duckdb")
    orders = backend.read_parquet(str(folder / "*.parquet"), table_name="orders")
    return Tables(backend, LAST, ZoneInfo("UTC"), {"orders": orders})


def _fit(folder: Path) -> Answer:
    """Distinct histories, which are what crosses from the engine, and both models from them."""
    from customer_analytics.analysis.rfm.customers import day_number
    from customer_analytics.analysis.value import histories
    from customer_analytics.analysis.value.fitting import fit
    from customer_analytics.analysis.value.spend import fit_spend

    days = histories.purchase_days(tables_of(folder), "paid")
    people = histories.customers(days, day_number(LAST)).cache()
    n = int(people.count().execute())
    own = histories.as_histories(histories.history_table(people, histories.unit_of(n)))
    assert fit("mbg_nbd", own, 30).model is not None
    assert fit_spend(histories.as_spends(histories.spend_table(people, n)), 30).model is not None
    return {"customers": n}


def _everything(folder: Path) -> Answer:
    """RFM, then value: both models, hold-out, checks, and the value of every customer with its interval."""
    from customer_analytics.analysis import rfm, value
    from customer_analytics.engagement.parameters import RfmParameters

    tables = tables_of(folder)
    result = value.analyse(tables, rfm.analyse(tables, RfmParameters(compare_days=0)))
    assert result.customers is not None
    return {"customers": len(result.customers)}


CONTEST = Contest(
    name="customer_value",
    title="Customer value",
    question="Two models of purchases and spend, held out and checked, and every customer's value with its interval.",
    unit="customers",
    make=make,
    jobs=(
        Job("the product, both models", _fit, "ours", rounds=1),
        Job("the product, everybody's value", _everything, "ours", rounds=1),
    ),
    sizes=(100_000, MILLION),
    goal=None,
    memory={MILLION: 3_000_000_000},
)
