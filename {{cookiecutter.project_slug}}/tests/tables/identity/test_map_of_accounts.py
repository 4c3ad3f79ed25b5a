"""The map of the load before is a file: whoever edits or cuts it gets words, and never rows twice."""

from __future__ import annotations

from pathlib import Path

import ibis
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from customer_analytics.engagement.errors import UserError
from customer_analytics.tables.identity.resolve import MAP, read_map


def written(folder: Path, **columns: list[str | None]) -> Path:
    pq.write_table(pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()}), folder / MAP)
    return folder / MAP


@pytest.mark.parametrize("kept", [0, 5, 200])
def test_a_map_that_was_cut_is_named_and_nobody_in_it(tmp_path: Path, kept: int) -> None:
    path = written(tmp_path, account_id=["anna", "ben"], customer_id=["anna", "anna"])
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(UserError) as caught:
        read_map(ibis.duckdb.connect(), path)
    assert MAP in str(caught.value) and "damaged" in str(caught.value) and "anna" not in str(caught.value)


def test_a_map_with_other_columns_is_damaged(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="damaged"):
        read_map(ibis.duckdb.connect(), written(tmp_path, account=["a"], person=["a"]))


def test_an_account_that_stands_twice_would_double_its_orders(tmp_path: Path) -> None:
    path = written(tmp_path, account_id=["a", "a", "b", None, "c"], customer_id=["a", "b", "b", "b", None])
    rows = read_map(ibis.duckdb.connect(), path).to_pandas()
    assert dict(zip(rows.account_id, rows.customer_id, strict=True)) == {"a": "a", "b": "b"} and len(rows) == 2
