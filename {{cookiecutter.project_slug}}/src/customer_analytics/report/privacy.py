"""Customer ids for tables: a keyed hash, the same in every run of a project, that no one else can compute."""

from __future__ import annotations

import hmac
import secrets
import time
from pathlib import Path

import pandas as pd

from customer_analytics.engagement import Project

ID_COLUMNS = ("customer_id", "visitor_id", "userId", "external_id")  # the last two: as Segment and Braze call it
_KEY_BYTES = 32
_DIGITS = 20  # hexadecimal; 80 bits, so that a million customers do not collide
_PREFIX = "c"  # keeps a spreadsheet from reading the digits as a number


def with_hashed_ids(frame: pd.DataFrame, project: Project) -> pd.DataFrame:
    """The frame with each customer or visitor id replaced by its keyed hash (HMAC-SHA256)."""
    columns = [column for column in frame.columns if column in ID_COLUMNS]
    if not columns:
        return frame
    key = project_key(project)
    hashed = frame.copy(deep=False)
    for column in columns:
        codes = {value: hashed_id(str(value), key) for value in frame[column].dropna().unique()}
        hashed[column] = frame[column].map(codes)
    return hashed


def hashed_id(customer_id: str, key: bytes) -> str:
    """The keyed hash of one id."""
    return _PREFIX + hmac.digest(key, customer_id.encode("utf-8"), "sha256").hex()[:_DIGITS]


def project_key(project: Project) -> bytes:
    """The project's own random key, made at first use and kept out of git."""
    path = project.folder / "data" / "customer_id.key"
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("x", encoding="ascii", newline="\n") as file:  # fails when another report was faster
            file.write(secrets.token_hex(_KEY_BYTES) + "\n")
    except FileExistsError:
        pass
    return _read_key(path)


def _read_key(path: Path) -> bytes:
    for _ in range(50):
        text = path.read_text(encoding="ascii").strip()
        if len(text) == 2 * _KEY_BYTES:
            return bytes.fromhex(text)
        time.sleep(0.02)  # another process is writing it just now
    raise ValueError(f"{path} holds no key of {_KEY_BYTES} bytes; delete it, and a new one is made")
