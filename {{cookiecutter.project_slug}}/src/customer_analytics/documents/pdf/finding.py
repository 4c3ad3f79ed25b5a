"""Where a Chromium lies: Chromium, Chrome or Edge, on Linux, macOS and Windows."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from customer_analytics.engagement.errors import Problem, UserError

BROWSER = "CUSTOMER_ANALYTICS_BROWSER"  # environment: the browser that prints, by its name or path
_NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "microsoft-edge",
    "microsoft-edge-stable",
)
_MAC = ("Google Chrome", "Chromium", "Microsoft Edge")
_WINDOWS = (
    ("Google", "Chrome", "Application", "chrome.exe"),
    ("Chromium", "Application", "chrome.exe"),
    ("Microsoft", "Edge", "Application", "msedge.exe"),
)
_WINDOWS_ROOTS = ("PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA")


def find_browser() -> Path | None:
    """The program of a Chromium, or None where there is none.

    Raises:
        UserError: the environment names one that is not there.
    """
    if named := os.environ.get(BROWSER, "").strip():
        found = shutil.which(named)
        if found is None:
            what = f"{named} is not a program here."
            raise UserError([Problem(BROWSER, what, "Name a Chromium, Chrome or Edge, or leave the variable out.")])
        return Path(found)
    return next((path for path in _places() if path.is_file()), None)


def _places() -> Iterator[Path]:
    for name in _NAMES:
        if found := shutil.which(name):
            yield Path(found)
    if sys.platform == "darwin":
        for folder in (Path("/Applications"), Path.home() / "Applications"):
            for app in _MAC:
                yield folder / f"{app}.app" / "Contents" / "MacOS" / app
    for root in _WINDOWS_ROOTS if sys.platform == "win32" else ():
        if folder_name := os.environ.get(root):
            for parts in _WINDOWS:
                yield Path(folder_name).joinpath(*parts)
