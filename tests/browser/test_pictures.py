"""Pictures of the pages under test against those kept in pictures/: what no other check sees still shows here.

A picture is kept at a quarter of its size in few colours: some kilobytes each. Edges of letters, which another version
of the browser draws a little otherwise, vanish in that; a colour, a font, a gap or a block that moved does not. Renew
them when a page is meant to look otherwise:

    RENEW_PICTURES=1 python3 tasks.py test tests/browser/test_pictures.py
"""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageChops

KEPT = Path(__file__).with_name("pictures")
SCALE = 4
COLOURS = 32
TALLEST = 2400  # pixels of the page: below that its parts repeat
FAR = 24  # of 255: what a reduced letter may differ by when drawn again
MOST = 0.004  # share of the pixels that may differ by more
VIEWS = {
    "light": {"width": 1200}, "dark": {"width": 1200, "scheme": "dark"},
    "phone": {"width": 390}, "print": {"width": 672},
}  # fmt: skip
cases = [
    (kind, code, view)
    for kind in ("report", "front")
    for code in ("en", "zh_CN")
    for view in VIEWS
    if kind == "report" or view in ("light", "phone")
]


def taken(visit: Any, path: Path, view: str, change: str = "") -> Image.Image:
    """The page as it is kept: reduced, in few colours."""
    page = visit(path, bypass_csp=True, reduced_motion="reduce", **VIEWS[view]).page
    if view == "print":
        page.emulate_media(media="print")
    if change:
        page.add_style_tag(content=change)
    page.evaluate("document.fonts.ready")
    tall = min(page.evaluate("document.documentElement.scrollHeight"), TALLEST)
    clip = {"x": 0, "y": 0, "width": VIEWS[view]["width"], "height": tall}
    png = page.screenshot(clip=clip, full_page=True, animations="disabled")
    picture = Image.open(io.BytesIO(png)).convert("RGB")
    return picture.resize((picture.width // SCALE, picture.height // SCALE), Image.Resampling.BOX)


def apart(new: Image.Image, kept: Image.Image) -> float:
    """Share of the pixels that differ visibly; 1 for pictures of another size."""
    if abs(new.height - kept.height) > 1 or new.width != kept.width:
        return 1.0
    new = new.crop((0, 0, *kept.size))
    difference = np.asarray(ImageChops.difference(reduced(new), kept.convert("RGB"))).max(axis=2)
    return float((difference > FAR).mean())


def reduced(picture: Image.Image) -> Image.Image:
    """In so few colours, as it is kept."""
    few = picture.quantize(COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    return few.convert("RGB")


def file_of(kind: str, code: str, view: str) -> Path:
    return KEPT / f"{kind}_{code}_{view}.png"


@pytest.mark.parametrize("case", cases, ids="-".join)
def test_it_looks_as_it_did(pages, visit, case, tmp_path: Path) -> None:
    kind, code, view = case
    new, file = taken(visit, pages[kind, code], view), file_of(*case)
    if os.environ.get("RENEW_PICTURES"):
        KEPT.mkdir(exist_ok=True)
        new.quantize(COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).save(file, optimize=True)
    with Image.open(file) as kept:
        share = apart(new, kept)
    if share > MOST:
        new.save(tmp_path / file.name)
    assert share <= MOST, f"{share:.1%} of {file.name} look otherwise; as it is now: {tmp_path / file.name}"


CHANGES = {
    "a colour": "body { --cover: #40291f; --ink2: #7a3b8f }",
    "a font": "body, h1, h2, h3 { font-family: monospace !important }",
    "a weight": "h1, h2, h3, .value { font-weight: 400 !important }",
    "a gap": ".kpis { margin-top: 60px !important }",
    "a size": "main p { font-size: 17.5px !important }",
    "a block that is gone": ".kpis { visibility: hidden }",
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_that_a_reader_sees_is_seen(pages, visit, change) -> None:
    with Image.open(file_of("report", "en", "light")) as kept:
        assert apart(taken(visit, pages["report", "en"], "light", CHANGES[change]), kept) > MOST


def test_pictures_cost_the_repository_little() -> None:
    files = list(KEPT.iterdir())
    assert {file.name for file in files} == {file_of(*case).name for case in cases}
    assert sum(file.stat().st_size for file in files) <= 400_000
