"""Make the synthetic client: the one entry for `analytics sample` and `analytics demo`."""

from __future__ import annotations

import datetime as dt
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from customer_analytics.engagement.errors import Problem, UserError
from customer_analytics.packs import INDUSTRIES
from customer_analytics.packs.model import Pack
from customer_analytics.tables.sample.campaigns import CAMPAIGNS
from customer_analytics.tables.sample.exports import write_exports
from customer_analytics.tables.sample.faults import plant_faults
from customer_analytics.tables.sample.frames import make_business, make_frames
from customer_analytics.tables.sample.truth import contract_truths, customer_truths, feedback_truths, make_truth
from customer_analytics.tables.sample.world import DAYS, END, World
from customer_analytics.tables.sample.writing import write_json, write_truth_table
from customer_analytics.tables.swap import replaced_whole

LANGUAGES = ("en", "zh_CN")
LEAST, MOST = 100, 2_000_000
SHORTEST, LONGEST = 560, 1_500  # exported days: the first campaign needs customers, the hazards have an end
WRITTEN = (
    "customers.csv", "orders/orders-*.csv", "order_lines/lines-*.csv", "products.xlsx", "events/events-*.parquet",
    "campaigns.xlsx", "touches.csv", "spend.tsv", "feedback.jsonl", "identities.csv", "subscriptions.csv",
    "truth.json", "truth_*.parquet", "next_period.json",
)  # fmt: skip


TRUTH_TABLES = {"customers": customer_truths, "subscriptions": contract_truths, "feedback": feedback_truths}


@dataclass(frozen=True)
class SampleSummary:
    """What was made. `sources`: the block for engagement.yml; `as_of`: the last regular day, to be written there too.

    Some rows are dated in the future on purpose: without `as_of` they would decide the last day.
    """

    folder: Path
    sources: list[dict[str, Any]]
    rows: dict[str, int]
    first_day: dt.date
    as_of: dt.date


def make_sample(
    folder: Path, *, customers: int, seed: int, language: str = "en", industry: str = "retail", currency: str = "EUR",
    time_zone: str = "UTC", end: dt.date = END, days: int = DAYS, planted: bool = True, faults: bool = True,
    pack: Pack | None = None,
) -> SampleSummary:  # fmt: skip
    """Write the exports of a synthetic client, and the truths planted in them, below `folder`.

    Args:
        folder: where the exports go, usually data/raw/sample of the project; files of an earlier sample are replaced.
        customers: accounts, 100 to 2,000,000.
        seed: same seed and arguments, same bytes.
        language: "en" or "zh_CN": headers, products, regions.
        industry: one of the industries of engagement.yml.
        currency: ISO code; prices get its usual size.
        time_zone: IANA name; exports are in its wall-clock time, except the events, which are in UTC.
        end: last exported day. Never taken from the clock.
        days: exported days, 560 to 1,500.
        planted: False makes a business without the truths of behaviour: nothing to find.
        faults: False leaves the data clean.
        pack: the client's own pack; None: the industry's.

    Raises:
        UserError: an argument is out of its range.
    """
    _check(customers, seed, language, industry, days)
    world = World(customers, seed, language, industry, currency, time_zone, end, days, planted, pack)
    business = make_business(world)
    frames = make_frames(business)
    marks = plant_faults(business, frames) if faults else {}
    with replaced_whole(folder) as new:
        sources = write_exports(business, frames, new, _place(folder))
        write_json(make_truth(business, frames, marks), new / "truth.json")
        for name, table in TRUTH_TABLES.items():
            write_truth_table(table(business), new / f"truth_{name}.parquet")
        _keep_others(folder, new)
    rows = {name: len(frame) for name, frame in frames.items()}
    rows |= {"products": len(business.catalogue), "campaigns": len(CAMPAIGNS)}
    return SampleSummary(folder, sources, rows, world.start, world.end)


def _check(customers: int, seed: int, language: str, industry: str, days: int) -> None:
    problems = []
    if not LEAST <= customers <= MOST:
        problems.append(Problem("customers", f"{customers} is not possible.", f"Allowed: {LEAST} to {MOST}."))
    if seed < 0:
        problems.append(Problem("seed", f"{seed} is not possible.", "Allowed: 0 and above."))
    if language not in LANGUAGES:
        problems.append(Problem("language", f"no such language: {language!r}.", f"Allowed: {', '.join(LANGUAGES)}."))
    if industry not in INDUSTRIES:
        problems.append(Problem("industry", f"no such industry: {industry!r}.", f"Allowed: {', '.join(INDUSTRIES)}."))
    if not SHORTEST <= days <= LONGEST:
        problems.append(Problem("days", f"{days} is not possible.", f"Allowed: {SHORTEST} to {LONGEST}."))
    if problems:
        raise UserError(problems)


def _place(folder: Path) -> str:
    """The folder as engagement.yml names it: from "data" on, with forward slashes."""
    parts = folder.resolve().parts
    for position in range(len(parts) - 2, 0, -1):
        if parts[position - 1 : position + 1] == ("data", "raw"):
            return "/".join(parts[position - 1 :])
    return f"data/raw/{folder.name}"


def _keep_others(folder: Path, new: Path) -> None:
    """Take along what is not of an earlier sample: of that, months that this one does not have would be loaded too."""
    earlier = {path for pattern in WRITTEN for path in folder.glob(pattern)}
    for path in folder.rglob("*"):
        target = new / path.relative_to(folder)
        if path.is_file() and path not in earlier:
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, target)
