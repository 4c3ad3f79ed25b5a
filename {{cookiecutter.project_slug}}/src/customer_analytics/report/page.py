"""What every page of ours shares: head, cover, style, script, fonts, Content-Security-Policy, and the last check.

A page is rendered twice: first to learn which characters it shows, then with the fonts that hold just those. Nothing
in a page is replaced after rendering, so that no value can be mistaken for a placeholder.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from importlib import resources
from pathlib import Path

import jinja2
from markupsafe import Markup

from customer_analytics.durable import write_whole
from customer_analytics.engagement import Project
from customer_analytics.language import Language, Text
from customer_analytics.report import guard, page_fonts
from customer_analytics.report.text_safety import UNPRINTABLE
from customer_analytics.report.theme import Theme

TEMPLATES = Path(str(resources.files("customer_analytics.report").joinpath("templates")))
FOLDER = TEMPLATES / "report"
_NOTHING = Markup("")
_UNIT = re.compile(r"(.*?)(\s*[^\W\d_A-Za-z]*)", re.S)
_LONG_FIGURE = 8  # characters that fit a quarter of the page in the large size
_LOGO_TYPES = {".svg": "image/svg+xml", ".png": "image/png"}


@dataclass(frozen=True)
class Page:
    """Everything that head, cover and footer show. Texts are data; only Markup is taken as it is."""

    html_code: str
    window_title: str
    consultancy: str
    client: str
    kind: str
    title: str
    standfirst: str
    facts: list[tuple[str, str]]
    footer: str
    words: dict[str, Text]
    theme: Markup
    logo: str = ""
    confidentiality: str = ""
    back: str = ""
    contents: list[tuple[str, str]] = field(default_factory=list)
    summary: Markup = _NOTHING
    made: Markup = _NOTHING
    show_code: bool = False
    fonts: Markup = _NOTHING
    drawing_styles: Markup = _NOTHING
    own_style: str = ""  # of a part that only this page has; ours, never a client's text
    own_script: str = ""

    @property
    def style(self) -> Markup:
        """Our style sheet."""
        return Markup(f"{_style()}\n{self.own_style}") if self.own_style else _style()

    @property
    def script(self) -> Markup:
        """Our one script."""
        return Markup(f"{_script()}\n{self.own_script}") if self.own_script else _script()

    @property
    def policy(self) -> str:
        """The Content-Security-Policy: nothing from anywhere, and no script but ours."""
        digest = base64.b64encode(hashlib.sha256(self.script.encode("utf-8")).digest()).decode("ascii")
        return (
            f"default-src 'none'; script-src 'sha256-{digest}'; style-src 'unsafe-inline'; "
            "img-src data:; font-src data:; base-uri 'none'; form-action 'none'"
        )


@dataclass(frozen=True)
class Finished:
    """A page as it will be written, and what a maintainer should know about it."""

    html: str
    warnings: tuple[str, ...]


def finish(page: Page, render: Callable[[Page], str], language: Language) -> Finished:
    """Render with the fonts that the page needs, and check the result.

    Raises:
        guard.UnsafePage: the page would run, load or leave something that is not ours.
    """
    shown = page_fonts.characters_shown(render(page), language)
    html = _tidy(render(replace(page, fonts=page_fonts.font_faces(shown))))
    guard.check(html)
    missing = page_fonts.missing(shown)
    notes = (f"no font of ours has these characters: {' '.join(missing)}",) if missing else ()
    return Finished(html, notes)


def common(project: Project, language: Language, *, kind: str) -> dict[str, object]:
    """The fields of a page that come from the engagement."""
    engagement = project.engagement
    return {
        "html_code": language.html_code,
        "consultancy": engagement.consultancy,
        "client": engagement.client,
        "kind": kind,
        "window_title": f"{kind} – {engagement.client}",
        "confidentiality": engagement.brand.confidentiality
        or language.say("Confidential, prepared for {client}", client=engagement.client),
        "logo": logo(project),
        "theme": Markup(Theme.of(engagement.brand).css()),
        "words": {
            "skip": language.say("Skip to the content"),
            "mode": language.say("Light / dark"),
            "contents": language.say("In this report"),
            "back": language.say("All reports"),
            "code": language.say("Code"),
        },
    }


def logo(project: Project) -> str:
    """The logo as a data address; empty when there is none. The engagement was checked for it when it was read."""
    stated = project.engagement.brand.logo
    if stated is None:
        return ""
    content = base64.b64encode((project.folder / stated).read_bytes()).decode("ascii")
    return f"data:{_LOGO_TYPES[stated.suffix.lower()]};base64,{content}"


@functools.cache
def environment() -> jinja2.Environment:
    """Jinja with escaping on, for pages that are not notebooks."""
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(FOLDER), autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True
    )
    made.filters["figure"] = figure
    return made


def figure(shown: str) -> Markup:
    """A figure of the strip with its unit in small type: 48.4 万元; long ones are marked as such."""
    digits, unit = _UNIT.fullmatch(str(shown)).groups()  # type: ignore[union-attr]  # the pattern takes any text
    size = "value long" if len(digits) > _LONG_FIGURE else "value"
    small = Markup("<small>{}</small>").format(unit) if unit else ""
    return Markup('<span class="{}">{}{}</span>').format(size, digits, small)


def render(template: str, **values: object) -> Markup:
    """A template of ours, filled in; values are escaped."""
    return Markup(environment().get_template(template).render(**values))


def write(path: Path, html: str) -> int:
    """Write a page, whole or not at all; returns its size in bytes."""
    content = html.encode("utf-8")
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, content)
    return len(content)


@functools.cache
def _style() -> Markup:
    text = (FOLDER / "report.css").read_text(encoding="utf-8")
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
    lines = (re.sub(r"\s*([{};:,])\s+", r"\1", line.strip()) for line in text.splitlines())
    return Markup("\n".join(line for line in lines if line))


@functools.cache
def _script() -> Markup:
    lines = (FOLDER / "report.js").read_text(encoding="utf-8").splitlines()
    return Markup("\n".join(line.strip() for line in lines if line.strip() and not line.strip().startswith("//")))


def _tidy(html: str) -> str:
    return re.sub(r"\n{2,}", "\n", html.translate(UNPRINTABLE)).strip() + "\n"
