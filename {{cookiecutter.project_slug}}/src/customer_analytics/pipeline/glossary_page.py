"""The glossary of a run, from the cache: it depends on little, and its many characters take long to find fonts for."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from customer_analytics.engagement import Project
from customer_analytics.pipeline.cache import Cache, code_hash, key_of, versions
from customer_analytics.pipeline.lock import state_folder


def make_glossary(folder: Path, manifest: Mapping[str, Any], project: Project) -> None:
    """Put glossary.html into the run's folder; nothing where the run holds no complete report."""
    from customer_analytics.report import page
    from customer_analytics.report.glossary import FILE_NAME, write_glossary

    engagement = project.engagement
    key = key_of(
        glossary=sorted({entry["name"] for entry in manifest["reports"] if entry["status"] == "complete"}),
        language=manifest["language"],
        client=[engagement.client, engagement.consultancy, engagement.currency],
        brand=engagement.brand.model_dump(mode="json"),
        logo=page.logo(project),
        code=code_hash(),
        versions=versions(),
    )
    cache = Cache(state_folder(project))
    if cache.fetch(key, folder) is None and write_glossary(folder, manifest, project):
        cache.keep(key, folder, [FILE_NAME], {})
