"""Look at the beginnings of all sources: what a load would do, and every problem at once."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from customer_analytics.engagement import Project
from customer_analytics.engagement.errors import Problem, UserError
from customer_analytics.engagement.settings import Source
from customer_analytics.tables.formats import Head, heads_of
from customer_analytics.tables.formats.database import name_of_database
from customer_analytics.tables.mapping import Mapping, map_source
from customer_analytics.tables.swap import put_right


@dataclass(frozen=True)
class Inspected:
    """A source whose heads were read and whose mapping is sound."""

    number: int
    name: str
    source: Source
    heads: tuple[Head, ...]
    mapping: Mapping
    zone: ZoneInfo


@dataclass(frozen=True)
class SourceCheck:
    """What a load would do with one source. `unmapped`: the client's columns that become attributes."""

    number: int
    name: str
    table: str
    files: int
    format: str
    encoding: str
    delimiter: str
    mapped: dict[str, str]
    constants: tuple[str, ...]
    unmapped: tuple[str, ...]
    problems: tuple[Problem, ...]


@dataclass(frozen=True)
class CheckReport:
    """What a load would do, and what hinders it."""

    sources: tuple[SourceCheck, ...]
    problems: tuple[Problem, ...]

    @property
    def fine(self) -> bool:
        """Whether a load can begin."""
        return not self.problems


def check(project: Project) -> CheckReport:
    """Read the beginnings of all sources, quickly, and say what a load would do; nothing is raised or written."""
    if not project.engagement.sources:
        return CheckReport((), (_no_sources(),))
    put_right(project.raw)
    checks = [_check_source(project, source, i) for i, source in enumerate(project.engagement.sources, start=1)]
    problems = [problem for c, _ in checks for problem in c.problems] + _read_twice([one for _, one in checks])
    return CheckReport(tuple(c for c, _ in checks), tuple(problems))


def inspect(project: Project) -> list[Inspected]:
    """The sources ready to be loaded.

    Raises:
        UserError: every problem of every source.
    """
    if not project.engagement.sources:
        raise UserError([_no_sources()])
    put_right(project.raw)
    checks = [_check_source(project, source, i) for i, source in enumerate(project.engagement.sources, start=1)]
    problems = [problem for one, _ in checks for problem in one.problems] + _read_twice([one for _, one in checks])
    if problems:
        raise UserError(problems)
    return [inspected for _, inspected in checks if inspected is not None]


def _check_source(project: Project, source: Source, number: int) -> tuple[SourceCheck, Inspected | None]:
    name = name_of_database(source) if source.url else source.files or ""
    try:
        heads = heads_of(source, project.folder)
    except UserError as error:
        empty = SourceCheck(number, name, source.table, 0, "", "", "", {}, (), (), error.problems)
        return empty, None
    mapping, problems = map_source(source, heads)
    checked = SourceCheck(
        number,
        name,
        source.table,
        len({head.path for head in heads}),
        str(heads[0].format),
        ", ".join(dict.fromkeys(head.encoding for head in heads if head.encoding)),
        ", ".join(dict.fromkeys(head.delimiter for head in heads if head.delimiter)),
        mapping.columns,
        tuple(mapping.constants),
        tuple(mapping.attributes),
        tuple(problems),
    )
    zone = ZoneInfo(source.time_zone) if source.time_zone else project.engagement.zone
    return checked, Inspected(number, name, source, tuple(heads), mapping, zone)


def _read_twice(sources: list[Inspected | None]) -> list[Problem]:
    """Files that two sources bring into the same columns of a table: their rows would count twice."""
    seen: dict[tuple[str, ...], Inspected] = {}
    problems = []
    for one in sources:
        for head in one.heads if one and not one.source.url else ():
            assert one is not None
            key = (one.source.table, str(head.path.resolve()), head.sheet, str(sorted(one.mapping.columns.items())))
            first = seen.setdefault(key, one)
            if first is not one and first.source.set_aside == one.source.set_aside:
                what = f"{head.name} is also in source {first.name}: its rows would count twice."
                problems.append(Problem(f"engagement.yml, source {one.name} of {one.source.table}", what, _NARROWER))
    return problems


_NARROWER = "Make one of the patterns narrower."


def _no_sources() -> Problem:
    what = "there are no sources yet."
    mend = "Put the exports below data/raw and say `analytics init`, or try `analytics demo`."
    return Problem("engagement.yml", what, mend)
