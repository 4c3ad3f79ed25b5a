"""The last look at a page before it is written: it runs, loads and leaves nothing but what is ours."""

from __future__ import annotations

import re
from collections import Counter
from html.parser import HTMLParser

_FORBIDDEN = {
    "iframe", "frame", "frameset", "object", "embed", "applet", "base", "form", "link", "video", "audio", "portal",
    # what a browser reads in another way than this parser does, so that markup could hide in it
    "math", "template", "textarea", "xmp", "noembed", "noframes", "noscript", "plaintext", "foreignobject",
}  # fmt: skip
_ADDRESSES = {"href", "src", "srcset", "action", "formaction", "poster", "data", "ping", "background", "manifest"}
_SAFE_DATA = re.compile(r"data:image/(?:png|svg\+xml|jpeg|webp);base64,[A-Za-z0-9+/=\s]*", re.S)
_RELATIVE = re.compile(r"(?![a-zA-Z][a-zA-Z0-9+.-]*:)(?!//)(?!\\)[^\x00-\x20].*", re.S)
_WEB = re.compile(r"https://[^\s]+|mailto:[^\s]+")
_STYLE_LOADS = re.compile(r"@import|expression\(|url\(\s*['\"]?(?!data:(?:font|image)/|#)", re.I)


class UnsafePage(Exception):
    """The page holds something that could run, load or lead elsewhere: a fault in a part, not in the data."""


def check(html: str) -> None:
    """Check a page.

    Raises:
        UnsafePage: a second script, an event handler, a script address, a redirect, a request, or a broken inner link.
    """
    reader = _Inspector()
    reader.feed(html)
    reader.close()
    faults = reader.faults
    if reader.scripts != 1:
        faults.append(f"{reader.scripts} scripts instead of one")
    faults += [f"two elements have the id {name!r}" for name, count in reader.ids.items() if count > 1]
    faults += [f"the link #{name} leads nowhere" for name in sorted(reader.targets - set(reader.ids))]
    if faults:
        raise UnsafePage("; ".join(dict.fromkeys(faults)))


class _Inspector(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.scripts = 0
        self.ids: Counter[str] = Counter()
        self.targets: set[str] = set()
        self.faults: list[str] = []
        self._in_style = False
        self._drawings = 0  # open <svg> elements

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name.lower(): value or "" for name, value in attrs}
        if tag == "script":
            self.scripts += 1
            if values:
                self.faults.append("a script with attributes")
        if tag in _FORBIDDEN:
            self.faults.append(f"an element <{tag}>")
        if tag == "meta" and values.get("http-equiv", "").lower() not in ("", "content-security-policy"):
            self.faults.append(f"a meta element {values['http-equiv']!r}")
        if "id" in values:
            self.ids[values["id"]] += 1
        self._in_style = tag == "style"
        self._drawings += tag == "svg"
        if tag in ("style", "script") and self._drawings:  # a browser reads what stands there as markup
            self.faults.append(f"a <{tag}> in a drawing")
        for name, value in values.items():
            self._attribute(tag, name, value)

    def handle_endtag(self, tag: str) -> None:
        self._in_style = False
        self._drawings -= tag == "svg" and self._drawings > 0

    def handle_data(self, data: str) -> None:
        if self._in_style and _STYLE_LOADS.search(data):
            self.faults.append("a style sheet that loads something")

    def _attribute(self, tag: str, name: str, value: str) -> None:
        if name.startswith("on"):
            self.faults.append(f"an event handler {name}")
        if name == "style" and _STYLE_LOADS.search(value):
            self.faults.append("a style that loads something")
        if name == "srcdoc":
            self.faults.append("an attribute srcdoc")
        if name.rpartition(":")[2] not in _ADDRESSES:
            return
        if value.startswith("#"):
            self.targets.add(value[1:])
        elif tag == "a":
            if not (_RELATIVE.fullmatch(value) or _WEB.fullmatch(value)):
                self.faults.append("a link to an address that is neither a file, https nor mail")
        elif not _SAFE_DATA.fullmatch(value):
            self.faults.append(f"a <{tag}> that loads something")
