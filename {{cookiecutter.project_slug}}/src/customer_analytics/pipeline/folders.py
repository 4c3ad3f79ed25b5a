"""Where a run lies on disk: written aside, moved into place whole, never over another run."""

from __future__ import annotations

import datetime as dt
import json
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from customer_analytics.durable import rename_settled, settle, write_whole
from customer_analytics.engagement import Project
from customer_analytics.engagement.days import moment
from customer_analytics.engagement.errors import Problem, UserError

LATEST = "latest"
MANIFEST = "run.json"
_PARTIAL = ".{name}-partial"
_OWNER = re.compile(r"-(\d+)(?:-|$)")
_DAY = 24 * 3600  # seconds
_SAME_SECONDS = 60  # clocks of processes and of files differ a little


@dataclass(frozen=True)
class RunFolder:
    """A run's name, the folder it is written in, and the folder it ends in."""

    name: str
    partial: Path
    final: Path
    created_at: str


@contextmanager
def run_folder(project: Project, output: Path | None, now: dt.datetime) -> Iterator[RunFolder]:
    """A folder for one run, moved into place when the block ends well and removed when it does not.

    Args:
        project: the client project.
        output: folder that the run itself becomes; None: reports/<date>_<number>.
        now: names the run; nothing else depends on it.

    Raises:
        UserError: `output` is there already and holds something.
    """
    parent = project.reports if output is None else output.parent
    parent.mkdir(parents=True, exist_ok=True)
    name = _next_name(parent, now) if output is None else output.name
    final = parent / name
    if output is not None and final.exists() and (not final.is_dir() or any(final.iterdir())):
        raise UserError([Problem(f"--output {output}", "is there already and not empty.", "Name another folder.")])
    partial = parent / _PARTIAL.format(name=name)
    if partial.exists():
        shutil.rmtree(partial)
    partial.mkdir()
    try:
        yield RunFolder(name, partial, final, now.isoformat(timespec="seconds"))
        if final.exists():
            final.rmdir()
        settle(partial)
        rename_settled(partial, final)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def remove_leftovers(project: Project) -> None:
    """Remove what a killed run left. Only under the lock: then no partial folder belongs to a living run."""
    if project.reports.is_dir():
        for folder in project.reports.glob(_PARTIAL.format(name="*")):
            shutil.rmtree(folder, ignore_errors=True)


def remove_scratch(project: Project) -> None:
    """Remove what processes that are no more left in .analytics/scratch: a killed one could not clean up.

    A folder there names its process (campaigns-4711-x, spill-4711); one that names none is removed when a day old.
    """
    folder = project.folder / ".analytics" / "scratch"
    left = list(folder.iterdir()) if folder.is_dir() else []
    for path in left:
        if _is_abandoned(path):
            shutil.rmtree(path, ignore_errors=True)


def _is_abandoned(path: Path) -> bool:
    import psutil

    owner = _OWNER.search(path.name)
    try:
        written = path.stat().st_mtime
        if owner is None:
            return time.time() - written > _DAY
        begun: float = psutil.Process(int(owner[1])).create_time()
    except psutil.NoSuchProcess:
        return True
    except (OSError, psutil.Error):
        return False
    return begun > written + _SAME_SECONDS  # the number went to another process since


def point_latest(project: Project, run: str) -> None:
    """Let reports/latest name this run, in one step."""
    write_whole(project.reports / LATEST, run + "\n")


def latest_front_page(project: Project) -> Path | None:
    """The front page of the newest run, or None when there is none."""
    try:
        name = (project.reports / LATEST).read_text(encoding="utf-8").strip()
    except OSError:
        return None
    page = project.reports / name / "index.html"
    return page if name and page.is_file() else None


def require_front_page(project: Project) -> Path:
    """The front page of the newest run.

    Raises:
        UserError: there is no run yet.
    """
    page = latest_front_page(project)
    if page is None:
        raise UserError([Problem(str(project.reports), "there is no run yet.", "Make one with `analytics run`.")])
    return page


def past_runs(project: Project) -> list[dict[str, Any]]:
    """The manifests of all runs in reports/, newest first; a folder without a readable one is left out."""
    runs = []
    for path in project.reports.glob(f"*/{MANIFEST}"):
        try:
            manifest = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue
        if isinstance(manifest, dict) and not path.parent.name.startswith("."):
            runs.append(manifest | {"run": path.parent.name})
    return sorted(runs, key=lambda run: (moment(str(run.get("created_at", ""))), _number(run["run"])), reverse=True)


def _next_name(parent: Path, now: dt.datetime) -> str:
    day = now.date().isoformat()
    taken = [_number(path.name) for path in parent.iterdir() if re.fullmatch(rf"{day}_\d+", path.name)]
    return f"{day}_{max(taken, default=0) + 1}"


def _number(name: str) -> int:
    tail = name.rpartition("_")[2]
    return int(tail) if tail.isdecimal() else 0
