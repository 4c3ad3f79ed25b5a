"""What `analytics audience` shows: numbers and plain sentences, never a customer."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from customer_analytics.audiences.listing import Listed
from customer_analytics.audiences.options import share_text
from customer_analytics.pipeline.screens import near
from customer_analytics.pipeline.terminal import Terminal

if TYPE_CHECKING:
    from customer_analytics.audiences.making import Made

LONGEST_CONDITION, LONGEST_CANONICAL = 60, 400


def show_made(terminal: Terminal, made: Made, currency: str, working_folder: Path) -> None:
    """Each step from the condition to the list, what it is worth, what it can show, and where it lies."""
    request, stamp = made.request, made.stamp
    terminal.line(f"Audience {request.name}, as of {stamp.as_of}: {_short(stamp.canonical, LONGEST_CANONICAL)}")
    terminal.table(["", "customers"], _steps(made), numbers=(1,))
    for line in _notes(made):
        terminal.line(line)
    if made.selection.counts.final:
        _show_the_list(terminal, made, currency)
    _show_files(terminal, made, working_folder)


def _show_the_list(terminal: Terminal, made: Made, currency: str) -> None:
    """Worth, overlaps and what the holdout can show."""
    worth = made.selection.worth
    if worth is not None:
        share = "" if math.isnan(worth.share) else f", {_percent(worth.share)} of all"
        terminal.line(f"Worth: {worth.money:,.2f} {currency} net in the last {worth.days} days{share}.")
    if made.selection.overlaps:
        rows = [
            [one.audience, f"{one.customers:,}", _percent(one.share), f"{one.held_out:,}"]
            for one in made.selection.overlaps
        ]
        terminal.table(["also on audience", "customers", "share", "held out of it"], rows, numbers=(1, 2, 3))
    _show_holdout(terminal, made)


def show_list(terminal: Terminal, audiences: Sequence[Listed]) -> None:
    """All audiences of the project."""
    if not audiences:
        terminal.line('There is no audience yet. Make one: analytics audience "ordered within 90 days" --name spring')
        return
    rows = [
        [
            one.name + (f" (version {one.version})" if one.version > 1 else ""),
            one.as_of,
            f"{one.to_contact:,}",
            f"{one.held_out:,}",
            one.expires_on or "-",
            _short(one.condition, LONGEST_CONDITION),
        ]
        for one in audiences
    ]
    terminal.table(["audience", "as of", "to contact", "held out", "until", "condition"], rows, numbers=(2, 3))


def _steps(made: Made) -> list[list[str]]:
    counts, request, selection = made.selection.counts, made.request, made.selection
    rows = [["meet the condition", f"{counts.matched:,}"]]
    if selection.knows_consent:
        rows.append(["  no consent", _less(counts.no_consent)])
        rows.append(["  consent unknown", _less(counts.unknown_consent)])
    if selection.knows_unsubscribed:
        rows.append(["  unsubscribed", _less(counts.unsubscribed)])
    if request.contact_cap is not None and selection.knows_contacts:
        rows.append([f"  contact cap of {request.contact_cap} reached", _less(counts.over_contact_cap)])
    if request.exclude_held_out:
        rows.append(["  held out of an earlier audience", _less(counts.left_out_held_out)])
    rows.append(["on the list", f"{counts.final:,}"])
    rows.append(["  to contact", f"{made.to_contact:,}"])
    rows.append([f"  held out ({share_text(request.share)})", f"{made.held_out:,}"])
    return rows


def _notes(made: Made) -> list[str]:
    selection, request = made.selection, made.request
    notes = [f"WARNING: {one}" for one in made.strangers]
    if not selection.knows_consent:
        notes.append("The client's data say nothing of consent: nobody was left out for it.")
    if not selection.knows_contacts:
        notes.append("Nothing says who was contacted: the contact cap left nobody out.")
    if selection.counts.marked_held_out:
        count = selection.counts.marked_held_out
        notes.append(
            f"{count:,} of them {_are(count)} held out of an earlier audience, marked in the column held_out_of. "
            "--exclude-held-out leaves them out."
        )
    if request.share and selection.counts.final and not made.held_out:
        notes.append("The list is so small that the share comes to nobody: nobody is held out.")
    return notes


def _show_holdout(terminal: Terminal, made: Made) -> None:
    request, strata = made.request, made.strata
    if made.held_out:
        origin = "as given" if request.seed_given else "from the name"
        terminal.line(
            f"Held out by chance within {_counted(len(strata.labels), 'stratum', 'strata')}, "
            f"seed {request.seed} ({origin})."
        )
        if made.same_seed:
            terminal.line(
                f"WARNING: drawn by the seed of {_short(', '.join(made.same_seed), 80)}: the same people are held out "
                "again. Leave --seed out, or name another number."
            )
        remarkable = made.check.remarkable
        if not made.check.sound:
            terminal.line("WARNING: the split of the arms is not as planned. Do not use this list.")
        elif remarkable is not None:
            terminal.line(
                f"The arms differ by chance in {remarkable[0]} by {abs(remarkable[1]):.2f} standard deviations; "
                "the evaluation should adjust for it."
            )
    for line in _effect(made):
        terminal.line(line)


def _effect(made: Made) -> list[str]:
    """What this holdout could show, in words."""
    effect, minimum = made.effect, made.minimum_group
    if made.selection.counts.final < minimum:
        return [f"WARNING: fewer than {minimum} customers. No effect of a contact can be measured on this list."]
    earlier = f"who met the condition {effect.days} days earlier"
    untold = "The smallest rise that this holdout would show cannot be told"
    bought = "all" if effect.bought else "none"
    sentences = {
        "no holdout": "Nobody is held out: what the contact causes cannot be measured.",
        "too few": f"WARNING: an arm has fewer than {minimum} customers. No effect can be measured with this holdout.",
        "no orders": f"{untold}: there are no orders.",
        "short history": f"{untold}: the data do not say who met the condition {effect.days} days earlier.",
        "small base": f"{untold}: there are only {effect.base:,} customers {earlier}.",
        "nothing to compare": f"{untold}: of {effect.base:,} customers {earlier}, {bought} bought in these days.",
    }
    if effect.why:
        return [sentences[effect.why]]
    rate = _percent(effect.rate)
    first = f"Of {effect.base:,} customers {earlier}, {rate} bought within {effect.days} days."
    points = 100 * effect.difference
    if effect.difference >= 1 - effect.rate:
        return [
            first,
            f"To show, a rise would need {points:.1f} percentage points, more than there are: hold out more.",
        ]
    raised = _percent(effect.rate + effect.difference)
    return [
        first,
        f"The smallest rise that this holdout would show is {points:.1f} percentage points, from {rate} to {raised} "
        "(80% power at the 5% level).",
    ]


def _show_files(terminal: Terminal, made: Made, working_folder: Path) -> None:
    written = made.written
    if written is None:
        reason = "Nobody is left on the list" if made.selection.counts.final == 0 else "A dry run"
        terminal.line(f"{reason}: nothing was written.")
        return
    if written.marked_ids:
        count = written.marked_ids
        terminal.line(
            f"{_counted(count, 'id begins', 'ids begin')} like a formula and {_have(count)} an apostrophe before it in "
            "the CSV and XLSX files."
        )
    if written.not_in_braze:
        count = written.not_in_braze
        terminal.line(
            f"{_counted(count, 'customer is', 'customers are')} not in braze.csv: the id begins like a formula."
        )
    terminal.line(f"Written to {near(written.folder, working_folder)}: {', '.join(written.files)}.")
    if made.held_out:
        terminal.line("Contact list.csv only. Who is in holdout.csv must not hear of this campaign.")


def _short(text: str, longest: int) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= longest else flat[: longest - 1] + "…"


def _percent(share: float) -> str:
    return f"{share:.1%}"


def _less(count: int) -> str:
    return f"-{count:,}" if count else "0"


def _counted(count: int, one: str, many: str) -> str:
    return f"{count:,} {one if count == 1 else many}"


def _are(count: int) -> str:
    return "is" if count == 1 else "are"


def _have(count: int) -> str:
    return "has" if count == 1 else "have"
