"""What the commands show at their end: a load, a check, a run, the synthetic client."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from customer_analytics.engagement import Problem
from customer_analytics.pipeline.terminal import Terminal

if TYPE_CHECKING:
    from customer_analytics.pipeline.run import RunResult
    from customer_analytics.tables.check import CheckReport
    from customer_analytics.tables.load_log import LoadLog
    from customer_analytics.tables.sample import SampleSummary

_NOTHING = "-"
_STATUS = {"complete": "made", "skipped": "skipped", "failed": "FAILED"}


def show_load(terminal: Terminal, log: LoadLog) -> None:
    """Rows and money in = kept + set aside by reason, for each table."""
    rows = []
    for name, table in log.tables.items():
        label = f"{name} (from {table.derived_from})" if table.derived else name
        rows.append([label, "in", _count(table.rows_in), _money(table.money_in)])
        rows.append(["", "kept", _count(table.rows_kept), _money(table.money_kept)])
        for reason, count in table.rows_set_aside.items():
            rows.append(["", f"set aside: {reason}", _count(count), _money(table.money_set_aside.get(reason))])
    terminal.table(["table", "", "rows", f"money in {log.currency}"], rows, numbers=(2, 3))
    for line in _persons(log):
        terminal.line(line)
    notes = [f"{s.name}: {note}" for table in log.tables.values() for s in table.sources for note in s.notes]
    for note in notes:
        terminal.line(note)
    if any(table.rows_set_aside for table in log.tables.values()):
        terminal.line("The rows that were set aside are in data/tables/set_aside/.")
    terminal.line("Next: analytics run")


def _persons(log: LoadLog) -> list[str]:
    """What resolving accounts into persons came to; nothing where it is off."""
    if log.identity is None:
        return []
    found, facts = log.identity, log.identity.facts
    lines = [f"Accounts: {_count(found.all_accounts)}; customers behind them: {_count(found.customers)}."]
    if facts.over_merged:
        kinds = [f"{kind.kind} {_count(kind.over)}" for kind in facts.kinds if kind.over]
        lines.append(f"Identifiers on more than {_count(facts.limit)} accounts, not used: {_joined(kinds)}.")
    if facts.too_large or facts.two_values:
        lines.append(f"Persons that may be several: {_count(facts.too_large + facts.two_values)}.")
    if found.joined or found.parted:
        lines.append(f"Since the load before: {_count(found.joined)} customers joined, {_count(found.parted)} parted.")
    if facts.proposed:
        lines.append(f"Pairs proposed by linkage: {_count(facts.proposed)}, merged: {_count(facts.pairs_proposed)}.")
    return lines


def show_check(terminal: Terminal, report: CheckReport, left: Sequence[Problem]) -> int:
    """What a load would do with each source, every problem, and what to do next; returns the exit code.

    Args:
        terminal: where it is shown.
        report: what the check found of the sources.
        left: what an update of the project left to do.
    """
    rows = []
    for source in report.sources:
        how = ", ".join(part for part in (source.format, source.encoding, _delimiter(source.delimiter)) if part)
        files = f"{source.files} file" + ("" if source.files == 1 else "s")
        rows.append([f"{source.number}. {source.table}", source.name, f"{files}, {how}" if how else files])
    if rows:
        terminal.table(["source", "from", "read as"], rows)
    for source in report.sources:
        pairs = [f"{ours} = {theirs}" for ours, theirs in source.mapped.items()]
        pairs += [f"{ours} = a constant" for ours in source.constants]
        terminal.line(f"{source.number}. {source.table}: {_joined(pairs)}")
        if source.unmapped:
            terminal.line(f"   kept as attributes: {_joined(source.unmapped)}")
    terminal.problems([*left, *report.problems])
    mend = "Mend engagement.yml" if report.problems else "Finish the update"
    fine = report.fine and not left
    terminal.line("Next: analytics load" if fine else f"{mend}, then: analytics check")
    return 0 if fine else 2


def show_run(terminal: Terminal, result: RunResult, working_folder: Path) -> None:
    """One line for each report, the failures with where to look, and the front page."""
    rows = []
    for entry in result.reports:
        seconds = "" if entry["status"] != "complete" else "cached" if entry["cached"] else f"{entry['seconds']:.1f} s"
        page = near(result.folder / entry["page"], working_folder) if entry["page"] else ""
        rows.append([_label(entry), _STATUS[entry["status"]], seconds, page])
    terminal.table(["report", "", "time", "page"], rows, numbers=(2,))
    for entry in result.reports:
        if entry["status"] == "skipped":
            terminal.line(f"{_label(entry)} was skipped: {entry['reason']}")
    for entry in result.reports:
        if entry["status"] == "failed":
            _show_failure(terminal, entry, result.folder, working_folder)
    show_alerts(terminal, result.alerts)
    terminal.line(f"Front page: {near(result.index, working_folder)}")


def show_alerts(terminal: Terminal, alerts: Mapping[str, Any]) -> None:
    """What fired in a sentence each, and why the others did not."""
    for entry in alerts.get("alerts", ()):
        group = f" ({entry['group']})" if entry["group"] else ""
        if entry["state"] == "fired":
            terminal.line(f"ALERT {entry['level']}: {entry['name']}{group}. {entry['statement']}")
        elif entry["reason"]:
            terminal.line(f"Alert {entry['name']}{group}: {entry['reason']}.")


def show_sample(terminal: Terminal, made: SampleSummary) -> None:
    """What the synthetic client consists of."""
    terminal.table(["export", "rows"], [[name, _count(rows)] for name, rows in made.rows.items()], numbers=(1,))
    terminal.line(f"From {made.first_day} to {made.as_of}, in {made.folder}.")
    terminal.line("The truths planted in it are in truth.json there; engagement.yml now reads it.")
    terminal.line("Next: analytics load")


def near(path: Path, working_folder: Path) -> str:
    """A path as a person in this folder would type it."""
    try:
        return str(path.relative_to(working_folder))
    except ValueError:
        return str(path)


def _show_failure(terminal: Terminal, entry: Mapping[str, Any], folder: Path, working_folder: Path) -> None:
    failure = entry["failure"]
    place = f" at {failure['cell']}" if failure["cell"] else ""
    terminal.error(f"{_label(entry)} failed{place}")
    for line in (failure["message"], failure["mend"]):
        terminal.error(f"  {line}")
    terminal.error(f"  Executed notebook: {near(folder / entry['notebook'], working_folder)}")
    if failure["log"]:
        terminal.error(f"  Log: {failure['log']}")


def _label(entry: Mapping[str, Any]) -> str:
    return entry["name"] if entry["subset"] is None else f"{entry['name']} ({entry['subset']})"


def _count(number: int) -> str:
    return f"{number:,}"


def _money(amount: Decimal | None) -> str:
    return _NOTHING if amount is None else f"{amount:,.2f}"


def _delimiter(delimiter: str) -> str:
    names = {"\t": "tab", " ": "blank"}
    return f"delimiter {names.get(delimiter, delimiter)}" if delimiter else ""


def _joined(items: Sequence[str]) -> str:
    return ", ".join(items) or _NOTHING
