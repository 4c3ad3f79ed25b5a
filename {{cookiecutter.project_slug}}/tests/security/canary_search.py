"""Looking for canaries in files of any kind, however they may be written there: plain, in capitals, in base64, hex or
UTF-16, as entities of HTML, as an unsalted hash, in the parts of a workbook, in Parquet, in the characters of a font.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq

HASHES = ("md5", "sha1", "sha256", "sha512", "blake2b", "blake2s")
HASH_DIGITS = 16  # of a hash are enough to know it by
_HEX = re.compile(rb"[0-9a-f]{16,}")
_FONT = re.compile(rb"data:font/woff2;base64,([A-Za-z0-9+/=]+)")
_SHORTEST_BASE64 = 7  # characters; fewer could come by chance


@dataclass(frozen=True)
class Hit:
    """Where a canary was found: the file below the folder, the canary, and how it was written."""

    file: str
    canary: str
    form: str
    near: str


class Finder:
    """Looks for some words, and for the hashes of some values, in anything."""

    def __init__(self, stems: Iterable[str], values: Iterable[str], letters: Iterable[str] = ()) -> None:
        self._forms = {form: (stem, kind) for stem in stems for kind, form in _forms(stem)}
        self._hashes = {
            hashlib.new(kind, value.encode("utf-8")).hexdigest()[:HASH_DIGITS].encode(): (value, kind)
            for value in values
            for kind in HASHES
        }
        self._letters = frozenset(letters)

    def in_folder(self, folder: Path, skip: tuple[str, ...] = ()) -> tuple[list[Hit], int]:
        """All hits below a folder but for paths that begin with one of `skip`, and how many files were read."""
        hits: list[Hit] = []
        files = 0
        for path in sorted(folder.rglob("*")):
            name = path.relative_to(folder).as_posix()
            if path.is_file() and not path.is_symlink() and not name.startswith(skip):
                files += 1
                hits += self.in_bytes(name, name.encode("utf-8"))
                hits += self.in_bytes(name, path.read_bytes())
        return hits, files

    def in_bytes(self, name: str, content: bytes) -> list[Hit]:
        """All hits in a file's content, and in what it holds."""
        found = [Hit(name, *hit) for part in _opened(content) for hit in self._in_part(part)]
        return list(dict.fromkeys(found))

    def _in_part(self, content: bytes) -> Iterator[tuple[str, str, str]]:
        lower = content.lower()
        for form, (stem, kind) in self._forms.items():
            place = (content if kind == "base64" else lower).find(form)
            if place >= 0:
                yield stem, kind, repr(content[max(0, place - 60) : place + 60])
        for run in _HEX.finditer(lower):
            for start in range(min(len(run[0]) - HASH_DIGITS, 8) + 1):  # the program may put a letter before a hash
                known = self._hashes.get(run[0][start : start + HASH_DIGITS])
                if known is not None:
                    yield known[0], known[1], repr(content[max(0, run.start() - 30) : run.end()])
        if self._letters:
            yield from self._in_fonts(content)

    def _in_fonts(self, content: bytes) -> Iterator[tuple[str, str, str]]:
        from fontTools.ttLib import TTFont

        for font in _FONT.findall(content):
            drawn = TTFont(io.BytesIO(base64.b64decode(font))).getBestCmap()
            for letter in self._letters:
                if ord(letter) in drawn:
                    yield letter, "font", f"{len(drawn)} characters"


def _forms(stem: str) -> Iterator[tuple[str, bytes]]:
    """(kind, bytes) of the ways to write a word, for content in small letters; base64 for content as it is."""
    lower = stem.lower()
    yield "plain", lower.encode()
    yield "plain", lower[::-1].encode()
    yield "UTF-16", lower.encode("utf-16-le")
    yield "hex", lower.encode().hex().encode()
    yield "hex", lower.title().encode().hex().encode()
    yield "escaped", "".join(f"%{ord(letter):02x}" for letter in lower).encode()
    yield "escaped", "".join(f"\\u{ord(letter):04x}" for letter in lower).encode()
    yield "entities", "".join(f"&#{ord(letter)};" for letter in lower).encode()
    yield "entities", "".join(f"&#x{ord(letter):x};" for letter in lower).encode()
    for spelled in {lower, lower.title(), stem, stem.upper()}:
        for before in range(3):
            coded = base64.b64encode(b"\0" * before + spelled.encode()).rstrip(b"=")
            middle = coded[(before * 8 + 5) // 6 : -1]  # what its neighbours do not change
            if len(middle) >= _SHORTEST_BASE64:
                yield "base64", middle


def _opened(content: bytes) -> Iterator[bytes]:
    """The content and, where it is a container, what is in it."""
    yield content
    if content.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for part in archive.namelist():
                yield part.encode("utf-8")
                yield from _opened(archive.read(part))
    elif content.startswith(b"\x1f\x8b"):
        yield from _opened(gzip.decompress(content))
    elif content.startswith(b"PAR1"):
        table = pq.read_table(io.BytesIO(content))
        yield table.schema.to_string().encode("utf-8")
        for column in table.columns:
            yield "\n".join(str(value) for value in column.to_pylist() if value is not None).encode("utf-8", "replace")
