"""Projects of every earlier version of the template, from its own history, are updated to the version at hand.

CI takes the oldest version, --thorough all of them. Without the history (an archive, a shallow clone) these tests skip.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cruft
import pytest
import yaml

from customer_analytics import __version__
from customer_analytics.engagement import Project
from customer_analytics.engagement.tags import read_tags
from customer_analytics.pipeline.folders import past_runs
from customer_analytics.pipeline.upkeep import unfinished_update
from customer_analytics.report.earlier import earlier_runs
from customer_analytics.tables.ledger_files import assignments
from customer_analytics.tables.load_log import read_load_log
from customer_analytics.tables.store import open_tables

HERE = Path(__file__).resolve().parents[1]
GENERATED = "{{cookiecutter.project_slug}}"
# The last commit of 0.1.0 does not change any more; where it is missing the history was cut off.
FIRST_RELEASE = "0.1.0"
ORDERS = "order_id,customer_id,ordered_at,amount\n" + "".join(
    f"{n},c{n % 40},2025-{1 + n % 6:02d}-{1 + n % 28:02d},{n % 90}.50\n" for n in range(240)
)
SOURCES = "sources:\n  - table: orders\n    files: data/raw/orders.csv  # from the shop\n"
RULE = "      rule: days_since_first(purchases) < 30\n"
REMARK = {"cell_type": "markdown", "id": "own-remark", "metadata": {}, "source": ["Our own remark."]}


@dataclass(frozen=True)
class Release:
    """A version of the template as it was when the next one began."""

    version: str
    commit: str


def git(folder: Path, *arguments: str) -> str:
    who = ["-c", "user.name=Test", "-c", "user.email=test@example.com", "-c", "commit.gpgsign=false"]
    done = subprocess.run(["git", *who, *arguments], cwd=folder, capture_output=True, check=True)
    return done.stdout.decode("utf-8")


def releases() -> list[Release]:
    """Every version before the one at hand, oldest first; none where there is no history."""
    found: list[Release] = []
    try:
        commits = git(HERE, "log", "--reverse", "--format=%H", "--", "cookiecutter.json").split()
        versions = [
            json.loads(git(HERE, "show", f"{commit}:cookiecutter.json"))["_template_version"] for commit in commits
        ]
        for before, after, commit in zip(versions, versions[1:], commits[1:], strict=False):
            if before != after:
                found.append(Release(before, git(HERE, "rev-parse", f"{commit}~1").strip()))
    except (OSError, subprocess.CalledProcessError):
        return []
    return found if found and found[0].version == FIRST_RELEASE else []


RELEASES = releases()
with_history = pytest.mark.skipif(
    not RELEASES, reason="the template's history is not here (no git, or a shallow clone)"
)


def chosen(thorough: bool) -> list[Release]:
    return RELEASES if thorough else RELEASES[:1]


@pytest.fixture(scope="module")
def newest(tasks: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The history with the work tree, as it lies, as its last version."""
    folder = tmp_path_factory.mktemp("history") / "template"
    git(HERE, "clone", "--quiet", "--shared", "--no-checkout", str(HERE), str(folder))
    copy = folder.with_name("copy")
    tasks.copy_template(copy)
    shutil.move(folder / ".git", copy / ".git")
    git(copy, "add", "--all")
    git(copy, "commit", "--quiet", "--allow-empty", "--message", "the version at hand")
    return copy


def made_and_edited(release: Release, template: Path, folder: Path) -> Path:
    """A project of that version with an analyst's edits in every file that an analyst edits, committed."""
    answers = {"client_name": 'Müller "B" \\', "currency": "EUR"}
    project = Path(
        cruft.create(
            str(template), output_dir=folder, default_config=True, checkout=release.commit, extra_context=answers
        )
    )
    settings = project / "engagement.yml"
    edit(settings, "sources: []\n", SOURCES)
    edit(settings, "minimum_group: 10", "minimum_group: 25")
    edit(settings, "    bins: 5  ", "    bins: 4  ")
    edit(settings, "  confidentiality:\n", "  confidentiality: For the board only\n")
    edit(project / "README.md", "## Where things are", "Call Ms Chen before the first run.\n\n## Where things are")
    edit(project / "tags.yml", RULE, RULE.replace("30", "60"))
    notebook = project / "notebooks" / "3_rfm.ipynb"
    content = json.loads(notebook.read_text(encoding="utf-8"))
    content["cells"].append(REMARK)
    write(notebook, json.dumps(content, indent=1, ensure_ascii=False) + "\n")
    write(project / "notebooks" / "9_own_question.ipynb", "{}\n")
    write(project / "data" / "raw" / "orders.csv", ORDERS)
    git(project, "add", "--all")
    git(project, "commit", "--quiet", "--message", "a client's project")
    return project


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{path.name}: {old!r}"
    write(path, text.replace(old, new))


def write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


def analytics(project: Path, *words: str) -> str:
    """A command of the project with its own code; what it printed."""
    settings = {**os.environ, "PYTHONPATH": str(project / "src"), "PYTHONUTF8": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "customer_analytics", *words]
    done = subprocess.run(command, cwd=project, env=settings, capture_output=True, check=False)
    printed = (done.stdout + done.stderr).decode("utf-8", "replace")
    assert done.returncode == 0, printed
    return printed


@with_history
def test_a_project_of_an_older_version_is_updated_with_its_edits_and_its_state(
    newest: Path, tmp_path: Path, thorough: bool
) -> None:
    for release in chosen(thorough):
        project = made_and_edited(release, newest, tmp_path / release.version)
        analytics(project, "load")
        analytics(project, "audience", "orders > 0", "--name", "spring", "--holdout", "20%")
        analytics(project, "run", "data_audit", "--jobs", "1")
        git(project, "add", "--all")
        git(project, "commit", "--quiet", "--allow-empty", "--message", "worked with")

        assert cruft.update(project, skip_apply_ask=True)
        assert cruft.check(project)
        the_edits_are_there(project)
        the_code_is_new(project, newest)
        opened = Project.find(project)
        assert unfinished_update(opened) == []
        the_state_is_read(opened)
        assert "Next: analytics load" in analytics(project, "check")
        assert "Next: analytics run" in analytics(project, "load")


def the_edits_are_there(project: Path) -> None:
    text = (project / "engagement.yml").read_text(encoding="utf-8")
    assert SOURCES in text
    assert f'template_version: "{__version__}"' in text
    opened = Project.find(project).engagement
    assert (opened.client, opened.minimum_group, opened.reports.rfm.bins) == ('Müller "B" \\', 25, 4)
    assert opened.brand.confidentiality == "For the board only"
    assert "Call Ms Chen" in (project / "README.md").read_text(encoding="utf-8")
    tags = {tag.name: tag for tag in read_tags(project / "tags.yml").tags}
    assert tags["new_buyer"].entry.rule == "days_since_first(purchases) < 60"
    cells = json.loads((project / "notebooks" / "3_rfm.ipynb").read_text(encoding="utf-8"))["cells"]
    assert REMARK["source"] in [cell["source"] for cell in cells]
    assert (project / "notebooks" / "9_own_question.ipynb").is_file()


def the_code_is_new(project: Path, newest: Path) -> None:
    for path in (newest / GENERATED / "src").rglob("*.py"):
        assert (project / path.relative_to(newest / GENERATED)).read_bytes() == path.read_bytes(), path.name


def the_state_is_read(project: Project) -> None:
    """What the older version loaded, assigned and reported, read by the code at hand."""
    assert read_load_log(project).tables["orders"].rows_kept == 240
    tables = open_tables(project)
    assert int(tables["orders"].count().execute()) == 240
    assert int(tables["customers"].count().execute()) == 40
    assert [assignment.audience for assignment in assignments(project)] == ["spring"]
    assert len(past_runs(project)) == 1
    assert earlier_runs(project, None, None) == ()


@with_history
def test_settings_and_tags_of_every_version_are_still_read(tmp_path: Path) -> None:
    for release in RELEASES:
        folder = tmp_path / release.version
        folder.mkdir()
        for name in ("engagement.yml", "tags.yml"):
            text = git(HERE, "show", f"{release.commit}:{GENERATED}/{name}")
            text = text.replace("{{ cookiecutter.language }}", "en").replace("{{ cookiecutter.industry }}", "retail")
            text = text.replace("{{ cookiecutter.currency }}", "EUR")
            text = text.replace("{{ cookiecutter.time_zone }}", "Europe/Berlin")
            write(folder / name, re.sub(r"\{\{.*?\}\}", release.version, text))
        engagement = Project.find(folder).engagement
        assert engagement.template_version == release.version
        assert read_tags(folder / "tags.yml").tags
        given = yaml.safe_load((folder / "engagement.yml").read_text(encoding="utf-8"))
        for report, parameters in given["reports"].items():
            for name, value in parameters.items():
                kept = getattr(getattr(engagement.reports, report), name)
                shown = list(kept) if isinstance(kept, tuple) else getattr(kept, "value", kept)
                assert value in (None, shown), f"{report}.{name} of {release.version}"


@with_history
def test_no_key_of_an_earlier_version_has_vanished_or_become_narrower() -> None:
    now = keys(json.loads((HERE / GENERATED / "engagement.schema.json").read_text(encoding="utf-8")))
    for release in RELEASES:
        then = keys(json.loads(git(HERE, "show", f"{release.commit}:{GENERATED}/engagement.schema.json")))
        assert not set(then) - set(now), f"keys of {release.version} that are no more"
        for key, words in then.items():
            assert words <= now[key], f"{key}: words of {release.version} that are refused now"


def keys(schema: dict[str, Any]) -> dict[str, set[str]]:
    """Every key of engagement.yml with the words that it may have, where these are listed."""
    found: dict[str, set[str]] = {}

    def walk(node: dict[str, Any], path: str, within: tuple[str, ...]) -> None:
        if "$ref" in node:
            name = node["$ref"].rpartition("/")[2]
            if name not in within:
                walk(schema["$defs"][name], path, (*within, name))
        found.setdefault(path, set()).update(str(word) for word in node.get("enum", ()))
        for key, inner in node.get("properties", {}).items():
            walk(inner, f"{path}.{key}", within)
        for inner in [*node.get("anyOf", ()), *node.get("oneOf", ()), *node.get("allOf", ())]:
            walk(inner, path, within)
        if isinstance(node.get("items"), dict):
            walk(node["items"], f"{path}[]", within)

    walk(schema, "", ())
    return found
