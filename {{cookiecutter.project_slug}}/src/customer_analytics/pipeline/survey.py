"""What the loaded tables can carry: a verdict for each report, and the groups of a column for `--for-each`.

Asked of the engine once, then kept in the cache: a run without changes opens no table.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from customer_analytics.engagement import Project
from customer_analytics.engagement.errors import Problem, UserError
from customer_analytics.language import Language
from customer_analytics.pipeline.cache import Cache, code_hash, key_of, versions
from customer_analytics.pipeline.plan import Plan, nearest
from customer_analytics.tables.ledger_files import audience_names

if TYPE_CHECKING:
    from customer_analytics.pipeline.warm import WarmProcess
    from customer_analytics.tables.store import Tables

MOST_GROUPS = 200
_JUDGING = ("customer_analytics.analysis.audit.fitness", "customer_analytics.narrative.data_audit")
_LONGEST_SLUG = 40
_RESERVED = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))}


@dataclass(frozen=True)
class Carries:
    """A verdict in words. `level`: 0 no-go, 1 go with limits, 2 go."""

    level: int
    reason: str


@dataclass(frozen=True)
class Survey:
    """The last day that counts, and the verdict of each report of the plan (none where it could not be judged)."""

    as_of: str | None
    verdicts: Mapping[str, Carries]


@dataclass(frozen=True)
class Group:
    """One value of the column that a run goes through, the customers it has, and the name of its folder."""

    column: str
    value: str
    customers: int
    folder: str

    @property
    def subset(self) -> str:
        """The group as the notebooks' `subset` parameter."""
        return f"{self.column}={self.value}"


@dataclass(frozen=True)
class Groups:
    """The groups of a column, largest first, and how many were left out as too small."""

    column: str
    groups: tuple[Group, ...]
    left_out: int


def kept_survey(project: Project, cache: Cache, plan: Plan, fingerprint: str, group: Group | None) -> Survey | None:
    """The survey of an earlier run with the same data, or None."""
    kept = cache.answer(_survey_key(project, plan, fingerprint, group))
    if not isinstance(kept, dict):
        return None
    return _survey(kept)


def survey(
    project: Project,
    cache: Cache,
    plan: Plan,
    fingerprint: str,
    group: Group | None,
    warm: WarmProcess | None = None,
) -> Survey:
    """Ask the tables, and keep the answer.

    With a warm process one of its forks asks: it has the engine loaded, which the pipeline itself never needs.

    Raises:
        UserError: the tables cannot be opened with this as-of date or subset.
    """
    question: dict[str, Any] = {
        "folder": str(project.folder),
        "as_of": plan.as_of,
        "language": plan.language,
        "bases": {report.name: int(report.resolved["minimum_base"]) for report in plan.reports},
        "subset": None if group is None else group.subset,
    }
    answer = None
    if warm is not None:
        with contextlib.suppress(OSError):  # what went wrong is said by asking here
            answer = warm.call(f"{__name__}:judge", question, project.folder, _JUDGING)
    found = _survey(judge(**question) if answer is None else answer)
    cache.keep_answer(_survey_key(project, plan, fingerprint, group), asdict(found))
    return found


def judge(
    folder: str, as_of: str | None, language: str, bases: Mapping[str, int], subset: str | None
) -> dict[str, Any]:
    """The survey of the project in a folder as plain JSON values; `bases`: report -> its minimum_base."""
    from customer_analytics.analysis.audit.fitness import fitness
    from customer_analytics.narrative.data_audit import say_reasons

    project = Project.find(Path(folder))
    tables = _open(project, as_of, subset)
    words = Language(language, project.engagement.currency, project.engagement.wording(language))
    lists = len(audience_names(project))
    judged = {base: fitness(tables, minimum_base=base, lists=lists) for base in sorted(set(bases.values()))}
    verdicts = {}
    for name, base in bases.items():
        verdict = judged[base][name]
        verdicts[name] = {"level": int(verdict.level), "reason": str(say_reasons(verdict, words))}
    return {"as_of": tables.as_of.isoformat(), "verdicts": verdicts}


def _survey(plain: Mapping[str, Any]) -> Survey:
    return Survey(plain["as_of"], {name: Carries(**verdict) for name, verdict in plain["verdicts"].items()})


def find_groups(project: Project, cache: Cache, plan: Plan, fingerprint: str, column: str) -> Groups:
    """The values of a column that `subset` knows, with at least `engagement.minimum_group` customers.

    Where the whole less the groups would tell of fewer, the smallest of the groups is left out too.

    Raises:
        UserError: no such column, no group that is large enough, or more groups than anybody would read.
    """
    if "=" in column:
        what = "a column whose name holds = cannot be gone through."
        raise UserError([Problem(f"--for-each {column}", what, "Map it to another name in engagement.yml.")])
    key = key_of(what="groups", column=column, **_basis(project, plan, fingerprint))
    counted = cache.answer(key)
    if not isinstance(counted, dict):
        counted = _count(_open(project, plan.as_of, None), column)
        cache.keep_answer(key, counted)
    least = project.engagement.minimum_group
    large = _large_enough(counted["groups"], counted["without"], least)
    where = f"--for-each {column}"
    if not large:
        raise UserError([Problem(where, f"no value has {least} customers (minimum_group).", "Choose another column.")])
    if len(large) > MOST_GROUPS:
        what = f"has {len(large)} values; at most {MOST_GROUPS} sets are made."
        raise UserError([Problem(where, what, "Choose a coarser column.")])
    folders = _folder_names([value for value, _ in large])
    groups = tuple(Group(column, value, customers, folders[value]) for value, customers in large)
    return Groups(column, groups, len(counted["groups"]) - len(large))


def _large_enough(counted: Sequence[tuple[str, int]], without: int | None, least: int) -> list[tuple[str, int]]:
    """The groups that may have reports of their own: none of the others can be had as the whole less these."""
    import numpy as np

    from customer_analytics.disclosure.hiding import enough_together

    people = np.array([customers for _, customers in counted], dtype=np.float64)
    small = people < least
    if without is not None:  # the groups add up, with those of whom the value is not known
        rest = np.append(people, without)
        small |= enough_together(rest, np.append(small, True), least)[:-1]
    return [(str(value), int(customers)) for (value, customers), few in zip(counted, small, strict=True) if not few]


def _survey_key(project: Project, plan: Plan, fingerprint: str, group: Group | None) -> str:
    bases = {report.name: report.resolved["minimum_base"] for report in plan.reports}
    subset = None if group is None else group.subset
    lists = audience_names(project)
    return key_of(what="survey", subset=subset, bases=bases, lists=lists, **_basis(project, plan, fingerprint))


def _basis(project: Project, plan: Plan, fingerprint: str) -> dict[str, Any]:
    return {
        "fingerprint": fingerprint,
        "as_of": plan.as_of,
        "language": plan.language,
        "settings": project.engagement.model_dump(mode="json", exclude={"reports"}),
        "code": code_hash(),
        "versions": versions(),
    }


def _open(project: Project, as_of: str | None, subset: str | None) -> Tables:
    from customer_analytics.tables.store import open_tables

    day = dt.date.fromisoformat(as_of) if as_of else project.engagement.as_of
    return open_tables(project, as_of=day, subset=subset)


def _count(tables: Tables, column: str) -> dict[str, Any]:
    """`groups`: value and customers (orders where nobody is known), largest first. `without`: those without a value,
    where nobody is in two groups, so that all add up; else None."""
    from customer_analytics.tables.subset import SEARCHED

    home = next((name for name in SEARCHED if tables.has(name, column)), None)
    if home is None:
        known = dict.fromkeys(name for table in SEARCHED if tables.has(table) for name in tables[table].columns)
        raise UserError([Problem(f"--for-each {column}", "there is no such column.", nearest(column, known))])
    table = tables[home]
    table = table.mutate(group_value=table[column].cast("string").strip())
    told = (table.group_value.notnull() & (table.group_value != "")).fill_null(False)
    people = table.customer_id if "customer_id" in table.columns else None
    of = {"customers": table.count() if people is None else people.nunique()}
    counted = table.filter(told).group_by("group_value").aggregate(**of).execute()
    pairs = [(str(row.group_value), int(row.customers)) for row in counted.itertuples()]
    every = int(table.aggregate(**of).execute()["customers"].iloc[0])
    known_value = int(table.filter(told).aggregate(**of).execute()["customers"].iloc[0])
    apart = sum(customers for _, customers in pairs) == known_value
    return {
        "groups": sorted(pairs, key=lambda pair: (-pair[1], pair[0])),
        "without": every - known_value if apart else None,
    }


def _folder_names(values: Sequence[str]) -> dict[str, str]:
    """A folder name for each value that every system takes: letters, and a short hash where they lose anything."""
    slugs = {value: _slug(value) for value in values}
    shared = Counter(slugs.values())
    names = {}
    for value, slug in slugs.items():
        faithful = slug == re.sub(r"[ _-]+", "-", value.lower())
        mark = hashlib.sha256(value.encode("utf-8", "surrogatepass")).hexdigest()[:6]
        plain = faithful and shared[slug] == 1 and slug not in _RESERVED
        names[value] = slug if plain else f"{slug or 'group'}-{mark}"
    return names


def _slug(value: str) -> str:
    plain = unicodedata.normalize("NFKD", value).encode("ascii", "ignore").decode("ascii").lower()
    return re.sub(r"[^a-z0-9]+", "-", plain)[:_LONGEST_SLUG].strip("-")
