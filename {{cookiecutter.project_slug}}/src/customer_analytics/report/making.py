"""How a report was made: the facts for its appendix, as plain data."""

from __future__ import annotations

import importlib.metadata
import platform
from typing import TYPE_CHECKING, Any

import customer_analytics

if TYPE_CHECKING:
    from customer_analytics.report.context import Report

_PACKAGES = (
    "customer-analytics",
    "ibis-framework",
    "duckdb",
    "pandas",
    "numpy",
    "scikit-learn",
    "scipy",
    "matplotlib",
)


def how_it_was_made(report: Report) -> dict[str, Any]:
    """Parameters, as-of day, time zone, input files with their hashes, versions."""
    engagement = report.engagement
    return {
        "as_of": report.tables.as_of.isoformat(),
        "time_zone": engagement.time_zone,
        "privacy": engagement.privacy.value,
        "minimum_group": engagement.minimum_group,
        "template_version": customer_analytics.__version__,
        "parameters": report.parameters.model_dump(mode="json"),
        "versions": versions(),
    }


def versions() -> dict[str, str]:
    """Versions of Python and of the packages that compute."""
    found = {"Python": platform.python_version()}
    for name in _PACKAGES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found
