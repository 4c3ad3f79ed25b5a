"""The cache gives back what it was given, or nothing."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer_analytics.pipeline import cache as caching
from customer_analytics.pipeline.cache import Cache, key_of


@pytest.fixture
def kept(tmp_path: Path) -> Cache:
    source = tmp_path / "source"
    (source / "rfm" / "tables").mkdir(parents=True)
    (source / "rfm.html").write_bytes(b"<p>page</p>")
    (source / "rfm" / "tables" / "a.csv").write_bytes(b"a\r\n1\n")
    cache = Cache(tmp_path / ".analytics")
    cache.keep("k1", source, ["rfm.html", "rfm/tables/a.csv"], {"summary": {"title": "标题"}})
    return cache


def _entry(tmp_path: Path) -> Path:
    return tmp_path / ".analytics" / "cache" / "k1"


def test_files_come_back_byte_for_byte(kept: Cache, tmp_path: Path) -> None:
    found = kept.fetch("k1", tmp_path / "out")
    assert found is not None
    assert found.facts == {"summary": {"title": "标题"}}
    assert (tmp_path / "out" / "rfm.html").read_bytes() == b"<p>page</p>"
    assert (tmp_path / "out" / "rfm" / "tables" / "a.csv").read_bytes() == b"a\r\n1\n"


def test_an_unknown_key_gives_nothing(kept: Cache, tmp_path: Path) -> None:
    assert kept.fetch("k2", tmp_path / "out") is None
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("damage", ["page", "missing", "record", "shape"])
def test_a_damaged_entry_is_thrown_away_and_copies_nothing(kept: Cache, tmp_path: Path, damage: str) -> None:
    entry = _entry(tmp_path)
    if damage == "page":
        (entry / "files" / "rfm.html").write_bytes(b"<p>pagf</p>")
    elif damage == "missing":
        (entry / "files" / "rfm" / "tables" / "a.csv").unlink()
    elif damage == "record":
        (entry / "entry.json").write_text('{"files"', encoding="utf-8")
    else:
        (entry / "entry.json").write_text("[1]", encoding="utf-8")
    assert kept.fetch("k1", tmp_path / "out") is None
    assert not (tmp_path / "out").exists()


def test_pruning_forgets_the_old_the_unused_and_leftovers(
    kept: Cache, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / ".analytics" / "cache"
    kept.keep("k2", tmp_path / "source", ["rfm.html"], {})
    kept.keep_answer("k3", {"a": 1})
    (folder / "k9.1-partial").mkdir()
    kept.prune()
    assert sorted(path.name for path in folder.iterdir()) == ["k1", "k2", "k3.json"]
    long_ago = time.time() - 100 * 24 * 3600
    os.utime(folder / "k2", (long_ago, long_ago))
    kept.prune()
    assert sorted(path.name for path in folder.iterdir()) == ["k1", "k3.json"]
    monkeypatch.setattr(caching, "_LARGEST_BYTES", 10)
    os.utime(folder / "k1", (time.time() - 60, time.time() - 60))
    kept.prune()
    assert [path.name for path in folder.iterdir()] == ["k3.json"]


def test_an_answer_that_cannot_be_read_is_no_answer(kept: Cache, tmp_path: Path) -> None:
    kept.keep_answer("a", [["北京", 3]])
    assert kept.answer("a") == [["北京", 3]]
    (tmp_path / ".analytics" / "cache" / "a.json").write_text("{", encoding="utf-8")
    assert kept.answer("a") is None


@given(st.dictionaries(st.text(), st.integers() | st.text() | st.none(), max_size=4), st.data())
def test_a_key_depends_on_content_and_not_on_order(parts: dict[str, object], data: st.DataObject) -> None:
    shuffled = dict(data.draw(st.permutations(list(parts.items()))))
    assert key_of(parts=parts) == key_of(parts=shuffled)
    assert key_of(parts=parts) != key_of(parts={**parts, "one more": 1})
    json.dumps(key_of(parts=parts))
