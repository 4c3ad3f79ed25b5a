"""questions.json of a run: cells and words from which the box on the front page answers without any data.

There is none for `privacy: executive`, for runs of many groups, without orders, and with too few customers.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from customer_analytics.engagement import Project
from customer_analytics.engagement.errors import UserError
from customer_analytics.engagement.settings import Privacy
from customer_analytics.engagement.tags import FILE_NAME as TAGS
from customer_analytics.engagement.tags import TagCatalogue, read_catalogue
from customer_analytics.pipeline.cache import Cache, code_hash, engagement_facts, key_of
from customer_analytics.pipeline.lock import state_folder
from customer_analytics.questions import words
from customer_analytics.questions.normal import plain

if TYPE_CHECKING:
    from customer_analytics.analysis.cube.gather import Cube, Dimension
    from customer_analytics.analysis.cube.partition import Cell

FILE_NAME = "questions.json"
LARGEST_BYTES = 60_000
_DIGITS = 3  # of money


def make_questions(folder: Path, manifest: Mapping[str, Any], project: Project) -> None:
    """Put questions.json into the run's folder, from the cache where data, settings and code are as before."""
    if project.engagement.privacy is Privacy.EXECUTIVE or manifest.get("for_each") or not manifest.get("as_of"):
        return
    key = key_of(
        questions=manifest["data"]["fingerprint"],
        as_of=manifest["as_of"],
        engagement=engagement_facts(project, "personas", manifest["as_of"]),
        code=code_hash(),
    )
    cache = Cache(state_folder(project))
    kept = cache.answer(key)
    if kept is None:
        kept = _made(project, str(manifest["as_of"]))
        cache.keep_answer(key, kept)
    if kept:
        text = json.dumps(kept, ensure_ascii=False, separators=(",", ":"))
        (folder / FILE_NAME).write_text(text + "\n", encoding="utf-8", newline="\n")


def _made(project: Project, as_of: str) -> dict[str, Any]:
    from customer_analytics.analysis.cube.gather import make_cube
    from customer_analytics.tables.store import open_tables

    try:
        catalogue = read_catalogue(project) if (project.folder / TAGS).is_file() else None
        tables = open_tables(project, as_of=dt.date.fromisoformat(as_of[:10]))
        cube = make_cube(tables, catalogue, project.engagement.minimum_group)
    except UserError:  # mistakes in tags.yml: the reports that need the tags name them
        return {}
    if not cube.hub or len(cube.dimensions) < 2:
        return {}
    return {
        "format": 1,
        "as_of": as_of[:10],
        "customers": cube.customers,
        "minimum_group": project.engagement.minimum_group,
        "currency": project.engagement.currency,
        "dimensions": [_dimension(one, catalogue) for one in cube.dimensions],
        "hub": [_cell(one) for one in cube.hub],
        "tables": [[[_cell(one) for one in part] for part in table] for table in cube.tables],
        "sensitive": list(cube.sensitive),
        "words": {language: _words(cube, language) for language in ("en", "zh_CN")},
    }


def _cell(cell: Cell) -> list[float | None]:
    """Bits of the values, customers, money to three digits."""
    return [cell.mask, cell.customers, None if cell.money is None else _rounded(cell.money)]


def _rounded(money: float) -> float:
    return float(f"{money:.{_DIGITS}g}")


def _dimension(one: Dimension, catalogue: TagCatalogue | None) -> dict[str, Any]:
    told: dict[str, Any] = {"name": one.name}
    if one.edges:
        return told | {"edges": list(one.edges)}
    tag = next((tag.entry for tag in catalogue.tags if tag.name == one.name), None) if catalogue else None
    told |= {"values": list(one.values)}
    if tag is not None:
        told["label"] = {"en": tag.label.en, "zh_CN": tag.label.zh_CN}
        shown = {value: tag.values[value] for value in one.values if value in tag.values}
        told["shown"] = {value: {"en": both.en, "zh_CN": both.zh_CN} for value, both in shown.items()}
    return told


def _words(cube: Cube, language: str) -> dict[str, Any]:
    """The phrases of one language: of each kind as a text, parts by a bar; of values as [phrases, dimension, bits]."""
    names = [one.name for one in cube.dimensions]
    asks = {kind: _joined(words.phrases(text), language) for kind, text in words.ASKS.items()}
    acts = {name: _joined(words.phrases(words.ACTS[name]), language) for name in ("ordered", "active") if name in names}
    facts = {
        str(names.index(name)): _joined(words.phrases(text), language)
        for name, text in words.FACTS.items()
        if name in names
    }
    return {
        "filler": _joined(words.phrases(words.FILLERS), language),
        "and": _joined(words.phrases(words.ANDS), language),
        "or": _joined(words.phrases(words.ORS), language),
        "not": _joined(words.phrases(words.NOTS), language),
        "which": _joined(words.phrases(words.WHICH), language),
        "most": "|".join(_joined(words.phrases(text), language) for text in words.MOST.values()),
        "asks": asks,
        "acts": acts,
        "facts": facts,
        "values": list(_values(cube, language)),
    }


def _values(cube: Cube, language: str) -> Iterable[list[Any]]:
    names = [one.name for one in cube.dimensions]
    taken: set[str] = set()
    for place, one in enumerate(cube.dimensions):
        for number, value in enumerate(one.values):
            if plain(value) not in taken:  # of spellings the most frequent is meant
                yield [plain(value).replace("|", " "), place, 1 << number]
            taken.add(plain(value))
    of_orders = {"one_time_buyer": 0b10, "repeat_buyer": ~0b11, "registered_only": 0b1}
    for text, (tag, value) in words.TIERS.items():
        said = _joined(words.phrases(text), language)
        if tag in of_orders and "orders" in names and said:
            place = names.index("orders")
            yield [said, place, of_orders[tag] & ((1 << cube.dimensions[place].size) - 1)]
        elif tag in names and value in cube.dimensions[names.index(tag)].values and said:
            yield [said, names.index(tag), 1 << cube.dimensions[names.index(tag)].values.index(value)]


def _joined(phrases: Iterable[str], language: str) -> str:
    """The phrases of one language; signs belong to both."""
    chosen = []
    for phrase in phrases:
        key = plain(phrase)
        han = any("\u4e00" <= letter <= "\u9fff" for letter in key)
        latin = any("a" <= letter <= "z" for letter in key)
        if (
            key
            and "|" not in key
            and ((han and language == "zh_CN") or (latin and not han and language == "en") or not (han or latin))
        ):
            chosen.append(key)
    return "|".join(dict.fromkeys(chosen))
