"""The guide as a site: built strictly where MkDocs is installed, every page in a menu, nothing fetched."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

HERE = Path(__file__).parents[1]
ELSEWHERE = re.compile(
    r"""<(?:script|img|iframe)[^>]*\bsrc=["']?(?:https?:)?//|<link[^>]*\bhref=["']?(?:https?:)?//[^>]*stylesheet"""
)


def pages_of(nav: Any) -> list[str]:
    if isinstance(nav, str):
        return [nav]
    values = nav.values() if isinstance(nav, dict) else nav
    return [page for value in values for page in pages_of(value)]


def test_the_menu_names_every_page_once() -> None:
    nav = yaml.safe_load((HERE / "mkdocs.yml").read_text(encoding="utf-8"))["nav"]
    named = pages_of(nav)
    there = {path.relative_to(HERE / "docs").as_posix() for path in (HERE / "docs").rglob("*.md")}
    assert sorted(named) == sorted(there)


@pytest.mark.skipif(
    not all(importlib.util.find_spec(name) for name in ("mkdocs", "material")),
    reason="MkDocs Material is not installed",
)
def test_the_site_builds_strictly_and_asks_nobody(tmp_path: Path) -> None:
    site = tmp_path / "site"
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(site)]
    done = subprocess.run(
        command,
        cwd=HERE,
        capture_output=True,
        check=False,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1", "PYTHONUTF8": "1"},
    )
    assert done.returncode == 0, (done.stdout + done.stderr).decode("utf-8", "replace")
    assert (site / "search" / "search_index.js").exists(), "search from a folder reads a script"
    for page in site.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        assert not ELSEWHERE.search(text), page.relative_to(site)
        assert "fonts.googleapis" not in text
