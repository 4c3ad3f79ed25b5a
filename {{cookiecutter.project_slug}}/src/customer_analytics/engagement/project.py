"""A client project on disk: its folder, its engagement.yml and where everything lies."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from customer_analytics.engagement.errors import EngagementError, Problem
from customer_analytics.engagement.reading import read_engagement
from customer_analytics.engagement.settings import Engagement

FILE_NAME = "engagement.yml"
# Set for the kernels of a run: its own copy of engagement.yml, so that all reports have the settings it began with.
SETTINGS_OF_RUN = "CUSTOMER_ANALYTICS_SETTINGS"


@dataclass(frozen=True)
class Project:
    """A project folder with its validated engagement."""

    folder: Path
    engagement: Engagement

    @classmethod
    def find(cls, start: Path | None = None) -> Project:
        """Open the project that `start` (default: the working folder) lies in.

        Raises:
            EngagementError: no engagement.yml here or above, or it has problems.
        """
        try:
            here = (start or Path.cwd()).resolve()
        except FileNotFoundError:
            gone = Problem("the working folder", "is not there any more.", "Go to the project's folder first.")
            raise EngagementError([gone]) from None
        for folder in (here, *here.parents):
            if (folder / FILE_NAME).is_file():
                return cls(folder, read_engagement(_settings_of_run(folder) or folder / FILE_NAME, folder))
        raise EngagementError(
            [Problem(str(here), f"no {FILE_NAME} here or in a folder above.", "Go to the project's folder first.")]
        )

    @property
    def raw(self) -> Path:
        """The client's exports as received; never changed."""
        return self.folder / "data" / "raw"

    @property
    def tables(self) -> Path:
        """The clean canonical tables."""
        return self.folder / "data" / "tables"

    @property
    def notebooks(self) -> Path:
        """The report notebooks."""
        return self.folder / "notebooks"

    @property
    def reports(self) -> Path:
        """One folder a run."""
        return self.folder / "reports"

    @property
    def audiences(self) -> Path:
        """Exported lists and the ledger."""
        return self.folder / "audiences"


def _settings_of_run(folder: Path) -> Path | None:
    """The copy of engagement.yml that a run made for its kernels, where this is one of them and this its project."""
    named = os.environ.get(SETTINGS_OF_RUN)
    copy = None if named is None else Path(named)
    return copy if copy is not None and copy.is_file() and copy.resolve().is_relative_to(folder) else None
