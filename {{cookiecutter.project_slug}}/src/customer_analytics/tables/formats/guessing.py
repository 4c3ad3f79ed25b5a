"""Guess the encoding of a text that says none, and know when a guess would be a gamble.

UTF-8 proves itself. Chinese in GB18030 and western text in Windows-1252 are told apart by how their bytes beyond ASCII
stand together. Chinese in Big5, Japanese, Korean and Cyrillic text would be read as one of the two without an error,
so what looks like them is asked about.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Sequence

_RUNS = re.compile(rb"[\x80-\xff]+")
_FOUR_BYTES = re.compile(rb"[\x81-\xfe][0-9][\x81-\xfe][0-9]")
_CONTROLS = bytes({*range(4, 9), *range(14, 26)})  # 1 to 3 part values in exports of Hive
_SIGNS = frozenset(range(0x80, 0xC0)) - set(b"\x92\x9a\x9c\x9e")  # of Windows-1252, without letters and apostrophe
ENOUGH = 8  # characters, or different ones, from which on a text speaks for an encoding


def is_utf8(sample: bytes) -> bool:
    """Whether a piece of text that may be cut off at its end is UTF-8."""
    try:
        codecs.getincrementaldecoder("utf-8")().decode(sample)
    except UnicodeDecodeError:
        return False
    return True


def is_plainly_utf8(samples: Sequence[bytes]) -> bool:
    """Whether a text holds enough UTF-8 that it can be nothing else."""
    if samples[0].startswith(codecs.BOM_UTF8):
        return True
    runs = {run for sample in samples for run in _RUNS.findall(sample)}
    return len(runs) >= 3 and all(is_utf8(sample) for sample in samples)


def is_no_text(samples: Sequence[bytes]) -> bool:
    """Whether these are the bytes of a program's own format: mostly zeros, or control characters throughout."""
    size = sum(map(len, samples))
    zeros = sum(sample.count(0) for sample in samples)
    controls = size - sum(len(sample.translate(None, _CONTROLS)) for sample in samples)
    return zeros * 2 > size or controls * 50 > size


def in_several_encodings(samples: Sequence[bytes]) -> bool:
    """Whether many lines beyond ASCII are UTF-8 and many are not: two systems wrote into one file.

    A line of Chinese in GB18030 may be UTF-8 by chance, so the lines must differ.
    """
    lines = {line for sample in samples for line in sample.split(b"\n") if not line.isascii()}
    sound = {run for line in lines if is_utf8(line) for run in _RUNS.findall(line)}
    share = sum(is_utf8(line) for line in lines) / max(len(lines), 1)
    return len(sound) >= 2 and 0.1 < share < 1 and any(len(run) > 2 or share > 0.3 for run in sound)


def guess_of(samples: Sequence[bytes]) -> tuple[str, str]:
    """The likely encoding of a text that is not UTF-8, and others that it may be as well: then none is to be used."""
    pairs, western = _pairs_and_western(samples)
    if 2 * len(pairs) >= 0.6 * (2 * len(pairs) + western):
        # Chinese has hardly a single byte; half of the bytes of Big5 are ASCII.
        torn = western > 0.2 * (2 * len(pairs) + western)
        return "gb18030", _beside_chinese([pair for pair in pairs if pair]) or (
            _beside_western(samples) if torn else ""
        )
    return "cp1252", _beside_western(samples)


def _pairs_and_western(samples: Sequence[bytes]) -> tuple[list[bytes], int]:
    """Pairs of bytes as Chinese has them (empty for half a rare character), and how many bytes stand singly.

    "promoção" and "Größe" have pairs, too: two small letters, or two capitals within a word of capitals.
    """
    pairs: list[bytes] = []
    western = 0
    for sample in samples:
        rest, rare = _FOUR_BYTES.subn(b"", sample)
        pairs += [b""] * (2 * rare)
        for found in _RUNS.finditer(rest):
            run = found[0]
            if len(run) % 2 or (
                len(run) == 2
                and _is_western(run, rest[found.start() - 1 : found.start()], rest[found.end() : found.end() + 1])
            ):
                western += len(run)
            else:
                pairs += [run[i : i + 2] for i in range(0, len(run), 2)]
    return pairs, western


def _is_western(pair: bytes, before: bytes, after: bytes) -> bool:
    """Whether two bytes beyond ASCII are letters of a western word."""
    if not (before.isalpha() or after.isalpha()):
        return False
    small = pair[0] >= 0xDF and pair[1] >= 0xDF
    capitals = all(0xC0 <= byte <= 0xDE for byte in pair) and before.isupper() and after.isupper()
    return small or capitals


def _beside_chinese(pairs: Sequence[bytes]) -> str:
    """What a text may be that looks like GB18030, by the pairs that are the common characters there."""
    if len(set(pairs)) < ENOUGH:
        return ""
    leads = [pair[0] for pair in pairs]
    common = sum(0xA1 <= lead <= 0xA9 or 0xB0 <= lead <= 0xD7 for lead in leads)
    if common < 0.5 * len(leads):
        return "cp1251 (Cyrillic), big5 (traditional Chinese) or shift_jis (Japanese)"
    if sum(lead in (0xA4, 0xA5) for lead in leads) > 0.2 * len(leads):
        return "euc_jp (Japanese)"
    hanzi = [pair for pair in set(pairs) if 0xB0 <= pair[0] <= 0xF7]
    if len(hanzi) > 2 * ENOUGH and sum(pair[0] > 0xC8 for pair in hanzi) < 0.05 * len(hanzi):
        return "euc_kr (Korean), or gb18030 (Chinese)"
    return ""


def _beside_western(samples: Sequence[bytes]) -> str:
    """What a text may be that looks like Windows-1252: other letters stand side by side, or within words as signs."""
    runs = [found for sample in samples for found in _RUNS.finditer(sample)]
    for codec, name, first, last in (
        ("big5", "big5 (traditional Chinese)", 0xA4, 0xC6),
        ("shift_jis", "shift_jis (Japanese)", 0x81, 0x9F),
    ):
        if _is_double(samples, codec, first, last):
            return name
    if len({found[0] for found in runs}) < 3:
        return ""
    size = sum(len(found[0]) for found in runs)
    if sum(len(found[0]) for found in runs if len(found[0]) > 2) > 0.5 * size:
        return "cp1251 (Cyrillic), iso8859_7 (Greek) or another alphabet"
    odd = sum(_is_sign_within_word(found) for found in runs)
    return "cp1250 (Central European), mac_roman or cp850" if odd >= 3 and odd > 0.3 * len(runs) else ""


def _is_double(samples: Sequence[bytes], codec: str, first: int, last: int) -> bool:
    """Whether a text can be read in an encoding of two bytes, mostly with the first bytes of its common characters."""
    leads: list[int] = []
    different: set[str] = set()
    for sample in samples:
        try:
            text = codecs.getincrementaldecoder(codec)().decode(sample)
        except UnicodeDecodeError:
            return False
        wide = [character for character in text if character > "\x7f"]
        different.update(wide)
        leads += [encoded[0] for encoded in (character.encode(codec) for character in wide) if len(encoded) == 2]
    return len(different) >= ENOUGH and sum(first <= lead <= last for lead in leads) > 0.5 * len(leads) > 0


def _is_sign_within_word(found: re.Match[bytes]) -> bool:
    """Whether a byte that is a sign in Windows-1252 stands between small or accented letters."""
    around = found.string[max(found.start() - 1, 0) : found.end() + 1]
    signs = [place for place in range(1, len(around) - 1) if around[place] in _SIGNS]
    return any(_is_small(around[place - 1]) and _is_small(around[place + 1]) for place in signs)


def _is_small(byte: int) -> bool:
    return 0x61 <= byte <= 0x7A or byte >= 0xC0
