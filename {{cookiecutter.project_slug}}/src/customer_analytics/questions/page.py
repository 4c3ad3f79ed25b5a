"""One answer as a page of its own."""

from __future__ import annotations

from pathlib import Path

from customer_analytics.engagement import Project
from customer_analytics.language import Language
from customer_analytics.questions.answering import Answer
from customer_analytics.questions.saying import Said
from customer_analytics.report.question_box.answer_page import write_answer_page


def write_answer(path: Path, text: str, said: Said, answer: Answer, project: Project, language: Language) -> int:
    """Write the page; returns its size in bytes."""
    facts = [
        (str(language.say("Last day that counts")), language.date(answer.as_of)),
        (str(language.say("Customers")), language.number(answer.everyone.customers)),
    ]
    return write_answer_page(path, project, language, question=text, said=said, facts=facts)
