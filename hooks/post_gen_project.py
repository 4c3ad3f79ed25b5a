"""Finish a new project: make it a git repository and say what to do next."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

# `tojson` escapes quotes, < and > as \uXXXX, so no answer can end the raw string or the script.
ANSWERS: dict[str, Any] = json.loads(r"""{{ cookiecutter | tojson }}""")


def initialise_repository(project: Path) -> str:
    """Make `project` a git repository of its own. Returns a sentence when that was not possible.

    There is no first commit: git may not know the user's name yet, and cruft compares untouched folders.
    """
    if (project / ".git").exists():
        return ""
    git = shutil.which("git")
    if git is None:
        return "git is not installed, so the project is not a repository yet: install git, then run `git init` in it."
    for arguments in (["init", "--quiet"], ["symbolic-ref", "HEAD", "refs/heads/main"]):
        done = subprocess.run([git, *arguments], cwd=project, capture_output=True, check=False)
        if done.returncode:
            reason = done.stderr.decode("utf-8", "replace").strip().splitlines()
            why = reason[-1] if reason else f"exit code {done.returncode}"
            return f"`git init` did not work ({why}): run it yourself in the project."
    return ""


def next_steps(folder: str, notes: list[str], *, windows: bool) -> str:
    """The commands from here to the first report."""
    activate = r".venv\Scripts\activate" if windows else ". .venv/bin/activate"
    python = "python" if windows else "python3"
    steps = [
        (f"cd {folder}", ""),
        (f"{python} -m venv .venv", ""),
        (activate, ""),
        ('pip install -c constraints.txt -e ".[lab]"', ""),
        ("analytics demo", "no data yet: a synthetic client and all reports"),
        ("analytics init", "the client's files in data/raw: which is which table"),
        ("analytics load", "the client's files, as engagement.yml maps them"),
        ("analytics run", "all reports"),
    ]
    width = max(len(command) for command, why in steps if why)
    lines = [f"  {command.ljust(width)}   # {why}" if why else f"  {command}" for command, why in steps]
    return "\n".join(["", f"{folder} is ready. Next:", "", *lines, "", *notes])


def main() -> int:
    """Finish the project that lies in the working folder."""
    sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    note = initialise_repository(Path.cwd())
    print(next_steps(str(ANSWERS["project_slug"]), [note] if note else [], windows=sys.platform == "win32"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
