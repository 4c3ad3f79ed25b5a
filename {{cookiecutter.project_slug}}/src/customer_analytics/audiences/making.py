"""`analytics audience`: from a condition to a list with its holdout, each step in its order."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

import customer_analytics
from customer_analytics.analysis.assignment.draw import draw
from customer_analytics.analysis.assignment.strata import Strata, smallest_stratum, stratify
from customer_analytics.audiences import facts
from customer_analytics.audiences.check import RandomisationCheck, check_draw
from customer_analytics.audiences.effect import DAYS, Before, Effect, Why, smallest_effect
from customer_analytics.audiences.files import Written, check_sizes, next_version, write_audience
from customer_analytics.audiences.listing import Listed, list_audiences
from customer_analytics.audiences.names import clash
from customer_analytics.audiences.options import Request
from customer_analytics.audiences.question import Question
from customer_analytics.audiences.record import Stamp, make_record
from customer_analytics.audiences.selection import Selection, select
from customer_analytics.audiences.strangers import Stranger
from customer_analytics.engagement import Project
from customer_analytics.engagement.errors import Problem, UserError
from customer_analytics.expressions import utc_of_local_midnight
from customer_analytics.tables.ledger import open_ledger
from customer_analytics.tables.load_log import read_load_log
from customer_analytics.tables.store import Tables, open_tables
from customer_analytics.tables.swap import put_right


@dataclass(frozen=True)
class Made:
    """A list and everything that is said of it. `written` is None after a dry run and when nobody is left."""

    request: Request
    stamp: Stamp
    selection: Selection
    strata: Strata
    held_out: int
    effect: Effect
    check: RandomisationCheck
    minimum_group: int
    strangers: tuple[Stranger, ...]
    same_seed: tuple[str, ...]  # other audiences drawn by this seed: their holdouts are the same people
    written: Written | None

    @property
    def to_contact(self) -> int:
        """Customers in the treatment arm."""
        return self.selection.counts.final - self.held_out


def make_audience(project: Project, request: Request, *, now: dt.datetime, dry_run: bool = False) -> Made:
    """Select, draw and write one audience. Call it while the project is held for this command.

    Args:
        project: the client project; its data must have been loaded.
        request: what was asked for, see `read_request`.
        now: goes into the record as the moment of making; nothing else depends on it.
        dry_run: write nothing.

    Raises:
        UserError: the condition cannot be understood or run, the name is taken, or nothing has been loaded.
    """
    check_name(project, request)
    question = Question(project, request)
    tables = open_tables(project, as_of=request.as_of)
    if request.expires_on is not None and request.expires_on <= tables.as_of:
        what = f"is not after the as-of day, {tables.as_of}."
        raise UserError([Problem(f"--expires {request.expires_on}", what, "Name a later day.")])
    ledger = open_ledger(project, tables.backend, tables.as_of)
    minimum = project.engagement.minimum_group
    matched = question.ask(tables, ledger)
    unknown = question.strangers(tables, ledger, minimum)
    if mistakes := [one.problem for one in unknown if one.is_mistake]:
        raise UserError(mistakes)
    selection = select(tables, matched, ledger, request)
    n = selection.counts.final
    strata = stratify(selection.keys, n, smallest_stratum(request.share))
    held = draw(
        selection.frame["customer_id"].to_numpy(dtype=object), strata.codes, strata.labels, request.share, request.seed
    )
    held_by_stratum = [int(count) for count in np.bincount(strata.codes, weights=held, minlength=len(strata.labels))]
    check = check_draw(held, strata, request.share, selection.measures)
    held_out = int(held.sum())
    effect = smallest_effect(n - held_out, held_out, minimum, _before(project, question, tables))
    stamp = _stamp(project, request, question, tables, now)
    same_seed = tuple(
        one.name for one in list_audiences(project) if one.seed == request.seed and _is_other(one, request)
    )
    written = None
    if n and not dry_run:
        check_sizes(request, n - held_out)
        record = make_record(request, stamp, selection, strata, held_by_stratum, effect, check)
        record["unknown_names"] = [str(one) for one in unknown]
        labels = np.array(strata.labels, dtype=object)[strata.codes]
        written = write_audience(project, request, stamp, selection.frame, held, labels, record)
    return Made(request, stamp, selection, strata, held_out, effect, check, minimum, unknown, same_seed, written)


def check_name(project: Project, request: Request) -> None:
    """Refuse a name that is taken.

    Raises:
        UserError: an audience has this name and is not to be replaced, or one that a file system takes for the same.
    """
    put_right(project.audiences)
    taken = clash(project.audiences, request.name)
    if taken is None or (taken == request.name and request.replace):
        return
    if taken == request.name:
        mend = "Choose another name, or add --replace: who was assigned before stays in the ledger."
        raise UserError([Problem(f"--name {request.name}", "there is an audience of this name.", mend)])
    what = f"is the same folder as the audience {taken!r} on some systems."
    raise UserError([Problem(f"--name {request.name}", what, f"Choose another name, or write it as {taken!r}.")])


def _stamp(project: Project, request: Request, question: Question, tables: Tables, now: dt.datetime) -> Stamp:
    """An arm counts as drawn at the end of the as-of day: nothing that is known of that day came after it."""
    end = utc_of_local_midnight(tables.reference_day, tables.zone) - dt.timedelta(seconds=1)
    try:
        fingerprint = read_load_log(project).fingerprint
    except UserError:  # tables that were put there by other means
        fingerprint = None
    return Stamp(
        version=next_version(project, request.name),
        canonical=question.canonical,
        as_of=tables.as_of,
        assigned_at=end,
        created_at=now.isoformat(timespec="seconds"),
        fingerprint=fingerprint,
        currency=project.engagement.currency,
        template_version=customer_analytics.__version__,
    )


def _before(project: Project, question: Question, tables: Tables) -> Callable[[], Before | Why]:
    """Who met the condition 30 days before the as-of day, looked up only when it is asked for."""

    def look() -> Before | Why:
        if not facts.has_orders(tables):
            return "no orders"
        day = tables.as_of - dt.timedelta(days=DAYS)
        if facts.first_purchase(tables) >= day:
            return "short history"
        earlier = open_tables(project, as_of=day)
        try:
            matched = question.ask(earlier, open_ledger(project, earlier.backend, day))
        except UserError:  # a condition on something that did not exist yet
            return "short history"
        return Before(matched, facts.buyers(tables, day + dt.timedelta(days=1)))

    return look


def _is_other(one: Listed, request: Request) -> bool:
    return one.held_out > 0 and one.name.casefold() != request.name.casefold()
