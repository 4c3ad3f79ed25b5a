"""Several mistakes in one block, each with its own place below the block; names that were probably meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence

Mistake = tuple[tuple[str | int, ...], str, str]  # path below the block, what is wrong, how to mend it


class Mistakes(ValueError):
    """All that a validator found in one block."""

    def __init__(self, items: Sequence[Mistake]) -> None:
        self.items = tuple(items)
        super().__init__(" ".join(f"{what} {mend}".strip() for _, what, mend in self.items))


def nearest(name: str, allowed: Iterable[str], *, likeness: float = 0.6) -> str | None:
    """The allowed name that was probably meant, if any comes near."""
    by_lower = {candidate.lower(): candidate for candidate in allowed}
    near = difflib.get_close_matches(name.lower(), by_lower, n=1, cutoff=likeness)
    return by_lower[near[0]] if near else None
