"""alerts.yml: read strictly, all problems at once, each with its line."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, ValidationError, field_validator, model_validator

from customer_analytics.engagement.block import Block
from customer_analytics.engagement.document import Document, Place, read_document
from customer_analytics.engagement.errors import Problem, UserError
from customer_analytics.engagement.explaining import explain
from customer_analytics.engagement.mistakes import Mistakes, nearest
from customer_analytics.engagement.project import Project
from customer_analytics.narrative.glossary import REPORTS, term_of, terms

FILE_NAME = "alerts.yml"
MOST_ALERTS = 200
_NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")
_SHARE = re.compile(r"([0-9]+(?:\.[0-9]+)?) ?%")
_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


class Level(StrEnum):
    """How grave an alert is."""

    NOTICE = "notice"
    WARNING = "warning"
    CRITICAL = "critical"


@dataclass(frozen=True)
class Step:
    """How far a metric must move: an amount, or a share of its earlier value."""

    amount: float
    relative: bool

    def of(self, before: float) -> float:
        """The amount by which a metric that was `before` has to move."""
        return abs(before) * self.amount if self.relative else self.amount

    def __str__(self) -> str:
        return f"{self.amount:.4g}" if not self.relative else f"{self.amount * 100:.4g}%"


def _step(value: Any) -> Any:
    if isinstance(value, str) and (match := _SHARE.fullmatch(value.strip())):
        return Step(float(match[1]) / 100, relative=True)
    if isinstance(value, int | float) and not isinstance(value, bool) and value >= 0:
        return Step(float(value), relative=False)
    raise ValueError("must be a number of 0 or more, or a share such as 10%")


class Condition(Block):
    """When an alert fires: one of these. Of a change the run before of an earlier day is what it is compared with."""

    above: float | None = Field(None, description="fires when the metric is above this number")
    below: float | None = Field(None, description="fires when the metric is below this number")
    rises_by: Annotated[Step, BeforeValidator(_step)] | None = Field(
        None, description="fires when the metric rises by this much or more: an amount, or a share as 10%"
    )
    falls_by: Annotated[Step, BeforeValidator(_step)] | None = Field(
        None, description="fires when the metric falls by this much or more: an amount, or a share as 10%"
    )
    missing: Literal[True] | None = Field(None, description="true: fires when the metric is not estimable")

    model_config = Block.model_config | {"arbitrary_types_allowed": True}

    @model_validator(mode="after")
    def _one(self) -> Condition:
        given = [name for name in type(self).model_fields if getattr(self, name) is not None]
        if len(given) != 1:
            what = "needs exactly one of above, below, rises_by, falls_by, missing."
            raise Mistakes([((), what, f"Given: {', '.join(given) or 'none'}.")])
        return self

    @property
    def is_change(self) -> bool:
        """Whether an earlier run is needed."""
        return self.rises_by is not None or self.falls_by is not None


class Rule(Block):
    """One alert."""

    name: Annotated[str, Field(max_length=60)] = Field(description="small letters, digits and underscores")
    metric: str = Field(description="report.metric, as churn.base_rate; the names are in metrics.md of the guide")
    when: Condition = Field(description="when it fires")
    sure: bool = Field(True, description="only where the 95 % interval says so too, of metrics that have one")
    base: str | None = Field(None, description="report.metric that counts the people behind it, for minimum_n")
    minimum_n: Annotated[int, Field(ge=1)] = Field(30, description="smallest base on which it may fire")
    persistence: Annotated[int, Field(ge=1, le=24)] = Field(1, description="how many runs in a row, of different days")
    level: Level = Field(Level.WARNING, description="notice, warning or critical")
    shown_as: Literal["number", "share", "money"] = Field("number", description="how its values are printed")
    owner: Annotated[str, Field(min_length=1, max_length=80)] | None = Field(None, description="who looks into it")
    message: Annotated[str, Field(min_length=1, max_length=400)] | None = Field(
        None, description="a sentence of your own, told after what fired"
    )

    @field_validator("name")
    @classmethod
    def _is_a_name(cls, name: str) -> str:
        if not _NAME.fullmatch(name):
            raise ValueError("must begin with a small letter and hold small letters, digits and underscores")
        return name

    @field_validator("metric", "base")
    @classmethod
    def _is_a_metric(cls, name: str | None) -> str | None:
        if name is None:
            return None
        report, _, metric = name.partition(".")
        if report not in REPORTS:
            raise Mistakes([((), f"{name!r} begins with no report.", f"Reports: {', '.join(REPORTS)}.")])
        if term_of(report, metric, "en") is None:
            known = [each for term in terms(report, "en") for each in term.metrics]
            near = nearest(metric, known, likeness=0.4)
            hint = f"Did you mean {report}.{near}? " if near else ""
            raise Mistakes([((), f"{name!r} is no metric.", f"{hint}metrics.md of the guide lists them.")])
        return name


class Target(Block):
    """Where messages are sent. Addresses and secrets come from the environment, as ${NAME}."""

    to: Literal["slack", "wecom", "dingtalk", "webhook"] = Field(description="kind of the message")
    url: str = Field(description="address of the webhook, as ${WECOM_URL}")
    secret: str | None = Field(None, description="secret of a signed DingTalk robot, as ${DINGTALK_SECRET}")
    levels: list[Level] = Field(default_factory=lambda: list(Level), description="which levels are sent; all")

    @field_validator("url", "secret")
    @classmethod
    def _from_the_environment(cls, value: str | None) -> str | None:
        if value is not None and not _VARIABLE.fullmatch(value):
            raise ValueError("must be read from the environment, as ${NAME}: it lets anybody write to your channel")
        return value


class AlertsFile(Block):
    """The whole of alerts.yml."""

    alerts: list[Rule] = Field(default_factory=list, description="the rules")
    send: list[Target] = Field(default_factory=list, description="where messages are sent after a run; none")


@dataclass(frozen=True)
class Alerts:
    """What alerts.yml says; nothing where a project has none."""

    rules: tuple[Rule, ...] = ()
    targets: tuple[Target, ...] = ()


def read_alerts(project: Project) -> Alerts:
    """Read the project's alerts.yml; a project without one has no alerts.

    Raises:
        UserError: it has problems: all of them, in the order of its lines.
    """
    path = project.folder / FILE_NAME
    if not path.is_file():
        return Alerts()
    document = read_document(path)
    located: list[tuple[Place, Problem]] = [*document.duplicates, *_twice(document)]
    try:
        read = AlertsFile.model_validate(document.data)
    except ValidationError as error:
        located += explain(error, document, AlertsFile)
    if located:
        raise UserError([problem for _, problem in sorted(located, key=lambda pair: (pair[0].line, pair[0].column))])
    return Alerts(tuple(read.alerts), tuple(read.send))


def from_environment(value: str) -> str | None:
    """The value of a variable as ${NAME}; None where it is not set or empty."""
    match = _VARIABLE.fullmatch(value)
    return None if match is None else os.environ.get(match[1], "").strip() or None


def _twice(document: Document) -> list[tuple[Place, Problem]]:
    entries = document.data.get("alerts")
    found: list[tuple[Place, Problem]] = []
    seen: dict[str, int] = {}
    for number, entry in enumerate(entries if isinstance(entries, list) else ()):
        name = entry.get("name") if isinstance(entry, dict) else None
        where, place = document.where(("alerts", number, "name"))
        if isinstance(name, str) and seen.setdefault(name, place.line) != place.line:
            what = f"the alert {name!r} is given twice, first in line {seen[name]}."
            found.append((place, Problem(where, what, "Keep one of them.")))
        if number == MOST_ALERTS:
            found.append((place, Problem(where, f"more than {MOST_ALERTS} alerts.", "Nobody reads so many.")))
    return found
