"""The synthetic client inside a project: its exports in data/raw/sample, its sources in engagement.yml."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from customer_analytics.engagement import Project
from customer_analytics.engagement.errors import Problem, UserError
from customer_analytics.engagement.project import FILE_NAME
from customer_analytics.tables.swap import put_right

if TYPE_CHECKING:
    from customer_analytics.tables.sample import SampleSummary

CUSTOMERS = 5_000
SEED = 7
KEPT_AS = "engagement.before-sample.yml"
_FOLDER = "data/raw/sample"


def has_own_sources(project: Project) -> bool:
    """Whether engagement.yml reads anything beside the synthetic client."""
    return any(not (source.files or "").startswith(f"{_FOLDER}/") for source in project.engagement.sources)


def has_sample(project: Project) -> bool:
    """Whether the synthetic client has been made and is what engagement.yml reads."""
    put_right(project.raw)
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
        pack=settings.industry_pack,
    )
    path = project.folder / FILE_NAME
    if own:
        shutil.copyfile(path, project.folder / KEPT_AS)
    # Some rows of the sample lie after its last regular day on purpose: without as_of they would decide the last day.
    write_sources(path, made.sources, as_of=made.as_of)
    return made
