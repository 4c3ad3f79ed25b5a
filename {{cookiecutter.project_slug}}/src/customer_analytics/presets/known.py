"""Known exports: which preset a file belongs to, and its mapping fitted to the headings that the file really has."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from customer_analytics.presets.found_files import Found
from customer_analytics.presets.model import Export, Preset, presets


@dataclass(frozen=True)
class Written:
    """One source as engagement.yml gets it, and the comment lines above it (without #)."""

    source: dict[str, Any]
    comments: tuple[str, ...]

    @property
    def questions(self) -> int:
        """How many of the comments are questions to the client."""
        return sum(line.startswith("QUESTION") for line in self.comments)


def recognised(headings: Iterable[str]) -> tuple[Preset, Export] | None:
    """The preset whose export has the most of its own headings among these; all of `has` must be there."""
    there = set(headings)
    fitting = [
        (len(export.has), preset, export)
        for preset in presets().values()
        for export in preset.exports
        if set(export.has) <= there
    ]
    if not fitting:
        return None
    _, preset, export = max(fitting, key=lambda one: one[0])
    return preset, export


def fitted(preset: Preset, export: Export, found: Found | None) -> list[Written]:
    """The sources of an export; for a file that is there, without the columns that it has not."""
    there = None if found is None else frozenset(found.headings)
    files = export.files if found is None else found.pattern
    result = []
    for number, raw in enumerate(export.sources):
        wanted = deepcopy(raw)
        say = wanted.pop("say", [])
        without: list[str] = []
        wanted["columns"] = _columns(wanted["columns"], there, without)
        if there is not None and isinstance(wanted.get("attributes"), list):
            wanted["attributes"] = [name for name in wanted["attributes"] if name in there] or "none"
        for key in ("values", "formats"):
            wanted[key] = {ours: value for ours, value in wanted.get(key, {}).items() if ours in wanted["columns"]}
        source = {"table": wanted.pop("table"), "files": files}
        source.update({key: value for key, value in wanted.items() if value not in ({}, [])})
        above = [f"{preset.title}: {export.name}."] if number == 0 else []
        missing = [f"This file has no heading for {', '.join(without)}."] if without else []
        result.append(Written(source, (*above, *say, *missing)))
    return result


def _columns(wanted: dict[str, Any], there: frozenset[str] | None, without: list[str]) -> dict[str, str]:
    columns: dict[str, str] = {}
    for ours, headings in wanted.items():
        possible: Sequence[str] = headings if isinstance(headings, list) else [headings]
        chosen = possible[0] if there is None else next((name for name in possible if name in there), None)
        if chosen is None:
            without.append(ours)
        else:
            columns[ours] = chosen
    return columns
