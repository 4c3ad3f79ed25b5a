"""What the command was asked for, read and checked: every mistake at once, before any data are touched."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from customer_analytics.audiences.names import canonical, name_problem
from customer_analytics.engagement.days import read_day
from customer_analytics.engagement.errors import Problem, UserError
from customer_analytics.engagement.mistakes import nearest

FORMATS = ("csv", "xlsx", "segment", "braze")
LARGEST_SHARE = Fraction(9, 10)
LARGEST_SEED = 2**63 - 1
KEPT_COLUMNS = ("customer_id", "held_out_of")  # what a list has anyway
_SHARE = re.compile(r"(\d{1,3}(?:\.\d{1,6})?)\s*%|(0(?:\.\d{1,8})?)")
_CAP = re.compile(r"(\d{1,4})\s+(?:times\s+)?(?:in|within|per)\s+(?:the\s+last\s+)?(\d{1,5})\s+days?", re.IGNORECASE)
_CAMPAIGN = 200


@dataclass(frozen=True)
class ContactCap:
    """At most `limit` contacts in `days` days, the as-of day being the last of them."""

    limit: int
    days: int

    def __str__(self) -> str:
        return f"{self.limit} in {self.days} day" + ("" if self.days == 1 else "s")


@dataclass(frozen=True)
class Request:
    """A checked request for one audience."""

    name: str
    condition: str
    share: Fraction = Fraction(1, 10)
    seed: int = 0
    seed_given: bool = False
    strata: tuple[str, ...] = ()
    contact_cap: ContactCap | None = None
    exclude_held_out: bool = False
    columns: tuple[str, ...] = ()
    formats: tuple[str, ...] = ("csv",)
    campaign_id: str = ""
    expires_on: dt.date | None = None
    as_of: dt.date | None = None
    replace: bool = False


def read_request(
    condition: str,
    *,
    name: str,
    holdout: str = "10%",
    seed: int | None = None,
    strata: str | None = None,
    contact_cap: str | None = None,
    exclude_held_out: bool = False,
    columns: str | None = None,
    formats: str | None = None,
    campaign: str | None = None,
    expires: str | None = None,
    as_of: str | None = None,
    replace: bool = False,
) -> Request:
    """The options of the command as values.

    Raises:
        UserError: every option that cannot be read, all at once.
    """
    problems: list[Problem] = []
    name = canonical(name)
    wrong_name = name_problem(name)
    if wrong_name:
        problems.append(wrong_name)
    if not condition.strip():
        problems.append(
            Problem("the condition", "is empty.", "For example: \"region = 'North' and not ordered within 30 days\"")
        )
    campaign_id = name if campaign is None else unicodedata.normalize("NFC", campaign).strip()
    if campaign is not None and not (0 < len(campaign_id) <= _CAMPAIGN and campaign_id.isprintable()):
        problems.append(
            Problem("--campaign", "is empty, too long or not printable.", "For example: --campaign C-2025-04")
        )
    if seed is not None and not 0 <= seed <= LARGEST_SEED:
        problems.append(Problem(f"--seed {seed}", f"must lie between 0 and {LARGEST_SEED}.", "For example: --seed 7"))
    request = Request(
        name=name,
        condition=condition,
        share=_read_share(holdout, problems),
        seed=default_seed(name) if seed is None else seed,
        seed_given=seed is not None,
        strata=_names(strata),
        contact_cap=_read_cap(contact_cap, problems),
        exclude_held_out=exclude_held_out,
        columns=tuple(column for column in _names(columns) if column != "customer_id"),
        formats=_read_formats(formats, problems),
        campaign_id=campaign_id,
        expires_on=_read_day("--expires", expires, problems),
        as_of=_read_day("--as-of", as_of, problems),
        replace=replace,
    )
    if "held_out_of" in request.columns:
        problems.append(Problem("--columns", "held_out_of is a column that every list has.", "Leave it out."))
    if problems:
        raise UserError(problems)
    return request


def share_text(share: Fraction) -> str:
    """A share as a percentage, exactly: 10%, 12.5%."""
    percent = share * 100
    whole = percent.numerator // percent.denominator
    return f"{whole}%" if whole == percent else f"{float(percent):.10g}%"


def default_seed(name: str) -> int:
    """The seed that an audience has when none is given: the same for the same name, on every machine."""
    return int.from_bytes(hashlib.blake2b(name.encode("utf-8", "surrogatepass"), digest_size=4).digest(), "big")


def _read_share(text: str, problems: list[Problem]) -> Fraction:
    plain = unicodedata.normalize("NFKC", text).strip()  # ％ is %
    match = _SHARE.fullmatch(plain)
    where = f"--holdout {text}"
    if match is None:
        problems.append(Problem(where, "is not a share.", "For example: --holdout 10%, or --holdout 0% for none."))
        return Fraction(0)
    share = Fraction(Decimal(match[1])) / 100 if match[1] else Fraction(Decimal(match[2]))
    if share > LARGEST_SHARE:
        problems.append(Problem(where, "leaves hardly anyone to contact.", "At most 90%."))
    return share


def _read_cap(text: str | None, problems: list[Problem]) -> ContactCap | None:
    if text is None:
        return None
    match = _CAP.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if match is None or not int(match[1]) or not int(match[2]):
        problems.append(
            Problem(f"--contact-cap {text}", "cannot be read.", 'For example: --contact-cap "2 in 30 days"')
        )
        return None
    return ContactCap(int(match[1]), int(match[2]))


def _read_formats(text: str | None, problems: list[Problem]) -> tuple[str, ...]:
    wanted = [name.lower() for name in _names(text)]
    for name in wanted:
        if name not in FORMATS:
            near = nearest(name, FORMATS)
            hint = f"Did you mean {near}? " if near else ""
            problems.append(
                Problem(f"--format {name}", "there is no such format.", f"{hint}Available: {', '.join(FORMATS)}.")
            )
    return tuple(name for name in FORMATS if name == "csv" or name in wanted)


def _read_day(option: str, text: str | None, problems: list[Problem]) -> dt.date | None:
    if text is None:
        return None
    day = read_day(text.strip())
    if day is None:
        problems.append(Problem(f"{option} {text}", "is not a day of the calendar.", "Write it as 2025-06-30."))
        return None
    return day


def _names(text: str | None) -> tuple[str, ...]:
    """Names between commas, each once; also between the full-width commas of Chinese keyboards."""
    return tuple(dict.fromkeys(part for part in map(str.strip, _split(text or "")) if part))


def _split(text: str) -> Sequence[str]:
    return text.replace("，", ",").split(",")
