"""Settings that Python takes and the engine does not."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from customer_analytics.engagement import Project
from customer_analytics.engagement.days import read_day
from customer_analytics.engagement.errors import UserError

SOURCE = "client: A\nconsultancy: B\nsources:\n  - table: orders\n    files: a.csv\n"


def read(folder: Path, more: str) -> Project:
    (folder / "engagement.yml").write_text(SOURCE + more, encoding="utf-8")
    return Project.find(folder)


@pytest.mark.parametrize("encoding", ["rot13", "hex", "idna", "zlib", "utf9"])
def test_a_codec_that_is_no_encoding_of_text_is_refused(tmp_path: Path, encoding: str) -> None:
    with pytest.raises(UserError, match=f"line 6, .*no such encoding: '{encoding}'"):
        read(tmp_path, f"    encoding: {encoding}\n")


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "gb18030", "latin-1", "cp1252", "big5"]
)
def test_encodings_of_text_are_taken(tmp_path: Path, encoding: str) -> None:
    assert read(tmp_path, f"    encoding: {encoding}\n").engagement.sources[0].encoding == encoding


@pytest.mark.parametrize("pattern", ["a++", r"(a)?(?(1)b|c)", "a{5000}", r"a\\Z"])
def test_a_pattern_that_only_python_reads_is_refused_before_the_load(tmp_path: Path, pattern: str) -> None:
    rule = f'    set_aside: [{{reason: r, when: [{{column: no, matches: "{pattern}"}}]}}]\n'
    with pytest.raises(UserError, match="matches: "):
        read(tmp_path, rule)


def test_a_window_longer_than_the_calendar_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="window_days must be at most 36500"):
        read(tmp_path, "reports: {rfm: {window_days: 99999999999}}\n")


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01"])
def test_an_as_of_day_at_the_end_of_the_calendar_is_refused(tmp_path: Path, day: str) -> None:
    assert read_day(day) is None
    with pytest.raises(UserError, match="as_of: must be a day from 1900 to 2199"):
        read(tmp_path, f"as_of: {day}\n")


@pytest.mark.parametrize("text", ["2011-02-30", "yesterday", "", "2011-12-09T10:00"])
def test_what_is_no_day_is_not_read_as_one(text: str) -> None:
    assert read_day(text) is None


def test_blanks_around_a_day_do_not_matter() -> None:
    assert read_day(" 2011-12-09 ") == dt.date(2011, 12, 9)


@pytest.mark.parametrize("name", ["client", "consultancy"])
def test_a_name_with_a_control_character_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "engagement.yml").write_text(
        "client: A\nconsultancy: B\n".replace(f"{name}: ", f'{name}: "x\\0y" # '), encoding="utf-8"
    )
    with pytest.raises(UserError, match=f"{name}: must not hold control characters"):
        Project.find(tmp_path)
