"""Reading engagement.yml: all problems at once, each with its line and the allowed values."""

from __future__ import annotations

from pathlib import Path

import yaml

from customer_analytics.engagement.settings import Engagement


def read_engagement(path: Path) -> Engagement:
    """Read and validate the file."""
    return Engagement.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
