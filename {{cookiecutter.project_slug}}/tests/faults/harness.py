"""Commands under faults: started, struck, and their project looked at afterwards."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from customer_analytics.pipeline.warm import kernel_environment
from customer_analytics.tables.swap import put_right, recover

_MOMENT = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?([+-]\d\d:\d\d|Z)?")
_SECONDS = re.compile(rb'"seconds": [0-9.]+')
_CLOCK = re.compile(rb"\d{4}-\d\d-\d\d,? \d\d:\d\d(:\d\d)?|\d\d?:\d\d(:\d\d)?")
STATE = ("data/tables", "data/raw", "data/customer_id.key", "audiences", "reports", "engagement.yml")
_LASTING = {".analytics", ".load-lock"}  # hidden and meant to stay
_TEXTS = {".json", ".html", ".yml", ".csv", ".ipynb", ""}


@dataclass(frozen=True)
class Ended:
    """How a command ended: its exit code as a shell has it, what it said, the writes that it made or tried."""

    code: int
    said: str
    writes: tuple[str, ...]


class Nursery:
    """The test's side of nursery.py."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="faults-")
        environment = kernel_environment() | {"TMPDIR": self.temporary.as_posix()}
        self.temporary.mkdir()
        self._process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("nursery.py"))],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment, text=True, encoding="utf-8",
        )  # fmt: skip
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == "ready\n"

    @property
    def temporary(self) -> Path:
        """The temporary folder of all commands."""
        return Path(self._folder.name) / "tmp"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(timeout=10)
        self._process.stdout.close()
        self._folder.cleanup()

    def run(self, folder: Path, *arguments: str, at: int | None = None, how: str = "count", **more: Any) -> Ended:
        """Run a command in a folder; `at`: the write at which to strike."""
        printed = Path(self._folder.name) / "printed"
        request: dict[str, Any] = {
            "arguments": arguments,
            "folder": str(folder),
            "root": str(folder),
            "at": at,
            "how": how,
        }
        request |= {"printed": str(printed), **more}
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        said = printed.read_text(encoding="utf-8", errors="replace")
        return Ended(answer["code"], said, tuple(answer["writes"]))


def picture(folder: Path, *parts: str) -> dict[str, str]:
    """Path -> hash of every file of these parts of a project; moments and durations do not count."""
    found = {}
    for part in parts:
        root = folder / part
        for path in sorted([root] if root.is_file() else root.rglob("*")):
            name = path.relative_to(folder).as_posix()
            if path.is_file() and not any(piece.startswith(".") for piece in Path(name).parts):
                found[name] = hashlib.sha256(_plain(path)).hexdigest()[:16]
    return found


def _plain(path: Path) -> bytes:
    content = path.read_bytes()
    if path.suffix not in _TEXTS:
        return content
    return _CLOCK.sub(b"CLOCK", _SECONDS.sub(b'"seconds": S', _MOMENT.sub(b"MOMENT", content)))


def changed(before: Mapping[str, str], after: Mapping[str, str]) -> str:
    """What differs between two pictures, for a message."""
    names = [name for name in sorted({*before, *after}) if before.get(name) != after.get(name)]
    return ", ".join(
        f"{name} ({'gone' if name not in after else 'new' if name not in before else 'other'})" for name in names
    )


def copied(source: Path, target: Path) -> Path:
    """A copy of a project, with the times of its files."""
    if target.exists():
        shutil.rmtree(target)
    shutil.copytree(source, target, symlinks=True)
    return target


def state(folder: Path) -> dict[str, str]:
    """What the project's readers see: as every command does first, a swap that was cut short is put right."""
    recover(folder / "data" / "tables")
    put_right(folder / "data" / "raw")
    put_right(folder / "audiences")
    return picture(folder, *STATE)


def left(folder: Path) -> list[str]:
    """What lies about that belongs to no state: hidden files, scratch, half folders."""
    hidden = [path for path in folder.rglob(".*") if path.name not in _LASTING]
    scratch = [*folder.glob(".analytics/scratch/*"), *folder.glob(".analytics/cache/*-partial")]
    return sorted(path.relative_to(folder).as_posix() for path in [*hidden, *scratch])


@dataclass(frozen=True)
class Case:
    """A command, the project that it starts from, the states before and after it, and its writes in order."""

    command: tuple[str, ...]
    start: Path
    before: Mapping[str, str]
    after: Mapping[str, str]
    writes: tuple[str, ...]

    def allows(self, now: Mapping[str, str]) -> bool:
        """The old state or the new one. A finished run may be there before `latest` and the index name it."""
        if now in (self.before, self.after):
            return True
        new = {name: self.after[name] for name in self.after.keys() - self.before.keys()}
        named = {"reports/latest", "reports/index.html"}
        others = {name: value for name, value in now.items() if name not in named}
        return (
            self.command[0] == "run"
            and others == {name: value for name, value in {**self.before, **new}.items() if name not in named}
            and all(now.get(name) in (self.before.get(name), self.after.get(name)) for name in named)
        )

    def places(self, patterns: Sequence[str]) -> list[int]:
        """The numbers of the first writes that these patterns meet."""
        numbered = list(enumerate(self.writes, start=1))
        return [next(number for number, write in numbered if re.search(pattern, write)) for pattern in patterns]


def observed(nursery: Nursery, start: Path, work: Path, *command: str) -> Case:
    """Run a command undisturbed, in a copy, to know its states and writes."""
    copied(start, work)
    before = state(work)
    ended = nursery.run(work, *command)
    assert ended.code == 0, ended.said
    return Case(command, start, before, state(work), ended.writes)


def troubles(nursery: Nursery, case: Case, work: Path, at: int, how: str, code: int, **more: Any) -> list[str]:
    """Strike at one write and say everything that is not as promised afterwards; then run the command once more."""
    copied(case.start, work)
    where = f"{' '.join(case.command[:1])}, {how} at write {at} ({case.writes[min(at, len(case.writes)) - 1]})"
    ended = nursery.run(work, *case.command, at=at, how=how, **more)
    found = []
    now = state(work)
    if not case.allows(now):
        found.append(f"{where}: neither state, against the old: {changed(case.before, now)}")
    if ended.code not in (code, 0) or (ended.code == 0 and now != case.after):
        found.append(f"{where}: exit code {ended.code}: {ended.said[-300:]}")
    if "Traceback" in ended.said:
        found.append(f"{where}: a traceback: {ended.said[-600:]}")
    again = nursery.run(work, *case.command)
    if again.code != 0:
        found.append(f"{where}: the next one fails with {again.code}: {again.said[-300:]}")
    elif (now := state(work)) != case.after and case.command[0] not in ("run", "audience"):
        found.append(f"{where}: the next one ends elsewhere: {changed(case.after, now)}")
    if lying := left(work):
        found.append(f"{where}: left behind after the next one: {lying}")
    return found
