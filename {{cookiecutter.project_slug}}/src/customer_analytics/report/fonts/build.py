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
from fontTools.varLib import instancer

HERE = Path(__file__).parent
LATIN_FEATURES = ["kern", "mark", "mkmk", "ccmp", "locl", "tnum", "lnum", "pnum", "calt", "liga"]
SYMBOLS = "·•–—‘’“”„‚‹›«»…†‡′″°±×÷−≈≠≤≥∞√∑∆→←↑↓↔↕●○■□▲▼◆★☆✓№™®©€£¥₩₹₽₺₴₫฿"
FULL_WIDTH = [*range(0x3000, 0x3018), *range(0xFF01, 0xFF5F), 0xFFE0, 0xFFE1, 0xFFE5]


@dataclass(frozen=True)
class Source:
    """One vendored file: where it comes from and what stays in it."""

    upstream: str
    target: str
    name: str
    weights: tuple[int, int] | None  # range kept of a variable font; None: a static file
    optical_size: float | None
    characters: frozenset[int]
    features: tuple[str, ...]


def latin() -> frozenset[int]:
    """Latin with all European accents, Greek, Cyrillic, Vietnamese, and the symbols of charts."""
    ranges = [(0x20, 0x7F), (0xA0, 0x250), (0x2B0, 0x300), (0x300, 0x330), (0x370, 0x400), (0x400, 0x460),
              (0x1E00, 0x1F00), (0x2000, 0x2070), (0x2070, 0x20A0)]  # fmt: skip
    return frozenset(c for low, high in ranges for c in range(low, high)) | frozenset(map(ord, SYMBOLS))


def chinese(last_row: int = 0xF7) -> frozenset[int]:
    """The characters of GB2312, full-width forms and Chinese punctuation.

    `last_row`: 0xF7 takes all 6,763 characters; 0xD7 only the 3,755 of level one (for headings: the size stays sane,
    and the rest falls back to the sans face of the same weight).
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
    """The five files of this folder."""
    wide, features = latin(), tuple(LATIN_FEATURES)
    han, level_one = chinese(), chinese(0xD7)
    return [
        Source("Inter[opsz,wght].ttf", "sans-latin.woff2", "Report Sans", (400, 700), 14, wide, features),
        Source("SourceSerif4[opsz,wght].ttf", "serif-latin.woff2", "Report Serif", (400, 600), 20, wide, features),
        Source("NotoSansSC_400Regular.ttf", "sans-han-400.woff2", "Report Sans Han", None, None, han, ("locl",)),
        Source("NotoSansSC_600SemiBold.ttf", "sans-han-600.woff2", "Report Sans Han", None, None, han, ("locl",)),
        Source("NotoSerifSC_600SemiBold.ttf", "serif-han-600.woff2", "Report Serif Han", None, None, level_one, ("locl",)),
    ]


def build(source: Source, folder: Path) -> Path:
    """Subset one upstream file into this folder."""
    font: TTFont = TTFont(str(folder / source.upstream))
    if source.weights is not None:
        limits = {"wght": source.weights, "opsz": source.optical_size}
        font = instancer.instantiateVariableFont(font, limits)
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
    for name_id in (1, 4, 6):
        name = source.name.replace(" ", "") if name_id == 6 else source.name
        font["name"].setName(name, name_id, 3, 1, 0x409)
    target = HERE / source.target
    font.flavor = "woff2"
    font["head"].modified = font["head"].created  # the same sources give the same bytes
    font.recalcTimestamp = False
    font.save(str(target))
    return target


if __name__ == "__main__":
    for item in sources():
        path = build(item, Path(sys.argv[1]))
        print(f"{path.name}: {path.stat().st_size:,} bytes, {len(TTFont(str(path)).getBestCmap()):,} characters")
