"""Find the encoding of a text file, and bring it to UTF-8.

DuckDB reads UTF-8. Everything else is decoded by Python while it streams into a temporary file: DuckDB's own GBK
decoder was seen to corrupt single rows.
"""

from __future__ import annotations

import codecs
import io
from pathlib import Path

from customer_analytics.engagement.errors import Problem, UserError
from customer_analytics.tables.formats.guessing import (
    guess_of,
    in_several_encodings,
    is_no_text,
    is_plainly_utf8,
    is_utf8,
)

HEAD_BYTES = 1 << 20
BLOCK = 1 << 22
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"), (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"),
)  # fmt: skip
_ALIASES = {"gbk": "gb18030", "gb2312": "gb18030", "cp936": "gb18030", "utf-8-sig": "utf-8", "latin-1": "cp1252"}


def find_encoding(path: Path, stated: str, name: str) -> str:
    """The Python codec name of a text file: the stated one, or what its bytes look like; `name`: for messages.

    Raises:
        UserError: it is no text, or nothing tells which encoding it is in, or the stated one would garble it.
    """
    head = _read_samples(path)
    if stated != "auto":
        known = _known_codec(stated)
        if not known.startswith("utf") and is_plainly_utf8(head):
            what = f"the text is UTF-8, and `encoding: {stated}` would garble it."
            raise UserError([Problem(name, what, "Leave `encoding:` out, or say utf-8.")])
        return known
    for mark, encoding in _MARKS:
        if head[0].startswith(mark):
            return encoding
    wide = _wide_by_zeros(head[0])
    if wide:
        return wide
    if is_no_text(head):
        mend = "Ask for the data as CSV or Excel, or state the file's `encoding:`."
        raise UserError([Problem(name, "this is no text, or text in an encoding that must be stated.", mend)])
    if all(is_utf8(sample) for sample in head) or _is_damaged_utf8(head):
        return "utf-8"
    if in_several_encodings(head):
        what = "some lines are UTF-8 and others are not."
        raise UserError([Problem(name, what, "Ask for the file in one encoding, or part it where that changes.")])
    guess, candidates = guess_of(head)
    if candidates:
        what = f"the encoding cannot be told: it may be {candidates}."
        raise UserError([Problem(name, what, "State the file's `encoding:`.")])
    return guess


def as_utf8(path: Path, encoding: str, target: Path, name: str, *, one_line_end: bool = False) -> Path:
    """The file itself when it is UTF-8, else a UTF-8 copy of it at `target`; `one_line_end`: a copy with LF only.

    Raises:
        UserError: a byte does not belong to the encoding; the line is named.
    """
    if encoding == "utf-8" and not one_line_end:
        return path
    ends = io.IncrementalNewlineDecoder(None, translate=True)
    decoder = codecs.getincrementaldecoder(encoding)(errors="strict")
    line = 1
    with path.open("rb") as source, target.open("w", encoding="utf-8", newline="") as copy:
        more = True
        while more:
            block = source.read(BLOCK)
            more = bool(block)
            try:
                text = decoder.decode(block, final=not more)
            except UnicodeDecodeError as error:
                line += error.object[: error.start].count(b"\n")
                raise UserError([_undecodable(name, line, encoding)]) from error
            except UnicodeError as error:
                raise UserError([not_encoded(name, encoding)]) from error
            line += text.count("\n")
            if one_line_end:
                text = ends.decode(text, final=not more)
            copy.write(text.lstrip("\ufeff") if copy.tell() == 0 else text)
    return target


def _undecodable(name: str, line: int, encoding: str) -> Problem:
    what = f"a character is not valid {encoding}."
    return Problem(f"{name}, line {line}", what, "State the file's `encoding:`, for example gb18030, utf-8 or latin-1.")


def not_encoded(name: str, encoding: str) -> Problem:
    """A file that is not in the stated encoding at all: UTF-16 begins with a byte order mark, for example."""
    return Problem(name, f"the file is not {encoding}.", "Leave `encoding:` out, or state the right one.")


def _known_codec(stated: str) -> str:
    """The codec of a stated name, which the engagement has checked; the wider one of those that are often confused."""
    name = codecs.lookup(stated).name
    name = {"iso8859-1": "latin-1"}.get(name, name)
    return _ALIASES.get(name, name)


def _read_samples(path: Path) -> list[bytes]:
    """The first megabyte, and pieces from the middle and the end, cut at line ends so that no character is split."""
    size = path.stat().st_size
    with path.open("rb") as file:
        samples = [_whole_lines(file.read(HEAD_BYTES), size <= HEAD_BYTES)]
        for place in (size // 2, size - HEAD_BYTES // 4):
            if place > HEAD_BYTES:
                file.seek(place)
                file.readline()
                samples.append(_whole_lines(file.read(HEAD_BYTES // 4), True))
    return samples


def _whole_lines(sample: bytes, complete: bool) -> bytes:
    return sample if complete or b"\n" not in sample or b"\0" in sample else sample[: sample.rindex(b"\n") + 1]


def _wide_by_zeros(sample: bytes) -> str:
    """UTF-16 or UTF-32 without a mark: its ASCII characters have zero bytes, always in the same place. Else nothing.

    A few zero bytes in other text are damage, and no sign of either.
    """
    if sample.count(0) * 2 > len(sample):
        for codec, letter in (("utf-32-le", 0), ("utf-32-be", 3)):
            zeros = [sample[place::4].count(0) for place in range(4)]
            if sum(zeros) - zeros[letter] > 0.6 * len(sample) and zeros[letter] * 10 < len(sample) / 4:
                return codec
    first, second = sample[::2].count(0), sample[1::2].count(0)
    few = max(min(first, second) * 4, len(sample) // 100)
    if max(first, second) <= few:
        return ""
    return "utf-16-le" if second > first else "utf-16-be"


def _is_damaged_utf8(samples: list[bytes]) -> bool:
    """Whether text is UTF-8 but for single rows: one line of another encoding must not garble all the others."""
    texts = [sample.decode("utf-8", errors="replace") for sample in samples]
    damaged = sum(text.count("\ufffd") for text in texts)
    sound = sum(len(text) - len(text.encode("ascii", "ignore")) for text in texts) - damaged
    return sound > 5 * damaged
