"""The generated project on another Python, with the newest or the lowest packages that its pyproject.toml allows.

    python3 tasks.py versions                                    # this Python, newest packages
    python3 tasks.py versions --lowest                           # this Python, lower bounds
    python3 tasks.py versions --python python3.13 --python python3.14
    python3 tasks.py versions --lowest -- tests/tables -k dates  # tests of the generated project in place of a demo

Lower bounds of compiled packages have wheels for Python 3.11 and 3.12; later ones begin at later versions.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import tasks

FOLDER = tasks.HERE / ".venv-versions"
_BOUND = re.compile(r"([A-Za-z0-9._-]+)(?:\[[^]]*\])?\s*>=\s*([0-9.]+)")


def lower_bounds(dependencies: list[str]) -> list[str]:
    """A constraint for each dependency that pins it to its lower bound."""
    found = []
    for dependency in dependencies:
        bound = _BOUND.match(dependency)
        if bound is None:
            raise tasks.StepFailed(f"{dependency} in pyproject.toml has no lower bound.", 2)
        found.append(f"{bound[1]}=={bound[2]}")
    return found


def environment(python: str, *, lowest: bool, with_tests: bool, folder: Path = FOLDER) -> Path:
    """An environment of that Python with all that the project depends on; its python."""
    import tomllib

    project = tomllib.loads((tasks.PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = list(project["dependencies"]) + (project["optional-dependencies"]["dev"] if with_tests else [])
    name = f"{version_of(python)}-{'lowest' if lowest else 'newest'}{'-tests' if with_tests else ''}"
    folder.mkdir(parents=True, exist_ok=True)
    constraints = folder / f"{name}.txt"
    lines = lower_bounds(project["dependencies"]) if lowest else []
    constraints.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8", newline="\n")
    # Compiled when imported: most modules never are.
    pip = ["--no-compile", "--only-binary", ":all:", "-c", str(constraints), *wanted]
    return tasks.make_environment(folder / name, pip, depends_on=[constraints], python=python)


def version_of(python: str) -> str:
    """What a Python says of itself, such as 3.13."""
    command = [python, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]
    try:
        done = subprocess.run(command, capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise tasks.StepFailed(f"{python} is no Python that can be started.", 2) from error
    return done.stdout.decode("ascii").strip()


def demo(python: Path, customers: int) -> None:
    """The synthetic client and all reports, in a project baked for it."""
    with tempfile.TemporaryDirectory(prefix="customer-analytics-") as temporary:
        project = tasks.bake(Path(temporary), tasks.DEMO_ANSWERS)
        words = [python, "-m", "customer_analytics", "demo", "--customers", str(customers), "--quiet"]
        settings = {"PYTHONPATH": str(project / "src"), **tasks.ONE_THREAD}
        tasks.run(f"analytics demo, Python {version_of(str(python))}", words, folder=project, environment=settings)


def test(python: Path, words: list[str]) -> None:
    """Tests of the generated project, where they lie."""
    command = [python, "-m", "pytest", "-q", "-p", "no:cacheprovider", *words]
    settings = {**tasks.AS_IT_LIES, **tasks.ONE_THREAD}
    tasks.run(f"tests, Python {version_of(str(python))}", command, folder=tasks.PROJECT, environment=settings)


def main(arguments: list[str]) -> int:
    """Run the demo, or the tests that are named, for each Python."""
    parser = argparse.ArgumentParser(prog="tasks.py versions", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--python", action="append", metavar="PATH", help="a Python, more than once; this one if none")
    parser.add_argument("--lowest", action="store_true", help="lower bounds of pyproject.toml in place of the newest")
    parser.add_argument("--customers", type=int, default=500, help="of the synthetic client (default: %(default)s)")
    parser.add_argument("words", nargs="*", help="tests of the generated project, for pytest, in place of the demo")
    options = parser.parse_args(arguments)
    try:
        for python in options.python or [sys.executable]:
            found = shutil.which(python) or python
            made = environment(found, lowest=options.lowest, with_tests=bool(options.words))
            if options.words:
                test(made, options.words)
            else:
                demo(made, options.customers)
    except tasks.StepFailed as failure:
        tasks.say(f"\n{failure}")
        return failure.exit_code if 0 < failure.exit_code < 256 else 1
    return 0


if __name__ == "__main__":
    os.environ.setdefault("PYTHONUTF8", "1")
    sys.exit(main([word for word in sys.argv[1:] if word != "--"]))
