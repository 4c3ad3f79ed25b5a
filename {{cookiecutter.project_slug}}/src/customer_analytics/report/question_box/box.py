"""The box on the front page that answers questions offline, from the cells of questions.json.

Without a script the box says how to ask on the command line; it is not printed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from markupsafe import Markup

from customer_analytics.language import Language
from customer_analytics.report import page as pages

FILE_NAME = "questions.json"
_HERE = Path(__file__).parent
_EXAMPLES: Mapping[str, tuple[tuple[str, str], ...]] = {  # dimension that it needs, question
    "en": (
        ("active", "who was active in the last 30 days but did not order?"),
        ("region", "which region has the most customers who ordered in the last 90 days?"),
        ("value_tier", "how many high value customers did not order in the last 90 days?"),
        ("orders", "customers who ordered at least 3 times"),
    ),
    "zh_CN": (
        ("active", "最近30天活跃但没有下单的客户有多少？"),
        ("region", "哪个地区近90天下单的客户最多？"),
        ("value_tier", "近90天没有下单的高价值客户有多少？"),
        ("orders", "下单3次以上的客户"),
    ),
}


@dataclass(frozen=True)
class QuestionBox:
    """`html`: a section, its heading with the id `ask`; `script`, `style`: for the page's one script and one style."""

    html: Markup
    script: str
    style: str
    title: str


def question_box(run_folder: Path, language: Language) -> QuestionBox | None:
    """The box of a run; None where the run has no questions.json."""
    path = run_folder / FILE_NAME
    if not path.is_file():
        return None
    cube: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    cube["words"] = {language.code: cube["words"][language.code]}  # the page speaks one language
    names = {one["name"] for one in cube["dimensions"]}
    say = language.say
    title = str(say("Ask a question"))
    few = language.number(cube["minimum_group"])
    words = {
        "title": title,
        "deck": say(
            "About when customers ordered and were active, how often they ordered, and where they come from. The "
            "answer is summed here, on this page, from groups of at least {few} customers; nothing is sent anywhere.",
            few=few,
        ),
        "off": say("This box needs a browser that runs scripts. The command analytics ask answers the same questions."),
        "label": say("Your question"),
        "go": say("Answer"),
        "examples": say("Examples"),
        "sensitive": say("Gender, age and other sensitive facts are not in this page; analytics ask knows them.")
        if cube["sensitive"]
        else "",
    }
    said = _said(language)
    html = pages.render(
        "question_box.html.j2",
        words=words,
        language=language.code,
        cube=_compact(cube),
        said=_compact(said),
        letters=_letters(cube, said, language),
        examples=[text for need, text in _EXAMPLES[language.code] if need in names],
    )
    return QuestionBox(html, _without_comments("box.js"), (_HERE / "box.css").read_text(encoding="utf-8"), title)


def _said(language: Language) -> dict[str, str]:
    """What the script says; it fills in the values in braces itself."""
    said = language.translated
    return {
        "head": said("{count} customers, {share} of all."),
        "between": said("between {low} and {high}"),
        "at_most": said("at most {high}"),
        "nobody": said("Nobody can meet these conditions together."),
        "money": said("They brought {money} of revenue in all."),
        "why_bounds": said("The page holds groups and no customers: where a condition cuts one, it knows limits only."),
        "these": said("These customers"),
        "all": said("All customers"),
        "other": said("others and not known"),
        "expression": said("To make the list:"),
        "unknown": said("This page does not know the word “{word}”."),
        "command": said("The command analytics ask knows more words, and every tag of the client."),
        "time_alone": said("The time belongs to no action: say what was done then, such as ordered or active."),
        "not_alone": said("The negation has nothing after it."),
        "often_when": said("How often within a time is not in this page; analytics ask can tell."),
        "often_what": said("How often is known here of orders only; analytics ask can tell."),
    }


def _letters(cube: Mapping[str, Any], said: Mapping[str, str], language: Language) -> str:
    """Every text that the script may show, so that the fonts of the page have its letters."""
    texts = list(said.values())
    for one in cube["dimensions"]:
        texts += one.get("values", ())
        texts += [both[language.code] for both in one.get("shown", {}).values()]
    return "".join(sorted({letter for text in texts for letter in text} | set("0123456789,.%万亿kmbn$£€¥")))


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _without_comments(name: str) -> str:
    lines = (_HERE / name).read_text(encoding="utf-8").splitlines()
    return "\n".join(line.strip() for line in lines if line.strip() and not line.strip().startswith("//"))
