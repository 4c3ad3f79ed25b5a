"""Industry packs: what is usual in an industry, one file each, read strictly (docs/guide/industry-packs.md)."""

from __future__ import annotations

INDUSTRIES = ("retail", "saas_content", "education", "finance", "local_services", "b2b")


def side(entry: str, language: str) -> str:
    """The side of "English|Chinese" that this language reads."""
    english, _, chinese = entry.partition("|")
    return (chinese or english) if language == "zh_CN" else english
