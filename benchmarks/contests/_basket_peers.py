"""What others take for the itemsets of the contest `itemsets`, each as its own documentation would have it.

All read the same Parquet file (basket, item: whole numbers). pyfim and efficient-apriori need a list a basket; mlxtend
a matrix of baskets by items, which 50,000 columns would not allow, so that it is spared the rare items beforehand.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path
from typing import Any

from contest import Answer

SUPPORT, LONGEST = 0.001, 4
FILE = "lines.parquet"


def _columns(folder: Path) -> tuple[Any, Any]:
    """Basket and item of every line, the lines of a basket together."""
    import numpy as np
    import pyarrow.parquet as parquet

    table = parquet.read_table(folder / FILE)
    basket, item = table["basket"].to_numpy(), table["item"].to_numpy()
    order = np.argsort(basket, kind="stable")
    return basket[order], item[order]


def _transactions(folder: Path) -> list[list[int]]:
    import numpy as np

    basket, item = _columns(folder)
    items = item.tolist()
    edges = [0, *(np.flatnonzero(np.diff(basket)) + 1).tolist(), len(items)]
    return [items[begin:end] for begin, end in pairwise(edges)]


def _named(sets: Iterable[tuple[Any, int]]) -> Answer:
    return {" ".join(map(str, sorted(items))): int(count) for items, count in sets}


def _pyfim(algorithm: str, folder: Path) -> Answer:
    import fim

    baskets = _transactions(folder)
    floor = math.ceil(SUPPORT * len(baskets))
    found = getattr(fim, algorithm)(baskets, target="s", supp=-floor, zmin=1, zmax=LONGEST, report="a")
    return _named((items, count) for items, count in found)


def pyfim_apriori(folder: Path) -> Answer:
    """Borgelt's C library: Apriori."""
    return _pyfim("apriori", folder)


def pyfim_eclat(folder: Path) -> Answer:
    """Borgelt's C library: Eclat."""
    return _pyfim("eclat", folder)


def pyfim_fpgrowth(folder: Path) -> Answer:
    """Borgelt's C library: FP-growth."""
    return _pyfim("fpgrowth", folder)


def mlxtend(folder: Path) -> Answer:
    """FP-growth of mlxtend on a sparse matrix of the items that are frequent alone."""
    import numpy as np
    import pandas as pd
    from mlxtend.frequent_patterns import fpgrowth
    from scipy import sparse

    basket, item = _columns(folder)
    row = np.cumsum(np.diff(basket, prepend=basket[0]) != 0)
    n = int(row[-1]) + 1
    counts = np.bincount(item)
    frequent = np.flatnonzero(counts >= math.ceil(SUPPORT * n))
    kept = np.isin(item, frequent)
    cells = (np.ones(int(kept.sum()), dtype=np.bool_), (row[kept], np.searchsorted(frequent, item[kept])))
    matrix = sparse.csr_matrix(cells, shape=(n, len(frequent)))
    table = pd.DataFrame.sparse.from_spmatrix(matrix, columns=frequent.astype(str))
    found = fpgrowth(table, min_support=math.ceil(SUPPORT * n) / n, use_colnames=True, max_len=LONGEST)
    counted = zip(found["itemsets"], np.rint(found["support"] * n), strict=True)
    return _named(([int(item) for item in items], int(count)) for items, count in counted)


def efficient_apriori(folder: Path) -> Answer:
    """efficient-apriori's itemsets, from its own kind of input."""
    from efficient_apriori import itemsets_from_transactions

    baskets = [tuple(items) for items in _transactions(folder)]
    floor = math.ceil(SUPPORT * len(baskets)) / len(baskets)
    found, _ = itemsets_from_transactions(baskets, min_support=floor, max_length=LONGEST)
    return _named((items, count) for level in found.values() for items, count in level.items())


def openretailscience(folder: Path) -> Answer:
    """openretailscience's association of products: pairs only."""
    import pandas as pd
    from openretailscience.analysis.product_association import ProductAssociation

    lines = pd.read_parquet(folder / FILE)
    floor = math.ceil(SUPPORT * lines["basket"].nunique())
    pairs = ProductAssociation(
        lines, value_col="item", group_col="basket", min_occurrences=floor, min_cooccurrences=floor
    ).table
    pairs = pairs.execute() if hasattr(pairs, "execute") else pairs
    rows = zip(pairs["item_1"], pairs["item_2"], pairs["cooccurrences"], strict=True)
    return _named(((int(a), int(b)), int(count)) for a, b, count in rows)
