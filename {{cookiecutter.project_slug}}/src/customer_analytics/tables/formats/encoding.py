"""Find the encoding of a text file, and bring it to UTF-8.

DuckDB reads UTF-8. Everything else is decoded by Python while it streams into a temporary file: DuckDB's own GBK
decoder was seen to corrupt single rows.
"""

from __future__ import annotations

import codecs
import io
import re
from pathlib import Path

from customer_analytics.engagement.errors import Problem, UserError

HEAD_BYTES = 1 << 20
BLOCK = 1 << 22
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"), (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"),
)  # fmt: skip
_ALIASES = {"gbk": "gb18030", "gb2312": "gb18030", "cp936": "gb18030", "utf-8-sig": "utf-8", "latin-1": "cp1252"}
_HIGH_RUNS = re.compile(rb"[\x80-\xff]+")
_FOUR_BYTES = re.compile(rb"[\x81-\xfe][0-9][\x81-\xfe][0-9]")


def find_encoding(path: Path, stated: str) -> str:
    """The Python codec name of a text file: the stated one, or what its bytes look like."""
    if stated != "auto":
        return _known_codec(stated)
    head = _read_samples(path)
    for mark, encoding in _MARKS:
        if head[0].startswith(mark):
            return encoding
    wide = _utf_16_by_zeros(head[0])
    if wide:
        return wide
    if all(_is_utf8(sample) for sample in head) or _is_damaged_utf8(head):
        return "utf-8"
    return "gb18030" if _looks_double_byte(head) else "cp1252"


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
            line += text.count("\n")
            if one_line_end:
                text = ends.decode(text, final=not more)
            copy.write(text.lstrip("\ufeff") if copy.tell() == 0 else text)
    return target


def _undecodable(name: str, line: int, encoding: str) -> Problem:
    what = f"a character is not valid {encoding}."
    return Problem(f"{name}, line {line}", what, "State the file's `encoding:`, for example gb18030, utf-8 or latin-1.")


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


def _utf_16_by_zeros(sample: bytes) -> str:
    """UTF-16 without a mark: its ASCII characters have a zero byte, always on the same side. Else nothing.

    A few zero bytes in other text are damage, and no sign of UTF-16.
    """
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


def _is_utf8(sample: bytes) -> bool:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(sample)
    except UnicodeDecodeError:
        return False
    return True


def _looks_double_byte(samples: list[bytes]) -> bool:
    """Whether the high bytes mostly come in pairs, as Chinese does, rather than singly between ASCII letters."""
    four = sum(len(_FOUR_BYTES.findall(sample)) for sample in samples)  # rare characters of GB18030
    runs = [len(run) for sample in samples for run in _HIGH_RUNS.findall(_FOUR_BYTES.sub(b"", sample))]
    paired = sum(length for length in runs if length % 2 == 0) + 4 * four
    return paired >= 0.6 * (sum(runs) + 4 * four)
