from __future__ import annotations

from html.parser import HTMLParser

import pytest

from customer_analytics.engagement.settings import Brand
from customer_analytics.language import Language
from customer_analytics.narrative.finding import Finding, Grade
from customer_analytics.report import desk, parts
from customer_analytics.report.charts import Bar, bars
from customer_analytics.report.theme import Theme

NASTY = '<img src=x onerror="alert(1)">'


@pytest.fixture(autouse=True)
def english() -> None:
    desk.begin(Language("en", "GBP"), Theme.of(Brand()))


class Tags(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs) -> None:
        self.found.append((tag, dict(attrs)))

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.found if name == tag]


@pytest.mark.parametrize(
    "emit",
    [
        lambda: parts.section(NASTY, id="a", deck=NASTY),
        lambda: parts.subheading(NASTY),
        lambda: parts.paragraph(NASTY, NASTY),
        lambda: parts.bullets([NASTY]),
        lambda: parts.definitions([(NASTY, NASTY)]),
        lambda: parts.callout(NASTY, NASTY),
        lambda: parts.how_computed([(NASTY, NASTY)]),
        lambda: parts.table(
            [(NASTY, "name"), (NASTY, "number")], [[NASTY, (NASTY, NASTY)]] * 2,
            caption=NASTY, foot=[NASTY, NASTY], file=NASTY, limit=1, how=[(NASTY, NASTY)],
        ),
        lambda: parts.figure(
            bars([Bar(NASTY, 1, NASTY)]), title=NASTY, alt=NASTY, source=NASTY, subtitle=NASTY, tips={"bar-0": NASTY}
        ),
    ],
)  # fmt: skip
def test_markup_in_a_value_is_text_in_every_part(emit, blocks: list[str]) -> None:
    emit()
    tags = Tags("".join(blocks))
    assert "&lt;img src=x" in "".join(blocks)
    assert not tags.all("img") and not any("onerror" in attributes for _, attributes in tags.found)


def test_a_figure_without_alt_text_is_refused(blocks: list[str]) -> None:
    with pytest.raises(ValueError, match="no alt text"):
        parts.figure(bars([Bar("a", 1, "1")]), title="T", alt=" ", source="s")
    assert not blocks


def test_a_figure_is_drawn_for_the_desk_and_for_the_phone(blocks: list[str]) -> None:
    widths: list[tuple[float, bool]] = []

    def draw(width: float, narrow: bool):
        widths.append((width, narrow))
        return bars([Bar("a", 1, "1")])(width, narrow)

    parts.figure(draw, title="T", alt="A", source="s")
    assert widths == [(7.8, False), (3.55, True)]
    assert [svg["class"] for svg in Tags(blocks[0]).all("svg")] == ["wide", "narrow"]


def test_a_table_says_what_heads_which_cells_and_how_they_sort(blocks: list[str]) -> None:
    parts.table([("Segment", "name"), ("Customers", "number")], [["A", 12], ["B", None]], caption="C", foot=["All", 12])
    tags = Tags(blocks[0])
    assert [t.get("scope") for t in tags.all("th")] == ["col", "col", "row", "row", "row"]
    assert [t.get("data-key") for t in tags.all("td")] == ["12", None, "12"]


def test_only_the_first_rows_are_in_the_page_and_the_note_says_where_the_rest_is(blocks: list[str]) -> None:
    parts.table([("Item", "name")], [[f"item {i}"] for i in range(1_173)], caption="C", file="items.csv")
    assert blocks[0].count("<tr") == 21 and "item 20<" not in blocks[0]
    assert "The first 20 of 1,173 rows. All of them are in items.csv." in blocks[0]
    assert "data-search" in blocks[0]


@pytest.mark.parametrize(("rows", "searchable"), [(14, False), (15, True)])
def test_search_begins_at_fifteen_rows(rows: int, searchable: bool, blocks: list[str]) -> None:
    parts.table([("Item", "name")], [[str(i)] for i in range(rows)], caption="C")
    assert ("data-search" in blocks[0]) is searchable


def test_a_row_that_does_not_fit_is_refused(blocks: list[str]) -> None:
    with pytest.raises(ValueError, match="2 cells for 1 columns"):
        parts.table([("Item", "name")], [["a", "b"]], caption="C")


def test_a_swatch_takes_the_colour_of_a_role_and_nothing_else(blocks: list[str]) -> None:
    parts.table(
        [("S", "swatch"), ("N", "number")], [[("A", "alert"), 1], [('B" onclick="x', 'x" y="'), 2]], caption="C"
    )
    assert [t.get("class") for t in Tags(blocks[0]).all("i")] == ["alert"]


def test_numbers_in_cells_are_written_in_the_language_and_sorted_as_numbers(blocks: list[str]) -> None:
    parts.table([("N", "number")], [[1234], [0.5], [float("nan")]], caption="C")
    assert 'data-key="1234">1,234<' in blocks[0] and 'data-key="0.5">0.5<' in blocks[0] and ">–<" in blocks[0]


def test_a_finding_shows_its_grade_in_words(blocks: list[str]) -> None:
    say = Language("en").say
    parts.finding(Finding("a", Grade.D, say("Head"), say("S"), say("M"), say("A"), section="x"))
    assert "Evidence D: before and after, or too few cases" in blocks[0]


@pytest.mark.parametrize("name", ["a b", "ä", "", '"x'])
def test_the_id_of_a_section_is_plain(name: str, blocks: list[str]) -> None:
    with pytest.raises(ValueError, match="id of a section"):
        parts.section("T", id=name)


def test_a_section_inside_another_has_a_smaller_heading(blocks: list[str]) -> None:
    parts.section("<b>", id="part", deck="of it", inside=True)
    assert blocks == ['<h3 id="part">&lt;b&gt;</h3><p>of it</p>']


def test_an_unknown_kind_of_callout_is_refused(blocks: list[str]) -> None:
    with pytest.raises(ValueError, match="note, act, warning"):
        parts.callout("L", "B", kind="danger")


def test_a_card_and_a_command_escape_what_a_client_calls_things(blocks: list[str]) -> None:
    hostile = "<script>alert(1)</script>"
    parts.card(hostile, hostile, figures=[(hostile, hostile)], details=[(hostile, hostile)], note=hostile)
    parts.command(hostile, [f"analytics audience \"city = '{hostile}'\""])
    assert len(blocks) == 2
    assert all("<script" not in block and "&lt;script" in block for block in blocks)
    assert "<article" in blocks[0] and "<pre><code>" in blocks[1]
