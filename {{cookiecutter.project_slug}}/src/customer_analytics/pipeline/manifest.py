"""run.json: what a run made, from what, with which parameters and versions."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import customer_analytics
from customer_analytics.engagement import Project
from customer_analytics.pipeline.cache import versions
from customer_analytics.pipeline.folders import MANIFEST, RunFolder

if TYPE_CHECKING:
    from customer_analytics.pipeline.making import Entry
    from customer_analytics.pipeline.plan import Plan
    from customer_analytics.pipeline.survey import Groups
    from customer_analytics.tables.load_log import LoadLog

FORMAT = 1


def make_manifest(
    project: Project,
    folder: RunFolder,
    plan: Plan,
    log: LoadLog,
    entries: list[Entry],
    *,
    as_of: str | None,
    groups: Groups | None,
) -> dict[str, Any]:
    """The manifest of a run as plain JSON values. Only `run`, `created_at`, `seconds` and `cached` tell runs apart."""
    manifest: dict[str, Any] = {
        "format": FORMAT,
        "run": folder.name,
        "client": project.engagement.client,
        "created_at": folder.created_at,
        "as_of": as_of,
        "language": plan.language,
        "template_version": customer_analytics.__version__,
        "versions": versions(),
        "data": {
            "fingerprint": log.fingerprint,
            "tables": {name: table.rows_kept for name, table in log.tables.items()},
            "loaded_at": log.loaded_at,
        },
        "reports": entries,
    }
    if groups is not None:
        sets = [{"value": g.value, "folder": g.folder, "customers": g.customers} for g in groups.groups]
        manifest["for_each"] = {"column": groups.column, "sets": sets, "left_out": groups.left_out}
    return manifest


def write_manifest(manifest: dict[str, Any], folder: RunFolder) -> None:
    """Write run.json into the folder that the run is written in."""
    text = json.dumps(manifest, ensure_ascii=False, indent=2, allow_nan=False)
    (folder.partial / MANIFEST).write_text(text + "\n", encoding="utf-8", newline="\n")
