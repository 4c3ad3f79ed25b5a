"""Commands in odd surroundings: read-only, no room, no streams, no temporary folder, few open files, odd paths."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
from pathlib import Path

import pytest
from harness import Nursery, copied, left, state
from tiny import AUDIENCE, write_client

READ_ONLY = "must not be written by this user, or lies on something that is read-only."


def closed_to_writers(*folders: Path) -> None:
    """Take the right to write from folders and everything in them."""
    for folder in folders:
        for path in [folder, *folder.rglob("*")]:
            path.chmod(stat.S_IRUSR | (stat.S_IXUSR if path.is_dir() else 0))


def opened_again(folder: Path) -> None:
    """Give it back, for the next one to remove the folder."""
    for path in [folder, *folder.rglob("*")]:
        path.chmod(stat.S_IRWXU)


@pytest.mark.parametrize(
    ("parts", "command", "place"),
    [
        ([""], ["load"], ".analytics/lock"),
        ([""], ["run"], ".analytics/lock"),
        ([""], AUDIENCE, ".analytics/lock"),
        ([""], ["sample", "--customers", "100", "--force"], ".analytics/lock"),
        (["reports"], ["run"], "reports/"),
        (["data"], ["load"], "data"),
        (["audiences"], AUDIENCE, "audiences"),
    ],
    ids=["load", "run", "audience", "sample", "run into reports", "load into data", "audience into audiences"],
)
def test_a_read_only_project_is_told_with_its_place(
    nursery: Nursery, work: Path, parts: list[str], command: list[str], place: str
) -> None:
    before = state(work)
    closed_to_writers(*(work / part for part in parts))
    try:
        ended = nursery.run(work, *command, bound=True)
    finally:
        opened_again(work)
    assert ended.code == 2, ended.said
    assert READ_ONLY in ended.said
    assert str(work / place) in ended.said
    assert state(work) == before


@pytest.mark.parametrize("command", [["check"], ["audience", "--list"], ["open"]], ids=["check", "list", "open"])
def test_what_only_reads_works_in_a_read_only_project(nursery: Nursery, work: Path, command: list[str]) -> None:
    closed_to_writers(work)
    try:
        ended = nursery.run(work, *command, bound=True)
    finally:
        opened_again(work)
    assert ended.code == 0, ended.said


@pytest.mark.parametrize("command", [["check"], ["load"], ["run"], ["open"]], ids=lambda words: words[0])
def test_a_working_folder_that_is_gone(nursery: Nursery, work: Path, command: list[str]) -> None:
    gone = work / "gone"
    gone.mkdir()
    ended = nursery.run(gone, *command, vanish=True)
    assert (ended.code, ended.said.strip()) == (
        2,
        "the working folder: is not there any more. Go to the project's folder first.",
    )


@pytest.mark.parametrize("stdout", ["closed", "deaf"])
def test_nobody_who_reads_stops_no_work(nursery: Nursery, work: Path, stdout: str) -> None:
    """`analytics audience … >&-` and `| head`: the list is written, in silence."""
    before = state(work)
    ended = nursery.run(work, *AUDIENCE, stdout=stdout)
    assert (ended.code, ended.said) == (0, "")
    assert state(work) != before


def test_words_that_find_no_room_do_not_stop_the_work_and_are_told_of(nursery: Nursery, work: Path) -> None:
    """Output into a file on a full disk."""
    before = state(work)
    ended = nursery.run(work, *AUDIENCE, stdout="full")
    assert ended.code == 1
    assert ended.said.strip() == (
        "The work was done, but what it printed could not be written: No space left on device."
    )
    assert state(work) != before


def test_a_terminal_of_ascii(nursery: Nursery, work: Path) -> None:
    settings = (work / "engagement.yml").read_text(encoding="utf-8")
    (work / "engagement.yml").write_text(settings.replace("region: region", "region: 地区"), encoding="utf-8")
    for command in (["check"], ["audience", "--list"]):
        ended = nursery.run(work, *command, encoding="ascii", environment={"LANG": "C", "LC_ALL": "C"})
        assert "Traceback" not in ended.said
        assert ended.code in (0, 2), ended.said


def test_a_file_larger_than_the_system_allows_leaves_the_tables_as_they_were(nursery: Nursery, work: Path) -> None:
    """The limit stops DuckDB and Arrow in the midst of a file, which no failing `open` does."""
    write_client(work, orders=6_000, seed=9)
    before = state(work)
    ended = nursery.run(work, "load", limits={"RLIMIT_FSIZE": 20_000})
    assert ended.code == 2, ended.said
    assert "a file grew larger than this system allows here" in ended.said
    assert state(work) == before
    assert not left(work)


def test_few_open_files_are_enough(nursery: Nursery, work: Path) -> None:
    for command in (["load"], AUDIENCE):
        ended = nursery.run(work, *command, limits={"RLIMIT_NOFILE": 64})
        assert ended.code == 0, ended.said


@pytest.mark.skipif(os.geteuid() != 0 if hasattr(os, "geteuid") else True, reason="only root can mount a small disk")
def test_a_disk_that_is_really_full(nursery: Nursery, client: Path, tmp_path: Path, thorough: bool) -> None:
    """A file system of its own with a little room: whatever runs out of it, the old tables stay."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(disk)], check=False, capture_output=True
    )
    if mounted.returncode != 0:
        pytest.skip("a file system cannot be mounted here")
    try:
        work = copied(client, disk / "tiny")
        write_client(work, orders=3_000, seed=9)
        before = state(work)
        for spare in range(0, 400, 20) if thorough else (40,):
            room = shutil.disk_usage(disk).free
            (disk / "filler").write_bytes(b"x" * max(0, room - spare * 1024))
            ended = nursery.run(work, "load")
            assert "Traceback" not in ended.said
            if ended.code == 0:
                before = state(work)
            else:
                assert ended.code == 2, ended.said
                assert "there is no room left on the disk" in ended.said
                assert state(work) == before, f"with {spare} KB to spare"
            (disk / "filler").unlink()
        ended = nursery.run(work, "load")
        assert ended.code in (0, 2), ended.said
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=False)


def test_odd_paths_and_a_project_that_moves(nursery: Nursery, work: Path, tmp_path: Path) -> None:
    """Blanks, signs, other scripts, a long path, a link: the same run; and cached reports come along."""
    places = ["a b %20 #1", "客户 ’s {x}", "/".join(["long" * 12] * 4)]
    for place in places:
        target = tmp_path / place / "tiny"
        target.parent.mkdir(parents=True, exist_ok=True)
        work.rename(target)
        work = target
        ended = nursery.run(work, "run")
        assert ended.code == 0, ended.said
        assert "from the cache" in ended.said
    link = tmp_path / "link"
    link.symlink_to(work, target_is_directory=True)
    assert nursery.run(link, *AUDIENCE).code == 0
    assert nursery.run(link, "load").code == 0
