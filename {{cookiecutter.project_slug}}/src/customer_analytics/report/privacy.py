"""Customer ids for tables: a keyed hash, the same in every run of a project, that no one else can compute."""

from __future__ import annotations

import hmac

import pandas as pd

from customer_analytics.engagement import Project
from customer_analytics.engagement.customer_key import project_key

ID_COLUMNS = ("customer_id", "visitor_id", "userId", "external_id")  # the last two: as Segment and Braze call it
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
