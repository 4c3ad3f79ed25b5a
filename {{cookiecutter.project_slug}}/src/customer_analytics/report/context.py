"""The first and the last line of every notebook: open a report, publish it."""

from __future__ import annotations

import datetime as dt
import difflib
import functools
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
from markupsafe import Markup
from pydantic import ValidationError

from customer_analytics.engagement import Engagement, Problem, Project
from customer_analytics.engagement.days import read_day
from customer_analytics.engagement.errors import UserError
from customer_analytics.engagement.parameters import Parameters
from customer_analytics.engagement.settings import Language as Code
from customer_analytics.engagement.settings import Privacy
from customer_analytics.language import Language, Text
from customer_analytics.narrative.finding import Summary
from customer_analytics.report import desk, publishing
from customer_analytics.report.mime import STYLE
from customer_analytics.report.show import show
from customer_analytics.report.theme import Theme

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from customer_analytics.engagement.tags import TagCatalogue
    from customer_analytics.tables.load_log import LoadLog
    from customer_analytics.tables.store import Tables

_DATED = (("orders", "ordered_on"), ("order_lines", "ordered_on"), ("events", "occurred_on"))

_ELSE_DATED = (("subscriptions", "started_on"),)


@dataclass(frozen=True)
class Report:
    """An open report: the data, the parameters, the language, and the way out."""

    name: str
    project: Project
    tables: Tables
    parameters: Any  # the report's class in engagement.parameters, for example RfmParameters
    language: Language
    theme: Theme
    subset: str | None
    output: Path

    @property
    def engagement(self) -> Engagement:
        """The client's settings."""
        return self.project.engagement

    @property
    def fewest_with_a_word(self) -> int:
        """Customers who must share a word of the data for it to stand beside ids: one where ids are not hashed."""
        return 1 if self.engagement.privacy is Privacy.OPERATIONS else self.engagement.minimum_group

    def say(self, message: str, **values: Any) -> Text:
        """The message in the report's language."""
        return self.language.say(message, **values)

    @functools.cached_property
    def period(self) -> tuple[dt.date, dt.date]:
        """First and last day of the data: the first order, line or event, else contract, and the as-of day."""
        return min(self._beginnings, default=self.tables.as_of), self.tables.as_of

    @property
    def is_dated(self) -> bool:
        """Whether anything in the data has a day."""
        return bool(self._beginnings)

    @functools.cached_property
    def _beginnings(self) -> list[dt.date]:
        return self._first_days(_DATED) or self._first_days(_ELSE_DATED)

    def _first_days(self, columns: tuple[tuple[str, str], ...]) -> list[dt.date]:
        found = [
            self.tables[table][column].min().execute() for table, column in columns if self.tables.has(table, column)
        ]
        return [pd.Timestamp(day).date() for day in found if not pd.isna(day)]

    @functools.cached_property
    def load_log(self) -> LoadLog:
        """What `analytics load` kept and set aside."""
        from customer_analytics.tables.load_log import read_load_log

        return read_load_log(self.project)

    @functools.cached_property
    def tag_catalogue(self) -> TagCatalogue:
        """The project's tags.yml.

        Raises:
            UserError: there is none, or it has problems: all of them, with their lines.
        """
        from customer_analytics.engagement.tags import read_catalogue

        return read_catalogue(self.project)

    @functools.cached_property
    def ledger(self) -> ir.Table | None:
        """Who was put on which list up to the as-of day; None before the first list."""
        from customer_analytics.tables.ledger import open_ledger

        return open_ledger(self.project, self.tables.backend, self.tables.as_of)

    @property
    def lists(self) -> int:
        """Lists of customers to contact that the project has exported, of any day."""
        from customer_analytics.tables.ledger_files import audience_names

        return len(audience_names(self.project))

    def publish(
        self,
        summary: Summary,
        *,
        metrics: Mapping[str, float | int | None],
        tables: Mapping[str, pd.DataFrame],
        customer_tables: Mapping[str, pd.DataFrame] | None = None,
        operations_tables: Mapping[str, pd.DataFrame] | None = None,
        documents: Mapping[str, str] | None = None,
    ) -> None:
        """Write findings, metrics, tables and documents to `output`, and hand the summary to the exporter.

        Args:
            summary: what the first screen says.
            metrics: flat name -> number; None where not estimable.
            tables: file name without ending -> the data behind a chart or table, for a CSV file; a name that ends in
                .parquet makes a Parquet file.
            customer_tables: tables with one row a customer; engagement.privacy decides what is written.
            operations_tables: tables with the client's own order numbers; written with `privacy: operations` only.
            documents: file name with its ending, .json, .md, .yml or .graphml -> its text; for the folder of the
                report, not `tables`. No document holds rows or names of single customers.
        """
        publishing.publish(
            self,
            summary,
            metrics=metrics,
            tables=tables,
            customer_tables=customer_tables or {},
            operations_tables=operations_tables or {},
            documents=documents,
        )


def open_report(
    name: str,
    *,
    as_of: str | dt.date | None = None,
    language: str | None = None,
    subset: str | None = None,
    output: str | Path | None = None,
    **own: Any,
) -> Report:
    """Open a report in the project that the working folder lies in.

    Every argument may be None: then engagement.yml decides.

    Args:
        name: name of the report, for example "rfm".
        as_of: last day that counts, "2011-12-09".
        language: "en" or "zh_CN".
        subset: "column=value": only those customers or orders.
        output: folder for findings, metrics and tables; default reports/draft/<report>.
        own: the report's own parameters.

    Raises:
        UserError: an unknown or invalid parameter, with the nearest valid name; or nothing was loaded yet.
    """
    from customer_analytics.tables.store import open_tables

    project = Project.find()
    engagement = project.engagement
    problems: list[Problem] = []
    parameters = _parameters(name, engagement, own, problems)
    day = _day(as_of, problems)
    code = _code(language or engagement.language.value, problems)
    if problems:
        raise UserError(problems)
    theme = Theme.of(engagement.brand)
    words = Language(code, engagement.currency, engagement.wording(code))
    desk.begin(words, theme)
    _style_for_jupyterlab()
    folder = Path(output) if output is not None else project.reports / "draft" / name
    opened = open_tables(project, as_of=day or engagement.as_of, subset=subset)
    return Report(name, project, opened, parameters, words, theme, subset, folder)


def _parameters(
    name: str, engagement: Engagement, own: Mapping[str, Any], problems: list[Problem]
) -> Parameters | None:
    where = "parameters of the notebook"
    declared = type(engagement.reports).model_fields
    if name not in declared:
        problems.append(Problem(where, f"there is no report {name!r}.", _nearest(name, declared)))
        return None
    base: Parameters = getattr(engagement.reports, name)
    given = {key: value for key, value in own.items() if value is not None}
    for key in [key for key in given if key not in type(base).model_fields]:
        problems.append(Problem(where, f"{name} has no parameter {key!r}.", _nearest(key, type(base).model_fields)))
        del given[key]
    try:
        return type(base).model_validate({**base.model_dump(), **given})
    except ValidationError as error:
        for each in error.errors():
            key = ".".join(str(step) for step in each["loc"])
            message = each["msg"].removeprefix("Value error, ").rstrip(".")
            problems.append(Problem(where, f"{key} = {str(each['input'])[:40]!r} is not possible: {message}."))
        return None


def _nearest(name: str, known: Mapping[str, Any]) -> str:
    near = difflib.get_close_matches(name, known, n=1)
    return f"Did you mean {near[0]!r}?" if near else f"There are: {', '.join(known)}."


def _day(value: str | dt.date | None, problems: list[Problem]) -> dt.date | None:
    if value is None:
        return None
    day = read_day(value)
    if day is None:
        problems.append(Problem("parameter as_of", f"{str(value)[:40]!r} is not a date.", "Write it as 2011-12-09."))
    return day


def _code(value: str, problems: list[Problem]) -> str:
    codes = [code.value for code in Code]
    if value not in codes:
        problems.append(Problem("parameter language", f"{value[:40]!r} is not one of {', '.join(codes)}."))
    return value


def _style_for_jupyterlab() -> None:
    sheet = resources.files("customer_analytics.report").joinpath("templates", "report", "notebook.css")
    show(Markup("<style>{}</style>").format(Markup(sheet.read_text(encoding="utf-8"))), **{STYLE: {}})
