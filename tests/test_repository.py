"""What must never lie in the repository."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parents[1]
LARGEST = 3_000_000  # bytes
# Written in two parts, so that this file passes its own gate.
FORBIDDEN = {
    "a path of one machine": re.compile(r"(?<![\w.}/])/(?:wo" r"rk|ro" r"ot|ho" r"me|Us" r"ers|tm" r"p)/\w"),
    "the address of a package registry": re.compile(
        r"pypi\.o" r"rg|pythonhost" r"ed|registry\.npm" r"js|/simp" r"le/?\b"
    ),
    "a conflict that was not resolved": re.compile(r"^<{7} |^>{7} ", re.MULTILINE),
}
COOKIECUTTER = re.compile(r"\{\{\s*cookiecutter\.|\{%-?\s*(?:if|for|set|raw)\b")


def tracked() -> list[Path]:
    """Every file that git keeps; all files where this is no repository."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(command, cwd=HERE, capture_output=True, check=False)
    if done.returncode:
        pytest.skip("not a git repository")
    return [HERE / name for name in done.stdout.decode("utf-8").split("\0") if name and (HERE / name).is_file()]


FILES = tracked()


def text_of(path: Path) -> str | None:
    content = path.read_bytes()
    if b"\0" in content[:8000]:
        return None
    return content.decode("utf-8")


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_file_holds(what: str) -> None:
    found = []
    for path in FILES:
        text = text_of(path)
        for number, line in enumerate((text or "").splitlines(), 1):
            if FORBIDDEN[what].search(line):
                found.append(f"{path.relative_to(HERE)}:{number}: {line.strip()[:100]}")
    assert not found, "\n".join(found)


def test_code_and_notebooks_of_the_project_hold_no_cookiecutter_expression() -> None:
    project = HERE / "{{cookiecutter.project_slug}}"
    found = [
        str(path.relative_to(HERE))
        for path in FILES
        if path.is_relative_to(project)
        and path.suffix in {".py", ".ipynb"}
        and "{{ cookiecutter." in (text_of(path) or "")
    ]
    assert not found


def test_all_text_is_utf8_with_unix_line_ends() -> None:
    kinds = {".py", ".md", ".yml", ".toml", ".json", ".po", ".ipynb", ".css", ".js"}
    assert not [path for path in FILES if path.suffix in kinds and b"\r" in path.read_bytes()]


def test_no_file_is_large() -> None:
    assert not [f"{path}: {path.stat().st_size:,}" for path in FILES if path.stat().st_size > LARGEST]


def test_names_of_files_work_on_every_system() -> None:
    for path in FILES:
        assert not path.is_symlink(), path
        for part in path.relative_to(HERE).parts:
            assert not re.search(r'[<>:"|?*\\]', part) and not part.endswith((" ", ".")), path
    lowered = [str(path).lower() for path in FILES]
    assert len(lowered) == len(set(lowered)), "two names differ in case only"


def test_the_vendored_fonts_have_their_licences() -> None:
    fonts = [path for path in FILES if path.suffix in {".woff2", ".ttf", ".otf"}]
    for folder in {path.parent for path in fonts}:
        assert list(folder.glob("OFL*.txt")), folder
