"""The tables of the report as plain rows: a cell is a text, or (text, sort key), or (text, sort key, colour role)."""

from __future__ import annotations

from customer_analytics.analysis.audit import REPORTS, Audit, Severity
from customer_analytics.analysis.audit.inventory import TableFacts
from customer_analytics.language import Language
from customer_analytics.narrative.data_audit.dictionary import meaning, unit
from customer_analytics.narrative.data_audit.names import (
    LEVEL_NAMES,
    LEVEL_ROLES,
    MARK_NAMES,
    READING_NAMES,
    SEVERITY_NAMES,
    SEVERITY_ROLES,
    report_name,
)
from customer_analytics.narrative.data_audit.rules import RULES, say_fix, say_title
from customer_analytics.narrative.data_audit.verdicts import say_counts, say_reasons, say_unlock
from customer_analytics.narrative.table_names import table_name
from customer_analytics.schema import Kind

Cell = str | tuple[str, float | int | str | None] | tuple[str, float | int | str | None, str]
Rows = list[list[Cell]]

_SERIES = {
    "sales": "sales",
    "cancellation": "cancellations: every line takes something back",
    "bad_debt": "bad debt: named so in its lines",
    "entry": "book-keeping: too few to be sales",
}
_REASONS = {
    "stated": "as engagement.yml says",
    "missing": "no value where one is needed",
    "unreadable": "value cannot be read",
    "duplicate": "exact copy",
    "ragged": "wrong number of values in the line",
    "damaged": "not text in the file's encoding",
}
_TYPES = {
    Kind.ID: "id",
    Kind.TEXT: "text",
    Kind.TIME: "time",
    Kind.DATE: "date",
    Kind.MONEY: "money",
    Kind.NUMBER: "number",
    Kind.INTEGER: "integer",
    Kind.FLAG: "flag",
}


def inventory_rows(audit: Audit, language: Language) -> Rows:
    """Table, grain, rows, first and last day, days since the last row, key."""
    say = language.say
    return [
        [
            table_name(language, table.name),
            say(table.grain),
            _count(table.rows, language),
            _span(table, language),
            (language.number(table.stale_days), table.stale_days if table.stale_days is not None else -1),
            say("made from other tables") if table.derived else ", ".join(table.key) or say("none"),
        ]
        for table in audit.tables
    ]


def verdict_rows(audit: Audit, language: Language) -> Rows:
    """Report, verdict, why, what it rests on."""
    return [
        [
            report_name(language, report),
            (language.say(LEVEL_NAMES[verdict.level]), int(verdict.level), LEVEL_ROLES[verdict.level]),
            say_reasons(verdict, language) if verdict.reasons else language.say("Nothing stands in the way."),
            say_counts(verdict, language),
        ]
        for report in REPORTS
        for verdict in [audit.verdicts[report]]
    ]


def issue_rows(audit: Audit, language: Language) -> Rows:
    """Fault, weight, where, rows, share, money, reports concerned."""
    return [
        [
            say_title(issue, language),
            (language.say(SEVERITY_NAMES[issue.severity]), int(issue.severity), SEVERITY_ROLES[issue.severity]),
            where(audit, issue.fault.table, issue.fault.column, language),
            _count(issue.fault.rows, language),
            (_share(issue.fault.share, language), issue.fault.share),
            (language.money(issue.fault.money), issue.fault.money),
            _reports(list(issue.effect), language),
        ]
        for issue in audit.issues
    ]


def _reports(names: list[str], language: Language) -> str:
    return language.listing([report_name(language, name) for name in names]) if names else "–"


def where(audit: Audit, table: str, column: str, language: Language) -> str:
    """Table and column as the client knows it: order lines, CustomerID."""
    name = audit.client_columns.get((table, column), column)
    if not name:
        return table_name(language, table)
    return language.say("{table}, {column}", table=table_name(language, table), column=name)


def missing_rows(audit: Audit, language: Language) -> Rows:
    """Column, filled, missing, share, words that stand for nothing, outliers: only columns with something to say."""
    made = {table.name for table in audit.tables if table.derived}
    return [
        [
            where(audit, column.table, column.column, language),
            _count(column.rows - column.missing, language),
            _count(column.missing, language),
            (_share(column.missing / column.rows, language), column.missing / column.rows),
            _count(column.placeholders, language),
            _count(column.distinct, language),
            (language.number(column.outliers), column.outliers or 0),
        ]
        for column in sorted(audit.columns, key=lambda column: -column.missing / max(column.rows, 1))
        if column.table not in made and column.rows and (column.missing or column.placeholders or column.outliers)
    ]


def series_rows(audit: Audit, language: Language) -> Rows:
    """Order series: prefix, what it is, orders, lines, money."""
    return [
        [
            one.prefix or language.say("digits only"),
            language.say(_SERIES[one.kind]),
            _count(one.orders, language),
            _count(one.lines, language),
            (language.money(one.money, compact=False), one.money),
        ]
        for one in audit.series
    ]


def code_rows(audit: Audit, language: Language) -> Rows:
    """Odd product codes: code, name, verdict, lines, money."""
    return [
        [
            odd.code,
            odd.name,
            language.say("no product, by its name") if odd.certain else language.say("to be checked"),
            _count(odd.lines, language),
            (language.money(odd.money, compact=False), odd.money),
        ]
        for odd in audit.codes
    ]


def reading_rows(audit: Audit, language: Language) -> Rows:
    """Headline figures under each reading of the data."""
    return [
        [
            language.say(READING_NAMES[row["reading"]]),
            (language.money(row["revenue"], compact=False), float(row["revenue"])),
            _count(int(row["orders"]), language),
            _count(int(row["customers"]), language),
            (language.money(row["order_value"]), float(row["order_value"])),
            (language.percent(row["repeat_share"], 1), float(row["repeat_share"])),
        ]
        for row in audit.sensitivity.to_dict("records")
    ]


def reconciliation_rows(audit: Audit, language: Language) -> Rows:
    """Rows and money of each table, from the files to the clean table, one line a step."""
    say = language.say
    rows: Rows = []
    for entry in audit.cleaning:
        name = table_name(language, entry.table)
        if entry.derived_from:
            parents = [table_name(language, parent.strip()) for parent in entry.derived_from.split(",")]
            made = say("made from {table}", table=language.listing(parents))
            rows.append([name, made, _count(entry.rows_kept, language), _cents(entry.money_kept, language)])
            continue
        if not entry.set_aside and not entry.left_out and entry.reconciles:
            whole = say("received, and all of it kept")
            rows.append([name, whole, _count(entry.rows_in, language), _cents(entry.money_in, language)])
            continue
        rows.append([name, say("received"), _count(entry.rows_in, language), _cents(entry.money_in, language)])
        for aside in entry.set_aside:
            words = say(_REASONS.get(aside.kind, _REASONS["stated"]))
            reason = say("set aside: {reason} ({kind})", reason=aside.reason, kind=words)
            if aside.kind != "stated":
                reason = say("set aside: {kind}, {column}", kind=words, column=aside.column or aside.reason)
            if aside.kind == "merged":
                reason = say("merged: another account of the same person")
            rows.append([name, reason, _count(-aside.rows, language), _cents(_minus(aside.money), language)])
        rows.append([name, say("kept"), _count(entry.rows_kept, language), _cents(entry.money_kept, language)])
        if entry.left_out:
            rows.append(
                [name, say("after the as-of date, or outside the subset"), _count(-entry.left_out, language), "–"]
            )
        rows.append(
            [
                name,
                say("difference"),
                _count(entry.row_difference, language),
                _cents(entry.money_difference if entry.money_in is not None else None, language),
            ]
        )
    return rows


def check_rows(audit: Audit, language: Language, rules: tuple[str, ...]) -> Rows:
    """Checks of the given rules that found something: where, rows asked, rows found, share, money."""
    return [
        [
            language.say(RULES.get(f"{fault.rule}@{fault.column}", RULES[fault.rule]).title),
            where(audit, fault.table, fault.column, language),
            _count(fault.evaluated, language),
            _count(fault.rows, language),
            (_share(fault.share, language), fault.share),
            (language.money(fault.money), fault.money or 0.0),
        ]
        for fault in audit.checks
        if fault.rule in rules and fault.rows
    ]


def day_rows(audit: Audit, language: Language) -> Rows:
    """Days that stand out: table, day, what, rows, expected."""
    rows: Rows = []
    for volume in audit.volumes:
        for day in volume.days.to_dict("records"):
            if day["mark"] not in ("", "closed", "holiday"):
                rows.append(
                    [
                        (language.date(day["date"]), day["date"].isoformat()),
                        table_name(language, volume.table),
                        language.say(MARK_NAMES[day["mark"]]),
                        _count(int(day["rows"]), language),
                        (language.number(day["expected"]), float(day["expected"])),
                    ]
                )
    return rows


def dictionary_rows(audit: Audit, language: Language) -> Rows:
    """Column, meaning, type and unit, range, example."""
    rows: Rows = []
    made = {table.name for table in audit.tables if table.derived}
    for column in (column for column in audit.columns if column.table not in made):
        low, high = (_day(text) if column.kind == Kind.TIME else text for text in (column.minimum, column.maximum))
        span = language.say("{low} to {high}", low=low, high=high) if column.minimum and column.maximum else ""
        kind, counted_in = language.say(_TYPES[column.kind]), unit(column, audit, language)
        client = audit.client_columns.get((column.table, column.column), "")
        rows.append(
            [
                f"{column.table}.{column.column}",
                client,
                meaning(column, language),
                language.say("{kind}, {unit}", kind=kind, unit=counted_in) if counted_in else kind,
                span or column.example or (language.say("not shown: personal") if column.personal else "–"),
            ]
        )
    return rows


def fix_rows(audit: Audit, language: Language) -> Rows:
    """What to ask for, ranked by value: question, reason, money, owner."""
    say = language.say
    rows: Rows = []
    for issue in audit.issues:
        if issue.severity < Severity.NOTE:
            rows.append(
                [
                    say_fix(issue, language),
                    say(
                        "{title} ({where})",
                        title=say_title(issue, language),
                        where=where(audit, issue.fault.table, issue.fault.column, language),
                    ),
                    _reports(list(issue.effect), language),
                    (language.money(issue.fault.money), issue.fault.money),
                    say("to be named"),
                ]
            )
    return rows


def unlock_rows(audit: Audit, language: Language) -> Rows:
    """The least data that lifts the verdicts: what to ask for, the reports it helps, the weakest of their verdicts."""
    asks: dict[str, list[str]] = {}
    for report in sorted(audit.verdicts, key=lambda name: audit.verdicts[name].level):
        for reason in audit.verdicts[report].reasons:
            asks.setdefault(say_unlock(reason, language), []).append(report)
    return [
        [
            ask,
            language.listing([report_name(language, report) for report in reports]),
            language.say(LEVEL_NAMES[min(audit.verdicts[report].level for report in reports)]),
        ]
        for ask, reports in asks.items()
    ]


def _span(table: TableFacts, language: Language) -> Cell:
    if table.first is None or table.last is None:
        return "–"
    return language.period(table.first, table.last), table.first.isoformat()


def _day(moment: str) -> str:
    """The day of a moment: in a list of columns the hour is noise."""
    return moment[:10]


def _count(value: int, language: Language) -> tuple[str, int]:
    return language.number(value), value


def _share(share: float, language: Language) -> str:
    return language.percent(share, 1)


def _cents(value: object, language: Language) -> Cell:
    if value is None:
        return language.number(None), None
    return language.money(float(value), compact=False), float(value)  # type: ignore[arg-type]


def _minus(value: object) -> object:
    return None if value is None else -value  # type: ignore[operator]
