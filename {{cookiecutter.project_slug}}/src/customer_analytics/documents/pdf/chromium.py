"""Printing by a Chromium: a process a page, each with an empty profile of its own and no way to the network.

A process that opens one file and ends needs no port and no protocol: nobody else on the machine can speak to it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

SECONDS = 120.0  # that one page may take
_AT_ONCE = 4
_LOOK_SECONDS = 0.02
_FLAGS = (
    "--headless=new",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-extensions",
    "--disable-sync",
    "--disable-dev-shm-usage",  # containers have little of it
    "--metrics-recording-only",
    "--no-default-browser-check",
    "--no-first-run",
    "--no-pings",
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--force-color-profile=srgb",
    "--no-pdf-header-footer",
    "--generate-pdf-document-outline",
)


@dataclass(frozen=True)
class Chromium:
    """A browser that prints."""

    program: Path
    seconds: float = SECONDS

    def print_pages(self, pages: Sequence[tuple[Path, Path]], scratch: Path) -> dict[Path, str]:
        """Print pages to files.

        Args:
            pages: (page, file to write); the file is there only when the page was printed.
            scratch: folder for profiles, which are removed again.

        Returns:
            Page -> why it was not printed, of those that were not.
        """
        waiting, running = list(pages), list[_Sheet]()
        failed: dict[Path, str] = {}
        with _own_folder(scratch) as folder:
            try:
                while waiting or running:
                    while waiting and len(running) < min(_AT_ONCE, os.cpu_count() or 1):
                        page, target = waiting.pop(0)
                        running.append(self._begin(page, target, folder / str(len(waiting))))
                    time.sleep(_LOOK_SECONDS)
                    for sheet in [sheet for sheet in running if sheet.is_over(self.seconds)]:
                        running.remove(sheet)
                        if why := sheet.failure():
                            failed[sheet.page] = why
            finally:
                for sheet in running:
                    sheet.stop()
        return failed

    def _begin(self, page: Path, target: Path, profile: Path) -> _Sheet:
        target.unlink(missing_ok=True)
        root = ("--no-sandbox",) if hasattr(os, "geteuid") and os.geteuid() == 0 else ()  # Chromium asks root for it
        process = subprocess.Popen(
            [
                str(self.program),
                *_FLAGS,
                *root,
                f"--user-data-dir={profile}",
                f"--print-to-pdf={target}",
                page.absolute().as_uri(),
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        return _Sheet(page, target, process, time.monotonic())


@dataclass(frozen=True)
class _Sheet:
    """A page that is being printed."""

    page: Path
    target: Path
    process: subprocess.Popen[bytes]
    begun: float

    def is_over(self, seconds: float) -> bool:
        return self.process.poll() is not None or time.monotonic() - self.begun > seconds

    def failure(self) -> str:
        """Why there is no document; empty where there is one."""
        code = self.process.poll()
        if code is None:
            self.stop()
            return "the browser did not end in time"
        if code == 0 and self.target.is_file() and self.target.read_bytes()[:5] == b"%PDF-":
            return ""
        self.target.unlink(missing_ok=True)
        return f"the browser ended with code {code} and wrote no document"

    def stop(self) -> None:
        """End the browser with all its processes; what it began to write goes."""
        try:
            family = [*psutil.Process(self.process.pid).children(recursive=True), self.process]
        except psutil.Error:
            family = [self.process]
        for one in family:
            try:
                one.kill()
            except (psutil.Error, OSError):
                continue
        self.process.wait()
        self.target.unlink(missing_ok=True)


@contextmanager
def _own_folder(scratch: Path) -> Iterator[Path]:
    """A folder named after this process: what a killed one leaves is removed by the next run."""
    scratch.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=f"pdf-{os.getpid()}-", dir=scratch))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
