"""What a run will do, settled before any kernel starts: which reports, in which order, with which parameters.

papermill only warns about a parameter that a notebook does not have and runs with the default. Here every name and
value is checked against the declarations in `engagement.parameters` first, and all mistakes are told at once.
"""

from __future__ import annotations

import ast
import contextlib
import datetime as dt
import difflib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

from pydantic import TypeAdapter, ValidationError

from customer_analytics.engagement import Project
from customer_analytics.engagement.conflicts import conflicts
from customer_analytics.engagement.days import read_day
from customer_analytics.engagement.document import parse_document
from customer_analytics.engagement.errors import EngagementError, Problem, UserError
from customer_analytics.engagement.explaining import rule_of
from customer_analytics.engagement.parameters import Parameters, ReportParameters
from customer_analytics.engagement.settings import Language

NEVER_SKIPPED = "data_audit"
SHARED = ("as_of", "language", "subset", "output")
_NOTEBOOK = re.compile(r"(\d+)_([a-z0-9_]+)")
_LONGEST = 40
_OPTIONS = {"as_of": "--as-of", "language": "--language", "subset": "--for-each", "output": "--output"}


@dataclass(frozen=True)
class PlannedReport:
    """One report: its notebook, the parameters given for this run, and all parameters as they will apply."""

    name: str
    notebook: Path
    given: Mapping[str, Any] = field(default_factory=dict)
    resolved: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Plan:
    """A checked run: its reports in order, and what applies to all of them."""

    reports: tuple[PlannedReport, ...]
    language: str
    as_of: str | None


def available_reports(project: Project) -> dict[str, Path]:
    """Report name -> notebook, in the order of the notebooks' numbers.

    A notebook is a report when its name without the number is declared in `engagement.parameters`.
    """
    found = []
    for path in project.notebooks.glob("*.ipynb"):
        match = _NOTEBOOK.fullmatch(path.stem)
        if match and match[2] in ReportParameters.model_fields:
            found.append((int(match[1]), match[2], path))
    return {name: path for _, name, path in sorted(found)}


def make_plan(
    project: Project,
    *,
    reports: Sequence[str] | None = None,
    parameters: Mapping[str, Any] | None = None,
    as_of: dt.date | str | None = None,
    language: str | None = None,
) -> Plan:
    """Check everything that was asked for and put it in order.

    Args:
        project: the client project.
        reports: names of reports; None or empty: all.
        parameters: name -> value; "bins" for each report that has it, "rfm.bins" for one. Text is read by the declared
            type.
        as_of: last day that counts.
        language: "en" or "zh_CN".

    Raises:
        UserError: unknown reports or parameters, values that do not fit, all at once with the nearest valid names.
    """
    available = available_reports(project)
    if not available:
        raise UserError([Problem(str(project.notebooks), "there is no report notebook.", "Restore the folder.")])
    problems: list[Problem] = []
    chosen = _choose(available, reports or (), problems)
    overrides = _assign(chosen, parameters or {}, available, problems)
    day = _day(as_of, problems)
    code = _language(language or project.engagement.language.value, problems)
    planned = []
    for name in chosen:
        given, resolved = _resolve(name, _declared(project, name), overrides[name], problems)
        planned.append(PlannedReport(name, available[name], given, resolved))
        problems.extend(_notebook_problems(available[name], (*SHARED, *given)))
    if problems:
        raise UserError(problems)
    return Plan(tuple(planned), code, day)


def read_options(options: Iterable[str]) -> dict[str, str]:
    """The `-p name=value` options as a mapping.

    Raises:
        UserError: an option without "=", or the same name twice.
    """
    values: dict[str, str] = {}
    problems = []
    for option in options:
        name, equals, value = option.partition("=")
        name = name.strip()
        if not equals or not name:
            problems.append(Problem(f"-p {option}", "is not of the form name=value.", "For example: -p bins=4"))
        elif name in values:
            problems.append(Problem(f"-p {option}", f"{name} is given twice.", "Give it once."))
        values[name] = value.strip()
    if problems:
        raise UserError(problems)
    return values


def nearest(name: str, names: Iterable[str]) -> str:
    """A sentence that helps after a misspelt name: the nearest valid name, then the whole list."""
    known = list(names)
    close = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    hint = f"Did you mean {close[0]}? " if close else ""
    return f"{hint}Available: {', '.join(known)}."


def _choose(available: Mapping[str, Path], wanted: Sequence[str], problems: list[Problem]) -> list[str]:
    for name in dict.fromkeys(wanted):
        if name not in available:
            problems.append(Problem(f"report {name}", "there is no such report.", nearest(name, available)))
    return [name for name in available if not wanted or name in wanted]


def _assign(
    chosen: Sequence[str], parameters: Mapping[str, Any], available: Mapping[str, Path], problems: list[Problem]
) -> dict[str, dict[str, Any]]:
    """Which report gets which value; a name with its report wins over the bare name."""
    assigned: dict[str, dict[str, Any]] = {name: {} for name in chosen}
    for key, value in sorted(parameters.items(), key=lambda item: "." in item[0]):
        report, dot, name = key.rpartition(".")
        where = f"-p {key}={_short(value)}"
        if dot and report not in available:
            problems.append(Problem(where, f"there is no report {report}.", nearest(report, available)))
            continue
        if name in SHARED:
            problems.append(Problem(where, f"{name} is set for the whole run.", f"Use {_OPTIONS[name]}."))
            continue
        targets = [report] if dot else list(chosen)
        takers = [target for target in targets if name in _model(target).model_fields]
        if not takers:
            problems.append(_unknown(where, name, targets, available))
        elif dot and report not in assigned:
            problems.append(Problem(where, f"{report} is not among the reports of this run.", f"Add {report}."))
        for target in takers:
            if target in assigned:
                assigned[target][name] = value
    return assigned


def _unknown(where: str, name: str, targets: Sequence[str], available: Mapping[str, Path]) -> Problem:
    owners = [report for report in available if name in _model(report).model_fields]
    if owners:
        return Problem(where, f"{', '.join(targets)} has no parameter {name}.", f"It belongs to {', '.join(owners)}.")
    names = dict.fromkeys(field for target in targets for field in _model(target).model_fields)
    return Problem(where, f"there is no parameter {name}.", nearest(name, names))


def _resolve(
    report: str, declared: Parameters, overrides: Mapping[str, Any], problems: list[Problem]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The given values by their declared types, and all values of the report, as plain JSON values."""
    model = type(declared)
    values = {name: _typed(model, name, value) for name, value in overrides.items()}
    try:
        resolved = model.model_validate({**declared.model_dump(), **values}).model_dump(mode="json")
    except ValidationError as error:
        for detail in error.errors():
            name = str(detail["loc"][0]) if detail["loc"] else ""
            meaning = model.model_fields[name].description if name in model.model_fields else None
            where = f"-p {report}.{name}={_short(overrides.get(name))}"
            problems.append(Problem(where, f"{rule_of(detail)}.", f"{name}: {meaning}." if meaning else ""))
        return {}, {}
    return {name: resolved[name] for name in overrides}, resolved


def _typed(model: type[Parameters], name: str, value: Any) -> Any:
    """Text from the command line, read as YAML where the declared type does not take it as it stands (lists)."""
    if not isinstance(value, str):
        return value
    info = model.model_fields[name]
    declared: Any = Annotated[(info.annotation, *info.metadata)] if info.metadata else info.annotation
    adapter: TypeAdapter[Any] = TypeAdapter(declared)
    try:
        adapter.validate_python(value)
    except ValidationError:
        with contextlib.suppress(EngagementError):  # no YAML: a text, which is judged as one
            document = parse_document(f"{name}: {value}", "-p")
            if not document.duplicates and document.data.keys() == {name} and document.data[name] is not None:
                return document.data[name]  # no value is not "as engagement.yml says"
    return value


def _notebook_problems(notebook: Path, needed: Sequence[str]) -> list[Problem]:
    """What would make papermill ignore a parameter: no parameters cell, or a name that the cell does not have."""
    where = f"{notebook.parent.name}/{notebook.name}"
    try:
        text = notebook.read_text(encoding="utf-8")
        if unsettled := conflicts(text, where):
            return unsettled
        cells = json.loads(text)["cells"]
        tagged = [cell for cell in cells if "parameters" in cell.get("metadata", {}).get("tags", [])]
        names = _assigned_names("".join(tagged[0]["source"])) if len(tagged) == 1 else set()
    except (ValueError, KeyError, TypeError, SyntaxError):
        return [Problem(where, "is not a notebook that can be read.", "Restore it from version control.")]
    if len(tagged) != 1:
        return [Problem(where, "has no single cell tagged `parameters`.", "Tag one cell in JupyterLab.")]
    missing = [name for name in needed if name not in names]
    if missing:
        return [Problem(where, f"its parameters cell lacks {', '.join(missing)}.", "Add `name = None` for each.")]
    return []


def own_imports(notebooks: Iterable[Path]) -> list[str]:
    """The modules of this package that notebooks import, sorted; what cannot be read is left to the run."""
    found: set[str] = set()
    for notebook in set(notebooks):
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError, SyntaxError):
            cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
            for cell in cells:
                if cell["cell_type"] == "code":
                    found.update(_imported("".join(cell["source"])))
    return sorted(name for name in found if name.split(".")[0] == "customer_analytics")


def _imported(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)  # a name may be a module


def _assigned_names(source: str) -> set[str]:
    names: set[str] = set()
    for statement in ast.parse(source).body:
        targets = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
        names.update(target.id for target in targets if isinstance(target, ast.Name))
    return names


def _day(as_of: dt.date | str | None, problems: list[Problem]) -> str | None:
    if not as_of:
        return None
    day = read_day(as_of)
    if day is None:
        problems.append(Problem(f"--as-of {_short(as_of)}", "is not a date.", "For example: --as-of 2011-12-09"))
        return None
    return day.isoformat()


def _language(language: str, problems: list[Problem]) -> str:
    codes = [code.value for code in Language]
    if language not in codes:
        problems.append(Problem(f"--language {_short(language)}", "is not a language.", nearest(language, codes)))
    return language


def _declared(project: Project, report: str) -> Parameters:
    declared: Parameters = getattr(project.engagement.reports, report)
    return declared


def _model(report: str) -> type[Parameters]:
    model = ReportParameters.model_fields[report].annotation
    assert isinstance(model, type)
    assert issubclass(model, Parameters)
    return model


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
