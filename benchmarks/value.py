"""Customer value of ten million customers: time and peak memory of the fit, and of the forecast for every one.

`python benchmarks/value.py [CUSTOMERS]`, with the generated project's `src` on the path; `python3 tasks.py bench` does
both. The purchases are drawn in the engine from planted MBG/NBD and Gamma-Gamma parameters; the found ones are printed
beside them. Each measurement runs in a process of its own, so that its peak memory is its own.
"""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from zoneinfo import ZoneInfo

from _memory import peak_memory

CUSTOMERS = 10_000_000
LIMIT = 12_000_000_000  # bytes that RFM and the value of ten million customers, a row each, may take together
TRUTH = {"r": 0.55, "alpha": 8.0, "a": 0.9, "b": 2.2}
SPEND = {"p": 4.0, "q": 5.0, "v": 60.0}
DAYS = 728
LAST = dt.date(2024, 12, 31)
CHUNK = 1_000_000


def make(folder: Path, customers: int) -> None:
    """Draw orders of customers in chunks, and write them as Parquet files."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    generator = np.random.default_rng(1)
    first_day = np.datetime64(LAST) - (DAYS - 1)
    for place in range(0, customers, CHUNK):
        n = min(CHUNK, customers - place)
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
    import ibis

    from customer_analytics.tables.store import Tables

    backend = ibis.duckdb.connect()
    orders = backend.read_parquet(str(folder / "*.parquet"), table_name="orders")
    return Tables(backend, LAST, ZoneInfo("UTC"), {"orders": orders})


def fit_only(folder: Path) -> dict[str, float]:
    """Unique histories and both parameter sets: what crosses from the engine, and what is found."""
    from customer_analytics.analysis.rfm.customers import day_number
    from customer_analytics.analysis.value import histories
    from customer_analytics.analysis.value.fitting import fit
    from customer_analytics.analysis.value.spend import fit_spend

    days = histories.purchase_days(tables_of(folder), "paid")
    people = histories.customers(days, day_number(LAST)).cache()
    n = int(people.count().execute())
    own = histories.as_histories(histories.history_table(people, histories.unit_of(n)))
    began = time.monotonic()
    found = fit("mbg_nbd", own, 30)
    print(f"  {len(own.x):,} distinct histories; MBG/NBD alone {time.monotonic() - began:.1f} s", file=sys.stderr)
    spend = fit_spend(histories.as_spends(histories.spend_table(people, n)), 30)
    assert found.model is not None and spend.model is not None
    print(f"  planted {TRUTH | SPEND}\n  found   {found.model}, {spend.model}", file=sys.stderr)
    return {"customers": n}


def everything(folder: Path) -> dict[str, float]:
    """RFM, then value: both models, hold-out, checks, and the value of every customer with its interval."""
    from customer_analytics.analysis import rfm, value
    from customer_analytics.engagement.parameters import RfmParameters

    tables = tables_of(folder)
    scored = rfm.analyse(tables, RfmParameters(compare_days=0))
    began = time.monotonic()
    result = value.analyse(tables, scored)
    print(f"  value alone {time.monotonic() - began:.1f} s; mean {result.mean[0]:.2f}", file=sys.stderr)
    assert result.customers is not None
    return {"customers": len(result.customers)}


def measure(what: str, folder: Path) -> dict[str, float]:
    """Run one of the two in a fresh process."""
    done = subprocess.run(
        [sys.executable, __file__, "--measure", what, str(folder)], stdout=subprocess.PIPE, check=False
    )
    if done.returncode:
        sys.exit(f"{what} did not work.")
    measured: dict[str, float] = json.loads(done.stdout.decode("utf-8").splitlines()[-1])
    print(f"{what:12} {measured['seconds']:7.1f} s {measured['peak'] / 1e9:6.2f} GB {measured['customers']:>12,.0f}")
    return measured


def main(customers: int) -> int:
    """Make the orders, measure both. Exit code 1 when it takes too much memory."""
    with tempfile.TemporaryDirectory(prefix="benchmark-") as temporary:
        folder = Path(temporary)
        make(folder, customers)
        print(f"orders of {customers:,} customers", flush=True)
        measured = [measure(what, folder) for what in ("fit_only", "everything")]
    return 1 if max(one["peak"] for one in measured) > LIMIT else 0


if __name__ == "__main__":
    if sys.argv[1:2] == ["--measure"]:
        began_all = time.monotonic()
        counted = {"fit_only": fit_only, "everything": everything}[sys.argv[2]](Path(sys.argv[3]))
        print(json.dumps({"seconds": time.monotonic() - began_all, "peak": peak_memory(), **counted}))
    else:
        sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else CUSTOMERS))
