"""Pairs of accounts that probabilistic linking proposes, as a file for somebody to look through."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from customer_analytics.durable import write_whole
from customer_analytics.engagement import Project
from customer_analytics.engagement.customer_key import project_key
from customer_analytics.engagement.settings import Privacy
from customer_analytics.report.privacy import hashed_id
from customer_analytics.spreadsheet import safe_text
from customer_analytics.tables.identity.resolve import PROPOSED

REVIEW = "identity_review.csv"
_LEVELS = {-1: "not known", 0: "differs"}


def write_review(project: Project, tables: Path) -> Path | None:
    """Write identity_review.csv beside the tables; None where nothing was proposed, or no customer may be listed.

    One row a pair, the likeliest first: the two accounts (as a keyed hash unless engagement.yml says
    `privacy: operations`), the probability, and for each column whether it agrees, nearly or not. No value is in it.
    """
    source = tables / PROPOSED
    privacy = project.engagement.privacy
    if not source.is_file() or privacy == Privacy.EXECUTIVE:
        return None
    frame = pd.read_parquet(source)
    if frame.empty:
        return None
    if privacy == Privacy.ANALYST:
        key = project_key(project)
        for side in ("account_left", "account_right"):
            frame[side] = [hashed_id(account, key) for account in frame[side]]
    for column in (name for name in frame if str(name).startswith("agrees_")):
        highest = int(frame[column].max())
        frame[column] = [_LEVELS.get(level, "agrees" if level == highest else "nearly") for level in frame[column]]
    frame = frame.map(safe_text)
    target = tables / REVIEW
    write_whole(target, frame.to_csv(index=False, lineterminator="\n"))
    return target
