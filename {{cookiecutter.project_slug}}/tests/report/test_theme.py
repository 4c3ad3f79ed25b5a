from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer_analytics.engagement import EngagementError
from customer_analytics.engagement.settings import Brand
from customer_analytics.report import colour, theme
from customer_analytics.report.theme import ROLE, Theme

colours = st.integers(0, 0xFFFFFF).map(lambda n: f"#{n:06x}")


def test_contrast_is_that_of_wcag() -> None:
    assert colour.contrast("#000000", "#ffffff") == pytest.approx(21)
    assert colour.contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)  # the well-known near miss
    assert colour.contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.005)


@given(colours, colours)
def test_a_readable_shade_is_readable_on_any_ground(value: str, ground: str) -> None:
    assert colour.contrast(colour.readable(value, ground, 4.5), ground) >= 4.5


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_every_text_is_readable_on_every_ground(mode: str) -> None:
    palette = getattr(Theme.of(Brand()), mode)
    for text, ground in itertools.product(("ink", "ink2", "ink3", "s1", "alert", "link"), ("paper", "wash")):
        assert colour.contrast(palette[text], palette[ground]) >= 4.5, (text, ground)
    assert colour.contrast(palette["alert"], palette["alertwash"]) >= 4.5
    for text in ("cover-ink", "cover-soft"):
        assert colour.contrast(palette[text], palette["cover"]) >= 4.5
    for step in range(theme.HEAT_STEPS):
        fill, text = theme.heat_role(step)
        assert colour.contrast(palette[fill], palette[text]) >= 4.5, step


def test_each_role_has_its_own_hex_so_that_a_drawn_colour_names_its_role() -> None:
    assert len(set(ROLE.values())) == len(ROLE)


def test_a_brand_colour_that_is_too_light_is_refused_in_words_with_a_shade_that_works() -> None:
    with pytest.raises(EngagementError) as caught:
        Theme.of(Brand(cover="#ffcc00", accent="#66ccff"))
    text = str(caught.value)
    assert "brand.cover: #ffcc00 is too light" in text and "brand.accent: #66ccff is too light" in text
    better = text.splitlines()[0].rsplit(" ", 1)[1]
    assert colour.contrast(better, "#ffffff") >= 4.5


def test_a_brand_reaches_cover_and_accent_and_nothing_else() -> None:
    plain, branded = Theme.of(Brand()), Theme.of(Brand(cover="#4a148c", accent="#8e0038"))
    changed = {role for role in plain.light if plain.light[role] != branded.light[role]}
    assert changed <= {"cover", "cover-ink", "cover-soft", "s1", "link"} and {"cover", "s1"} <= changed
    assert colour.contrast(branded.dark["s1"], branded.dark["paper"]) >= 4.5


def test_heat_steps_follow_the_value_and_stay_on_the_ramp() -> None:
    assert [theme.heat_step(v, 60) for v in (0, 9, 10, 59, 60, 99)] == [0, 0, 1, 5, 5, 5]
    assert theme.heat_step(5, 0) == 0
