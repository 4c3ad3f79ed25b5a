"""The server as an assistant's own client sees it, over standard input and output."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

mcp = pytest.importorskip("mcp")

import anyio  # noqa: E402
from mcp import ClientSession, StdioServerParameters, stdio_client  # noqa: E402

SOURCES = Path(__file__).resolve().parents[2] / "src"
TOOLS = {
    "list_runs", "findings", "metrics", "explain", "list_tables", "table", "changes", "alerts", "audiences",
}  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with one run of RFM: a table of segments, and a list of customers that is nobody's business."""
    folder = tmp_path_factory.mktemp("asked")
    (folder / "engagement.yml").write_text(
        "client: A\nconsultancy: B\nlanguage: en\ncurrency: EUR\ntime_zone: Europe/Berlin\nsources: []\n",
        encoding="utf-8",
    )
    run = folder / "reports" / "2026-01-01_1"
    (run / "rfm" / "tables" / "segment_lists").mkdir(parents=True)
    entry = {"name": "rfm", "status": "complete", "subset": None, "folder": None}
    manifest = {
        "run": "2026-01-01_1", "as_of": "2025-12-31", "created_at": "2026-01-01T00:00:00+00:00", "language": "en",
        "reports": [entry, {"name": "churn", "status": "skipped", "reason": "No orders."}],
        "changes": {"run": None, "items": []}, "alerts": [],
    }  # fmt: skip
    (run / "run.json").write_text(json.dumps(manifest), encoding="utf-8")
    (run / "rfm" / "findings.json").write_text(json.dumps([{"id": "core", "grade": "C"}]), encoding="utf-8")
    (run / "rfm" / "metrics.json").write_text(json.dumps({"gini": 0.59, "clv.mean": None}), encoding="utf-8")
    tables = run / "rfm" / "tables"
    (tables / "segments.csv").write_text("segment,customers\nLoyal,741\nLost,20\n", encoding="utf-8")
    (tables / "rfm_scores.csv").write_text("customer_id,r\nsecret,5\n", encoding="utf-8")
    (tables / "segment_lists" / "loyal.csv").write_text("customer_id\nsecret\n", encoding="utf-8")
    return folder


def asked(folder: Path, use: Callable[[ClientSession], Awaitable[Any]]) -> Any:
    """Start `analytics mcp` in the folder, speak to it with the official client, and end it."""
    environment = {**os.environ, "PYTHONPATH": str(SOURCES), "PYTHONDONTWRITEBYTECODE": "1"}
    server = StdioServerParameters(
        command=sys.executable, args=["-m", "customer_analytics", "mcp"], env=environment, cwd=str(folder)
    )

    async def talk() -> Any:
        async with stdio_client(server) as (reading, writing), ClientSession(reading, writing) as session:
            await session.initialize()
            return await use(session)

    # In a thread of its own: a browser that another test drives may have a loop in this one.
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(anyio.run, talk).result()


def content(result: Any) -> Any:
    """What a tool said, as data."""
    said = result.structured_content
    return said["result"] if isinstance(said, dict) and set(said) == {"result"} else said


def test_an_assistant_finds_the_tools_and_their_answers(folder: Path) -> None:
    async def use(session: ClientSession) -> dict[str, Any]:
        tools = (await session.list_tools()).tools
        calls = {
            "list_runs": {}, "findings": {"report": "rfm"}, "metrics": {"report": "rfm", "contains": "GINI"},
            "explain": {"metric": "rfm.gini"}, "list_tables": {"report": "rfm"},
            "table": {"report": "rfm", "name": "segments", "rows": 1}, "changes": {}, "alerts": {}, "audiences": {},
        }  # fmt: skip
        said = {name: await session.call_tool(name, given) for name, given in calls.items()}
        return {"tools": tools, "said": said}

    found = asked(folder, use)
    assert {tool.name for tool in found["tools"]} == TOOLS
    assert all(tool.annotations.read_only_hint and tool.description for tool in found["tools"])
    said = {name: content(result) for name, result in found["said"].items()}
    assert not any(result.is_error for result in found["said"].values())
    assert said["list_runs"][0]["reports"] == ["rfm"] and said["list_runs"][0]["not_made"] == {"churn": "No orders."}
    assert said["findings"] == [{"id": "core", "grade": "C"}] and said["metrics"] == {"gini": 0.59}
    assert said["explain"]["name"] == "Gini coefficient" and said["list_tables"] == ["segments"]
    assert said["table"] == {"columns": ["segment", "customers"], "rows": [["Loyal", 741.0]], "rows_in_all": 2}
    assert "secret" not in json.dumps(said)


def test_what_is_not_there_or_not_allowed_is_an_error_in_words(folder: Path) -> None:
    calls = [
        ("table", {"report": "rfm", "name": "rfm_scores"}),
        ("table", {"report": "rfm", "name": "segment_lists/loyal"}),
        ("table", {"report": "rfm", "name": "../../../engagement"}),
        ("findings", {"report": "../rfm"}),
        ("findings", {"report": "rfm", "run": "../../secrets"}),
        ("findings", {"report": "churn"}),
        ("metrics", {"report": "rfm", "group": "region=x"}),
        ("explain", {"metric": "rfm.nothing" * 500}),
        ("table", {"report": "rfm", "name": "segments", "rows": "many"}),
    ]

    async def use(session: ClientSession) -> list[Any]:
        return [await session.call_tool(name, given) for name, given in calls]

    for (name, given), result in zip(calls, asked(folder, use), strict=True):
        text = " ".join(part.text for part in result.content)
        assert result.is_error, (name, given)
        assert "secret,5" not in text and "Traceback" not in text and len(text) < 2_500, text


def test_more_rows_than_allowed_and_fewer_than_none(folder: Path) -> None:
    from customer_analytics.assistant.answers import Answers
    from customer_analytics.engagement import Project

    answers = Answers(Project.find(folder))
    assert len(answers.table("latest", "rfm", "segments", "", 10**9)["rows"]) == 2
    assert answers.table("latest", "rfm", "segments", "", -5)["rows"] == []
