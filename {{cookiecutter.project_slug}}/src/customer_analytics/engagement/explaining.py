"""What a validation error means, in the words of engagement.yml: its line, the bad value, what is allowed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from customer_analytics.engagement.document import Document, KeyPath, Place
from customer_analytics.engagement.errors import Problem
from customer_analytics.engagement.mistakes import Mistakes, nearest

LONGEST_VALUE = 40
LONGEST_SENTENCE = 400

_LIMITS = {
    "greater_than_equal": ("must be at least {}", "ge"),
    "less_than_equal": ("must be at most {}", "le"),
    "greater_than": ("must be more than {}", "gt"),
    "less_than": ("must be less than {}", "lt"),
    "string_too_long": ("must be at most {} characters long", "max_length"),
}
_KINDS = {
    "string": "must be text: put it in quotes",
    "int": "must be a whole number",
    "float": "must be a number",
    "bool": "must be true or false",
    "date": "must be a day such as 2025-06-30",
    "list": "must be a list: lines that begin with `- `, or [a, b]",
    "tuple": "must be a list: lines that begin with `- `, or [a, b]",
    "dict": "must be a block of keys",
    "model": "must be a block of keys",
}


def explain(error: ValidationError, document: Document, model: type[BaseModel]) -> list[tuple[Place, Problem]]:
    """Every error as a problem with its place."""
    located = []
    for detail in error.errors():
        path: KeyPath = tuple(part for part in detail["loc"] if part != "[key]")
        for further, what, mend in _sentences(detail, path, model):
            where, place = document.where((*path, *further))
            located.append((place, Problem(where, _cut(what), mend)))
    return located


def choose(name: str, allowed: Iterable[str]) -> str:
    """A hint: the nearest name where there is one, and all that are allowed."""
    names = list(allowed)
    near = nearest(name, names)
    return (f"Did you mean {near}? " if near else "") + f"Allowed: {', '.join(names)}."


def _sentences(detail: Any, path: KeyPath, model: type[BaseModel]) -> list[tuple[KeyPath, str, str]]:
    """(path below the error's own, what is wrong, how to mend it) for one error of pydantic."""
    kind, name, given = detail["type"], _dotted(path), detail["input"]
    context = detail.get("ctx", {})
    if kind == "value_error":
        mistakes = context["error"]
        if isinstance(mistakes, Mistakes):
            return [(below, f"{_dotted((*path, *below))}: {what}", mend) for below, what, mend in mistakes.items]
        return [((), f"{name}: {mistakes}", "")]
    if kind == "missing":
        return [((), f"{name} is missing.", _meaning(model, path))]
    if kind == "extra_forbidden":
        block = _model_at(model, path[:-1])
        return [((), f"there is no key {name!r}.", choose(str(path[-1]), block.model_fields))]
    if kind in {"enum", "literal_error"}:
        allowed = _choices(context["expected"])
        return [((), f"{name} must not be {_shown(given)}.", choose(str(given), allowed))]
    return [((), f"{name} {rule_of(detail)}; given: {_shown(given)}.", _meaning(model, path))]


def rule_of(detail: Any) -> str:
    """The rule that a value breaks, in our words: one error of pydantic, without what it is about."""
    kind, context = detail["type"], detail.get("ctx", {})
    if kind == "value_error":
        return _cut(str(context["error"]))
    if kind in {"enum", "literal_error"}:
        return f"must be one of {', '.join(_choices(context['expected']))}"
    if kind in {"string_too_short", "too_short"}:
        return "must not be empty"
    if kind in _LIMITS:
        sentence, limit = _LIMITS[kind]
        return sentence.format(context[limit if limit in context else next(iter(context))])
    if kind == "string_pattern_mismatch":
        return "must be a colour such as #0f2a33"
    return _KINDS.get(kind.partition("_")[0], str(detail["msg"]))


def _choices(expected: str) -> list[str]:
    """The allowed values from pydantic's "'a', 'b' or 'c'"."""
    return [part.strip().strip("'") for part in expected.replace(" or ", ", ").split(",")]


def _dotted(path: KeyPath) -> str:
    """A path as a person reads it: sources entry 2.columns.order_id."""
    words = ""
    for part in path:
        if isinstance(part, int):
            words += f" entry {part + 1}"
        else:
            words += f".{part}" if words else part
    return words or "the file"


def _shown(value: Any) -> str:
    text = "empty" if value is None else repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= LONGEST_VALUE else text[: LONGEST_VALUE - 1] + "…"


def _cut(sentence: str) -> str:
    """A sentence that quotes a value of any length, without the middle of it."""
    half = LONGEST_SENTENCE // 2
    return sentence if len(sentence) <= LONGEST_SENTENCE else f"{sentence[:half]} … {sentence[-half:]}"


def _meaning(model: type[BaseModel], path: KeyPath) -> str:
    """What the key is for, from its description."""
    found = _field_at(model, path)
    return f"It is: {found.description}." if found is not None and found.description else ""


def _field_at(model: type[BaseModel], path: KeyPath) -> FieldInfo | None:
    if not path or isinstance(path[-1], int):
        return None
    return _model_at(model, path[:-1]).model_fields.get(path[-1])


def _model_at(model: type[BaseModel], path: KeyPath) -> type[BaseModel]:
    """The class that describes the block at `path`."""
    current = model
    for part in path:
        if isinstance(part, str) and part in current.model_fields:
            current = _model_in(current.model_fields[part].annotation) or current
    return current


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """The model class inside list[Model], Model | None and the like."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for part in get_args(annotation) if (found := _model_in(part)) is not None), None)
