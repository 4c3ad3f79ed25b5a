"""Colours and chart style: one palette of roles that the page can recolour for dark mode and for a client's brand.

Charts are drawn with the hex values of ROLE. Each hex is unique, so that every drawn colour can be turned into the
CSS variable of its role afterwards: the figure then follows the page, light or dark, with the client's accent.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from customer_analytics.engagement import EngagementError, Problem
from customer_analytics.engagement.settings import Brand
from customer_analytics.report import colour, typefaces

# role: (light, dark)
_PALETTE: dict[str, tuple[str, str]] = {
    "ink": ("#16202e", "#e8ebee"),  # text
    "ink2": ("#4a5566", "#b6c0ca"),  # secondary text
    "ink3": ("#66707d", "#94a0ac"),  # notes
    "rule": ("#dcd9d1", "#2f3b47"),  # hairlines
    "grid": ("#ebe8e1", "#263139"),
    "paper": ("#ffffff", "#11181f"),
    "wash": ("#f7f5f0", "#18222b"),  # ground of callouts
    "s1": ("#0b5563", "#5fb7c2"),  # main series, links
    "s2": ("#3f8a94", "#3f8a95"),
    "s3": ("#9cc5c9", "#2c5f67"),
    "alert": ("#b3402a", "#ec8a73"),  # the one thing to act on
    "alertwash": ("#fbf1ee", "#2a1f1e"),
    "warm": ("#d9a441", "#d9a442"),
    "mute": ("#a5a8a9", "#7c868f"),
    "faint": ("#d2d0ca", "#4a545d"),
    # heat ramp, quantised so that dark mode can reverse it, and the text on its low and high steps
    "h0": ("#edf4f4", "#19262d"),
    "h1": ("#cfe3e5", "#1c3840"),
    "h2": ("#a9cdd2", "#224e58"),
    "h3": ("#7fb3bb", "#2b6a75"),
    "h4": ("#2a7783", "#62b9c4"),
    "h5": ("#0b4a57", "#b3e6ec"),
    "hl": ("#17212f", "#eef2f4"),
    "hh": ("#fefefe", "#0d1419"),
}
ROLE: dict[str, str] = {role: light for role, (light, _) in _PALETTE.items()}
HEAT_STEPS = 6
WIDE, NARROW = 7.8, 3.55  # inches; one inch is 100 CSS pixels
LEAST_CONTRAST = 4.5  # WCAG 2.2, 1.4.3, for text


@dataclass(frozen=True)
class Theme:
    """The colours of one report: role -> hex, light and dark, and the cover."""

    light: dict[str, str]
    dark: dict[str, str]

    @classmethod
    def of(cls, brand: Brand) -> Theme:
        """The palette with the client's cover and accent in it.

        Raises:
            EngagementError: a brand colour on which text could not be read.
        """
        cover, accent = brand.cover or "#0f2a33", brand.accent or ROLE["s1"]
        problems = [
            *_unreadable("brand.cover", cover, "#ffffff", "white text on it"),
            *_unreadable("brand.accent", accent, ROLE["wash"], "links and labels in it"),
        ]
        if problems:
            raise EngagementError(problems)
        light = {role: pair[0] for role, pair in _PALETTE.items()}
        dark = {role: pair[1] for role, pair in _PALETTE.items()}
        light |= {"s1": accent, "link": accent, "cover": cover, **_on_cover(cover)}
        dark_cover = cover if brand.cover is None else colour.mix(cover, "#000000", 0.25)
        dark_accent = dark["s1"] if brand.accent is None else colour.readable(accent, dark["wash"], LEAST_CONTRAST)
        dark |= {"s1": dark_accent, "link": dark_accent, "cover": dark_cover, **_on_cover(dark_cover)}
        return cls(light, dark)

    def css(self) -> str:
        """The variables as CSS: light, dark by the system's wish or by the button, light again on paper."""
        light = "".join(f"--{role}:{value};" for role, value in self.light.items()) + "--dark:0"
        dark = "".join(f"--{role}:{value};" for role, value in self.dark.items()) + "--dark:1"
        printed = {"cover": "#ffffff", "cover-ink": ROLE["ink"], "cover-soft": ROLE["ink3"]}
        paper = light + "".join(f";--{role}:{value}" for role, value in printed.items())
        return (
            f":root{{color-scheme:light;{light}}}\n"
            f"@media (prefers-color-scheme:dark){{:root:not([data-mode=light]){{color-scheme:dark;{dark}}}}}\n"
            f":root[data-mode=dark]{{color-scheme:dark;{dark}}}\n"
            f"@media print{{:root,:root[data-mode],:root:not([data-mode=light]){{color-scheme:light;{paper}}}}}\n"
        )


def heat_role(step: int) -> tuple[str, str]:
    """Fill and text role of a step of the heat ramp, 0 (lowest) to HEAT_STEPS - 1."""
    return f"h{step}", "hh" if step >= HEAT_STEPS - 2 else "hl"


def heat_step(value: float, highest: float) -> int:
    """The step of a value between 0 and `highest`; equal widths, so that the eye reads amounts."""
    if highest <= 0:
        return 0
    return max(0, min(HEAT_STEPS - 1, int(value / highest * HEAT_STEPS)))


@contextlib.contextmanager
def style() -> Iterator[None]:
    """Chart style for the drawing and the saving of one figure; nothing stays changed afterwards."""
    import matplotlib

    typefaces.register_with_matplotlib()
    with matplotlib.rc_context(_rc()):  # type: ignore[arg-type]
        yield


def _rc() -> dict[str, Any]:
    from cycler import cycler

    return {
        "font.family": typefaces.CHART_FAMILIES,
        "font.size": 9,
        "svg.fonttype": "none",
        "svg.hashsalt": "customer-analytics",
        "axes.titlesize": 10,
        "axes.labelsize": 8.8,
        "xtick.labelsize": 8.8,
        "ytick.labelsize": 8.8,
        "text.color": ROLE["ink"],
        "axes.labelcolor": ROLE["ink2"],
        "xtick.color": ROLE["ink2"],
        "ytick.color": ROLE["ink2"],
        "axes.edgecolor": ROLE["rule"],
        "axes.linewidth": 0.8,
        "axes.axisbelow": True,
        "axes.grid": False,
        "axes.unicode_minus": False,
        "axes.prop_cycle": cycler(color=[ROLE[role] for role in ("s1", "alert", "warm", "s2", "mute", "s3")]),
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.spines.left": False,
        "grid.color": ROLE["grid"],
        "grid.linewidth": 0.8,
        "xtick.major.size": 0,
        "ytick.major.size": 0,
        "xtick.major.pad": 7,
        "figure.facecolor": "none",
        "axes.facecolor": "none",
        "savefig.facecolor": "none",
        "figure.dpi": 100,
        "savefig.dpi": 200,  # of rasterised layers
        "text.parse_math": False,  # a client's "$" is a dollar sign
        "lines.solid_capstyle": "round",
    }


def _on_cover(cover: str) -> dict[str, str]:
    soft = next(
        (
            candidate
            for candidate in (colour.mix("#ffffff", cover, share) for share in (0.3, 0.2, 0.1, 0.0))
            if colour.contrast(candidate, cover) >= LEAST_CONTRAST
        ),
        "#ffffff",
    )
    return {"cover-ink": "#ffffff", "cover-soft": soft}


def _unreadable(key: str, value: str, ground: str, use: str) -> list[Problem]:
    contrast = colour.contrast(value, ground)
    if contrast >= LEAST_CONTRAST:
        return []
    better = colour.readable(value, ground, LEAST_CONTRAST)
    return [
        Problem(
            f"engagement.yml, {key}",
            f"{value} is too light for {use}: its contrast is {contrast:.1f} to 1, and {LEAST_CONTRAST} is needed.",
            f"A darker shade of it that works: {better}",
        )
    ]
