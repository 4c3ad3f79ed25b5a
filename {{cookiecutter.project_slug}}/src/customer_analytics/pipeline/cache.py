"""Reports that need not be made again: same notebook, code, data, parameters, language and versions, same bytes.

An entry is a folder `.analytics/cache/<key>/` with the files of one report and `entry.json`, which lists each file with
its hash. An entry whose files do not match is thrown away. Small answers (verdicts, groups) are kept the same way.
"""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
import importlib.metadata
import json
import os
import platform
import shutil
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import customer_analytics
from customer_analytics.durable import patiently
from customer_analytics.engagement import Project
from customer_analytics.engagement.customer_key import project_key
from customer_analytics.engagement.tags import FILE_NAME
from customer_analytics.report.earlier import earlier_facts
from customer_analytics.tables.ledger_files import assignments

PACKAGES = (
    "babel",
    "duckdb",
    "fonttools",
    "ibis-framework",
    "ipykernel",
    "matplotlib",
    "nbconvert",
    "numpy",
    "pandas",
    "papermill",
    "pyarrow",
    "pydantic",
    "scikit-learn",
    "scipy",
    "seaborn",
    "sqlglot",
)
_ENTRY = "entry.json"
_LARGEST_BYTES = 1_000_000_000
_OLDEST_SECONDS = 90 * 24 * 3600


@dataclass(frozen=True)
class Kept:
    """A report from the cache: what is known of it beside its files."""

    facts: Mapping[str, Any]


class Cache:
    """The cache of one project."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "cache"

    def fetch(self, key: str, destination: Path) -> Kept | None:
        """Copy an entry's files below `destination`; None, with nothing copied, when it is missing or not sound."""
        entry = self._folder / key
        try:
            record = json.loads((entry / _ENTRY).read_text(encoding="utf-8"))
            contents = {name: (entry / "files" / name).read_bytes() for name in record["files"]}
            if any(_hash(contents[name]) != sound for name, sound in record["files"].items()):
                raise ValueError("an entry's file has changed")
            kept = Kept(dict(record["facts"]))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            shutil.rmtree(entry, ignore_errors=True)
            return None
        for name, content in contents.items():
            path = destination / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        os.utime(entry)
        return kept

    def keep(self, key: str, source: Path, names: list[str], facts: Mapping[str, Any]) -> None:
        """Keep these files of `source` (paths below it, with forward slashes) under a key."""
        aside = self._folder / f"{key}.{os.getpid()}-partial"
        shutil.rmtree(aside, ignore_errors=True)
        record: dict[str, Any] = {"files": {}, "facts": dict(facts)}
        for name in names:
            content = (source / name).read_bytes()
            record["files"][name] = _hash(content)
            path = aside / "files" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        aside.mkdir(parents=True, exist_ok=True)
        (aside / _ENTRY).write_text(json.dumps(record, ensure_ascii=False), encoding="utf-8", newline="\n")
        shutil.rmtree(self._folder / key, ignore_errors=True)
        patiently(lambda: aside.rename(self._folder / key))

    def answer(self, key: str) -> Any:
        """A small kept answer, or None."""
        try:
            return json.loads((self._folder / f"{key}.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None

    def keep_answer(self, key: str, answer: object) -> None:
        """Keep a small answer (plain JSON values)."""
        self._folder.mkdir(parents=True, exist_ok=True)
        aside = self._folder / f"{key}.{os.getpid()}-partial"
        aside.write_text(json.dumps(answer, ensure_ascii=False), encoding="utf-8", newline="\n")
        patiently(lambda: aside.replace(self._folder / f"{key}.json"))

    def prune(self) -> None:
        """Forget what has not been used for three months, the least recently used beyond a gigabyte, and leftovers."""
        if not self._folder.is_dir():
            return
        entries = []
        for path in self._folder.iterdir():
            if path.name.endswith("-partial"):
                _remove(path)
            else:
                entries.append((path.stat().st_mtime, path))
        used = 0
        oldest = time.time() - _OLDEST_SECONDS
        for touched, path in sorted(entries, reverse=True):
            used += _size(path)
            if used > _LARGEST_BYTES or touched < oldest:
                _remove(path)


def key_of(**parts: object) -> str:
    """One hash of everything that an answer depends on (plain JSON values)."""
    return _hash(json.dumps(parts, sort_keys=True, ensure_ascii=True, default=str).encode())[:32]


@functools.cache
def code_hash() -> str:
    """One hash of the package's source: code, catalogues, templates and fonts."""
    root = Path(customer_analytics.__file__).parent
    total = hashlib.sha256()
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(name for name in folders if name != "__pycache__")
        for name in sorted(names):
            path = Path(folder) / name
            if path.suffix not in {".pyc", ".pyo"}:
                total.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return total.hexdigest()


@functools.cache
def versions() -> dict[str, str]:
    """Versions of Python and of the packages that a report's bytes depend on."""
    found = {"python": platform.python_version()}
    for name in PACKAGES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def engagement_facts(
    project: Project, report: str, day: str | None = None, subset: str | None = None
) -> dict[str, Any]:
    """What a report depends on in the project beside its data: settings, the logo, the key of customer ids.

    The parameters of other reports are left out, so that changing them leaves this report in the cache; but personas
    also rest on the tag catalogue, on the ledger that tags may ask, and on RFM, whose segments are tags; campaign
    evaluation and the data audit on the ledger too; and churn on what earlier runs promised for the time up to `day`,
    the last day that counts (None: not known, all of it counts).
    """
    settings = project.engagement.model_dump(mode="json", exclude={"reports"})
    files = []
    if project.engagement.brand.logo is not None:
        files.append(project.folder / project.engagement.brand.logo)
    if project.engagement.pack is not None:
        files.append(project.folder / project.engagement.pack)
    reports = [report]
    if report == "personas":
        files.append(project.folder / FILE_NAME)
        reports.append("rfm")
    if report in ("personas", "campaign_evaluation", "data_audit"):
        files += [each.path for each in assignments(project)]
    promised = []
    if report == "churn":
        last = None if day is None else dt.date.fromisoformat(day)
        promised = earlier_facts(project, last, subset)
    return {
        "settings": settings,
        "promised": promised,
        "parameters": [getattr(project.engagement.reports, name).model_dump(mode="json") for name in reports],
        "files": [_hash(path.read_bytes()) if path.is_file() else None for path in files],
        "customer_ids": _hash(project_key(project)),  # made here if need be: a report that never asks has the same key
        "platform": sys.platform,
    }


# Of the settings: what changes how a report looks, and not what it says of the customers.
_LOOKS = ("template_version", "consultancy", "language", "brand", "as_of")


def identity_of(facts: Mapping[str, Any]) -> str:
    """A mark of what a report says, of its facts: two reports of one mark and one day are the same in other clothes.

    What earlier runs promised is left out: that a promise fell due makes no other report.
    """
    engagement = facts["engagement"]
    settings = {name: value for name, value in engagement["settings"].items() if name not in _LOOKS}
    return key_of(**{**facts, "engagement": {**engagement, "settings": settings, "promised": None}})


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _size(path: Path) -> int:
    parts = path.rglob("*") if path.is_dir() else [path]
    return sum(part.stat().st_size for part in parts if part.is_file())


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
