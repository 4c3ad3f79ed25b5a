"""Projects made by cruft take later versions of the template and keep the analyst's edits."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import cruft
import pytest
import yaml

from customer_analytics import __version__
from customer_analytics.engagement import EngagementError, Project
from customer_analytics.engagement.errors import UserError
from customer_analytics.engagement.reading import read_engagement
from customer_analytics.engagement.tags import read_tags
from customer_analytics.pipeline.plan import make_plan
from customer_analytics.pipeline.upkeep import unfinished_update

NEW_TAG = "".join(
    f"      {line}\n" for line in ("label: Pays late", "meaning: Pays late.", "rule: orders > 0", "source: orders")
)
EDITED_SOURCES = "sources:\n  - table: orders\n    files: data/raw/orders.csv  # from the shop\n"


def git(folder: Path, *arguments: str) -> str:
    who = ["-c", "user.name=Test", "-c", "user.email=test@example.com", "-c", "commit.gpgsign=false"]
    done = subprocess.run(["git", *who, *arguments], cwd=folder, capture_output=True, check=True)
    return done.stdout.decode("utf-8")


def commit(folder: Path) -> None:
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "a version")


@pytest.fixture
def released(template: Path, tmp_path: Path) -> Path:
    """The template as a repository with one version."""
    folder = tmp_path / "released"
    shutil.copytree(template, folder)
    git(folder, "init", "--quiet")
    commit(folder)
    return folder


@pytest.fixture
def project(released: Path, tmp_path: Path) -> Path:
    """A project made by `cruft create`, committed by its analyst."""
    answers = {"client_name": 'Müller "B" \\', "currency": "EUR", "language": "zh_CN"}
    made = cruft.create(str(released), output_dir=tmp_path / "work", default_config=True, extra_context=answers)
    commit(made)
    return made


def release(template: Path, **changes: tuple[str, str, str]) -> None:
    """A later version: (file, old text, new text) for each change."""
    for name, old, new in changes.values():
        (path,) = template.glob(name)
        text = path.read_text(encoding="utf-8")
        assert old in text, name
        path.write_text(text.replace(old, new, 1), encoding="utf-8", newline="\n")
    commit(template)


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8", newline="\n")


def test_the_answers_are_kept_where_cruft_looks(project: Path) -> None:
    kept = json.loads((project / ".cruft.json").read_text(encoding="utf-8"))["context"]["cookiecutter"]
    assert (kept["client_name"], kept["currency"], kept["language"]) == ('Müller "B" \\', "EUR", "zh_CN")
    assert cruft.check(project)


def test_an_update_brings_the_new_version_and_keeps_the_edits(project: Path, released: Path) -> None:
    settings = project / "engagement.yml"
    edit(settings, "sources: []\n", EDITED_SOURCES)
    edit(settings, 'client: "', 'client: "The new ')
    edit(settings, "minimum_group: 10", "minimum_group: 25")
    catalogue = project / "tags.yml"
    edit(catalogue, "      rule: days_since_first(purchases) < 30\n", "      rule: days_since_first(purchases) < 60\n")
    edit(project / "README.md", "## Where things are", "Call Ms Chen before the first run.\n\n## Where things are")
    note = project / "notebooks" / "9_own_question.ipynb"
    note.parent.mkdir(exist_ok=True)
    note.write_text("{}", encoding="utf-8")
    commit(project)

    release(
        released,
        version=("cookiecutter.json", '"_template_version": "0.9.0"', '"_template_version": "0.10.0"'),
        settings=("{{*/engagement.yml", "# Look\n", "# Look and feel\n"),
        code=("{{*/src/customer_analytics/__init__.py", '"0.9.0"', '"0.10.0"'),
        readme=("{{*/README.md", "Nothing is sent anywhere.", "Nothing is ever sent anywhere."),
        tags=("{{*/tags.yml", "  risk:\n", "  risk:\n    late_payer:\n" + NEW_TAG),
    )
    assert not cruft.check(project)
    assert cruft.update(project, skip_apply_ask=True)
    assert cruft.check(project)

    text = settings.read_text(encoding="utf-8")
    assert 'template_version: "0.10.0"' in text and "# Look and feel" in text, "the new version did not arrive"
    assert EDITED_SOURCES in text, "the analyst's sources are gone"
    engagement = read_engagement(settings)
    assert engagement.client == 'The new Müller "B" \\'
    assert engagement.minimum_group == 25
    tags = {tag.name: tag for tag in read_tags(catalogue).tags}
    assert tags["new_buyer"].entry.rule == "days_since_first(purchases) < 60", "the analyst's rule is gone"
    assert "late_payer" in tags, "the new tag did not arrive"
    readme = (project / "README.md").read_text(encoding="utf-8")
    assert "Call Ms Chen" in readme and "ever sent anywhere" in readme
    assert '"0.10.0"' in (project / "src" / "customer_analytics" / "__init__.py").read_text(encoding="utf-8")
    assert note.is_file()
    assert not list(project.rglob("*.rej"))
    assert "<<<<<<<" not in text + readme


def test_an_update_of_a_file_that_the_analyst_deleted_does_not_bring_it_back(project: Path, released: Path) -> None:
    shutil.rmtree(project / "audiences")
    commit(project)
    release(released, readme=("{{*/README.md", "Nothing is sent anywhere.", "Nothing is ever sent anywhere."))
    assert cruft.update(project, skip_apply_ask=True)
    assert not (project / "audiences").exists()
    assert "ever sent anywhere" in (project / "README.md").read_text(encoding="utf-8")


def test_an_update_does_not_touch_the_clients_data_nor_git_history(project: Path, released: Path) -> None:
    raw = project / "data" / "raw" / "orders.csv"
    raw.write_bytes(b"order_id\n1\n")
    before = git(project, "rev-parse", "HEAD")
    release(released, readme=("{{*/README.md", "Nothing is sent anywhere.", "Nothing is ever sent anywhere."))
    assert cruft.update(project, skip_apply_ask=True)
    assert raw.read_bytes() == b"order_id\n1\n"
    assert git(project, "rev-parse", "HEAD") == before
    assert yaml.safe_load((project / "engagement.yml").read_text(encoding="utf-8"))["client"] == 'Müller "B" \\'


def test_conflicts_that_cruft_calls_clean_are_told_with_their_lines(project: Path, released: Path) -> None:
    settings, catalogue = project / "engagement.yml", project / "tags.yml"
    notebook = project / "notebooks" / "3_rfm.ipynb"
    edit(settings, "minimum_group: 10", "minimum_group: 25")
    edit(catalogue, "days_since_first(purchases) < 30", "days_since_first(purchases) < 60")
    edit(notebook, '"nbformat": 4', '"nbformat":  4')
    commit(project)
    release(
        released,
        settings=("{{*/engagement.yml", "minimum_group: 10", "minimum_group: 12"),
        tags=("{{*/tags.yml", "days_since_first(purchases) < 30", "days_since_first(purchases) < 45"),
        notebook=("{{*/notebooks/3_rfm.ipynb", '"nbformat": 4', '"nbformat":   4'),
    )
    assert cruft.update(project, skip_apply_ask=True)
    with pytest.raises(EngagementError) as error:
        Project.find(project)
    assert [problem.where.partition(",")[0] for problem in error.value.problems] == ["engagement.yml"]
    assert "an update left two versions" in str(error.value)
    with pytest.raises(EngagementError, match=r"tags.yml, line \d+: an update left two versions"):
        read_tags(catalogue)
    git(project, "checkout", "--theirs", "engagement.yml")
    left = [str(problem) for problem in unfinished_update(Project.find(project))]
    assert [problem.partition(",")[0] for problem in left] == ["tags.yml", "notebooks/3_rfm.ipynb"]
    with pytest.raises(UserError, match=r"notebooks/3_rfm\.ipynb, line .* two versions"):
        make_plan(Project.find(project), reports=["rfm"])


def test_what_an_update_left_is_told_with_its_mend(project: Path) -> None:
    edit(project / "engagement.yml", f'"{__version__}"', '"0.1.0"')
    edit(project / "pyproject.toml", '"numpy>=2"', '"numpy>=99", "no-such-package>=1"')
    (project / "README.md.rej").write_bytes(b"@@")
    told = "\n".join(str(problem) for problem in unfinished_update(Project.find(project)))
    assert "README.md.rej: a part of an update that did not fit into README.md." in told
    assert "template_version is 0.1.0, and the code beside it is of" in told
    assert "not >=99; no-such-package is not there. Install anew: pip install" in told


def test_a_fresh_project_has_nothing_left_to_do(project: Path) -> None:
    assert unfinished_update(Project.find(project)) == []
