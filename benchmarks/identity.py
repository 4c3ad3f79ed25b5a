"""Resolving a million shared identifiers into persons: time and memory, beside scipy's connected components.

`python benchmarks/identity.py [IDENTIFIERS]`, with the generated project's `src` on the path; `python3 tasks.py bench`
does both. Two kinds of input: bare links (a chain, which is the hardest for most algorithms in an engine, random links,
pairs), and a table of identifiers as a client sends it, through spelling, guard, rules and components. The components
are compared with those of scipy.sparse.csgraph.connected_components, which holds all links in memory.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
from _memory import peak_memory

IDENTIFIERS = 1_000_000
LIMIT = 10.0  # seconds that the union of a million identifiers may take on two cores
THREADS = 2
MEMORY = "1400MB"  # as the loader has
Ints = npt.NDArray[np.int64]


def links(shape: str, count: int) -> tuple[Ints, Ints]:
    """About `count` links of a shape."""
    rng = np.random.default_rng(7)
    node = np.arange(count, dtype=np.int64)
    mixed = rng.permutation(node)
    return {
        "chain": (node[:-1], node[1:]),
        "mixed_chain": (mixed[:-1], mixed[1:]),
        "random": (rng.integers(0, count, count), rng.integers(0, count, count)),
        "pairs": (mixed[: count // 2], mixed[count // 2 : count // 2 * 2]),
    }[shape]


def by_scipy(left: Ints, right: Ints) -> Ints:
    """The smallest node of each node's component."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    count = int(max(left.max(), right.max())) + 1
    ones = np.ones(len(left), dtype=np.int8)
    number, label = connected_components(coo_matrix((ones, (left, right)), shape=(count, count)), directed=False)
    smallest = np.full(number, count, dtype=np.int64)
    np.minimum.at(smallest, label, np.arange(count))
    return np.asarray(smallest[label])


def bare_links(shape: str, count: int, folder: Path) -> dict[str, float]:
    """Components of bare links in the engine, and by scipy; they must be the same."""
    import pyarrow as pa

    from customer_analytics.tables.identity.components import components

    left, right = links(shape, count)
    backend = engine(folder)
    table = backend.create_table("links", pa.table({"left": left, "right": right}))
    began, busy = time.monotonic(), time.process_time()
    found = components(table)
    seconds, busy = time.monotonic() - began, time.process_time() - busy
    frame = found.to_pandas()
    began = time.monotonic()
    expected = by_scipy(left, right)
    beside = time.monotonic() - began
    same = bool((expected[frame["node"].to_numpy()] == frame["component"].to_numpy()).all())
    same &= len(frame) == len(np.union1d(left, right))
    return {"seconds": seconds, "busy": busy, "scipy": beside, "rows": len(left), "same": float(same)}


def client_table(shape: str, count: int, folder: Path) -> dict[str, float]:
    """A table of identifiers, most of them on two accounts, from the client's spelling to persons."""
    from customer_analytics.engagement.identity import IdentitySettings
    from customer_analytics.tables.identity.links import find_links
    from customer_analytics.tables.identity.normal import normalised

    backend = engine(folder)
    rng = np.random.default_rng(11)
    accounts = rng.integers(0, count, (count, 2))  # two accounts an identifier; the graph has one giant component
    if shape == "people":  # as in life: small clusters
        accounts[:, 1] = np.minimum(accounts[:, 0] // 3 * 3 + rng.integers(0, 3, count), count - 1)
    import pyarrow as pa

    frame = pa.table({"a": accounts[:, 0], "b": accounts[:, 1], "n": np.arange(count)})
    backend.create_table("drawn", frame)
    backend.raw_sql(
        """
        CREATE TABLE identifiers AS
        WITH each AS (SELECT a AS who, n, 0 AS side FROM drawn UNION ALL SELECT b, n, 1 FROM drawn)
        SELECT 'C' || who AS account,
               CASE n % 3 WHEN 0 THEN 'email' WHEN 1 THEN 'card' ELSE 'openid' END AS kind,
               CASE WHEN n % 3 > 0 THEN 'id-' || n WHEN side = 0 THEN 'User' || n || '@Example.com'
                    ELSE ' user' || n || '@example.com' END AS value
        FROM each
        """
    )
    settings = IdentitySettings()
    began, busy = time.monotonic(), time.process_time()
    found = find_links(normalised(backend.table("identifiers"), settings), None, settings)
    seconds, busy = time.monotonic() - began, time.process_time() - busy
    persons = found.persons.join(found.nodes, "node").select("account", "person").to_pandas()
    began = time.monotonic()
    expected = by_scipy(accounts[:, 0], accounts[:, 1])
    beside = time.monotonic() - began
    account = persons["account"].str.slice(1).astype("int64").to_numpy()
    label = expected[account]
    same = len(set(zip(label.tolist(), persons["person"].tolist(), strict=True))) == len(set(label.tolist()))
    same &= persons["person"].nunique() == len(set(label.tolist()))
    alone = np.bincount(expected)[expected[np.unique(accounts)]] == 1
    same &= len(persons) == len(np.unique(accounts)) - int(alone.sum())
    return {"seconds": seconds, "busy": busy, "scipy": beside, "rows": 2 * count, "same": float(same)}


def engine(folder: Path):  # type: ignore[no-untyped-def]
    """A DuckDB with the loader's memory and two threads."""
    import ibis

    backend = ibis.duckdb.connect(memory_limit=MEMORY, temp_directory=str(folder), threads=THREADS)
    backend.settings["enable_progress_bar"] = False
    return backend


MEASURES: dict[str, Callable[[str, int, Path], dict[str, float]]] = {
    "chain": bare_links,
    "mixed_chain": bare_links,
    "random": bare_links,
    "pairs": bare_links,
    "people": client_table,
    "giant": client_table,
}


def main(count: int) -> int:
    """Measure each input in a process of its own. Exit code 1 when one takes too long or differs from scipy."""
    late = []
    print(f"{count:,} links, or identifiers on two accounts each; {THREADS} threads")
    for shape in MEASURES:
        command = [sys.executable, __file__, "--measure", shape, str(count)]
        done = subprocess.run(command, stdout=subprocess.PIPE, check=False)
        if done.returncode:
            sys.exit(f"{shape} did not work.")
        found = json.loads(done.stdout.decode("utf-8").splitlines()[-1])
        verdict = "same components as scipy" if found["same"] else "NOT the components of scipy"
        print(
            f"{shape:12} {found['seconds']:6.1f} s ({found['busy']:.1f} s of processor) "
            f"{found['peak'] / 1e9:5.2f} GB   scipy {found['scipy']:5.2f} s   {verdict}",
            flush=True,
        )
        if not found["same"] or found["seconds"] > LIMIT * count / IDENTIFIERS:
            late.append(shape)
    return 1 if late else 0


if __name__ == "__main__":
    if sys.argv[1:2] == ["--measure"]:
        with tempfile.TemporaryDirectory(prefix="benchmark-") as temporary:
            measured = MEASURES[sys.argv[2]](sys.argv[2], int(sys.argv[3]), Path(temporary))
        print(json.dumps(measured | {"peak": peak_memory()}))
    else:
        sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else IDENTIFIERS))
