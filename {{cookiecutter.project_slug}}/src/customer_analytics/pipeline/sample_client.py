"""The synthetic client inside a project: its exports in data/raw/sample, its sources in engagement.yml."""

from __future__ import annotations

import datetime as dt
import re
import shutil
from typing import TYPE_CHECKING

from customer_analytics.engagement import Project
from customer_analytics.engagement.errors import Problem, UserError
from customer_analytics.engagement.project import FILE_NAME
from customer_analytics.pipeline.folders import write_whole

if TYPE_CHECKING:
    from customer_analytics.tables.sample import SampleSummary

CUSTOMERS = 5_000
SEED = 7
KEPT_AS = "engagement.before-sample.yml"
_FOLDER = "data/raw/sample"
_AS_OF = re.compile(r"^as_of[ \t]*:([ \t]+[^\s#]+)?", re.MULTILINE)


def has_own_sources(project: Project) -> bool:
    """Whether engagement.yml reads anything beside the synthetic client."""
    return any(not (source.files or "").startswith(f"{_FOLDER}/") for source in project.engagement.sources)


def has_sample(project: Project) -> bool:
    """Whether the synthetic client has been made and is what engagement.yml reads."""
    sources = project.engagement.sources
    return bool(sources) and not has_own_sources(project) and (project.folder / _FOLDER).is_dir()


def make_sample_client(project: Project, *, customers: int, seed: int, force: bool) -> SampleSummary:
    """Make the synthetic client and let engagement.yml read it, up to its last regular day.

    Args:
        project: the client project.
        customers: how many customers, 100 to 2,000,000.
        seed: same seed, same client.
        force: replace sources that are not the synthetic client's; the old file is kept beside the new one.

    Raises:
        UserError: the sources are the analyst's own and `force` is not given, or a number is out of its range.
    """
    own = has_own_sources(project)
    if own and not force:
        what = "its sources are your own, and would be replaced by the synthetic client's."
        mend = f"Use another project, or --force: the file as it is now is then kept as {KEPT_AS}."
        raise UserError([Problem(FILE_NAME, what, mend)])
    from customer_analytics.engagement.writing import write_sources
    from customer_analytics.tables.sample import make_sample

    settings = project.engagement
    made = make_sample(
        project.raw / "sample",
        customers=customers,
        seed=seed,
        language=settings.language.value,
        industry=settings.industry.value,
        currency=settings.currency,
        time_zone=settings.time_zone,
    )
    path = project.folder / FILE_NAME
    if own:
        shutil.copyfile(path, project.folder / KEPT_AS)
    write_sources(path, made.sources)
    write_whole(path, _with_as_of(path.read_bytes().decode("utf-8"), made.as_of))
    return made


def _with_as_of(text: str, day: dt.date) -> str:
    """The text of engagement.yml with the last day that counts; some rows of the sample lie after it on purpose."""
    line = f"as_of: {day.isoformat()}"
    if _AS_OF.search(text):
        return _AS_OF.sub(line, text, count=1)
    return f"{text.rstrip()}\n\n{line}\n"
