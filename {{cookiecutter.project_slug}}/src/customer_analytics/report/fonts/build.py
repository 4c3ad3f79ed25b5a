"""Rebuild the vendored fonts from their full upstream files. A maintainer runs this; nothing imports it.

    python -m customer_analytics.report.fonts.build FOLDER

FOLDER holds the upstream files as Google Fonts publishes them (names in SOURCES below). Each becomes one woff2 with
the characters that business reports need, without hinting and without kerning of Chinese punctuation. The fonts are
renamed, because a subset is a modified version and "Source" is a reserved name under the SIL Open Font License.
"""

from __future__ import annotations

import io
import sys
from dataclasses import dataclass
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.ttLib.woff2 import WOFF2FlavorData
from fontTools.varLib import instancer

HERE = Path(__file__).parent
LATIN_FEATURES = ["kern", "mark", "mkmk", "ccmp", "locl", "tnum", "lnum", "pnum", "calt", "liga"]
SYMBOLS = "·•–—‘’“”„‚‹›«»…†‡′″°±×÷−≈≠≤≥∞√∑∆→←↑↓↔↕●○■□▲▼◆★☆✓№™®©€£¥₩₹₽₺₴₫฿"
LEVEL_ONE = 0xD7  # last row of the 3,755 most frequent characters in GB2312
FULL_WIDTH = [*range(0x3000, 0x3018), *range(0xFF01, 0xFF5F), 0xFFE0, 0xFFE1, 0xFFE5]


@dataclass(frozen=True)
class Source:
    """One vendored file: where it comes from and what stays in it. `axes`: the instance of a variable font."""

    upstream: str
    target: str
    name: str
    characters: frozenset[int]
    features: tuple[str, ...]
    axes: dict[str, float] | None = None


def latin() -> frozenset[int]:
    """Latin with all European accents, Greek, Cyrillic, Vietnamese, and the symbols of charts."""
    ranges = [
        (0x20, 0x7F), (0xA0, 0x250), (0x2B0, 0x300), (0x300, 0x330), (0x370, 0x400), (0x400, 0x460), (0x1E00, 0x1F00),
        (0x2000, 0x2070), (0x2070, 0x20A0),
    ]  # fmt: skip
    return frozenset(c for low, high in ranges for c in range(low, high)) | frozenset(map(ord, SYMBOLS))


def chinese(last_row: int = 0xF7) -> frozenset[int]:
    """The characters of GB2312, full-width forms and Chinese punctuation.

    `last_row`: 0xF7 takes all 6,763 characters; LEVEL_ONE only the 3,755 most frequent (for headings: the size
    stays sane, and the rest falls back to the sans face of the same weight).
    """
    characters = set(FULL_WIDTH) | set(map(ord, " ·—–‘’“”…×①②③④⑤⑥⑦⑧⑨⑩"))
    for row in range(0xB0, last_row + 1):
        for cell in range(0xA1, 0xFF):
            try:
                characters.add(ord(bytes([row, cell]).decode("gb2312")))
            except UnicodeDecodeError:  # the few unassigned places of the standard
                continue
    return frozenset(characters)


def sources() -> list[Source]:
    """The files of this folder. Static weights: a variable font becomes a Type 3 font in a PDF."""
    wide, features = latin(), tuple(LATIN_FEATURES)
    han, level_one, locl = chinese(), chinese(LEVEL_ONE), ("locl",)
    sans, serif = "Inter[opsz,wght].ttf", "SourceSerif4[opsz,wght].ttf"
    return [
        Source(sans, "sans-latin-400.woff2", "Report Sans", wide, features, {"wght": 400, "opsz": 14}),
        Source(sans, "sans-latin-600.woff2", "Report Sans", wide, features, {"wght": 600, "opsz": 14}),
        Source(serif, "serif-latin-400.woff2", "Report Serif", wide, features, {"wght": 400, "opsz": 20}),
        Source(serif, "serif-latin-600.woff2", "Report Serif", wide, features, {"wght": 600, "opsz": 30}),
        Source("NotoSansSC_400Regular.ttf", "sans-han-400.woff2", "Report Sans Han", han, locl),
        Source("NotoSansSC_600SemiBold.ttf", "sans-han-600.woff2", "Report Sans Han", han, locl),
        Source("NotoSerifSC_600SemiBold.ttf", "serif-han-600.woff2", "Report Serif Han", level_one, locl),
    ]


def build(source: Source, folder: Path) -> Path:
    """Subset one upstream file into this folder."""
    font = TTFont(str(folder / source.upstream))
    if source.axes is not None:
        font = instancer.instantiateVariableFont(font, source.axes)
        buffer = io.BytesIO()  # written and read again: the subsetter trips over glyphs that lost their variations
        font.save(buffer)
        font = TTFont(buffer)
    options = subset.Options()
    options.layout_features = list(source.features)
    options.hinting = False
    options.notdef_outline = True
    options.name_IDs = [0, 13, 14]
    options.drop_tables += ["vhea", "vmtx", "VORG", "BASE", "DSIG", "STAT", "MVAR"]
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=source.characters)
    subsetter.subset(font)
    for name_id, name in ((1, source.name), (4, source.name), (6, source.name.replace(" ", ""))):
        font["name"].setName(name, name_id, 3, 1, 0x409)
    font["head"].modified = font["head"].created  # the same sources give the same bytes
    font.recalcTimestamp = False
    font.flavor = "woff2"
    # Without the glyph transform a file is a little larger and is read in a tenth of the time.
    font.flavorData = WOFF2FlavorData(transformedTables=[])
    target = HERE / source.target
    font.save(str(target))
    return target


if __name__ == "__main__":
    for item in sources():
        path = build(item, Path(sys.argv[1]))
        print(f"{path.name}: {path.stat().st_size:,} bytes, {len(TTFont(str(path)).getBestCmap()):,} characters")
