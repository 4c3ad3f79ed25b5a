"""The vendored fonts: static files for matplotlib, subsets for the page.

matplotlib reads no woff2 and no variable axes, so static TrueType files are made once and kept in the user's cache
folder. Pages carry only the characters they use; each subset is cached too, because most pages share them.
"""

from __future__ import annotations

import functools
import hashlib
import io
import os
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

_FOLDER = Path(__file__).parent / "fonts"
_RECIPE = "1"  # raise when the making of cached files changes
CHART_FAMILIES = ["Report Sans", "Report Sans Han"]


@dataclass(frozen=True)
class Face:
    """One vendored file. `weight`: CSS font-weight, a range for a variable font; `static`: weights for charts."""

    file: str
    family: str
    weight: str
    static: tuple[int, ...] = ()

    @property
    def han(self) -> bool:
        """Whether the file holds Chinese characters (and no Latin letters)."""
        return "Han" in self.family


SANS = Face("sans-latin.woff2", "Report Sans", "400 700", (400, 500, 600, 700))
SERIF = Face("serif-latin.woff2", "Report Serif", "400 600")
SANS_HAN = Face("sans-han-400.woff2", "Report Sans Han", "400 500", (400,))
SANS_HAN_BOLD = Face("sans-han-600.woff2", "Report Sans Han", "600 700", (600,))
SERIF_HAN = Face("serif-han-600.woff2", "Report Serif Han", "400 700")
FACES = (SANS, SERIF, SANS_HAN, SANS_HAN_BOLD, SERIF_HAN)


@functools.cache
def characters(face: Face) -> frozenset[int]:
    """The code points that a vendored file can draw."""
    return frozenset(_source(face.file).getBestCmap())


@functools.cache
def register_with_matplotlib() -> None:
    """Make the chart families known to matplotlib in this process."""
    from matplotlib import font_manager

    for face in (SANS, SANS_HAN, SANS_HAN_BOLD):
        for weight in face.static:
            path = _static(face, weight)
            entry = font_manager.FontEntry(
                fname=str(path), name=face.family, style="normal", variant="normal",
                weight=weight, stretch="normal", size="scalable",
            )  # fmt: skip
            font_manager.fontManager.ttflist.insert(0, entry)
    font_manager.fontManager._findfont_cached.cache_clear()  # type: ignore[attr-defined]


def page_subset(face: Face, text: frozenset[int]) -> bytes:
    """A woff2 with just these characters (those that the face has)."""
    wanted = sorted(text & characters(face))
    key = hashlib.sha256(repr((_digest(face.file), wanted)).encode()).hexdigest()[:24]
    return _cached(f"subset-{key}.woff2", functools.partial(_subset, face, wanted), _RECIPE).read_bytes()


def _static(face: Face, weight: int) -> Path:
    """A TrueType file of one weight."""
    if face.han:
        return _truetype(face.file)
    return _cached(f"{face.file}-{weight}.ttf", functools.partial(_instance, face, weight), _digest(face.file))


def _instance(face: Face, weight: int) -> bytes:
    font = TTFont(str(_truetype(face.file)))
    return _bytes(instancer.instantiateVariableFont(font, {"wght": weight}, inplace=True))


def _subset(face: Face, wanted: list[int]) -> bytes:
    options = subset.Options()
    # Without kern and palt in Chinese: Firefox squeezes full-width punctuation otherwise.
    options.layout_features = ["locl"] if face.han else ["*"]
    options.hinting = False
    options.notdef_outline = True
    options.name_IDs = [0, 13]  # copyright and licence travel with the font
    options.drop_tables += ["STAT", "DSIG"]
    font = _source(face.file)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=wanted)
    subsetter.subset(font)
    font.flavor = "woff2"
    return _bytes(font)


def _source(file: str) -> TTFont:
    """A vendored font, unpacked once: reading woff2 takes seconds, reading a few glyphs of TrueType does not."""
    return TTFont(str(_truetype(file)), lazy=True)


def _truetype(file: str) -> Path:
    return _cached(f"{file}.ttf", functools.partial(_unpacked, file), _digest(file))


def _unpacked(file: str) -> bytes:
    font = TTFont(str(_FOLDER / file))
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
    for place in (folder, Path(tempfile.mkdtemp(prefix="customer-analytics-"))):
        try:
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
