"""What sections ask again is not worked out again, and never for another view."""

from __future__ import annotations

from dataclasses import dataclass

from customer_analytics.narrative.once import once


@dataclass(frozen=True)
class _View:
    name: str


def test_the_same_view_is_asked_once() -> None:
    asked: list[str] = []

    @once
    def told(view: _View) -> list[str]:
        asked.append(view.name)
        return [view.name]

    first = _View("a")
    assert told(first) is told(first)
    assert asked == ["a"]


def test_an_equal_view_is_another_one() -> None:
    @once
    def told(view: _View) -> list[str]:
        return [view.name]

    kept = told(_View("a"))
    assert told(_View("a")) == kept
    assert told(_View("a")) is not kept
    assert told(_View("b")) == ["b"]
