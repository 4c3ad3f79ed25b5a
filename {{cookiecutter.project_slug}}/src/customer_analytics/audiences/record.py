"""audience.json: what was asked for, what came of it, and everything that is needed to draw again."""

from __future__ import annotations

import datetime as dt
import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from customer_analytics.audiences.check import RandomisationCheck
from customer_analytics.audiences.effect import Effect
from customer_analytics.audiences.facts import VALUE_DAYS
from customer_analytics.audiences.holdout import METHOD
from customer_analytics.audiences.options import Request
from customer_analytics.audiences.selection import Selection
from customer_analytics.audiences.strata import Strata
from customer_analytics.engagement import Project
from customer_analytics.engagement.errors import Problem, UserError
from customer_analytics.tables.ledger import assignments

FILE_NAME = "audience.json"
FORMAT = 1


@dataclass(frozen=True)
class Stamp:
    """When and of what a list was made. `fingerprint`: of the loaded data; None where tables were put there by hand."""

    version: int
    canonical: str
    as_of: dt.date
    assigned_at: dt.datetime
    created_at: str
    fingerprint: str | None
    currency: str
    template_version: str


@dataclass(frozen=True)
class Listed:
    """One audience as `--list` shows it."""

    name: str
    version: int
    as_of: str
    to_contact: int
    held_out: int
    expires_on: str | None
    condition: str
    seed: int


def make_record(
    request: Request,
    stamp: Stamp,
    selection: Selection,
    strata: Strata,
    held_by_stratum: list[int],
    effect: Effect,
    check: RandomisationCheck,
) -> dict[str, Any]:
    """The content of audience.json; numbers that are not estimable are null."""
    held = sum(held_by_stratum)
    worth = selection.worth
    record = {
        "format": FORMAT,
        "name": request.name,
        "version": stamp.version,
        "campaign_id": request.campaign_id,
        "condition": request.condition,
        "canonical": stamp.canonical,
        "as_of": stamp.as_of.isoformat(),
        "assigned_at": stamp.assigned_at.isoformat() + "Z",
        "expires_on": request.expires_on.isoformat() if request.expires_on else None,
        "created_at": stamp.created_at,
        "template_version": stamp.template_version,
        "data_fingerprint": stamp.fingerprint,
        "counts": asdict(selection.counts) | {"to_contact": selection.counts.final - held, "held_out": held},
        "rules": {
            "consent": "column" if selection.knows_consent else "not recorded by the client",
            "unsubscribed": "touches" if selection.knows_unsubscribed else "not recorded by the client",
            "contact_cap": asdict(request.contact_cap) if request.contact_cap else None,
            "contacts_known": selection.knows_contacts,
            "exclude_held_out": request.exclude_held_out,
        },
        "holdout": {
            "share": share_text(request.share),
            "seed": request.seed,
            "seed_from": "given" if request.seed_given else "name",
            "method": METHOD,
            "by": list(selection.keys),
            "active_days": selection.active_days,
            "combinations": strata.combinations,
            "strata": [
                {"stratum": label, "customers": size, "held_out": out}
                for label, size, out in zip(strata.labels, strata.sizes, held_by_stratum, strict=True)
            ],
        },
        "check": asdict(check) | {"sound": check.sound},
        "effect": asdict(effect) | {"rate": effect.rate},
        "value": {"days": VALUE_DAYS, "currency": stamp.currency, **asdict(worth), "share": worth.share}
        if worth
        else None,
        "overlaps": [asdict(overlap) for overlap in selection.overlaps],
        "columns": list(request.columns),
    }
    plain: dict[str, Any] = _without_nan(record)
    return plain


def write_record(folder: Path, record: Mapping[str, Any]) -> None:
    """Write audience.json into an audience's folder."""
    text = json.dumps(record, ensure_ascii=False, indent=1, allow_nan=False)
    (folder / FILE_NAME).write_text(text + "\n", encoding="utf-8", newline="\n")


def list_audiences(project: Project) -> tuple[Listed, ...]:
    """All audiences of a project, newest as-of day first.

    Raises:
        UserError: a record is damaged; all of them are named.
    """
    assignments(project)  # puts an audience right whose swap was cut short
    found, problems = [], []
    for path in sorted(project.audiences.glob(f"*/{FILE_NAME}")):
        if path.parent.name.startswith("."):
            continue
        try:
            found.append(_listed(json.loads(path.read_text(encoding="utf-8"))))
        except (OSError, ValueError, KeyError, TypeError):
            where = path.relative_to(project.folder).as_posix()
            problems.append(Problem(where, "cannot be read.", "Put it back from a backup, or make the audience again."))
    if problems:
        raise UserError(problems)
    return tuple(sorted(found, key=lambda one: (one.as_of, one.name), reverse=True))


def share_text(share: Fraction) -> str:
    """A share as a percentage, exactly: 10%, 12.5%."""
    percent = share * 100
    whole = percent.numerator // percent.denominator
    return f"{whole}%" if whole == percent else f"{float(percent):.10g}%"


def _listed(record: Mapping[str, Any]) -> Listed:
    counts = record["counts"]
    return Listed(
        name=str(record["name"]),
        version=int(record["version"]),
        as_of=str(record["as_of"]),
        to_contact=int(counts["to_contact"]),
        held_out=int(counts["held_out"]),
        expires_on=record["expires_on"],
        condition=str(record["condition"]),
        seed=int(record["holdout"]["seed"]),
    )


def _without_nan(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, Mapping):
        return {key: _without_nan(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_without_nan(one) for one in value]
    return value
