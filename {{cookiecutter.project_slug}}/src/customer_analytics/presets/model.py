"""Presets: what a platform's exports are called, by which headings they are known, and how they become our tables."""

from __future__ import annotations

import functools
from importlib import resources
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from customer_analytics.engagement.document import parse_document
from customer_analytics.engagement.errors import Problem, UserError
from customer_analytics.engagement.mistakes import nearest

NAMES = ("shopify", "woocommerce", "ga4", "stripe", "taobao", "wechat_miniprogram", "hubspot")


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Export(_Part):
    """One kind of file. `has`: headings that tell it from others; `sources`: as in engagement.yml, but a column may
    have several possible headings, and `say` are comments to stand above it."""

    name: str
    has: list[str] = Field(min_length=1)
    files: str
    optional: bool = False
    sources: list[dict[str, Any]] = Field(min_length=1)


class Preset(_Part):
    """The exports of one platform. `headings`: pages that the headings and their meaning were taken from."""

    title: str
    export: str
    also: list[str] = []
    headings: list[str] = Field(min_length=1)
    notes: list[str]
    exports: list[Export]


@functools.cache
def presets() -> dict[str, Preset]:
    """All presets by name."""
    folder = resources.files("customer_analytics.presets").joinpath("catalogue")
    texts = {name: folder.joinpath(f"{name}.yml").read_text(encoding="utf-8") for name in NAMES}
    return {name: Preset.model_validate(parse_document(text, f"{name}.yml").data) for name, text in texts.items()}


def preset_of(name: str) -> Preset:
    """The preset of a name, in any case, `-` or `_`.

    Raises:
        UserError: there is none.
    """
    wanted = name.strip().lower().replace("-", "_")
    also = {other: preset for preset in presets().values() for other in preset.also}
    found = presets().get(wanted) or also.get(wanted)
    if found is None:
        near = nearest(wanted, [*NAMES, *also])
        hint = f"Did you mean {near}? " if near else ""
        mend = f"{hint}There are {', '.join(NAMES)}; for other exports say `analytics init` alone."
        raise UserError([Problem(f"--from {name}", "there is no such preset.", mend)])
    return found
