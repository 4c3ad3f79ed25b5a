"""What is asked of the same view again and again is worked out once.

Every section of a report asks for all findings, to tell those that the first screen left out.
"""

from __future__ import annotations

import functools
import weakref
from collections.abc import Callable
from typing import Any, TypeVar

View = TypeVar("View")
Told = TypeVar("Told")


def once(tell: Callable[[View], Told]) -> Callable[[View], Told]:
    """Let a function of a view, which never changes, remember its answer for the last view that it was asked about."""
    kept: list[tuple[weakref.ref[Any], Told]] = []

    @functools.wraps(tell)
    def remembering(view: View) -> Told:
        for whose, told in kept:
            if whose() is view:
                return told
        told = tell(view)
        kept[:] = [(weakref.ref(view), told)]
        return told

    return remembering
