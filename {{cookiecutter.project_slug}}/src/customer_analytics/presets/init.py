"""`analytics init`: the `sources` of engagement.yml, from a preset or from what lies in data/raw."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field

from customer_analytics.engagement import Project
from customer_analytics.engagement.errors import Problem, UserError
from customer_analytics.engagement.project import FILE_NAME
from customer_analytics.engagement.writing import write_sources
from customer_analytics.presets.found_files import Found, Look, look_into
from customer_analytics.presets.known import Written, fitted, recognised
from customer_analytics.presets.model import Export, Preset, preset_of
from customer_analytics.presets.unknown import proposed

KEPT_AS = "engagement.before-init.yml"


@dataclass
class Initialised:
    """What was written: (files, table, known as, questions) each; `open`: what nothing was made of; `notes`: advice."""

    rows: list[tuple[str, str, str, int]] = field(default_factory=list)
    unknown: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    kept: str = ""


def initialise(project: Project, preset_name: str | None, *, force: bool) -> Initialised:
    """Write the sources of engagement.yml; every other line stays as it is.

    Raises:
        UserError: there are sources and `force` is not given, no such preset, or nothing to go by.
    """
    if project.engagement.sources and not force:
        what = "it has sources already, and they would be replaced."
        mend = f"Use --force: the file as it is now is then kept as {KEPT_AS}."
        raise UserError([Problem(FILE_NAME, what, mend)])
    preset = preset_of(preset_name) if preset_name is not None else None
    look = look_into(project)
    result = Initialised(problems=list(look.problems))
    written = _from_files(look, result) if preset is None else _from_preset(preset, look, result)
    if not written:
        raise UserError([_nothing(look)])
    path = project.folder / FILE_NAME
    if project.engagement.sources:
        shutil.copyfile(path, project.folder / KEPT_AS)
        result.kept = KEPT_AS
    write_sources(path, [one.source for one in written], comments=[one.comments for one in written])
    return result


def _from_preset(preset: Preset, look: Look, result: Initialised) -> list[Written]:
    """The exports of a preset that are there; where none is, its main ones under their usual names."""
    result.notes = list(preset.notes)
    there: list[tuple[Export, Found]] = []
    for found in look.found:
        known = recognised(found.headings)
        if known is not None and known[0] is preset:
            there.append((known[1], found))
        else:
            result.unknown.append((found.pattern, found.headings))
    main = [export for export in preset.exports if not export.optional]
    seen = {export.name for export, _ in there}
    result.missing = [f"{export.files} ({export.name})" for export in main if export.name not in seen]
    pairs: list[tuple[Export, Found | None]] = [*there] if there else [(export, None) for export in main]
    written: list[Written] = []
    for export, file in pairs:
        for one in fitted(preset, export, file):
            written.append(one)
            result.rows.append((one.source["files"], one.source["table"], preset.title, one.questions))
    return written


def _from_files(look: Look, result: Initialised) -> list[Written]:
    """Each file by the preset that knows it, else by its headings."""
    written: list[Written] = []
    for found in look.found:
        known = recognised(found.headings)
        if known is not None:
            sources, name = fitted(*known, found), known[0].title
            result.notes += [note for note in known[0].notes if note not in result.notes]
        else:
            one = proposed(found)
            sources, name = ([one] if one else []), "its headings"
        if not sources:
            result.unknown.append((found.pattern, found.headings))
        for source in sources:
            written.append(source)
            result.rows.append((found.pattern, source.source["table"], name, source.questions))
    return written


def _nothing(look: Look) -> Problem:
    if look.problems:
        first = look.problems[0]
        return Problem(first.where, first.what, first.mend)
    if look.found:
        headings = ", ".join(look.found[0].headings[:12])
        what = f"no table could be told from its headings: {headings}."
        return Problem(look.found[0].pattern, what, "Map it by hand; the comments in engagement.yml show how.")
    mend = "Put the client's exports there, or name the platform: `analytics init --list` shows those that are known."
    return Problem("data/raw", "there is no export in it.", mend)
