"""Who is held out: exact numbers in each stratum, drawn by a keyed hash of the customer id.

The draw knows nothing but the seed, the stratum and the id. The order of the rows, the engine and the platform change
nothing, and whoever has the seed can draw again and see that nobody was chosen by hand.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from fractions import Fraction

import numpy as np
import numpy.typing as npt

Hashes = npt.NDArray[np.uint64]
Integers = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
METHOD = "blake2b, 64 bits, keyed by the seed; the lowest in each stratum are held out"
_BYTES = 8


def draw(ids: npt.NDArray[np.object_], codes: Integers, labels: Sequence[str], share: Fraction, seed: int) -> Mask:
    """Who is held out.

    Args:
        ids: customer ids, each once.
        codes: stratum of each customer, as a position in `labels`.
        labels: names of the strata, each once.
        share: share to hold out, 0 to 1, exact.
        seed: any whole number from 0.

    Returns:
        True for each customer who is held out. In all exactly `round_half_up(share * n)`; in each stratum the floor or
        the ceiling of share times its size.

    Raises:
        ValueError: an id stands twice.
    """
    sizes = np.bincount(codes, minlength=len(labels)).astype(np.int64)
    counts = control_counts(sizes.tolist(), labels, share, seed)
    order = order_of_draw(ids, codes, keyed_hashes(ids, seed))
    starts = np.cumsum(sizes) - sizes
    place = np.empty(len(ids), dtype=np.int64)
    place[order] = np.arange(len(ids)) - np.repeat(starts, sizes)
    held: Mask = place < np.asarray(counts, dtype=np.int64)[codes] if len(ids) else np.zeros(0, dtype=np.bool_)
    return held


def control_counts(sizes: Sequence[int], labels: Sequence[str], share: Fraction, seed: int) -> list[int]:
    """How many are held out in each stratum: the largest remainders get what the whole numbers leave over.

    Strata with equal remainders are taken in the order of a keyed hash of their names, so that none is favoured in
    every draw and their order does not matter.
    """
    exact = [share * size for size in sizes]
    counts = [part.numerator // part.denominator for part in exact]
    missing = round_half_up(share * sum(sizes)) - sum(counts)
    ties = keyed_hashes(labels, seed).tolist()
    by_remainder = sorted(
        range(len(sizes)), key=lambda place: (counts[place] - exact[place], ties[place], labels[place])
    )
    for place in by_remainder[:missing]:
        counts[place] += 1
    return counts


def round_half_up(number: Fraction) -> int:
    """The nearest whole number; halves go up."""
    return (2 * number.numerator + number.denominator) // (2 * number.denominator)


def keyed_hashes(texts: Sequence[str] | npt.NDArray[np.object_], seed: int) -> Hashes:
    """64-bit keyed hash of each text, as unsigned integers."""
    start = hashlib.blake2b(digest_size=_BYTES, key=str(seed).encode("ascii"))

    def digest(text: str) -> bytes:
        one = start.copy()
        one.update(text.encode("utf-8", "surrogatepass"))
        return one.digest()

    joined = b"".join([digest(text) for text in texts])
    return np.frombuffer(joined, dtype=">u8").astype(np.uint64)


def order_of_draw(ids: npt.NDArray[np.object_], codes: Integers, hashes: Hashes) -> Integers:
    """Positions by stratum, then by hash; by the id itself where two hashes are equal.

    Raises:
        ValueError: an id stands twice.
    """
    order = np.lexsort((hashes, codes))
    if len(np.unique(hashes)) < len(ids):  # about once in forty million draws of a million customers
        names = [str(one) for one in ids]
        if len(set(names)) < len(names):
            raise ValueError("a customer stands twice on the list")
        triples = sorted(range(len(names)), key=lambda place: (codes[place], hashes[place], names[place]))
        order = np.array(triples, dtype=np.int64)
    return order
