"""Making one report: from the cache or by its notebook, to a page, a notebook and tables below the run's folder."""

from __future__ import annotations

import json
import shutil
import threading
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import customer_analytics
from customer_analytics.engagement import Project
from customer_analytics.engagement.errors import UserError
from customer_analytics.language import Language
from customer_analytics.pipeline.cache import Cache, code_hash, engagement_facts, identity_of, key_of, versions
from customer_analytics.pipeline.failures import Failure, not_exported, stopped
from customer_analytics.pipeline.plan import PlannedReport
from customer_analytics.pipeline.progress import Progress
from customer_analytics.pipeline.survey import Group
from customer_analytics.pipeline.trouble import write_traceback
from customer_analytics.report.states import earlier_mark

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from customer_analytics.pipeline.kernels import Kernels

NOTEBOOK = "notebook.ipynb"
Entry = dict[str, Any]


@dataclass(frozen=True, eq=False)
class Task:
    """One report for one group of customers, or for all. Two tasks are never equal."""

    report: PlannedReport
    group: Group | None = None

    @property
    def label(self) -> str:
        """How people know it: the report's name, and the group's value."""
        return self.report.name if self.group is None else f"{self.report.name} ({self.group.value})"

    @property
    def folder(self) -> str:
        """Where its files lie below the run: empty, or the group's folder with a slash."""
        return "" if self.group is None else f"{self.group.folder}/"


@dataclass(frozen=True)
class Workshop:
    """What all reports of a run share."""

    project: Project
    run: Path
    cache: Cache
    language: Language
    as_of: str | None
    fingerprint: str
    inputs: tuple[Mapping[str, Any], ...]
    show_code: bool
    progress: Progress
    loaded: Mapping[str, Any] = field(default_factory=dict)
    _exporting: threading.Lock = field(default_factory=threading.Lock)

    def key(self, task: Task, day: str | None = None) -> str:
        """The cache key of a report: everything that its bytes depend on. `day`: last day that counts, where known.

        That is also the report of an earlier run that it is compared with.
        """
        subset = None if task.group is None else task.group.subset
        facts = self._facts(task, day)
        earlier = earlier_mark(
            self.project,
            task.report.name,
            subset,
            identity=identity_of(facts),
            asked=_asked(task),
            as_of=day or self.as_of,
        )
        return key_of(
            **facts,
            given=task.report.given,
            as_of=self.as_of,
            language=self.language.code,
            show_code=self.show_code,
            earlier=earlier,
        )

    def _facts(self, task: Task, day: str | None) -> dict[str, Any]:
        """What the content of a report depends on, but for the last day that counts and how it is shown."""
        subset = None if task.group is None else task.group.subset
        return {
            "report": task.report.name,
            "notebook": task.report.notebook.read_text(encoding="utf-8"),
            "parameters": task.report.resolved,
            "engagement": engagement_facts(self.project, task.report.name, day, subset),
            "subset": subset,
            "fingerprint": self.fingerprint,
            "code": code_hash(),
            "versions": versions(),
        }

    def from_cache(self, task: Task, day: str | None = None) -> Entry | None:
        """The finished report of an earlier run, its files copied into this one; or None."""
        started = time.perf_counter()
        kept = self.cache.fetch(self.key(task, day), self.run / task.folder)
        if kept is None:
            return None
        seconds = time.perf_counter() - started
        self.progress.finished(task.label, "cached", seconds)
        return self._entry(task, "complete") | dict(kept.facts) | {"cached": True, "seconds": round(seconds, 3)}

    def skipped(self, task: Task, reason: str) -> Entry:
        """A report that its data cannot carry."""
        self.progress.finished(task.label, "skipped", 0.0)
        return self._entry(task, "skipped") | {"reason": reason, "page": None, "notebook": None}

    def make(self, task: Task, kernels: Kernels, day: str | None = None) -> Entry:
        """Run a report's notebook and write its page; a failure becomes a page that explains it.

        `day`: the last day that counts, where known; the cache asks for it by the same.

        Raises:
            Interrupted: the run was stopped.
        """
        from customer_analytics.pipeline.engine import execute, hidden_messages, tidy

        started = time.perf_counter()
        key = self.key(task, day)
        folder = self.run / task.folder / task.report.name
        folder.mkdir(parents=True, exist_ok=True)
        given = self._given(task)
        notebook, failure = execute(
            task.report.notebook,
            given | {"output": str(folder)},
            kernels,
            lambda number, cells, heading: self.progress.cell(task.label, number, cells, heading),
            self.language,
        )
        messages = hidden_messages(notebook)
        tidy(notebook, given, failed=failure is not None)
        facts: Entry = {"messages": messages}
        log = None
        if failure is None:
            try:
                facts |= self._export(task, notebook)
            except UserError as error:
                failure = stopped(self.language, None, type(error).__name__, str(error))
            except Exception as error:
                failure = not_exported(self.language, type(error).__name__, str(error))
                log = write_traceback(self.project.folder, error)
                self.progress.trouble(error)
        if failure is not None:
            shutil.rmtree(folder)
            folder.mkdir()
        _write_notebook(notebook, folder / NOTEBOOK)
        seconds = time.perf_counter() - started
        if failure is not None:
            return self._failed(task, failure, seconds, log)
        names = [f"{task.report.name}.html", *_files_below(folder)]
        last = facts.pop("as_of", None)
        if self.key(task, day) == key:
            kept_as = key if day else self.key(task, last)  # the next run knows the day beforehand
            self.cache.keep(kept_as, self.run / task.folder, names, facts)
        else:
            self.progress.note(f"{task.label}: what it rests on changed while it was made. Run again to be sure.")
        self.progress.finished(task.label, "complete", seconds)
        return self._entry(task, "complete") | facts | {"seconds": round(seconds, 3)}

    def _given(self, task: Task) -> dict[str, Any]:
        """The parameters that go into the notebook: what was asked for; the rest is as engagement.yml says."""
        shared = {
            "as_of": self.as_of,
            "language": self.language.code,
            "subset": None if task.group is None else task.group.subset,
        }
        return {name: value for name, value in shared.items() if value is not None} | dict(task.report.given)

    def _export(self, task: Task, notebook: NotebookNode) -> Entry:
        from customer_analytics.report.export import export_report
        from customer_analytics.report.glossary import FILE_NAME

        page = self.run / task.folder / f"{task.report.name}.html"
        made = {
            "report": task.report.name,
            "back": _back(task),
            "glossary": _back(task).replace("index.html", FILE_NAME),
            "parameters": {**self._given(task), **task.report.resolved},
            "from_pack": _from_pack(self.project, task),
            "data": {"fingerprint": self.fingerprint},
            "files": [dict(file) for file in self.inputs],
            "versions": versions(),
            "template_version": customer_analytics.__version__,
            "code_version": key_of(code=code_hash(), notebook=task.report.notebook.read_text(encoding="utf-8"))[:12],
            "identity": identity_of(self._facts(task, None)),
            "asked": _asked(task),
            "loaded": self.loaded,
        }
        with self._exporting:  # one exporter; the work between two kernels' messages is short
            result = export_report(notebook, page, project=self.project, show_code=self.show_code, made=made)
        warnings = [str(warning) for warning in result.warnings]
        return {"summary": _plain(result.summary), "warnings": warnings, "as_of": result.as_of}

    def _failed(self, task: Task, failure: Failure, seconds: float, log: Path | None) -> Entry:
        from customer_analytics.report.failure import write_failure_page

        name = task.report.name
        page = self.run / task.folder / f"{name}.html"
        write_failure_page(
            page,
            project=self.project,
            report=name,
            cell=failure.cell,
            error=f"{failure.message}\n{failure.mend}",
            notebook=f"{name}/{NOTEBOOK}",
            language=self.language.code,
            back=_back(task),
        )
        self.progress.finished(task.label, "failed", seconds)
        entry = self._entry(task, "failed") | {"reason": failure.message, "seconds": round(seconds, 3)}
        return entry | {"failure": asdict(failure) | {"log": None if log is None else str(log)}}

    def _entry(self, task: Task, status: str) -> Entry:
        name = task.report.name
        return {
            "name": name,
            "status": status,
            "reason": None,
            "verdict": None,
            "page": f"{task.folder}{name}.html",
            "notebook": f"{task.folder}{name}/{NOTEBOOK}",
            "parameters": {**dict.fromkeys(("as_of", "subset")), **self._given(task), **task.report.resolved},
            "subset": None if task.group is None else task.group.subset,
            "folder": None if task.group is None else task.group.folder,
            "seconds": 0.0,
            "cached": False,
            "summary": None,
        }


def _asked(task: Task) -> str:
    """A mark of the parameters that were given for this run only; empty where none were."""
    return key_of(given=task.report.given)[:12] if task.report.given else ""


def _back(task: Task) -> str:
    """The address of the front page, as seen from a report's page."""
    return "index.html" if task.group is None else "../index.html"


def _from_pack(project: Project, task: Task) -> list[str]:
    """The parameters of a report whose value is that of the industry's pack."""
    return [name for name in project.engagement.from_pack(task.report.name) if name not in task.report.given]


def _plain(value: Any) -> Any:
    """A notebook's data as ordinary dicts and lists."""
    return None if value is None else json.loads(json.dumps(value))


def _files_below(folder: Path) -> list[str]:
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return [path.relative_to(folder.parent).as_posix() for path in paths]


def _write_notebook(notebook: NotebookNode, path: Path) -> None:
    import nbformat

    text: str = nbformat.writes(notebook)  # type: ignore[no-untyped-call]
    path.write_text(text if text.endswith("\n") else text + "\n", encoding="utf-8", newline="\n")
