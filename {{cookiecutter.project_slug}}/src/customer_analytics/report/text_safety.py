"""Characters that a page leaves out, because they would change how the text around them is read."""

from __future__ import annotations

# Control characters, the marks that turn the direction of writing (a name could make "exe.png" out of "gnp.exe"),
# and halves of surrogate pairs, which no file can hold.
_CONTROLS = [code for code in range(0x20) if code not in (0x09, 0x0A, 0x0D)] + list(range(0x7F, 0xA0))
_DIRECTIONS = [0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)]
_BROKEN = [*range(0xD800, 0xE000), 0xFFFE, 0xFFFF]

UNPRINTABLE: dict[int, None] = dict.fromkeys([*_CONTROLS, *_DIRECTIONS, *_BROKEN])
"""For str.translate."""
