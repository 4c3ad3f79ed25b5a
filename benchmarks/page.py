"""The page of results: for each contest its question, a chart of the times and one of memory, the goals, the figures.

One file without scripts and without requests; it follows the colours that the reader's system asks for.
"""

from __future__ import annotations

import html
import math
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

STYLE = """
:root { color-scheme: light dark; --ink: #1d2430; --dim: #667085; --rule: #d9dee6; --paper: #ffffff; --ours: #1b5faa;
  --sql: #667085; --peer: #b9c2cf; --bad: #a62b2b; --good: #1f6f43; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e9ef; --dim: #9aa4b5; --rule: #333b49; --paper: #14181f;
  --ours: #6aa9f0; --sql: #9aa4b5; --peer: #4c5668; --bad: #f08a8a; --good: #7fce9f; } }
body { font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); margin: 0 auto;
  max-width: 62rem; padding: 1.5rem 1rem; }
h1 { font-size: 1.7rem; margin: 0 0 .3rem; } h2 { font-size: 1.25rem; margin: 2.5rem 0 .2rem; }
h3 { font-size: .95rem; margin: 1.2rem 0 .3rem; } p { margin: .2rem 0 .6rem; max-width: 46rem; }
.dim { color: var(--dim); } .scroll { overflow-x: auto; } svg { max-width: 100%; height: auto; }
table { border-collapse: collapse; font-size: .88rem; } th, td { padding: .2rem .7rem .2rem 0; text-align: left; }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; } tr { border-bottom: 1px solid var(--rule); }
.met { color: var(--good); } .missed { color: var(--bad); font-weight: 600; }
svg text { fill: var(--ink); font: 13px system-ui, sans-serif; } svg .dim { fill: var(--dim); }
svg .ours { fill: var(--ours); } svg .sql { fill: var(--sql); } svg .peer { fill: var(--peer); }
@media print { h2 { break-before: auto; break-after: avoid; } svg, table { break-inside: avoid; } }
"""
LABEL, BAR, LINE, VALUE = 230, 470, 24, 150


def write_page(results: dict[str, Any], file: Path) -> None:
    """Write the page of these results."""
    contests = results["contests"]
    machine = results["machine"]
    told = [f"{machine['system']}, {machine['processors']} processors, Python {machine['python']}"]
    told += [f"{name} {version}" for name, version in machine["versions"].items()]
    goals = [verdict for one in contests.values() for verdict in one["verdicts"] if verdict["met"] is not None]
    met = sum(verdict["met"] for verdict in goals)
    parts = [
        "<!DOCTYPE html><html lang='en'><head><meta charset='utf-8'><title>Benchmarks</title>",
        "<meta name='viewport' content='width=device-width, initial-scale=1'>",
        f"<style>{STYLE}</style></head><body><h1>Speed and memory</h1>",
        f"<p>{met} of {len(goals)} goals are met. Everyone had the same data and came to the same answer, which was",
        " compared first; each ran in a process of its own, after a trial on little data. Medians of the rounds.</p>",
        f"<p class='dim'>{_text(', '.join(told))}</p>",
        *(_contest(one) for one in contests.values()),
        "</body></html>\n",
    ]
    file.write_text("".join(parts), encoding="utf-8", newline="\n")


def _contest(one: dict[str, Any]) -> str:
    clock = "processor seconds" if one["clock"] == "processor" else "seconds that one waits"
    sizes = sorted({figure["rows"] for figure in one["figures"] if figure["rounds"]})
    parts = [f"<h2>{_text(one['title'])}</h2><p>{_text(one['question'])}</p>"]
    for rows in sizes:
        here = [figure for figure in one["figures"] if figure["rows"] == rows and figure["rounds"]]
        parts.append(f"<h3>{rows:,} {_text(one['unit'])}: {clock}</h3>")
        parts.append(_bars(here, one["clock"]))
    parts += [_verdicts(one["verdicts"]), _figures(one), f"<p class='dim'>Measured on {one['day']}.</p>"]
    return "".join(parts)


def _bars(figures: Sequence[dict[str, Any]], clock: str) -> str:
    """Horizontal bars with their seconds and memory, the fastest first."""
    ordered = sorted(figures, key=lambda figure: figure[clock])
    longest = max(figure[clock] for figure in ordered) or 1.0
    height = LINE * len(ordered) + 6
    words = "; ".join(f"{figure['job']} {_number(figure[clock])} s" for figure in ordered)
    parts = [f"<svg viewBox='0 0 {LABEL + BAR + VALUE} {height}' width='{LABEL + BAR + VALUE}' role='img'>"]
    parts.append(f"<title>{_text(words)}</title>")
    for place, figure in enumerate(ordered):
        y, width = place * LINE + 4, max(BAR * figure[clock] / longest, 1.5)
        value = f"{_number(figure[clock])} s · {figure['memory'] / 1e9:.2f} GB"
        parts.append(f"<text x='{LABEL - 8}' y='{y + 13}' text-anchor='end'>{_text(figure['job'])}</text>")
        parts.append(f"<rect class='{figure['role']}' x='{LABEL}' y='{y}' width='{width:.1f}' height='{LINE - 8}'/>")
        parts.append(f"<text class='dim' x='{LABEL + width + 6:.1f}' y='{y + 13}'>{value}</text>")
    return f"<div class='scroll'>{''.join(parts)}</svg></div>"


def _verdicts(found: Iterable[dict[str, Any]]) -> str:
    rows = []
    for verdict in found:
        state = {True: "<span class='met'>met</span>", False: "<span class='missed'>not met</span>", None: ""}
        goal = "" if verdict["goal"] is None else f"at most {verdict['goal']:g}"
        cells = [f"<td>{_text(verdict['text'])}</td>", f"<td class='n'>{verdict['value']:.2f}</td>"]
        rows.append(f"<tr>{''.join(cells)}<td>{goal}</td><td>{state[verdict['met']]}</td></tr>")
    head = "<tr><th>What</th><th class='n'>Ratio</th><th>Goal</th><th></th></tr>"
    return f"<div class='scroll'><table>{head}{''.join(rows)}</table></div>" if rows else ""


def _figures(one: dict[str, Any]) -> str:
    rows = []
    for figure in one["figures"]:
        words = " · ".join(filter(None, [figure["note"], figure["trouble"]]))
        numbers = [_number(figure["processor"]), _number(figure["wall"])]
        numbers.append("" if figure["memory"] is None else f"{figure['memory'] / 1e9:.2f}")
        cells = "".join(f"<td class='n'>{number}</td>" for number in (f"{figure['rows']:,}", *numbers))
        rows.append(f"<tr><td>{_text(figure['job'])}</td>{cells}<td class='dim'>{_text(words)}</td></tr>")
    heads = (one["unit"], "processor s", "waited s", "GB")
    head = "".join(f"<th class='n'>{_text(text)}</th>" for text in heads)
    table = f"<table><tr><th>Who</th>{head}<th></th></tr>{''.join(rows)}</table>"
    return f"<details><summary>All figures</summary><div class='scroll'>{table}</div></details>"


def _number(seconds: float | None) -> str:
    """Three digits that count."""
    if seconds is None:
        return ""
    digits = 0 if seconds <= 0 else max(0, 2 - math.floor(math.log10(seconds)))
    return f"{seconds:,.{min(digits, 3)}f}"


def _text(words: str) -> str:
    return html.escape(words)
