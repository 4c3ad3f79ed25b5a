"""The metrics of a run and of the runs before it: one a last day that counts, the newest of each."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from customer_analytics.analysis.changes.difference import Estimate

_LOW_AND_HIGH = (("_low", "_high"), (".low", ".high"))


@dataclass(frozen=True)
class Measured:
    """The metrics of one run for one group (None: all customers). `day`: its last day that counts."""

    run: str
    day: str
    group: str | None
    values: Mapping[str, float | None]

    def estimate(self, metric: str) -> Estimate | None:
        """A metric with its interval where it has one; None where the run does not hold it."""
        if metric not in self.values:
            return None
        for low, high in _interval_names(metric):
            if low in self.values and high in self.values:
                return Estimate(self.values[metric], self.values[low], self.values[high])
        return Estimate(self.values[metric], None, None)


def measured(folder: Path, manifest: Mapping[str, Any]) -> list[Measured]:
    """The metrics of a run that lies in `folder`, a group each."""
    by_group: dict[str | None, dict[str, float | None]] = {}
    for entry in manifest.get("reports", ()):
        if entry.get("status") != "complete":
            continue
        path = folder / str(entry.get("folder") or "") / str(entry["name"]) / "metrics.json"
        try:
            metrics = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue
        values = by_group.setdefault(entry.get("subset"), {})
        values |= {f"{entry['name']}.{name}": value for name, value in metrics.items()}
    day = str(manifest.get("as_of") or "")
    return [Measured(str(manifest.get("run", "")), day, group, values) for group, values in by_group.items()]


def earlier(reports: Path, runs: Sequence[Mapping[str, Any]], now: Measured) -> list[Measured]:
    """The runs before, of the same group and of earlier days, newest day first; of several of a day the newest.

    Args:
        reports: the folder of all runs.
        runs: their manifests, newest first, as pipeline.folders.past_runs gives them.
        now: the run that is looked at.
    """
    found: dict[str, Measured] = {}
    for manifest in runs:
        day = str(manifest.get("as_of") or "")
        if not day or day >= now.day or day in found or manifest.get("run") == now.run:
            continue
        for each in measured(reports / str(manifest["run"]), manifest):
            if each.group == now.group and each.values:
                found[day] = each
    return [found[day] for day in sorted(found, reverse=True)]


def _interval_names(metric: str) -> list[tuple[str, str]]:
    """How a metric's interval may be named: x_low, x.low, effect_low.a.b for effect.a.b."""
    report, _, name = metric.partition(".")
    head, dot, tail = name.partition(".")
    names = [(f"{metric}{low}", f"{metric}{high}") for low, high in _LOW_AND_HIGH]
    if dot:
        names.append((f"{report}.{head}_low.{tail}", f"{report}.{head}_high.{tail}"))
    return names
