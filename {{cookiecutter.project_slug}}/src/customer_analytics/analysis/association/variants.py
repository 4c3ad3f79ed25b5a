"""Whether two items are one article in several colours, sizes or designs, by their names.

Names are variants where they share at least half of all their words: "blue happy birthday bunting" and "pink happy
birthday bunting". A shop knows that these belong together; what it does not know is the rest. A code in brackets,
which tells apart items of the same name, is no word.
"""

from __future__ import annotations

import re

_WORDS = re.compile(r"\w+")
_CODE = re.compile(r" \([^()]*\)\Z")
_ALIKE = 0.5  # share of the words of both names that they have in common


def are_variants(one: str, other: str) -> bool:
    """Whether two names, which differ, share half of their words or more; names of one word each do not."""
    first, second = (set(_WORDS.findall(_CODE.sub("", name).casefold())) for name in (one, other))
    if one != other and first == second and first:
        return True
    return len(first) > 1 and len(second) > 1 and len(first & second) >= _ALIKE * len(first | second)
