"""What earlier runs of the churn report promised: who was given which probability, to be held against what happened.

Every churn report leaves `promise.json` beside its page: which day it was made for, what leaving meant, when its time
is over. Together with `tables/scores.csv` that is all a later run needs. Only finished runs in reports/ are read, of
the same customers (`subset`), made for an earlier day, whose time is over by the last day that counts; of several runs
for one day the newest. The cache counts exactly these files, so a run without a new one stays in it.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from customer_analytics.engagement import Project
from customer_analytics.engagement.days import moment
from customer_analytics.engagement.settings import Privacy

if TYPE_CHECKING:
    from customer_analytics.analysis.churn.result import ChurnResult
    from customer_analytics.analysis.model_checks.result import EarlierScores
    from customer_analytics.report.context import Report

FORMAT = 1
PROMISE = "promise.json"
SCORES = "tables/scores.csv"
_RUN = "run.json"


@dataclass(frozen=True)
class EarlierRun:
    """A finished run with a promise whose time is over. `made`: when, for the order of runs made for the same day."""

    name: str
    folder: Path
    made: tuple[float, int]
    as_of: dt.date
    kind: str
    gap_days: int
    horizon_days: int
    method: str
    privacy: str

    @property
    def scores(self) -> Path:
        """The customers' probabilities; not there where the run's privacy was executive."""
        return self.folder / SCORES


def earlier_runs(project: Project, as_of: dt.date | None, subset: str | None) -> tuple[EarlierRun, ...]:
    """The runs whose promise can be held against what happened by `as_of` (None: all with a promise), oldest first."""
    newest: dict[tuple[object, ...], EarlierRun] = {}
    for run in _promises(project, subset):
        over = run.as_of + dt.timedelta(days=run.gap_days + run.horizon_days)
        if as_of is not None and over > as_of:
            continue
        what = (run.as_of, run.kind, run.gap_days, run.horizon_days)
        if what not in newest or newest[what].made < run.made:
            newest[what] = run
    return tuple(sorted(newest.values(), key=lambda run: (run.as_of, run.kind, run.gap_days, run.horizon_days)))


def earlier_facts(project: Project, as_of: dt.date | None, subset: str | None) -> list[dict[str, str | None]]:
    """What the cache has to know of them: a hash of each file that the report will read."""
    return [
        {"promise": _hash(run.folder / PROMISE), "scores": _hash(run.scores)}
        for run in earlier_runs(project, as_of, subset)
    ]


def earlier_scores(report: Report) -> tuple[EarlierScores, ...]:
    """The scores of those runs, with a way to find today's customers among their ids. See EarlierScores."""
    import functools

    from customer_analytics.analysis.model_checks.result import EarlierScores

    found = []
    for run in earlier_runs(report.project, report.tables.as_of, report.subset):
        hashed = run.privacy != Privacy.OPERATIONS.value
        found.append(
            EarlierScores(
                as_of=run.as_of,
                kind=run.kind,
                gap_days=run.gap_days,
                horizon_days=run.horizon_days,
                method=run.method,
                withheld=run.privacy == Privacy.EXECUTIVE.value,
                scores=_read_scores(run.scores),
                written_as=functools.partial(_hashed, report.project) if hashed else _plain,
            )
        )
    return tuple(found)


def promise_document(report: Report, result: ChurnResult) -> dict[str, str]:
    """The document that a later run reads; none where nobody was given a probability."""
    from customer_analytics.analysis.features.life import SNAPSHOT

    study, scoring = result.study, result.scoring
    if scoring is None or not scoring.is_estimable or study.kind == SNAPSHOT:
        return {}
    windows = study.windows
    content = {
        "format": FORMAT,
        "as_of": report.tables.as_of.isoformat(),
        "subset": report.subset,
        "kind": study.kind,
        "gap_days": int(windows.gap_days),
        "horizon_days": int(windows.horizon_days),
        "method": scoring.chosen,
        "customers": len(scoring.now),
        "expected_rate": round(float(scoring.now["probability"].mean()), 6) if len(scoring.now) else None,
        "privacy": report.engagement.privacy.value,
    }
    return {PROMISE: json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False)}


def _promises(project: Project, subset: str | None) -> Iterator[EarlierRun]:
    """Every readable promise about the same customers, of finished runs; what cannot be read promises nothing."""
    if not project.reports.is_dir():
        return
    for folder in sorted(path for path in project.reports.iterdir() if not path.name.startswith(".")):
        if not (folder / _RUN).is_file():
            continue
        for path in sorted([*folder.glob(f"churn/{PROMISE}"), *folder.glob(f"*/churn/{PROMISE}")]):
            try:
                content = json.loads(path.read_text(encoding="utf-8"))
                made = str(json.loads((folder / _RUN).read_text(encoding="utf-8"))["created_at"])
                if content["format"] == FORMAT and content["subset"] == subset:
                    yield _run(folder.name, path.parent, made, content)
            except (OSError, ValueError, KeyError, TypeError):
                continue


def _run(name: str, folder: Path, made: str, content: dict[str, Any]) -> EarlierRun:
    tail = name.rpartition("_")[2]
    return EarlierRun(
        name=name,
        folder=folder,
        made=(moment(made), int(tail) if tail.isdecimal() else 0),
        as_of=dt.date.fromisoformat(content["as_of"]),
        kind=str(content["kind"]),
        gap_days=int(content["gap_days"]),
        horizon_days=int(content["horizon_days"]),
        method=str(content["method"]),
        privacy=str(content["privacy"]),
    )


def _read_scores(path: Path) -> Any:
    """customer_id (text as written) and probability, a row a person; None where there is no readable file."""
    import pandas as pd

    try:
        frame = pd.read_csv(
            path, usecols=["customer_id", "probability"], dtype={"customer_id": str}, keep_default_na=False,
            na_values={"probability": [""]}, encoding="utf-8", float_precision="round_trip",
        )  # fmt: skip
    except (OSError, ValueError):  # ValueError: a column is missing, no table, not text
        return None
    frame["probability"] = pd.to_numeric(frame["probability"], errors="coerce")
    frame = frame[frame["probability"].between(0, 1)]
    return frame.drop_duplicates("customer_id").reset_index(drop=True)


def _plain(people: Sequence[str]) -> list[str]:
    """Ids as a table for a spreadsheet holds them."""
    from customer_analytics.spreadsheet import safe_text

    return [str(safe_text(person)) for person in people]


def _hashed(project: Project, people: Sequence[str]) -> list[str]:
    """Ids as the tables of a run with privacy analyst hold them."""
    from customer_analytics.engagement.customer_key import project_key
    from customer_analytics.report.privacy import hashed_id

    key = project_key(project)
    return [hashed_id(person, key) for person in people]


def _hash(path: Path) -> str | None:
    """Of a file's content; None where it is not there."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None
