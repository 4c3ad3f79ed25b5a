"""tags.yml, the tag catalogue that an analyst edits: read strictly, all problems at once, each with its line.

A rule is text here. It is parsed and checked against the tables by `analysis.tags`, which knows the query language.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, ValidationError, field_validator, model_validator

from customer_analytics.engagement.block import Block
from customer_analytics.engagement.document import Document, KeyPath, Place, read_document
from customer_analytics.engagement.errors import Problem, UserError
from customer_analytics.engagement.explaining import explain
from customer_analytics.engagement.mistakes import Mistakes, nearest
from customer_analytics.engagement.parameters import RfmParameters
from customer_analytics.engagement.project import Project
from customer_analytics.engagement.settings import Industry
from customer_analytics.schema import SCHEMAS

FILE_NAME = "tags.yml"
MOST_TAGS = 500
NAME = re.compile(r"[^\W\d_]\w{0,59}")
LEDGER = "ledger"  # who was put on which list: a source of its own beside the client's tables


class TagClass(StrEnum):
    """What a tag is about."""

    BASE = "base"
    BEHAVIOUR = "behaviour"
    INTEREST = "interest"
    VALUE = "value"
    LIFECYCLE = "lifecycle"
    RISK = "risk"


class Refresh(StrEnum):
    """How often a tag has to be made anew to stay true."""

    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    YEARLY = "yearly"

    @property
    def days(self) -> int:
        """The longest age in days at which the tag still counts as fresh."""
        return _REFRESH_DAYS[self]


_REFRESH_DAYS = {
    Refresh.DAILY: 1,
    Refresh.WEEKLY: 7,
    Refresh.MONTHLY: 31,
    Refresh.QUARTERLY: 92,
    Refresh.YEARLY: 366,
}
Unit = Literal["share", "count", "days", "years", "money", "hour", "ratio", "score"]


def _both_languages(value: Any) -> Any:
    """One text stands for both languages; an empty one says nothing in either."""
    return {"en": value, "zh_CN": value} if isinstance(value, str) else value


class Words(Block):
    """A text in the two languages of the reports."""

    en: Annotated[str, Field(min_length=1, max_length=400, description="the text in English")]
    zh_CN: Annotated[str, Field(min_length=1, max_length=400, description="the text in Chinese")]

    def put(self, mark: str, value: str) -> Words:
        """The words with a value in place of a mark; the value is not looked at, braces in it stay as they are."""
        return Words.model_construct(en=self.en.replace(mark, value), zh_CN=self.zh_CN.replace(mark, value))


BothLanguages = Annotated[Words, BeforeValidator(_both_languages)]


def _as_list(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def _all_industries(value: Any) -> Any:
    return list(Industry) if value == "all" else [value] if isinstance(value, str) else value


class TagEntry(Block):
    """One tag as it stands in the catalogue. With `for_each` it is a pattern for one tag per frequent value."""

    label: BothLanguages = Field(description="a few words, as a chart prints them")
    meaning: BothLanguages = Field(description="one sentence that a marketer understands")
    rule: Annotated[str, Field(min_length=1, max_length=10_000)] = Field(
        description="an expression of the query language, see query-language.md in the guide"
    )
    source: Annotated[list[str], BeforeValidator(_as_list), Field(min_length=1)] = Field(
        description="the table or tables that the rule reads"
    )
    owner: Annotated[str, Field(min_length=1, max_length=80)] | None = Field(None, description="who answers for it")
    refresh: Refresh | None = Field(None, description="how often it has to be made anew")
    industries: Annotated[list[Industry], BeforeValidator(_all_industries), Field(min_length=1)] = Field(
        default_factory=lambda: list(Industry), description="all, or the industries that it is for"
    )
    persona: bool = Field(False, description="whether personas may be told apart by it")
    sensitive: bool = Field(False, description="whether it says something about a person that lists should not go by")
    unit: Unit | None = Field(None, description="what a number counts, so that reports print it rightly")
    values: dict[str, BothLanguages] = Field(default_factory=dict, description="what to print for each text value")
    needs: Annotated[list[str], BeforeValidator(_as_list)] = Field(
        default_factory=list, description="columns of the client's own, as table.column, without which it is left out"
    )
    for_each: str | None = Field(None, description="table.column: one tag for each frequent value of it")
    at_most: Annotated[int, Field(ge=1, le=50)] = Field(12, description="how many tags for_each makes at most")

    @field_validator("source")
    @classmethod
    def _known_tables(cls, source: list[str]) -> list[str]:
        allowed = [*SCHEMAS, LEDGER]
        mistakes: list[tuple[tuple[str | int, ...], str, str]] = []
        for table in source:
            if table not in allowed:
                near = nearest(table, allowed)
                hint = f"Did you mean {near}? " if near else ""
                mistakes.append(((), f"no such table: {table!r}.", f"{hint}Allowed: {', '.join(allowed)}."))
        if mistakes:
            raise Mistakes(mistakes)
        return source

    @field_validator("needs")
    @classmethod
    def _columns(cls, needs: list[str]) -> list[str]:
        for need in needs:
            table, _, column = need.partition(".")
            if table not in SCHEMAS or not column:
                raise ValueError(f"must be a table and a column, for example customers.tier, not {need[:60]!r}")
        return needs

    @model_validator(mode="after")
    def _pattern_fits(self) -> TagEntry:
        mistakes: list[tuple[tuple[str | int, ...], str, str]] = []
        if self.for_each is None:
            if "at_most" in self.model_fields_set:
                mistakes.append((("at_most",), "does nothing without for_each.", "Delete it."))
        else:
            table, _, column = self.for_each.partition(".")
            if table not in SCHEMAS or not column:
                what = f"must be a table and a column, not {self.for_each!r}."
                mistakes.append((("for_each",), what, "For example order_lines.category."))
            if not re.search(r"\beach\b", self.rule):
                mistakes.append((("rule",), "does not say `each`.", "`each` stands for the value of for_each."))
        if mistakes:
            raise Mistakes(mistakes)
        return self


class TagsByClass(Block):
    """The six classes; each holds its tags by name."""

    base: dict[str, TagEntry] = Field(default_factory=dict)
    behaviour: dict[str, TagEntry] = Field(default_factory=dict)
    interest: dict[str, TagEntry] = Field(default_factory=dict)
    value: dict[str, TagEntry] = Field(default_factory=dict)
    lifecycle: dict[str, TagEntry] = Field(default_factory=dict)
    risk: dict[str, TagEntry] = Field(default_factory=dict)

    def __iter__(self) -> Iterator[tuple[str, dict[str, TagEntry]]]:  # type: ignore[override]
        return ((name, getattr(self, name)) for name in type(self).model_fields)


class CatalogueFile(Block):
    """The whole of tags.yml."""

    owner: Annotated[str, Field(min_length=1, max_length=80)] = Field(description="who answers for the tags")
    refresh: Refresh = Field(Refresh.WEEKLY, description="how often tags are made anew unless they say otherwise")
    tags: TagsByClass = Field(description="the tags by class: base, behaviour, interest, value, lifecycle, risk")


@dataclass(frozen=True)
class Tag:
    """One entry of the catalogue with what it inherits and where it stands."""

    name: str
    tag_class: TagClass
    entry: TagEntry
    owner: str
    refresh: Refresh
    where: str  # "tags.yml, line 12, tag gender"
    line: int


@dataclass(frozen=True)
class TagCatalogue:
    """All entries in the order of the file, and what of engagement.yml decides about them."""

    tags: tuple[Tag, ...]
    industry: Industry = Industry.RETAIL
    minimum_group: int = 10
    rfm: RfmParameters = field(default_factory=RfmParameters)

    def __getitem__(self, name: str) -> Tag:
        return next(tag for tag in self.tags if tag.name == name)


def read_catalogue(project: Project) -> TagCatalogue:
    """Read the project's tags.yml.

    Raises:
        UserError: there is none, or it has problems: all of them, in the order of its lines.
    """
    path = project.folder / FILE_NAME
    if not path.is_file():
        raise UserError(
            [Problem(FILE_NAME, "is not in the project.", "Copy it from the template, or bring it back from git.")]
        )
    engagement = project.engagement
    return replace(
        read_tags(path),
        industry=engagement.industry,
        minimum_group=engagement.minimum_group,
        rfm=engagement.reports.rfm,
    )


def read_tags(path: Path) -> TagCatalogue:
    """Read a tag catalogue; see `read_catalogue`."""
    document = read_document(path)
    located: list[tuple[Place, Problem]] = [*document.duplicates]
    located += list(_check_names(document))
    read: CatalogueFile | None = None
    try:
        read = CatalogueFile.model_validate(document.data)
    except ValidationError as error:
        located += explain(error, document, CatalogueFile)
    if located or read is None:
        raise UserError([problem for _, problem in sorted(located, key=lambda pair: (pair[0].line, pair[0].column))])
    tags = tuple(
        _tag(read, TagClass(tag_class), name, entry, document)
        for tag_class, entries in read.tags
        for name, entry in entries.items()
    )
    return TagCatalogue(tuple(sorted(tags, key=lambda tag: tag.line)))


def _tag(read: CatalogueFile, tag_class: TagClass, name: str, entry: TagEntry, document: Document) -> Tag:
    _, place = document.where(("tags", tag_class.value, name, "rule"))
    return Tag(
        name=name,
        tag_class=tag_class,
        entry=entry,
        owner=entry.owner or read.owner,
        refresh=entry.refresh or read.refresh,
        where=f"{document.name}, line {place.line}, tag {name}",
        line=place.line,
    )


def _check_names(document: Document) -> Iterator[tuple[Place, Problem]]:
    """Names that a rule could not use, names given in two classes, and more tags than anybody reads."""
    first: dict[str, KeyPath] = {}
    for path in _tag_paths(document.data):
        where, place = document.where(path)
        name = str(path[-1])
        if not NAME.fullmatch(name):
            mend = "A name begins with a letter and holds letters, digits and underscores, at most 60."
            yield place, Problem(where, f"{name!r} cannot be the name of a tag.", mend)
        earlier = first.setdefault(name.lower(), path)
        if earlier != path:
            line = document.where(earlier)[1].line
            what = f"the tag {name!r} is given twice, first in line {line}, class {earlier[1]}."
            yield place, Problem(where, what, "Names differ by more than capitals; keep one of them.")
    if len(first) > MOST_TAGS:
        where, place = document.where(("tags",))
        yield place, Problem(where, f"{len(first)} tags; at most {MOST_TAGS} are read.", "Nobody reads so many.")


def _tag_paths(data: Mapping[str, Any]) -> Iterator[KeyPath]:
    classes = data.get("tags")
    for tag_class, entries in classes.items() if isinstance(classes, dict) else ():
        for name in entries if isinstance(entries, dict) else ():
            yield ("tags", tag_class, name)
