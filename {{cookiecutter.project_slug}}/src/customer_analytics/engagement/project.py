"""A client project on disk: its folder, its engagement.yml and where everything lies."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from customer_analytics.engagement.errors import EngagementError, Problem
from customer_analytics.engagement.reading import read_engagement
from customer_analytics.engagement.settings import Engagement

FILE_NAME = "engagement.yml"


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
        here = (start or Path.cwd()).resolve()
        for folder in (here, *here.parents):
            if (folder / FILE_NAME).is_file():
                return cls(folder, read_engagement(folder / FILE_NAME))
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
