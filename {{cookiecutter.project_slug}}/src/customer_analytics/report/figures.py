"""Figures: drawn twice, for desktop and paper and for the phone."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from markupsafe import Markup
from matplotlib.figure import Figure

from customer_analytics.report import desk, theme
from customer_analytics.report.show import show
from customer_analytics.report.svg import draw_svg

Draw = Callable[[float, bool], Figure]
NUMBER = '<span class="figure-number"></span>'  # filled by the exporter, in the order of the page


def figure(
    draw: Draw,
    *,
    title: str,
    alt: str,
    source: str,
    subtitle: str | None = None,
    tips: Mapping[str, str] | None = None,
    id: str | None = None,
) -> None:
    """Display a chart.

    Args:
        draw: called with (width in inches, whether it is for a phone); returns a matplotlib figure.
        title: the finding in words.
        alt: the finding with its numbers, for readers who cannot see the chart.
        source: source line: which data, which period, how many.
        subtitle: measure and unit.
        tips: gid of an artist -> tooltip. Tooltips add detail; they never carry the only copy of a number.
        id: name of the figure in the page's address.

    Raises:
        ValueError: no alt text.
    """
    if not str(alt).strip():
        raise ValueError(f"the figure {str(title)!r} has no alt text: say its finding with the numbers")
    here = desk.current()
    colours = here.theme.light if here.theme else theme.ROLE
    drawings = []
    with theme.style():
        for width, narrow, css_class in ((theme.WIDE, False, "wide"), (theme.NARROW, True, "narrow")):
            drawn = draw(width, narrow)
            serial = f"{css_class}{here.next_serial()}"
            drawings.append(
                draw_svg(drawn, alt=str(alt), css_class=css_class, tips=tips, colours=colours, serial=serial)
            )
    caption = Markup('<figcaption>{}<span class="figure-title">{}</span>{}</figcaption>').format(
        Markup(NUMBER), title, Markup('<span class="figure-subtitle">{}</span>').format(subtitle) if subtitle else ""
    )
    opening = Markup('<figure id="{}">').format(id) if id else Markup("<figure>")
    note = Markup('<p class="source">{}</p></figure>').format(source)
    show(opening + caption + Markup("").join(drawings) + note)
