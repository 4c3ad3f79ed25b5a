"""Words of text tags that too few customers share are left out of the files, whatever the type of the column."""

from __future__ import annotations

import io

import pandas as pd
import pytest

from customer_analytics.analysis.tags.outputs import _shared

WORDS = ["North", "North", "South", None]


@pytest.mark.parametrize("kind", ["object", "category", "string"])
def test_a_word_that_one_customer_has_is_left_out(kind: str) -> None:
    shared = _shared(pd.Series(WORDS, dtype=kind), 2)
    assert [None if pd.isna(word) else word for word in shared] == ["North", "North", None, None]


@pytest.mark.parametrize("kind", ["object", "category", "string"])
def test_no_word_at_all_is_no_fault(kind: str) -> None:
    assert _shared(pd.Series([None, None], dtype=kind), 2).isna().all()


@pytest.mark.parametrize("kind", ["object", "category", "string"])
def test_a_parquet_file_holds_no_word_that_was_left_out(kind: str) -> None:
    file = io.BytesIO()
    pd.DataFrame({"word": _shared(pd.Series(WORDS, dtype=kind), 2)}).to_parquet(file)
    assert b"North" in file.getvalue() and b"South" not in file.getvalue()
