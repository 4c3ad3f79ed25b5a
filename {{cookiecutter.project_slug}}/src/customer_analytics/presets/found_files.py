"""What lies in data/raw: files with the same headings, as one pattern."""

from __future__ import annotations

import glob
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from customer_analytics.engagement.errors import Problem, UserError
from customer_analytics.engagement.project import Project
from customer_analytics.engagement.settings import Source, SourceFormat
from customer_analytics.tables.formats import Head, heads_of
from customer_analytics.tables.formats.delimited import first_lines, text_rows

SAMPLE = "sample"  # the synthetic client's own folder
ENDINGS = {
    ".csv", ".tsv", ".txt", ".xlsx", ".xls", ".xlsm", ".xlsb", ".ods", ".parquet", ".pq", ".json", ".jsonl", ".ndjson",
}  # fmt: skip
LOOKED_AT = 500  # rows that a proposal is made from


@dataclass(frozen=True)
class Found:
    """Files of one folder with the same headings, and the pattern that names them and no others."""

    pattern: str
    paths: tuple[Path, ...]
    head: Head

    @property
    def headings(self) -> tuple[str, ...]:
        """The client's own column names."""
        return self.head.columns

    def values(self) -> dict[str, list[str]]:
        """The first values of each column that are not empty; nothing where the file is no delimited text."""
        if self.head.format != SourceFormat.CSV:
            return {}
        lines = first_lines(self.head.path, self.head.encoding, self.head.name)
        rows = list(text_rows(lines[: LOOKED_AT + 1], self.head.delimiter))[1:]
        columns = self.headings
        return {
            name: [row[place].strip() for row in rows if len(row) > place and row[place].strip()]
            for place, name in enumerate(columns)
        }


@dataclass
class Look:
    """What was found, and the files that could not be read, with the reason."""

    found: list[Found] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def look_into(project: Project) -> Look:
    """The exports below data/raw, but for the synthetic client's; only their beginnings are read."""
    look = Look()
    groups: dict[tuple[str, str, tuple[str, ...]], list[Head]] = {}
    for path in _files(project.raw):
        shown = path.relative_to(project.folder).as_posix()
        source = Source.model_validate({"table": "orders", "files": glob.escape(shown)})
        try:
            for head in heads_of(source, project.folder):
                groups.setdefault((str(path.parent), path.suffix, head.columns), []).append(head)
        except UserError as error:
            look.problems += error.problems
    for (_, _, _), heads in groups.items():
        paths = tuple(dict.fromkeys(head.path for head in heads))
        look.found += [Found(pattern, part, heads[0]) for pattern, part in _patterns(paths, project.folder)]
    return look


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder).parts
        if inside[0] == SAMPLE or any(part.startswith((".", "~$")) for part in inside):
            continue
        if path.is_file() and path.suffix.lower() in ENDINGS:
            yield path


def _patterns(paths: Sequence[Path], project: Path) -> list[tuple[str, tuple[Path, ...]]]:
    """One pattern that names these files and no others, or else each file by its name."""
    shown = [path.relative_to(project).as_posix() for path in paths]
    if len(paths) > 1:
        folder = Path(shown[0]).parent.as_posix()
        begin = (
            re.split(r"[*?\[\d]", Path(_common(shown)).name, maxsplit=1)[0] if _common(shown) != f"{folder}/" else ""
        )
        for pattern in (f"{folder}/*{paths[0].suffix}", f"{folder}/{begin}*{paths[0].suffix}"):
            if set(glob.glob(pattern, root_dir=project)) == set(shown):  # noqa: PTH207 - as the loader does
                return [(pattern, tuple(paths))]
    return [(name, (path,)) for name, path in zip(shown, paths, strict=True)]


def _common(names: Sequence[str]) -> str:
    first, last = min(names), max(names)
    end = next((i for i, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), min(len(first), len(last)))
    return first[:end]
