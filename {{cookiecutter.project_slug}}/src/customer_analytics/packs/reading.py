"""Reading a pack: the shipped one of an industry, and the client's own on top of it, with every mistake by its line."""

from __future__ import annotations

import functools
from importlib import resources
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from customer_analytics.engagement.document import Document, Place, parse_document, read_text
from customer_analytics.engagement.errors import EngagementError, Problem
from customer_analytics.engagement.explaining import explain
from customer_analytics.packs import INDUSTRIES
from customer_analytics.packs.model import Pack

# Blocks of which an own pack may give single entries; the rest of each is the industry's. Others are taken whole.
_MIXED = ("words", "titles", "parameters", "audiences", "sample")


@functools.cache
def pack_of(industry: str) -> Pack:
    """The pack of an industry of engagement.yml.

    Raises:
        ValueError: there is no such industry.
    """
    shipped = _shipped(industry)
    return _validated(shipped.data, shipped)


def read_pack(path: Path, industry: str, shown: str = "") -> Pack:
    """A client's own pack: what it does not say is as in the industry's.

    Args:
        path: the file.
        industry: whose pack stands behind it.
        shown: the file as messages name it; default: its name.

    Raises:
        EngagementError: all problems of the file, each with its line.
    """
    document = parse_document(read_text(path), shown or path.name)
    return _validated(_mixed(_shipped(industry).data, document.data), document)


def pack_text(industry: str) -> str:
    """The shipped file, to begin an own one from."""
    if industry not in INDUSTRIES:
        raise ValueError(f"no such industry: {industry!r}. Allowed: {', '.join(INDUSTRIES)}")
    return resources.files("customer_analytics.packs").joinpath(f"{industry}.yml").read_text(encoding="utf-8")


@functools.cache
def _shipped(industry: str) -> Document:
    return parse_document(pack_text(industry), f"{industry}.yml")


def _mixed(industry: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    mixed = {**industry, **{key: value for key, value in own.items() if value is not None}}
    for block in _MIXED:
        ours, theirs = industry.get(block), own.get(block)
        if not (isinstance(ours, dict) and isinstance(theirs, dict)):
            continue
        mixed[block] = {**ours, **theirs}
        if block == "parameters":  # by report and name
            for report in ours.keys() & theirs.keys():
                if isinstance(theirs[report], dict):
                    mixed[block][report] = {**ours[report], **theirs[report]}
    return mixed


def _validated(data: dict[str, Any], document: Document) -> Pack:
    located: list[tuple[Place, Problem]] = [*document.duplicates]
    pack: Pack | None = None
    try:
        pack = Pack.model_validate(data)
    except ValidationError as error:
        located += explain(error, document, Pack)
    if located or pack is None:
        raise EngagementError([p for _, p in sorted(located, key=lambda pair: (pair[0].line, pair[0].column))])
    return pack
