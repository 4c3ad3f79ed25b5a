"""Any text in any part of a report is that text, in the elements that the part has with a harmless one."""

from __future__ import annotations

from collections.abc import Callable
from html.parser import HTMLParser

import pytest
from fuzz_size import examples
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from customer_analytics.engagement.settings import Brand
from customer_analytics.language import Language
from customer_analytics.narrative.finding import Finding, Grade
from customer_analytics.report import charts, desk, parts
from customer_analytics.report.theme import Theme

Part = Callable[[str], None]
HARMLESS = "harmless"
SIGNS = "aZ9 _-.:,;#'\"\\/{}[]()<>*&!|%@`=+$^\t\n\x1b\x7f\x85\u00a0\u2028é中\u200b\u202e\ufeff🎉"
PIECES = st.sampled_from([*SIGNS, "<b>", "</p>", "<!--", "-->", "]]>", "&amp;", "&#0;", "{x}", "**"])
ANY = st.one_of(
    st.lists(PIECES, min_size=1, max_size=20).map("".join),
    st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=20),
)
PARTS: dict[str, Part] = {
    "section": lambda text: parts.section(text, id="a", deck=text + "."),
    "subheading": parts.subheading,
    "paragraph": lambda text: parts.paragraph(text, desk.current().language.say("For {name}.", name=text)),
    "bullets": lambda text: parts.bullets([text, text]),
    "definitions": lambda text: parts.definitions([(text, text)]),
    "callout": lambda text: parts.callout(text, text),
    "card": lambda text: parts.card(text, text, figures=[(text, text)], details=[(text, text)], note=text + "."),
    "command": lambda text: parts.command(text, [text, text]),
    "how computed": lambda text: parts.how_computed([(text, text)]),
    "finding": lambda text: parts.finding(
        Finding(id="a", section="", grade=Grade("C"), head=text, statement=text, meaning=text + ".", action=text + ".")
    ),
    "table": lambda text: parts.table(
        [(text, "name"), (text, "number")], [[text, (text, text)]] * 2, caption=text, foot=[text, 1], file=text, limit=1
    ),
}
FIGURES: dict[str, Part] = {
    "bars": lambda text: parts.figure(
        charts.bars([charts.Bar(text, 1, text), charts.Bar("b", 2, "2")]),
        title=text, alt=text + ".", source=text, subtitle=text + ".", tips={"bar-0": text},
    ),
}  # fmt: skip


class Seen(HTMLParser):
    """Elements with the names of their attributes, and what stands in them."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, tuple[str, ...]]] = []
        self.texts: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, tuple(name for name, _ in attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data!r}")


@pytest.fixture
def blocks(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The HTML of each block that a part displays."""
    shown: list[str] = []
    desk.begin(Language("en", "GBP"), Theme.of(Brand()))
    for module in ("parts", "figures", "tables"):
        monkeypatch.setattr(f"customer_analytics.report.{module}.show", lambda block, **_: shown.append(str(block)))
    return shown


def html_of(part: Part, text: str, blocks: list[str]) -> str:
    blocks.clear()
    part(text)
    return "".join(blocks)


@pytest.mark.parametrize("name", PARTS)
def test_any_text_is_itself_in_every_part(name: str, blocks: list[str]) -> None:
    plain = Seen(html_of(PARTS[name], HARMLESS, blocks))
    times = sum(text.count(HARMLESS) for text in plain.texts)
    assert times

    @settings(examples(8, 3_000), suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
    @given(text=ANY)
    def any_text(text: str) -> None:
        seen = Seen(html_of(PARTS[name], text, blocks))
        assert seen.elements == plain.elements
        assert "".join(seen.texts) == "".join(plain.texts).replace(HARMLESS, text)

    any_text()


def test_any_text_makes_a_figure_without_further_elements_but_its_letters(blocks: list[str]) -> None:
    allowed = {tag for tag, _ in Seen(html_of(FIGURES["bars"], HARMLESS, blocks)).elements} | {"tspan"}

    @settings(examples(4, 500), suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
    @given(text=ANY)
    def any_text(text: str) -> None:
        assert {tag for tag, _ in Seen(html_of(FIGURES["bars"], text, blocks)).elements} <= allowed

    any_text()


@pytest.mark.parametrize("length", [30, 60, 300, 3_000])
def test_a_text_as_wide_as_the_page_does_not_stop_a_report(length: int, blocks: list[str]) -> None:
    assert html_of(FIGURES["bars"], "x" * length, blocks)
