"""People into blocks that have nothing to do with what they do: for standard errors and for held-out halves.

The block follows from the letters of the person's id alone, by whole-number arithmetic that every engine has: the same
person is in the same block on every engine and in every run, and no window over the whole table is needed.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

BLOCKS = 200  # of people, for standard errors
_PRIME = 2_147_483_647  # 2^31 - 1: the square of a remainder fits into 64 bits
_LETTERS = 7  # from either end; longer ids differ there as a rule
_FACTORS = (
    913_247, 402_517, 786_433, 654_991, 139_201, 520_193, 871_163,
    297_841, 1_006_633, 345_479, 712_303, 228_419, 948_377, 571_867,
)  # fmt: skip


def block(person: ir.StringValue, blocks: int, salt: int = 0) -> ir.IntegerValue:
    """Block of each person, 0 to blocks - 1; another `salt` gives a division of its own."""
    return block_of(letters(person), blocks, salt)


def letters(person: ir.StringValue) -> ir.IntegerValue:
    """What the letters of a person's id come to: a number that every block of the person follows from."""
    backwards = person.reverse()
    total: ir.IntegerValue = ibis.literal(0, "int64")
    for place in range(_LETTERS):
        total = total + _letter(person, place) * _FACTORS[place]
        total = total + _letter(backwards, place) * _FACTORS[_LETTERS + place]
    return total


def block_of(told: ir.IntegerValue, blocks: int, salt: int = 0) -> ir.IntegerValue:
    """Block of each person by their letters. As a column of its own `told` is written once into a query, not at each of
    the four places where the arithmetic needs it."""
    mixed = (told + (salt * 7_919 + 104_729)) % _PRIME
    mixed = (mixed * mixed + 12_345_701) % _PRIME
    mixed = (mixed * mixed + 97 * salt + 41) % _PRIME
    return (mixed % blocks).cast("int32")


def _letter(text: ir.StringValue, place: int) -> ir.IntegerValue:
    return text.substr(place, 1).ascii_str().cast("int64").fill_null(0)
