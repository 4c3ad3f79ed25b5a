"""What a report rests on, kept beside it as `basis.json`: a later run can tell by it what changed and why.

It holds no row and no number of customers: settings that define the figures, marks of what was loaded, versions.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from customer_analytics.engagement import Project
from customer_analytics.engagement.tags import FILE_NAME

if TYPE_CHECKING:
    from customer_analytics.tables.load_log import LoadLog

FORMAT = 1
BASIS = "basis.json"
_DIGITS = 12  # of a hash
# Where a source lies is no definition; all else of it says how its rows are read.
_ORIGIN = {"table", "files", "url", "database_table", "sheets"}


def data_facts(project: Project, log: LoadLog) -> dict[str, Any]:
    """What was loaded: of each table how it is read and its columns, and a mark of each month."""
    readings: dict[str, set[str]] = {}
    for source in project.engagement.sources:
        how = source.model_dump(mode="json", exclude=_ORIGIN)
        readings.setdefault(source.table, set()).add(_mark(how))
    tables = {
        name: {
            "reading": sorted(readings.get(name, set())),
            "columns": sorted({column for source in table.sources for column in (*source.columns, *source.attributes)}),
        }
        for name, table in log.tables.items()
    }
    return {"tables": tables, "history": {name: dict(marks) for name, marks in log.history.items()}}


def basis(published: Mapping[str, Any], made: Mapping[str, Any], project: Project) -> dict[str, Any]:
    """The basis of a report from what its notebook published and what the run knows. Same inputs, same content.

    Of `made`: `identity`, one mark of everything that its content depends on, but the last day that counts and the
    language; `asked`, a mark of the parameters that were given for this run only; `loaded`, see `data_facts`.
    """
    engagement, facts, data = project.engagement, published["made"], made["loaded"]
    settings = {
        "currency": engagement.currency,
        "time_zone": engagement.time_zone,
        "identity": _mark(engagement.identity.model_dump(mode="json")),
        "engine": engagement.engine.name,
        "privacy": engagement.privacy.value,
        "minimum_group": engagement.minimum_group,
        "template": str(made["template_version"]),
    }
    tags = project.folder / FILE_NAME
    if published["report"] == "personas" and tags.is_file():
        settings["tags"] = hashlib.sha256(tags.read_bytes()).hexdigest()[:_DIGITS]
    return {
        "format": FORMAT,
        "report": published["report"],
        "language": published["language"],
        "subset": published["subset"],
        "identity": made["identity"],
        "asked": made["asked"],
        "as_of": facts["as_of"],
        "period": published["period"],
        "fingerprint": made["data"]["fingerprint"],
        "parameters": facts["parameters"],
        "settings": settings,
        "tables": data["tables"],
        "history": data["history"],
        "code": str(made["code_version"]),
        "versions": dict(made["versions"]),
    }


def as_text(content: Mapping[str, Any]) -> str:
    """As it is written."""
    return json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def _mark(content: object) -> str:
    plain = json.dumps(content, sort_keys=True, ensure_ascii=True, default=str)
    return hashlib.sha256(plain.encode("utf-8")).hexdigest()[:_DIGITS]
