"""Reports of finished runs as they are held against each other, and which of them a report is compared with.

A report is compared with the one of the same kind and the same customers (`subset`) in reports/ that was made for the
latest last day, none later than its own, and of several for that day the newest. One made of the same data, day,
settings and code is passed over: a rerun tells the same as the run before, and comes from the cache. So is one that was
made with parameters given for that run only (`run -p bins=4`), unless this one was given the same: it was a trial.
"""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from customer_analytics.analysis.changes.told import State, number, told
from customer_analytics.engagement import Project
from customer_analytics.engagement.days import moment
from customer_analytics.report.basis import BASIS, FORMAT

_RUN = "run.json"
_FILES = (BASIS, "findings.json", "metrics.json")
_TEXTS = ("report", "language", "identity", "asked", "as_of", "fingerprint", "code")
_MAPPINGS = ("parameters", "settings", "tables", "history", "versions")


@dataclass(frozen=True)
class Candidate:
    """A report of a finished run. `folder`: where its findings lie."""

    run: str
    folder: Path
    as_of: str
    identity: str
    asked: str


def earlier_report(
    project: Project, report: str, subset: str | None, *, identity: str, asked: str, as_of: str | None
) -> Candidate | None:
    """What a report is compared with. `as_of`: its last day that counts; None where that is not known yet."""
    found = [
        each
        for each in candidates(project.reports, report, subset)
        if (as_of is None or each.as_of <= as_of)
        and each.asked in ("", asked)
        and not (each.identity == identity and (as_of is None or each.as_of == as_of))
    ]
    newest = [each for each in found if each.as_of == max(one.as_of for one in found)]
    return max(newest, key=lambda each: _made(project.reports / each.run), default=None)


def earlier_mark(
    project: Project, report: str, subset: str | None, *, identity: str, asked: str, as_of: str | None
) -> list[str | None]:
    """What the cache has to know of it: a hash of each file that the comparison reads; nothing where there is none."""
    found = earlier_report(project, report, subset, identity=identity, asked=asked, as_of=as_of)
    return [] if found is None else [_hash(found.folder / name) for name in _FILES]


def candidates(reports: Path, report: str, subset: str | None) -> Iterator[Candidate]:
    """Every report of this kind about these customers that a finished run left; what cannot be read is passed over."""
    if not reports.is_dir():
        return
    for run in sorted(path for path in reports.iterdir() if not path.name.startswith(".")):
        if not (run / _RUN).is_file():
            continue
        paths = [run / report / BASIS] if subset is None else sorted(run.glob(f"*/{report}/{BASIS}"))
        for path in paths:
            head = _head(path, path.stat().st_mtime_ns) if path.is_file() else None
            if head is not None and head[0] == subset:
                yield Candidate(run.name, path.parent, head[1], head[2], head[3])


def read_state(folder: Path, page: str = "") -> State | None:
    """A report from its files; None where they are not there or not sound."""
    try:
        basis, findings, metrics = (json.loads((folder / name).read_text(encoding="utf-8")) for name in _FILES)
        _check(basis)
        numbers = {str(name): value for name, each in metrics.items() if (value := number(each)) is not None}
        return State(basis["report"], tuple(told(each, basis["language"], page) for each in findings), numbers, basis)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _check(basis: Mapping[str, Any]) -> None:
    """Raise ValueError for a basis that is not as `report.basis` writes it: it may have been edited."""
    tables, settings = basis["tables"], basis["settings"]
    sound = (
        basis["format"] == FORMAT
        and all(isinstance(basis[name], str) for name in _TEXTS)
        and all(isinstance(basis[name], dict) for name in _MAPPINGS)
        and isinstance(basis["subset"], str | None)
        and all(isinstance(each, dict) and isinstance(each["columns"], list) for each in tables.values())
        and all(isinstance(name, str) for each in tables.values() for name in each["columns"])
        and all("reading" in each for each in tables.values())
        and all(isinstance(each, dict) for each in basis["history"].values())
        and isinstance(settings["minimum_group"], int)
        and (basis["period"] is None or len(basis["period"]) == len(("first", "last")))
    )
    if not sound:
        raise ValueError("not a basis")


@functools.lru_cache(maxsize=4096)
def _head(path: Path, written: int) -> tuple[str | None, str, str, str] | None:
    """Subset, last day and identity of a report; `written`: when its file was, so that a new one is read again."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if content["format"] != FORMAT:
            return None
        return content["subset"], str(content["as_of"]), str(content["identity"]), str(content["asked"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _made(run: Path) -> tuple[float, int, str]:
    """When a run was made, for the order of runs; of those of one second the one with the higher number."""
    tail = run.name.rpartition("_")[2]
    try:
        created = moment(str(json.loads((run / _RUN).read_text(encoding="utf-8"))["created_at"]))
    except (OSError, ValueError, KeyError, TypeError):
        created = 0.0
    return created, int(tail) if tail.isdecimal() else 0, run.name


def _hash(path: Path) -> str | None:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return None
