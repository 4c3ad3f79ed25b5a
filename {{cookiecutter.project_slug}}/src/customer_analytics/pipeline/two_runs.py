"""Two runs held against each other, as `analytics compare` does: which runs, and report by report what changed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from customer_analytics.analysis.changes.compared import Comparison, compare
from customer_analytics.analysis.changes.told import State
from customer_analytics.engagement import Project
from customer_analytics.engagement.errors import Problem, UserError
from customer_analytics.language import Language
from customer_analytics.pipeline.folders import LATEST, MANIFEST, past_runs
from customer_analytics.report.basis import BASIS
from customer_analytics.report.states import read_state

PREVIOUS = "previous"
_MOST_NAMED = 5


@dataclass(frozen=True)
class TwoRuns:
    """What changed from `old` to `new`. `only_old`, `only_new`: reports that one of them lacks, as (report, subset)."""

    old: str
    new: str
    language: str
    comparisons: tuple[Comparison, ...]
    only_old: tuple[tuple[str, str | None], ...]
    only_new: tuple[tuple[str, str | None], ...]


def compare_runs(project: Project, old: str, new: str) -> TwoRuns:
    """Compare two runs, each by name, path, `latest` or `previous`.

    Raises:
        UserError: there is no such run, one of them holds nothing to compare, or they have no report in common.
    """
    problems: list[Problem] = []
    found = [_folder(project, name, problems) for name in (old, new)]
    if problems:
        raise UserError(problems)
    first, second = (folder for folder in found if folder is not None)
    states = [_states(folder) for folder in (first, second)]
    for folder, held in zip((first, second), states, strict=True):
        if not held:
            what = "holds no report to compare: an older version made it, or no report came to its end."
            problems.append(Problem(str(folder), what, "Make it again with `analytics run --as-of DATE`."))
    if problems:
        raise UserError(problems)
    before, now = states
    both = [key for key in now if key in before]
    if not both:
        raise UserError(
            [Problem(f"{first.name}, {second.name}", "have no report in common.", "Compare runs of the same reports.")]
        )
    return TwoRuns(
        old=first.name,
        new=second.name,
        language=_language(second),
        comparisons=tuple(compare(before[key], now[key]) for key in both),
        only_old=tuple(key for key in before if key not in now),
        only_new=tuple(key for key in now if key not in before),
    )


def _folder(project: Project, name: str, problems: list[Problem]) -> Path | None:
    """The folder of a run; None, with a problem told, where there is none."""
    runs = [str(run["run"]) for run in past_runs(project)]
    if name in (LATEST, PREVIOUS):
        place = (LATEST, PREVIOUS).index(name)
        if len(runs) > place:
            return project.reports / runs[place]
        problems.append(Problem(name, f"there are {len(runs)} runs.", "Make one with `analytics run`."))
        return None
    folder = project.reports / name if name in runs else Path(name)
    if (folder / MANIFEST).is_file():
        return folder.absolute()
    there = f"There are: {', '.join(runs[:_MOST_NAMED])}." if runs else "Make one with `analytics run`."
    problems.append(Problem(name, "is no run in reports/ and no folder of one.", there))
    return None


def _states(run: Path) -> dict[tuple[str, str | None], State]:
    """The reports of a run that can be compared, by name and customers, in the order of run.json."""
    found = {(state.report, state.basis["subset"]): state for state in _sound(run)}
    order = {str(entry.get("name")): place for place, entry in enumerate(_manifest(run).get("reports", []))}
    return dict(sorted(found.items(), key=lambda item: (order.get(item[0][0], len(order)), item[0][1] or "")))


def _sound(run: Path) -> Iterator[State]:
    for path in sorted([*run.glob(f"*/{BASIS}"), *run.glob(f"*/*/{BASIS}")]):
        page = path.parent.relative_to(run).as_posix() + ".html"
        state = read_state(path.parent, page)
        if state is not None:
            yield state


def _manifest(run: Path) -> dict[str, list[dict[str, object]]]:
    """run.json as far as the order of reports needs it; empty where it cannot be read."""
    try:
        content = json.loads((run / MANIFEST).read_text(encoding="utf-8"))
        sound = isinstance(content["reports"], list) and all(isinstance(each, dict) for each in content["reports"])
        return content if sound else {}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def _language(run: Path) -> str:
    return "zh_CN" if str(_manifest(run).get("language")) == "zh_CN" else "en"


def write_comparison(project: Project, found: TwoRuns, output: Path) -> None:
    """Write page, table and document into a new folder, in the language of the newer run.

    Raises:
        UserError: the folder is there already and holds something.
    """
    from customer_analytics.report.changes_page import write_changes

    if output.exists() and (not output.is_dir() or any(output.iterdir())):
        raise UserError([Problem(f"--output {output}", "is there already and not empty.", "Name another folder.")])
    language = Language(found.language, project.engagement.currency, project.engagement.wording(found.language))
    write_changes(output, found.old, found.new, found.comparisons, project, language)
