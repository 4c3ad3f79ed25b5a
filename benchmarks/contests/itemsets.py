"""Itemsets and rules of baskets: 50,000 items, support .001, up to four items, confidence .1.

The n-th best seller has lines in proportion to 1 / (n + 7), so that the first is in one basket of seven; baskets of
exponential sizes, ten items on average; a quarter of them hold most of a group of four items that belong together.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from pathlib import Path

from contest import MILLION, Answer, Contest, Job

from contests import _basket_peers as peers
from contests._basket_peers import FILE, LONGEST, SUPPORT
from contests._basket_sql import SQL_JOINS, SQL_LISTS, SQL_RULES

ITEMS, CONFIDENCE = 50_000, 0.1
MADE = """
    WITH baskets AS (
        SELECT range AS basket,
            least(1 + floor(-8.5 * ln((hash(range, 11) % 1000000 + 1) / 1000001.0)), 80)::INT AS size
        FROM range({baskets})
    ), single AS (
        SELECT basket, floor(7 * (exp(ln({items} / 7.0 + 1) * (hash(basket * 100 + k, 12) % 10000000) / 1e7) - 1))::INT
            AS item
        FROM baskets, range(80) r(k) WHERE k < size
    ), grouped AS (
        SELECT basket, (100 + (hash(basket, 13) % 200) * 7 + j)::INT AS item FROM baskets, range(4) r(j)
        WHERE hash(basket, 14) % 4 = 0 AND hash(basket, j, 15) % 10 < 8
    )
    SELECT basket::BIGINT AS basket, ((item::BIGINT * 7919) % {items})::INT AS item
    FROM (SELECT DISTINCT basket, item FROM (FROM single UNION ALL FROM grouped))
    ORDER BY hash(basket // 1000), basket LIMIT {rows}"""


def make(folder: Path, rows: int) -> None:
    """Write the lines as one Parquet file, the baskets in no order."""
    import duckdb

    with duckdb.connect() as connection:
        connection.execute("SET enable_progress_bar = false; SET memory_limit = '6GB'")
        connection.execute(f"SET temp_directory = '{(folder / 'spill').as_posix()}'")
        query = MADE.format(baskets=rows * 115 // 1000, items=ITEMS, rows=rows)
        connection.execute(f"COPY ({query}) TO '{(folder / FILE).as_posix()}' (FORMAT parquet)")


def _engine(folder: Path) -> Answer:
    """The product: counts of the items, itemsets in the engine, and the rules with all their measures and tests."""
    from customer_analytics.analysis.association.rules import rules_of
    from customer_analytics.analysis.itemsets import floor_for, mine
    from customer_analytics.engagement.parameters import BasketRulesParameters
    from customer_analytics.tables.engines import connect

    parameters = BasketRulesParameters(
        minimum_support=SUPPORT, minimum_confidence=CONFIDENCE, maximum_length=LONGEST, level="item"
    )
    lines = connect("duckdb").read_parquet(str(folder / FILE), table_name="lines")
    n = int(lines.basket.nunique().to_pyarrow().as_py())
    items = lines.group_by("item").aggregate(baskets=lines.count()).to_pandas()
    found = mine(lines, items, n, floor_for(n, parameters).count, LONGEST)
    items = items.assign(level="item", parent=-1).sort_values("item", ignore_index=True)
    table = rules_of(found, items, n, parameters).table
    rules = zip(table["antecedent"], table["consequent"], table["count"], strict=True)
    sets = (
        (row, count)
        for rows, counts in zip(found.sets, found.counts, strict=True)
        for row, count in zip(rows.tolist(), counts.tolist(), strict=True)
    )
    return _answer(sets) | {f"{_name(left)} > {_name(right)}": int(count) for left, right, count in rules}


def _with_joins(folder: Path) -> Answer:
    """The same by hand, with lines joined to lines."""
    return _by_hand(folder, SQL_JOINS)


def _with_lists(folder: Path) -> Answer:
    """The same by hand, with a list a basket."""
    return _by_hand(folder, SQL_LISTS)


def _by_hand(folder: Path, script: str) -> Answer:
    import duckdb

    with duckdb.connect() as connection:
        connection.execute(f"CREATE VIEW lines AS SELECT * FROM '{(folder / FILE).as_posix()}'")
        (baskets,) = connection.execute("SELECT count(DISTINCT basket) FROM lines").fetchone() or (0,)
        floor = math.ceil(baskets * SUPPORT)
        before, after = script.split(";", 1)
        connection.execute(before.format(floor=floor))
        (many,) = connection.execute("SELECT count(*) FROM s1").fetchone() or (0,)
        connection.execute(after.format(floor=floor, many=many) + SQL_RULES.format(baskets=baskets))
        item = dict(connection.execute("SELECT code, item FROM codes").fetchall())
        sets = connection.execute("SELECT s, n FROM sets").fetchall()
        rules = connection.execute("SELECT s, c, n, confidence, lift FROM rules").fetchall()
    answer = _answer(([item[code] for code in one], count) for one, count in sets)
    for one, last, count, _, _ in rules:
        answer[f"{_name(item[code] for code in one if code != last)} > {item[last]}"] = count
    return answer


def _name(items: Iterable[int]) -> str:
    """Items in ascending order."""
    return " ".join(map(str, sorted(items)))


def _answer(sets: Iterable[tuple[Sequence[int], int]]) -> dict[str, float]:
    """Each itemset by the name of its items, with its count."""
    return {_name(items): int(count) for items, count in sets}


def _sets(key: str) -> bool:
    return ">" not in key


def _pairs(key: str) -> bool:
    return ">" not in key and key.count(" ") == 1


def _peer(name: str, work, environment: str, **more) -> Job:  # type: ignore[no-untyped-def]  # of contest.Job
    told = {"part": _sets, "note": "itemsets only", "largest": 10 * MILLION, "reason": "it would take many minutes"}
    return Job(name, work, "peer", environment=environment, rounds=2, **(told | more))


CONTEST = Contest(
    name="itemsets",
    title="Itemsets and rules",
    question="Which sets of up to four items are in a thousandth of the baskets, and their rules with all measures.",
    unit="lines",
    make=make,
    jobs=(
        Job("the product", _engine, "ours"),
        Job("DuckDB SQL by hand, lists", _with_lists, "sql"),
        Job("DuckDB SQL by hand, joins", _with_joins, "sql"),
        _peer("pyfim, Apriori", peers.pyfim_apriori, "pyfim"),
        _peer("pyfim, Eclat", peers.pyfim_eclat, "pyfim"),
        _peer("pyfim, FP-growth", peers.pyfim_fpgrowth, "pyfim"),
        _peer("mlxtend, FP-growth", peers.mlxtend, "mlxtend", note="itemsets only; spared the rare items"),
        _peer("efficient-apriori", peers.efficient_apriori, "efficient-apriori"),
        _peer("openretailscience", peers.openretailscience, "openretailscience", part=_pairs, note="pairs only"),
    ),
    memory={10 * MILLION: 1_000_000_000},
    warm_rows=50_000,
)
