"""A run against the one before it: what changed over all reports, for its manifest and its front page."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from customer_analytics.analysis.changes.compared import Comparison, Kind, Row, compare, totals
from customer_analytics.engagement import Project
from customer_analytics.language import Language, Text
from customer_analytics.narrative.changes import frame
from customer_analytics.narrative.changes.causes import cause
from customer_analytics.narrative.changes.rows import sentence
from customer_analytics.pipeline.folders import past_runs
from customer_analytics.report.changes import ID as SINCE
from customer_analytics.report.states import earlier_report, read_state

_TOLD = (Kind.MOVED, Kind.NEW, Kind.GONE)


def changes_of_run(folder: Path, manifest: dict[str, Any], project: Project) -> dict[str, Any]:
    """What changed since the last run, as plain values in the run's language.

    Each entry of `manifest["reports"]` gets `compared_with`: the run that its report is compared with, or None.

    Args:
        folder: the run's folder, still aside.
        manifest: as make_manifest made it.
        project: the client project.

    Returns:
        run: the run compared with (of several the one most reports are); None with a `reason` where there is none.
        counts: findings by what became of them, and `cause`, the number of causes named. items: findings that moved,
        are new or gone, most certain first, then the causes; `p` is their q-value.
    """
    code = manifest["language"]
    language = Language(code, project.engagement.currency, project.engagement.wording(code))
    runs: list[str] = []
    found: list[tuple[Comparison, dict[str, Any]]] = []
    for entry in manifest["reports"]:
        entry["compared_with"] = None
        if entry["status"] != "complete":
            continue
        now = read_state(folder / (entry["folder"] or "") / entry["name"])
        if now is None:
            continue
        basis = now.basis
        earlier = earlier_report(
            project,
            now.report,
            basis["subset"],
            identity=basis["identity"],
            asked=basis["asked"],
            as_of=basis["as_of"],
        )
        before = None if earlier is None else read_state(earlier.folder)
        if earlier is not None and before is not None:
            entry["compared_with"] = earlier.run
            runs.append(earlier.run)
            found.append((compare(before, now), entry))
    if not found:
        return {"run": None, "reason": str(_why_not(project, language)), "counts": {}, "items": []}
    items = [item for comparison, entry in found for item in _items(comparison, entry, language)]
    order = {kind.value: place for place, kind in enumerate(Kind)}
    items.sort(key=lambda item: (order[item["kind"]], 1.0 if item["p"] is None else item["p"]))
    items += _causes(found, language)
    counts = totals(comparison for comparison, _ in found)
    counts["cause"] = sum(item["kind"] == "cause" for item in items)
    return {"run": Counter(runs).most_common(1)[0][0], "reason": None, "counts": counts, "items": items}


def _why_not(project: Project, language: Language) -> Text:
    """Why there is nothing to compare: no run at all, or none of this version, these reports or an earlier day."""
    say = language.say
    return say("No earlier run can be compared with this one.") if past_runs(project) else say("This is the first run.")


def _items(comparison: Comparison, entry: dict[str, Any], language: Language) -> list[dict[str, Any]]:
    return [_item(row, comparison, entry, language) for row in comparison.rows if row.kind in _TOLD]


def _item(row: Row, comparison: Comparison, entry: dict[str, Any], language: Language) -> dict[str, Any]:
    return {
        "report": comparison.report,
        "id": row.id,
        "kind": row.kind.value,
        "head": row.told.head,
        "statement": str(sentence(language, row, comparison)),
        "p": None if row.q is None else float(f"{row.q:.3g}"),
        "page": f"{entry['page']}#{SINCE}",
    }


def _causes(found: list[tuple[Comparison, dict[str, Any]]], language: Language) -> list[dict[str, Any]]:
    """Each cause once, with the first report that it concerns."""
    items: dict[str, dict[str, Any]] = {}
    for comparison, entry in found:
        for each in comparison.causes:
            words = str(cause(language, each))
            items.setdefault(
                words,
                {
                    "report": comparison.report,
                    "id": each.kind.value,
                    "kind": "cause",
                    "head": words,
                    "statement": str(frame.of_cause(language, each)),
                    "p": None,
                    "page": f"{entry['page']}#{SINCE}",
                },
            )
    return list(items.values())
