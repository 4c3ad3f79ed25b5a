"""Hashes of what was read."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

import pyarrow.parquet as pq

from customer_analytics.engagement import Engagement
from customer_analytics.tables.formats.dispatch import shown
from customer_analytics.tables.load_log import InputFile

# Raise when the loader makes other tables from the same exports.
LOADER = 1
BLOCK = 1 << 22


def input_file(path: Path, project: Path) -> InputFile:
    """Name, size and SHA-256 of a file."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            digest.update(block)
    return InputFile(shown(path, project), path.stat().st_size, digest.hexdigest())


def fingerprint(
    engagement: Engagement, files: Sequence[InputFile], staged: Sequence[Path], identity_map: Path | None = None
) -> str:
    """One hash of all inputs, of the settings that say how they are loaded, and of the loader.

    What came from a database is hashed as it was staged. Where accounts are resolved into persons, the map counts too:
    it depends on the loads before.
    """
    settings: dict[str, object] = {
        "loader": LOADER,
        "time_zone": engagement.time_zone,
        "sources": [source.model_dump(mode="json") for source in engagement.sources],
        "files": sorted((file.name, file.sha256) for file in files),
        "staged": [_content(path) for path in staged],
    }
    if identity_map is not None:
        settings["identity"] = engagement.identity.model_dump(mode="json")
        settings["identity_map"] = _content(identity_map, ("account_id", "customer_id"))
    return hashlib.sha256(json.dumps(settings, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _content(path: Path, columns: Sequence[str] | None = None) -> str:
    """A hash of a Parquet file's rows, whatever the file's own layout."""
    digest = hashlib.sha256()
    chosen = None if columns is None else list(columns)
    for batch in pq.ParquetFile(path).iter_batches(batch_size=BLOCK >> 6, columns=chosen):
        for column in batch.columns:
            digest.update(repr(column.type).encode())
            digest.update(json.dumps(column.to_pylist(), default=str).encode())
    return digest.hexdigest()
