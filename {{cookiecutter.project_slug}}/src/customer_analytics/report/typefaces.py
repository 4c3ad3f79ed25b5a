"""The vendored fonts: TrueType files for matplotlib, subsets for the page.

matplotlib reads no woff2, so the chart fonts are unpacked once into the user's cache folder. Pages carry only the
characters they use; each subset is cached too, because most pages share them. So are the lists of characters: a run
whose pages need no new subset never loads fontTools.
"""

from __future__ import annotations

import functools
import hashlib
import io
import json
import os
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fontTools.ttLib import TTFont

_FOLDER = Path(__file__).parent / "fonts"
_LATIN_FEATURES = ["kern", "mark", "mkmk", "ccmp", "locl", "tnum", "lnum", "pnum"]
_RECIPE = "3"  # raise when the making of cached files changes
CHART_FAMILIES = ["Report Sans", "Report Sans Han"]


@dataclass(frozen=True)
class Face:
    """One vendored file. `weight`: CSS font-weight that it serves; `chart_weight`: its weight in charts, if any."""

    file: str
    family: str
    weight: str
    chart_weight: int | None = None

    @property
    def han(self) -> bool:
        """Whether the file holds Chinese characters (and no Latin letters)."""
        return "Han" in self.family


SANS = Face("sans-latin-400.woff2", "Report Sans", "400 500", 400)
SANS_BOLD = Face("sans-latin-600.woff2", "Report Sans", "600 700", 600)
SERIF = Face("serif-latin-400.woff2", "Report Serif", "400 500")
SERIF_BOLD = Face("serif-latin-600.woff2", "Report Serif", "600 700")
SANS_HAN = Face("sans-han-400.woff2", "Report Sans Han", "400 500", 400)
SANS_HAN_BOLD = Face("sans-han-600.woff2", "Report Sans Han", "600 700", 600)
SERIF_HAN = Face("serif-han-600.woff2", "Report Serif Han", "400 700")
FACES = (SANS, SANS_BOLD, SERIF, SERIF_BOLD, SANS_HAN, SANS_HAN_BOLD, SERIF_HAN)


@functools.cache
def characters(face: Face) -> frozenset[int]:
    """The code points that a vendored file can draw."""
    path = _cached(f"{face.file}.json", functools.partial(_characters, face), _digest(face.file))
    return frozenset(json.loads(path.read_bytes()))


@functools.cache
def register_with_matplotlib() -> None:
    """Make the chart families known to matplotlib in this process."""
    from matplotlib import font_manager

    for face in FACES:
        if face.chart_weight is None:
            continue
        path = _cached(f"{face.file}.ttf", functools.partial(_truetype, face), _digest(face.file))
        entry = font_manager.FontEntry(
            fname=str(path), name=face.family, style="normal", variant="normal",
            weight=face.chart_weight, stretch="normal", size="scalable",
        )  # fmt: skip
        font_manager.fontManager.ttflist.insert(0, entry)
    font_manager.fontManager._findfont_cached.cache_clear()  # type: ignore[attr-defined]


def page_subset(face: Face, text: frozenset[int]) -> bytes:
    """A woff2 with just these characters (those that the face has)."""
    wanted = sorted(text & characters(face))
    key = hashlib.sha256(repr((_digest(face.file), wanted)).encode()).hexdigest()[:24]
    return _cached(f"subset-{key}.woff2", functools.partial(_subset, face, wanted), _RECIPE).read_bytes()


def _characters(face: Face) -> bytes:
    return json.dumps(sorted(_source(face).getBestCmap())).encode("ascii")


def _subset(face: Face, wanted: list[int]) -> bytes:
    from fontTools import subset

    options = subset.Options()
    # Without kern and palt in Chinese: Firefox squeezes full-width punctuation otherwise.
    # Without calt and liga in Latin: a name that holds "->" is not an arrow.
    options.layout_features = ["locl"] if face.han else _LATIN_FEATURES
    options.hinting = False
    options.notdef_outline = True
    options.name_IDs = [0, 13]  # copyright and licence travel with the font
    options.drop_tables += ["STAT", "DSIG"]
    font = _source(face)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=wanted)
    subsetter.subset(font)
    font.flavor = "woff2"
    font.flavorData = None  # here size counts, so the glyphs are transformed
    return _bytes(font)


def _source(face: Face) -> TTFont:
    from fontTools.ttLib import TTFont

    return TTFont(str(_FOLDER / face.file), lazy=True)


def _truetype(face: Face) -> bytes:
    from fontTools.ttLib import TTFont

    font = TTFont(str(_FOLDER / face.file))
    font.flavor = None
    return _bytes(font)


def _bytes(font: TTFont) -> bytes:
    font.recalcTimestamp = False
    buffer = io.BytesIO()
    font.save(buffer)
    return buffer.getvalue()


@functools.cache
def _digest(file: str) -> str:
    return hashlib.sha256((_FOLDER / file).read_bytes()).hexdigest()[:16]


def _cached(name: str, make: Callable[[], bytes], version: str) -> Path:
    """A made file, from the cache or made now. Two processes at once: each writes aside, the last one stays."""
    folder = _cache_folder() / f"{_RECIPE}-{version}"
    path = folder / name
    if path.is_file():
        return path
    content = make()
    for wanted in (folder, None):
        try:
            place = wanted or Path(tempfile.mkdtemp(prefix="customer-analytics-"))
            place.mkdir(parents=True, exist_ok=True)
            handle, aside = tempfile.mkstemp(dir=place, suffix=".part")
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            return Path(aside).replace(place / name)
        except OSError:  # a read-only home, a full disk, a file in use on Windows
            if path.is_file():
                return path
    raise OSError(f"no folder to keep {name} in: neither {folder} nor the temporary folder can be written")


@functools.cache
def _cache_folder() -> Path:
    """The user's cache folder, by the custom of the system."""
    stated = os.environ.get("CUSTOMER_ANALYTICS_CACHE")
    if stated:
        return Path(stated)
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or tempfile.gettempdir())
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return base / "customer-analytics" / "fonts"
