"""How things look: parts, charts, theme, export. Only this package emits HTML.

Loaded piece by piece: a run whose reports all come from the cache writes its front page without matplotlib and pandas.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from customer_analytics.report import charts, parts
    from customer_analytics.report.context import Report, open_report

__all__ = ["Report", "charts", "open_report", "parts"]


def __getattr__(name: str) -> Any:
    if name in ("charts", "parts"):
        return importlib.import_module(f"{__name__}.{name}")
    if name in ("Report", "open_report"):
        return getattr(importlib.import_module(f"{__name__}.context"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
