"""All benchmarks, or some: `python3 tasks.py bench [--only NAME …] [--sizes 1,10,50] [--rounds 3] [--results FOLDER]`.

Writes `benchmarks.json` and a page with charts, `index.html`, to the folder of results. Exit code 1: an answer differs
from ours, or a goal is not met.
"""

from __future__ import annotations

import argparse
import datetime as dt
import importlib.metadata
import json
import os
import platform
import sys
from pathlib import Path
from typing import Any

from contest import HERE, MILLION, Contest, contest, contest_names
from page import write_page
from runs import Figure, measure_contest
from verdicts import Verdict, verdicts

PACKAGES = (
    "duckdb",
    "ibis-framework",
    "sqlglot",
    "pandas",
    "numpy",
    "pyarrow",
    "scikit-learn",
    "papermill",
    "nbconvert",
)


def main(arguments: list[str]) -> int:
    """Run what is asked for; what other runs found of other contests stays in the results."""
    asked = _parser().parse_args(arguments)
    asked.results.mkdir(parents=True, exist_ok=True)
    file = asked.results / "benchmarks.json"
    results: dict[str, Any] = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {"contests": {}}
    missed = 0
    for name in asked.only or contest_names():
        one = contest(name)
        sizes = _sizes(one, asked.sizes)
        if not sizes:
            continue
        figures = list(measure_contest(one, sizes, asked.rounds, _say))
        found = list(verdicts(one, figures))
        for verdict in found:
            _say(_line(verdict))
        missed += sum(verdict.met is False for verdict in found) + sum(_wrong(figure) for figure in figures)
        results["contests"][name] = _as_dict(one, figures, found)
        results["machine"] = _machine()
        file.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        write_page(results, asked.results / "index.html")
    _say(f"Results: {file} and {asked.results / 'index.html'}")
    return int(missed > 0)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="tasks.py bench", description=__doc__)
    parser.add_argument("--only", nargs="+", choices=contest_names(), metavar="NAME", help=", ".join(contest_names()))
    parser.add_argument(
        "--sizes", type=_millions, default=None, metavar="1,10,50", help="million rows; default: each's"
    )
    parser.add_argument("--rounds", type=int, default=3, help="up to ten million rows; beyond, one")
    parser.add_argument("--results", type=Path, default=HERE / "results", help="folder; default: benchmarks/results")
    return parser


def _millions(text: str) -> list[int]:
    return [round(float(part) * MILLION) for part in text.split(",")]


def _sizes(one: Contest, asked: list[int] | None) -> list[int]:
    """The sizes asked for; a contest whose rows are something else than millions keeps its own."""
    if asked is None or max(one.sizes) < MILLION:
        return list(one.sizes)
    return asked


def _wrong(figure: Figure) -> bool:
    return figure.rounds > 0 and bool(figure.trouble)


def _line(verdict: Verdict) -> str:
    said = {True: "met", False: "NOT MET", None: ""}[verdict.met]
    goal = "" if verdict.goal is None else f"(at most {verdict.goal:g})"
    return f"  {verdict.value:7.2f} {goal:16} {said:8} {verdict.text}"


def _as_dict(one: Contest, figures: list[Figure], found: list[Verdict]) -> dict[str, Any]:
    return {
        "title": one.title,
        "question": one.question,
        "unit": one.unit,
        "clock": one.clock,
        "day": dt.datetime.now(dt.UTC).date().isoformat(),
        "figures": [figure.as_dict() for figure in figures],
        "verdicts": [verdict.__dict__ for verdict in found],
    }


def _machine() -> dict[str, Any]:
    return {
        "system": f"{platform.system()} {platform.machine()}",
        "processors": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "python": platform.python_version(),
        "versions": {name: importlib.metadata.version(name) for name in PACKAGES},
    }


def _say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
