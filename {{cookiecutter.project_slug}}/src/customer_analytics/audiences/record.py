"""audience.json: what was asked for, what came of it, and everything that is needed to draw again."""

from __future__ import annotations

import datetime as dt
import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from customer_analytics.analysis.assignment.draw import METHOD
from customer_analytics.analysis.assignment.strata import Strata
from customer_analytics.audiences.check import RandomisationCheck
from customer_analytics.audiences.effect import Effect
from customer_analytics.audiences.listing import FILE_NAME, FORMAT
from customer_analytics.audiences.options import Request, share_text
from customer_analytics.audiences.selection import Selection


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
        "value": {"currency": stamp.currency, **asdict(worth), "share": worth.share} if worth else None,
        "overlaps": [asdict(overlap) for overlap in selection.overlaps],
        "columns": list(request.columns),
    }
    plain: dict[str, Any] = _without_nan(record)
    return plain


def write_record(folder: Path, record: Mapping[str, Any]) -> None:
    """Write audience.json into an audience's folder."""
    text = json.dumps(record, ensure_ascii=False, indent=1, allow_nan=False)
    (folder / FILE_NAME).write_text(text + "\n", encoding="utf-8", newline="\n")


def _without_nan(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, Mapping):
        return {key: _without_nan(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_without_nan(one) for one in value]
    return value
