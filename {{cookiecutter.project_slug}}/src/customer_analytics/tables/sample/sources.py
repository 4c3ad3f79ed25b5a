"""What every export shares: the client's ids and codes, the words of the language, the source that reads it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute

from customer_analytics.packs import side
from customer_analytics.tables.sample import headers
from customer_analytics.tables.sample.headers import mapping
from customer_analytics.tables.sample.world import World
from customer_analytics.tables.sample.writing import numbered

Source = dict[str, Any]


def customer_ids(numbers: Any) -> pa.Array:
    """The client's customer ids; numbers from 900,000,000 on are test accounts."""
    values = np.asarray(numbers, dtype=np.int64)
    plain = numbered(np.where(values >= 900_000_000, -1, values), "C")
    test = numbered(np.where(values >= 900_000_000, values - 900_000_000, -1), "TEST", 4)
    return pa.compute.coalesce(plain, test)


def customer_text(numbers: Any) -> list[str]:
    """The client's customer ids as a list of text."""
    texts: list[str] = customer_ids(numbers).to_pylist()
    return texts


def campaign_code(number: int) -> str:
    """The client's code of a campaign."""
    return f"CMP{number + 1:02d}"


def said(world: World, entries: tuple[str, ...]) -> list[str]:
    """The words in the language of the sample."""
    return [side(entry, world.language) for entry in entries]


def source(world: World, name: str, files: str, **more: Any) -> Source:
    """A source of engagement.yml for an export under the client's headers."""
    return {"table": name, "files": files, "columns": mapping(name, world.language), **more}


def yes_no(world: World) -> dict[Any, Any]:
    """What the client writes for yes and no, for our flags."""
    return {side(headers.YES, world.language): True, side(headers.NO, world.language): False}


def integers(values: pd.Series, *, missing: bool = False) -> pa.Array:
    """Whole numbers; `missing`: those below zero are not there."""
    numbers = values.to_numpy().astype(np.int64)
    return pa.array(numbers, mask=numbers < 0 if missing else None)


def suffixed(path: Path, suffix: str) -> Path:
    """The path with a suffix after its name, whatever dots the name has."""
    return path.with_name(path.name + suffix)
