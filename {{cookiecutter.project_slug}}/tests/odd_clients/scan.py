"""Words that no page, finding, metric or table may hold: what a computer says when it has nothing to say."""

from __future__ import annotations

import csv
import html
import json
import re
from pathlib import Path

_UNSEEN = re.compile(r"<(style|script)\b.*?</\1>|data:[^\"']*", re.S)
_SAID = re.compile(r'\b(?:alt|title|aria-label|content)="([^"]*)"')
_TAG = re.compile(r"<[^>]*>")
ODD_WORDS = {
    "not a number": re.compile(r"(?<![\w-])(?:nan|NaN|NAN|NaT|<NA>)(?![\w-])|nan ?%"),
    "infinity": re.compile(r"(?<![\w-])-?inf(?![\w-])|\bInfinity\b|∞ ?%"),
    "None": re.compile(r"(?<=[\w,;:=€£] )None\b|^None$|None(?=%)", re.M),
    "minus zero": re.compile(r"(?<![\d.,\w])[-−](?:0|€0|£0|¥0|0[.,]0+)(?: ?%)?(?![\d.,]*\d)"),
    "a placeholder": re.compile(r"\{[a-z_]+\}"),
    "an object": re.compile(r"\b(?:Decimal|Timestamp|datetime|Text|Timedelta|array|dtype|Interval)\("),
    "an empty sentence": re.compile(
        r"(?<=\w)\.[ \n]*\.(?![./])|\(\s*\)|“\s*”|\w: \.(?=\s)|, \.(?=\s)|(?<=\w) ,|(?<=\w) \.(?=\s)|,,"
    ),
    "a long number": re.compile(r"\d[.]\d{7,}|\de[-+]\d\d"),
    "one of many": re.compile(
        r"(?<![\d.,])(?<!of )(?:1|one) (?:customers|orders|people|baskets|messages|products|visits)\b"
    ),
}
_ODD_CELL = re.compile(r"(?:nan|NaN|NaT|None|<NA>|-?inf|-0|-0\.0+)")


def words_of(page: str) -> str:
    """What a reader of a page sees or hears, each piece on its own line."""
    page = _UNSEEN.sub(" ", page)
    heard = "\n".join(html.unescape(each) for each in _SAID.findall(page))
    return html.unescape(_TAG.sub("\n", page)) + "\n" + heard


def odd_words(text: str, allowed: tuple[str, ...] = ()) -> list[str]:
    """What is odd in a text, with its surroundings."""
    found = []
    for what, pattern in ODD_WORDS.items():
        for match in pattern.finditer(text):
            around = " ".join(text[max(0, match.start() - 60) : match.end() + 40].split())
            if not any(each in around for each in allowed):
                found.append(f"{what}: …{around}…")
    return found


def odd_files(folder: Path, report: str, allowed: tuple[str, ...] = ()) -> list[str]:
    """What is odd in all that a report left: its page, findings, metrics and tables."""
    found = []
    page = folder / f"{report}.html"
    joined = re.sub(r"[ \t]*\n\s*", "\n", words_of(page.read_text(encoding="utf-8")))
    found += [f"{page.name}: {each}" for each in odd_words(joined, allowed)]
    below = folder / report
    for name in ("findings.json", "metrics.json"):
        text = (below / name).read_text(encoding="utf-8")
        content = json.loads(text, parse_constant=str)  # NaN and Infinity, which are no JSON, become texts
        if name == "findings.json":
            for each in content:
                found += _odd_finding(each, allowed)
        else:
            found += [f"{name}: {key} is {value!r}" for key, value in content.items() if isinstance(value, str)]
            found += [
                f"{name}: {key} is -0" for key, value in content.items() if value == 0 and str(value).startswith("-")
            ]
    for path in sorted(below.rglob("*.csv")):
        with path.open(encoding="utf-8-sig", newline="") as file:
            for number, row in enumerate(csv.reader(file), start=1):
                found += [
                    f"{path.name} row {number}: {each}"
                    for each in row
                    if _ODD_CELL.fullmatch(each) and each not in allowed
                ]
    return found


def _odd_finding(finding: dict[str, object], allowed: tuple[str, ...]) -> list[str]:
    found = []
    for key in ("head", "statement", "meaning", "action"):
        text = str(finding[key])
        if not text.strip():
            found.append(f"findings.json: {finding['id']} has no {key}")
        found += [f"findings.json {finding['id']}: {each}" for each in odd_words(text, allowed)]
    return found
