"""Slides: what they say, that it fits, that hostile texts stay text, and that the same run gives the same bytes."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from xml.etree import ElementTree

import pytest

from customer_analytics.documents.slides import fitting
from customer_analytics.documents.slides.brush import HEIGHT, WIDTH
from customer_analytics.documents.slides.charts import charts_of, taken
from customer_analytics.documents.slides.picture import png
from customer_analytics.documents.slides.write import require_slides, write_slides
from customer_analytics.engagement.errors import UserError
from customer_analytics.engagement.settings import Brand
from customer_analytics.packs.wording import OURS

pptx = pytest.importorskip("pptx")

PAGE = """<html><style>
.d0{fill:none;stroke:var(--s1,#0b5563);stroke-width:2}
.d1{font-size:9px;text-anchor:middle;fill:var(--ink,#16202e)}
.d2{fill:var(--alert,#b3402a)}
</style><body><h2 id="one">One</h2><figure><figcaption><span class="figure-number">Figure 1</span>
<span class="figure-title">Half &amp; half</span></figcaption><svg class="wide" role="img"
 aria-label="Two &lt;bars&gt;."
 viewBox="0 0 200 100"><clipPath id="c"><rect x="0" y="0" width="100" height="100" /></clipPath><path d="M10 10L90 90"
 class="d0" /><g clip-path="url(#c)"><path d="M50 20L150 20L150 80L50 80z" class="d2" /></g><defs><path id="m"
 d="M0 3C1 3 3 1 3 0L0 -3z" class="d2" /></defs><use x="20" y="80" href="#m" /><text class="d1" x="100"
 y="95">中文 $5</text></svg><p class="source">Source: orders.</p></figure><h2 id="two">Two</h2></body></html>"""
HOSTILE = '=cmd|"/c calc"!A1 <script>alert(1)</script> {x} \x0b\u202e\ud800 😀 ' + "Wort" * 300


def finding(**other: Any) -> dict[str, Any]:
    base = {
        "id": "f", "grade": "C", "head": "Half is half", "rich": ["Of 10 customers ", "5", " are half."], "value": 0.5,
        "low": 0.2, "high": 0.8, "n": 10, "unit": "share", "meaning": "It means half.", "action": "Look again.",
        "section": "one", "notable": True,
    }  # fmt: skip
    return base | other


def entry(name: str = "rfm", *findings: dict[str, Any], **other: Any) -> dict[str, Any]:
    summary = {
        "title": "Half of it", "standfirst": "", "recommendation": "Do it.", "findings": list(findings),
        "kpis": [{"label": "Customers", "value": "10", "note": ""}],
    }  # fmt: skip
    base = {
        "name": name, "status": "complete", "reason": None, "verdict": {"level": 2, "reason": "Enough."},
        "page": f"{name}.html",
        "notebook": f"{name}/notebook.ipynb", "subset": None, "folder": None, "summary": summary,
    }  # fmt: skip
    return base | other


def manifest(*entries: dict[str, Any], **other: Any) -> dict[str, Any]:
    return {"run": "r", "as_of": "2026-06-30", "language": "en", "reports": list(entries)} | other


def project(client: str = "Client", brand: Brand | None = None) -> Any:
    engagement = SimpleNamespace(
        client=client, consultancy="We", currency="EUR", brand=brand or Brand(), wording=lambda code: OURS
    )
    return SimpleNamespace(engagement=engagement, folder=Path())


def opened(path: Path) -> Any:
    return pptx.Presentation(str(path))


def words(slide: Any) -> str:
    found = [shape.text_frame.text for shape in slide.shapes if shape.has_text_frame]
    for shape in slide.shapes:
        if shape.has_table:
            found += [cell.text for row in shape.table.rows for cell in row.cells]
    return "\n".join(found)


def test_a_finding_has_its_slide_with_chart_and_note(tmp_path: Path) -> None:
    (tmp_path / "rfm.html").write_text(PAGE, encoding="utf-8")
    deck = opened(write_slides(tmp_path, manifest(entry("rfm", finding())), project())[0])
    slide = next(s for s in deck.slides if s.shapes.title.text_frame.text == "Half is half")
    assert "Of 10 customers 5 are half." in words(slide)
    assert "So what: It means half." in words(slide)
    assert "interval 20.0% to 80.0%" in words(slide)
    pictures = [shape for shape in slide.shapes if shape.shape_type == 13]
    assert [p._element.nvPicPr.cNvPr.get("descr") for p in pictures] == ["Two <bars>."]
    note = slide.notes_slide.notes_text_frame.text
    assert "base 10" in note
    assert "rfm.html#one" in note
    assert "Half & half" in words(slide)


def test_the_same_run_gives_the_same_bytes(tmp_path: Path) -> None:
    (tmp_path / "rfm.html").write_text(PAGE, encoding="utf-8")
    made = [write_slides(tmp_path, manifest(entry("rfm", finding())), project())[0].read_bytes() for _ in range(2)]
    assert made[0] == made[1]


def test_hostile_texts_stay_text_and_fit(tmp_path: Path) -> None:
    bad = finding(head=HOSTILE, rich=[HOSTILE], meaning=HOSTILE, action=HOSTILE, section="none")
    told = {"items": [{"head": HOSTILE, "statement": HOSTILE}] * 7}
    alerts = [{"title": HOSTILE, "statement": HOSTILE}]
    whole = manifest(entry("rfm", bad), changes=told, alerts=alerts)
    path = write_slides(tmp_path, whole, project(HOSTILE))[0]
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if name.endswith((".xml", ".rels")):
                ElementTree.fromstring(archive.read(name))
        relations = b"".join(archive.read(name) for name in archive.namelist() if name.endswith(".rels"))
        assert b"hyperlink" not in relations
    for slide in opened(path).slides:
        for shape in slide.shapes:
            assert shape.left >= 0
            assert shape.left + shape.width <= deck_points(WIDTH)
            assert shape.top + shape.height <= deck_points(HEIGHT)
            if shape.has_text_frame:
                assert takes(shape) <= shape.height / 12700 + 0.5


def deck_points(points: float) -> int:
    return int(points * 12700)


def takes(shape: Any) -> float:
    """Points that a text takes by the sizes written in the file, not by those that were meant."""
    height = 0.0
    for number, paragraph in enumerate(shape.text_frame.paragraphs):
        if not paragraph.runs:
            continue
        size = paragraph.runs[0].font.size.pt
        height += fitting.lines(paragraph.text, shape.width / 12700, size) * paragraph.line_spacing.pt
        height += paragraph.space_before.pt if number else 0
    return height


def test_every_run_names_a_font_for_chinese(tmp_path: Path) -> None:
    whole = manifest(entry("rfm", finding(head="一半")), language="zh_CN")
    deck = opened(write_slides(tmp_path, whole, project("客户"))[0])
    runs = [
        r for s in deck.slides for r in s._element.iter("{http://schemas.openxmlformats.org/drawingml/2006/main}rPr")
    ]
    assert runs
    assert all(run.find("{*}ea") is not None for run in runs)


def test_what_failed_stands_under_the_limits(tmp_path: Path) -> None:
    failed = entry("churn", status="failed", reason="It stopped.", summary=None, verdict=None)
    deck = opened(write_slides(tmp_path, manifest(failed), project())[0])
    assert "It stopped." in words(deck.slides[-1])
    assert "customers of Client" in words(deck.slides[0])


def test_each_group_has_its_own_deck(tmp_path: Path) -> None:
    sets = [
        {"value": "North", "folder": "north", "customers": 10},
        {"value": "South", "folder": "south", "customers": 9},
    ]
    entries = [
        entry(
            "rfm", finding(head=f"In {place}"), folder=place, page=f"{place}/rfm.html", notebook=f"{place}/rfm/n.ipynb"
        )
        for place in ("north", "south")
    ]
    whole = manifest(*entries, for_each={"column": "region", "sets": sets, "left_out": 0})
    made = write_slides(tmp_path, whole, project())
    assert [path.parent.name for path in made] == ["north", "south"]
    shown = "\n".join(words(slide) for slide in opened(made[0]).slides)
    assert "In north" in shown
    assert "In south" not in shown


def test_the_picture_shows_the_drawing(tmp_path: Path) -> None:
    from matplotlib.image import imread

    page = tmp_path / "p.html"
    page.write_text(PAGE, encoding="utf-8")
    charts = charts_of(page)
    pixels = imread(io.BytesIO(png(charts[0].drawing, charts[0].styles)))
    height, width = pixels.shape[:2]
    assert (width, height) == (555, 277)

    def at(x: float, y: float) -> tuple[int, ...]:
        return tuple(round(255 * float(c)) for c in pixels[int(y * height / 100), int(x * width / 200)][:3])

    assert at(80, 50) == (0xB3, 0x40, 0x2A)  # inside the bar
    assert at(120, 50) == (255, 255, 255)  # the part that is clipped
    assert at(30, 30) == (0x0B, 0x55, 0x63)  # on the line
    assert taken(charts, "two") is None
    assert taken(charts, "one") is not None
    assert taken(charts, "one") is None


@pytest.mark.parametrize("text", ["word " * 200, "中文" * 300, "W" * 500, "", "a\nb"])
def test_what_is_fitted_fits(text: str) -> None:
    shown, size = fitting.fitted(text, 200, 80, 20, 9)
    assert fitting.lines(shown, 200, size) * size * fitting.LINE <= 80
    assert text.startswith(re.sub("…$", "", shown))


def test_without_the_extra_it_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(UserError, match="documents"):
        require_slides()
