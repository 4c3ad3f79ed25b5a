"""Itemsets and rules of ten million lines: against the best SQL by hand and, where it is given, a Python with peers.

`python benchmarks/basket_rules.py [LINES] [--peers PYTHON]`, with the generated project's `src` on the path;
`python3 tasks.py bench` does it. PYTHON is an interpreter of its own with mlxtend, efficient-apriori,
openretailscience, pyfim, pandas, psutil, pyarrow and scipy; the variable BASKET_PEERS names one, too. The answers are
compared before the times. Each measurement runs in a process of its own, several times in turn, so that its peak memory
is its own. The ratio of the medians of processor seconds counts, which a busy machine changes little and which gives us
no credit for a second core; beside pyfim, which is C on one core, the seconds that one waits.

The shop: 50,000 items, the n-th best seller in proportion to 1 / (n + 7) of the lines, so that the first is in one
basket of seven; baskets of exponential sizes, ten items on average; a quarter of them hold most of a group of four
items that belong together. Support .001, up to four items, confidence .1.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from _basket_peers import PEERS
from _basket_sql import SQL_JOINS, SQL_LISTS, SQL_RULES
from _memory import peak_memory

LINES, ITEMS, REPEATS = 10_000_000, 50_000, 5
SUPPORT, CONFIDENCE, LONGEST = 0.001, 0.1, 4
RATIO, FASTER = 1.1, 5.0  # of the better hand-written SQL; of the peers
LIMIT = 1_000_000_000  # bytes, of Python with everything in it
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
    ORDER BY hash(basket // 1000), basket LIMIT {lines}"""
Answer = dict[str, int]


def make(path: Path, lines: int) -> None:
    """Write the lines as one Parquet file, the baskets in no order."""
    import duckdb

    with duckdb.connect() as connection:
        sql = MADE.format(baskets=lines * 115 // 1000, items=ITEMS, lines=lines)
        connection.execute("SET enable_progress_bar = false")
        connection.execute(f"COPY ({sql}) TO '{path}' (FORMAT parquet)")


def engine_rules(path: Path) -> Answer:
    """The product: counts of the items, itemsets in the engine, and the rules with all their measures and tests."""
    import ibis

    from customer_analytics.analysis.association.rules import rules_of
    from customer_analytics.analysis.itemsets import floor_for, mine
    from customer_analytics.engagement.parameters import BasketRulesParameters

    parameters = BasketRulesParameters(
        minimum_support=SUPPORT, minimum_confidence=CONFIDENCE, maximum_length=LONGEST, level="item"
    )
    lines = ibis.duckdb.connect().read_parquet(str(path), table_name="lines")
    n = int(lines.basket.nunique().to_pyarrow().as_py())
    items = lines.group_by("item").aggregate(baskets=lines.count()).to_pandas()
    found = mine(lines, items, n, floor_for(n, parameters).count, LONGEST)
    items = items.assign(level="item", parent=-1).sort_values("item", ignore_index=True)
    table = rules_of(found, items, n, parameters).table
    rules = zip(table["antecedent"], table["consequent"], table["count"], strict=True)
    return itemset_answer(
        (row, count)
        for rows, counts in zip(found.sets, found.counts, strict=True)
        for row, count in zip(rows.tolist(), counts.tolist(), strict=True)
    ) | {f"{name(left)} > {name(right)}": int(count) for left, right, count in rules}


def sql_joins(path: Path) -> Answer:
    """The same by hand, with lines joined to lines."""
    return _by_hand(path, SQL_JOINS)


def sql_lists(path: Path) -> Answer:
    """The same by hand, with a list a basket."""
    return _by_hand(path, SQL_LISTS)


def _by_hand(path: Path, script: str) -> Answer:
    import duckdb

    with duckdb.connect() as connection:
        connection.execute(f"CREATE VIEW lines AS SELECT * FROM '{path}'")
        (baskets,) = connection.execute("SELECT count(DISTINCT basket) FROM lines").fetchone() or (0,)
        floor = math.ceil(baskets * 1 / 1000)
        before, after = script.split(";", 1)
        connection.execute(before.format(floor=floor))
        (many,) = connection.execute("SELECT count(*) FROM s1").fetchone() or (0,)
        connection.execute(after.format(floor=floor, many=many) + SQL_RULES.format(baskets=baskets))
        item = dict(connection.execute("SELECT code, item FROM codes").fetchall())
        sets = connection.execute("SELECT s, n FROM sets").fetchall()
        rules = connection.execute("SELECT s, c, n, confidence, lift FROM rules").fetchall()
    answer = itemset_answer(([item[code] for code in one], count) for one, count in sets)
    for one, last, count, _, _ in rules:
        answer[f"{name(item[code] for code in one if code != last)} > {item[last]}"] = count
    return answer


def name(items: Iterable[int]) -> str:
    """Items in ascending order."""
    return " ".join(map(str, sorted(items)))


def itemset_answer(sets: Iterable[tuple[Sequence[int], int]]) -> Answer:
    """Each itemset by the name of its items, with its count."""
    return {name(items): int(count) for items, count in sets}


JOBS: dict[str, Callable[[Path], Answer]] = {
    function.__name__: function for function in (engine_rules, sql_lists, sql_joins)
}
SAME = ("sql_lists", "sql_joins")


def measure(job: str, path: Path, python: str) -> tuple[dict[str, float], Answer]:
    """Run one job in a fresh process; the time is of the job itself, after the imports."""
    script = [python, __file__, "--measure", job, str(path)]
    done = subprocess.run(script, stdout=subprocess.PIPE, check=False)
    if done.returncode:
        sys.exit(f"{job} did not work.")
    told = json.loads(done.stdout.decode("utf-8").splitlines()[-1])
    return {clock: told[clock] for clock in ("seconds", "processor", "peak")}, told["answer"]


def main(lines: int, peers: str) -> int:
    """Make the lines, compare the answers, then the times. Exit code 1: an answer, a ratio or a limit is not met."""
    runs = dict.fromkeys(JOBS, sys.executable) | (dict.fromkeys(PEERS, peers) if peers else {})
    seen: dict[str, list[dict[str, float]]] = {job: [] for job in runs}
    answers: dict[str, Answer] = {}
    with tempfile.TemporaryDirectory(prefix="benchmark-") as temporary:
        path = Path(temporary) / "lines.parquet"
        # in a process of its own: a process that is started counts what its parent held as its own peak
        subprocess.run([sys.executable, __file__, "--make", str(path), str(lines)], check=True)
        print(f"{lines:,} lines", flush=True)
        for turn in range(REPEATS):
            for job, python in runs.items():
                if job in PEERS and turn > 1:  # twice: they take long
                    continue
                measured, answers[job] = measure(job, path, python)
                seen[job].append(measured)
    wrong = list(_differences(answers))
    processor, waited = (
        {job: statistics.median(one[clock] for one in own) for job, own in seen.items()}
        for clock in ("processor", "seconds")
    )
    for job, own in seen.items():
        peak = max(one["peak"] for one in own) / 1e9
        print(f"{job:24} {processor[job]:7.2f} processor s {waited[job]:7.2f} s {peak:6.2f} GB")
    best = min(SAME, key=lambda job: processor[job])
    ratio = processor["engine_rules"] / processor[best]
    print(f"engine_rules / {best}: {ratio:.2f}")
    if ratio > RATIO:
        wrong.append(f"engine_rules takes {ratio:.2f} times {best}")
    for job in (job for job in runs if job in PEERS):
        clock, least = (waited, 1.0) if job.startswith("pyfim") else (processor, FASTER)
        faster = clock[job] / clock["engine_rules"]
        print(f"{job} / engine_rules: {faster:.1f}")
        if faster < least:
            wrong.append(f"{job} takes only {faster:.1f} times engine_rules, not {least:g}")
    if (peak := max(one["peak"] for one in seen["engine_rules"])) > LIMIT:
        wrong.append(f"engine_rules takes {peak / 1e9:.2f} GB")
    print("\n".join(wrong) or "All answers agree, all limits are met.")
    return 1 if wrong else 0


def _differences(answers: dict[str, Answer]) -> Iterable[str]:
    """What differs from the product's answer, in the part of it that each job gives."""
    ours = answers["engine_rules"]
    for job, answer in answers.items():
        pairs_only = job == "openretailscience_pairs"
        asked = {key: count for key, count in ours.items() if job in JOBS or ">" not in key}
        if pairs_only:
            asked = {key: count for key, count in asked.items() if key.count(" ") == 1}
        if answer != asked:
            yield f"{job} differs from engine_rules ({len(answer):,} and {len(asked):,} answers)"


def timed(job: str, path: Path) -> None:
    """Import everything, then measure the job alone."""
    if job in JOBS:
        import duckdb
        import ibis

        import customer_analytics.analysis.association.rules
        import customer_analytics.analysis.itemsets

        assert customer_analytics.analysis.itemsets and customer_analytics.analysis.association.rules and duckdb
        ibis.duckdb.connect().create_table("warm", {"up": [1]}).count().to_pandas()  # the first query imports more
        work = JOBS[job]
    else:
        work = PEERS[job]()
    began, worked = time.monotonic(), time.process_time()
    answer = work(path)
    spent = {"seconds": time.monotonic() - began, "processor": time.process_time() - worked, "peak": peak_memory()}
    print(json.dumps(spent | {"answer": answer}))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--measure"]:
        timed(sys.argv[2], Path(sys.argv[3]))
    elif sys.argv[1:2] == ["--make"]:
        make(Path(sys.argv[2]), int(sys.argv[3]))
    else:
        parser = argparse.ArgumentParser(description=__doc__)
        parser.add_argument("lines", nargs="?", type=int, default=LINES)
        parser.add_argument("--peers", default=os.environ.get("BASKET_PEERS", ""), metavar="PYTHON")
        arguments = parser.parse_args()
        sys.exit(main(arguments.lines, arguments.peers))
