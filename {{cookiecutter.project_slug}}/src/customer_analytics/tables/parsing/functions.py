"""Functions of the engine that Ibis has no name for."""

# mypy: disable-error-code="untyped-decorator,empty-body"

from __future__ import annotations

import datetime as dt

import ibis

_builtin = ibis.udf.scalar.builtin


@_builtin(name="trim", signature=(("string", "string"), "string"))
def trim_of(text: str, characters: str) -> str:
    """Text without these characters at its ends."""


@_builtin(name="chr", signature=(("int32",), "string"))
def character(code: int) -> str:
    """The character of a code point."""


@_builtin(name="strlen", signature=(("string",), "int64"))
def byte_length(text: str) -> int:
    """Bytes of a text in UTF-8, which the engine knows without looking at them."""


@_builtin(name="list_contains", signature=(("array<string>", "string"), "boolean"))
def list_contains(words: list[str], text: str) -> bool:
    """Whether a text is among some words."""


@_builtin(name="regexp_replace", signature=(("string", "string", "string", "string"), "string"))
def regexp_replace(text: str, pattern: str, by: str, options: str) -> str:
    """Text with what matches replaced; the option g replaces every match."""


@_builtin(name="regexp_full_match", signature=(("string", "string"), "boolean"))
def full_match(text: str, pattern: str) -> bool:
    """Whether a regular expression matches the whole text."""


@_builtin(name="try_strptime", signature=(("string", "array<string>"), "timestamp"))
def try_strptime(text: str, formats: list[str]) -> dt.datetime:
    """Text as a timestamp by the first of some formats that reads it, else null."""


@_builtin(name="try_strptime", signature=(("string", "array<string>"), "timestamp('UTC')"))
def try_strptime_with_offset(text: str, formats: list[str]) -> dt.datetime:
    """Text as a moment by the first of some formats with %z that reads it, else null."""


@_builtin(name="make_timestamp", signature=(("int64",), "timestamp"))
def from_microseconds(microseconds: int) -> dt.datetime:
    """The moment so many microseconds after 1970 began."""


@_builtin(name="url_decode", signature=(("string",), "string"))
def url_decode(text: str) -> str:
    """Text with %20 and the like as the characters that they stand for."""


@_builtin(name="json_valid", signature=(("string",), "boolean"))
def json_valid(text: str) -> bool:
    """Whether text is JSON."""


@_builtin(name="json_keys", signature=(("string",), "array<string>"))
def json_keys(text: str) -> list[str]:
    """The keys of a JSON object."""


@_builtin(name="json_extract_string", signature=(("string", "string"), "string"))
def json_text(text: str, path: str) -> str:
    """What is at a path of a JSON text, as text."""


@_builtin(name="timezone", signature=(("string", "timestamp('UTC')"), "timestamp"))
def wall_clock(zone: str, moment: dt.datetime) -> dt.datetime:
    """A moment as the naive wall-clock time of a zone."""
