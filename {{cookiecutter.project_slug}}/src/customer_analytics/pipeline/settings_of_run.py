"""The settings that a run began with, for its kernels: engagement.yml may be edited while reports are made."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from customer_analytics.durable import write_whole
from customer_analytics.engagement import Project
from customer_analytics.engagement.errors import Problem, UserError
from customer_analytics.engagement.project import FILE_NAME, SETTINGS_OF_RUN
from customer_analytics.engagement.reading import read_engagement
from customer_analytics.packs.applying import PACK_OF_RUN, pack_file

_COPY = "engagement-of-run.yml"


@contextmanager
def settings_kept(project: Project, folder: Path) -> Iterator[None]:
    """Let every process of a run read engagement.yml and the own pack as they were at its beginning.

    To be used while the project is held.

    Args:
        project: the project as the run knows it.
        folder: where the copy lies meanwhile, in the project.

    Raises:
        UserError: the file has changed since the run read it.
    """
    copy = folder / _COPY
    write_whole(copy, (project.folder / FILE_NAME).read_bytes())
    own = pack_file(project.engagement, project.folder)
    kept = copy.with_name(PACK_OF_RUN)
    if own is not None:
        write_whole(kept, own.read_bytes())
    before = os.environ.get(SETTINGS_OF_RUN)
    try:
        if read_engagement(copy, project.folder) != project.engagement:
            raise UserError([Problem(FILE_NAME, "has changed since the run began.", "Start the run again.")])
        os.environ[SETTINGS_OF_RUN] = str(copy)
        yield
    finally:
        if before is None:
            os.environ.pop(SETTINGS_OF_RUN, None)
        else:
            os.environ[SETTINGS_OF_RUN] = before
        copy.unlink(missing_ok=True)
        kept.unlink(missing_ok=True)
