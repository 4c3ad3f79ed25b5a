"""What an update of the project left to do: `cruft update` ends well also where it left conflicts or rejected parts.

The files, the code and the packages beside it move on separately: an update that stopped halfway, or one after which
nobody installed anew, would otherwise show as an odd error somewhere else.
"""

from __future__ import annotations

import importlib.metadata
import tomllib
from collections.abc import Iterator
from pathlib import Path

import customer_analytics
from customer_analytics.engagement import Problem, Project
from customer_analytics.engagement.conflicts import conflicts
from customer_analytics.pipeline.ending import INSTALL

_FILES = ("README.md", "pyproject.toml", "constraints.txt", "tags.yml", "notebooks/*.ipynb", "src/**/*.py")
_REJECTED = ("*.rej", "notebooks/*.rej", "audiences/*.rej", "data/*.rej", "src/**/*.rej", "tests/**/*.rej")


def unfinished_update(project: Project) -> list[Problem]:
    """Everything that an update left to a person, each with its mend."""
    return [
        *_unsettled(project.folder),
        *_rejected(project.folder),
        *_other_version(project),
        *_packages(project.folder),
    ]


def _unsettled(folder: Path) -> Iterator[Problem]:
    for pattern in _FILES:
        for path in sorted(folder.glob(pattern)):
            yield from conflicts(path.read_text(encoding="utf-8", errors="replace"), _name(path, folder))


def _rejected(folder: Path) -> Iterator[Problem]:
    for pattern in _REJECTED:
        for path in sorted(folder.glob(pattern)):
            name = _name(path, folder)
            yield Problem(
                name,
                f"a part of an update that did not fit into {name.removesuffix('.rej')}.",
                "Make the change there by hand, then delete this file.",
            )


def _other_version(project: Project) -> Iterator[Problem]:
    said, code = project.engagement.template_version, customer_analytics.__version__
    if said and said != code:
        yield Problem(
            "engagement.yml",
            f"template_version is {said}, and the code beside it is of {code}.",
            f'Compare the file with that of the new version, then write template_version: "{code}".',
        )


def _packages(folder: Path) -> Iterator[Problem]:
    """Packages that pyproject.toml asks for and that are not there, or not in such a version."""
    from packaging.requirements import InvalidRequirement, Requirement

    try:
        asked = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
        wanted = [Requirement(line) for line in asked]
    except (OSError, ValueError, KeyError, TypeError, InvalidRequirement):
        return  # edited beyond reading: pip will say so, and the package works without it
    lacking = [said for one in wanted if (said := _lacking(one.name, str(one.specifier)))]
    if lacking:
        yield Problem(
            "pyproject.toml",
            f"asks for other packages than are installed: {'; '.join(lacking)}.",
            f"Install anew: {INSTALL}",
        )


def _lacking(name: str, wanted: str) -> str:
    from packaging.specifiers import SpecifierSet

    try:
        version = importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return f"{name} is not there"
    return "" if SpecifierSet(wanted).contains(version, prereleases=True) else f"{name} {version}, not {wanted}"


def _name(path: Path, folder: Path) -> str:
    return path.relative_to(folder).as_posix()
