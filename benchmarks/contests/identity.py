"""Resolving shared identifiers into persons: the components of links, beside scipy's, which holds all in memory.

A chain is the hardest for most algorithms in an engine; beside it random links and, as in life, small clusters.
"""

from __future__ import annotations

from pathlib import Path

from contest import MILLION, Answer, Contest, Job

THREADS, MEMORY = 2, "1400MB"  # memory as the loader has it
SHAPES = ("chain", "mixed_chain", "random", "people")
FILE = "{shape}.parquet"


def make(folder: Path, rows: int) -> None:
    """Write about `rows` links of each shape as Parquet files."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    rng = np.random.default_rng(7)
    node = np.arange(rows, dtype=np.int64)
    mixed = rng.permutation(node)
    near = rng.integers(0, rows, rows)
    links = {
        "chain": (node[:-1], node[1:]),
        "mixed_chain": (mixed[:-1], mixed[1:]),
        "random": (rng.integers(0, rows, rows), rng.integers(0, rows, rows)),
        "people": (near, np.minimum(near // 3 * 3 + rng.integers(0, 3, rows), rows - 1)),
    }
    for shape, (left, right) in links.items():
        pq.write_table(pa.table({"left": left, "right": right}), folder / FILE.format(shape=shape))


def _engine(folder: Path) -> Answer:
    """The product: components in the engine, with the loader's memory."""
    import ibis

    from customer_analytics.tables.identity.components import components

    backend = ibis.duckdb.connect(memory_limit=MEMORY, temp_directory=str(folder / "spill"), threads=THREADS)
    backend.raw_sql("SET enable_progress_bar = false")
    found: dict[str, float] = {}
    for shape in SHAPES:
        links = backend.read_parquet(str(folder / FILE.format(shape=shape)), table_name=shape)
        frame = components(links).to_pandas()
        found |= _answer(shape, frame["node"].to_numpy(), frame["component"].to_numpy())
    return found


def _scipy(folder: Path) -> Answer:
    """scipy.sparse.csgraph.connected_components, and the smallest node of each."""
    import numpy as np
    import pyarrow.parquet as pq
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    found: dict[str, float] = {}
    for shape in SHAPES:
        links = pq.read_table(folder / FILE.format(shape=shape))
        left, right = links["left"].to_numpy(), links["right"].to_numpy()
        count = int(max(left.max(), right.max())) + 1
        ones = np.ones(len(left), dtype=np.int8)
        number, label = connected_components(coo_matrix((ones, (left, right)), shape=(count, count)), directed=False)
        smallest = np.full(number, count, dtype=np.int64)
        np.minimum.at(smallest, label, np.arange(count))
        nodes = np.union1d(left, right)
        found |= _answer(shape, nodes, smallest[label][nodes])
    return found


def _answer(shape: str, node, component) -> dict[str, float]:  # type: ignore[no-untyped-def]  # arrays of integers
    """Numbers that change when one node is in another component."""
    import numpy as np

    mixed = (node.astype(np.uint64) * np.uint64(2654435761) + np.uint64(1)) % np.uint64(1_000_003)
    return {
        f"{shape} nodes": len(node),
        f"{shape} components": len(np.unique(component)),
        f"{shape} check": int((mixed * (component.astype(np.uint64) % np.uint64(1_000_003))).sum() % np.uint64(2**48)),
    }


CONTEST = Contest(
    name="identity",
    title="Accounts of one person",
    question="Connected components of links between accounts: two chains, random links, small clusters.",
    unit="links",
    make=make,
    jobs=(
        Job("the product", _engine, "ours"),
        Job("scipy", _scipy, "peer", note="in memory, compiled; ours works in the engine, within 1.4 GB"),
    ),
    sizes=(MILLION, 5 * MILLION),
    judged=MILLION,
)
