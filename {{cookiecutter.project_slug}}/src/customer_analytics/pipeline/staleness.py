"""Whether the tables still are what engagement.yml and the exports say: a run on an old load misleads in silence."""

from __future__ import annotations

import contextlib
import json

from customer_analytics.durable import write_whole
from customer_analytics.engagement import Project
from customer_analytics.pipeline.cache import key_of
from customer_analytics.pipeline.lock import state_folder
from customer_analytics.tables.load_log import LoadLog

_NOTE = "loaded.json"


def note_load(project: Project, log: LoadLog) -> None:
    """Remember with which settings a load was made."""
    text = json.dumps({"fingerprint": log.fingerprint, "settings": _settings(project)})
    write_whole(state_folder(project) / _NOTE, text + "\n")


def stale(project: Project, log: LoadLog) -> str:
    """What has changed since the load, as a sentence; empty when nothing is known to have."""
    advice = "`analytics load` would bring the tables up to date."
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        noted = json.loads((project.folder / ".analytics" / _NOTE).read_text(encoding="utf-8"))
        if noted["fingerprint"] == log.fingerprint and noted["settings"] != _settings(project):
            return f"The sources in engagement.yml have changed since the last load. {advice}"
    files = [file for table in log.tables.values() for source in table.sources for file in source.files]
    for file in files:
        path = project.folder / file.name
        if not path.is_file() or path.stat().st_size != file.size:
            return f"{file.name} has changed since the last load. {advice}"
    return ""


def _settings(project: Project) -> str:
    engagement = project.engagement
    sources = [source.model_dump(mode="json") for source in engagement.sources]
    identity = engagement.identity.model_dump(mode="json") if engagement.identity.resolve else None
    return key_of(time_zone=engagement.time_zone, sources=sources, identity=identity)
