"""What people see: aligned in a pipe, drawn on a terminal, and never what a client's value could do to either."""

from __future__ import annotations

import io
import json
import time
from pathlib import Path

import pytest
from rich.console import Console

from customer_analytics.engagement.errors import Problem
from customer_analytics.pipeline import progress as progressing
from customer_analytics.pipeline.progress import LiveProgress, PlainProgress
from customer_analytics.pipeline.terminal import Terminal, clean, plain_table, width
from customer_analytics.pipeline.trouble import write_traceback


def test_numbers_are_flush_right_and_chinese_counts_double() -> None:
    assert plain_table(["table", "rows"], [["订单", "5"], ["lines", "1,234"]], (1,)) == [
        "table   rows",
        "订单       5",
        "lines  1,234",
    ]


@pytest.mark.parametrize(("text", "columns"), [("abc", 3), ("订单", 4), ("é", 1), ("e\u0301", 1), ("", 0)])
def test_width_is_what_a_terminal_shows(text: str, columns: int) -> None:
    assert width(text) == columns


def test_a_value_can_neither_colour_nor_move_the_cursor_nor_turn_the_text_round() -> None:
    assert clean("\x1b[31mred\x1b[0m") == "?[31mred?[0m"
    for letter in ("\x1b", "\x07", "\r", "\u202e", "\x9b"):
        assert letter not in clean(f"a{letter}b")
    assert clean("two\nlines") == "two\nlines"


def test_all_problems_are_written_to_stderr_with_their_number(capsys: pytest.CaptureFixture[str]) -> None:
    Terminal(quiet=True).problems([Problem("a", "x."), Problem("b", "y.", "Do z.")])
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err == "a: x.\nb: y. Do z.\n2 problems. Nothing was done.\n"


def test_plain_progress_says_start_and_end_and_gives_a_sign_of_life(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    now = 0.0
    monkeypatch.setattr(progressing.time, "monotonic", lambda: now)
    progress = PlainProgress(said.append)
    for second in (0, 10, 31, 40, 62):
        now = float(second)
        progress.cell("rfm", 2 + second, 99, "Segments")
    progress.finished("rfm", "complete", 62.04)
    progress.finished("data_audit", "cached", 0.01)
    assert said == [
        "rfm: started",
        "rfm: cell 33 of 99, Segments",
        "rfm: cell 64 of 99, Segments",
        "rfm: complete in 62.0 s",
        "data_audit: unchanged, from the cache",
    ]


def test_the_live_table_shows_state_cell_and_heading_of_each_report() -> None:
    screen = io.StringIO()
    console = Console(file=screen, force_terminal=True, width=100, height=30, color_system=None)
    with LiveProgress(console) as progress:
        progress.planned(["rfm", "data_audit", "[bold]region[/bold]"])
        progress.cell("rfm", 3, 12, "Segments [red]")
        progress.finished("data_audit", "failed", 2.5)
        time.sleep(0.4)
    shown = screen.getvalue()
    for part in ("cell 3 of 12", "Segments [red]", "failed in 2.5 s", "waiting", "[bold]region[/bold]"):
        assert part in shown


def test_many_sets_do_not_overflow_the_screen() -> None:
    console = Console(file=io.StringIO(), force_terminal=True, width=80, height=12)
    progress = LiveProgress(console)
    progress.planned([f"rfm ({n})" for n in range(100)])
    for n in range(40):
        progress.finished(f"rfm ({n})", "complete", 1.0)
    assert progress._table().row_count <= 10


def test_a_log_of_an_error_holds_the_way_and_not_the_message(tmp_path: Path) -> None:
    name = "Jane" + " Doe"

    def inner() -> None:
        json.loads("{" + name)

    try:
        try:
            inner()
        except ValueError as error:
            raise RuntimeError(f"row of {name}") from error
    except RuntimeError as error:
        log = write_traceback(tmp_path, error)
    text = log.read_text(encoding="utf-8")
    assert log.parent == tmp_path / ".analytics" / "log"
    assert text.index("JSONDecodeError") < text.index("which led to:") < text.index("RuntimeError")
    assert "in inner" in text
    assert name not in text
