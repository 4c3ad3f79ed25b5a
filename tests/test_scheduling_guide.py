"""The recipes of the guide can be read by what they are for, and call commands that exist."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

GUIDE = Path(__file__).parents[1] / "docs" / "guide"


def blocks(kind: str) -> list[str]:
    text = (GUIDE / "scheduling.md").read_text(encoding="utf-8")
    found = re.findall(rf"^```{kind}\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL)
    assert found, f"no block of {kind}"
    return list(found)


def test_the_line_of_cron_has_five_fields_and_one_command() -> None:
    for line in blocks("cron")[0].strip().splitlines():
        fields = line.split(maxsplit=5)
        limits = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))
        for value, (low, high) in zip(fields[:5], limits, strict=True):
            assert value == "*" or low <= int(value) <= high
        assert "%" not in fields[5], "cron reads a percent sign as the end of the line"


def test_the_script_is_one_that_a_shell_reads() -> None:
    if shutil.which("sh") is None:
        pytest.skip("there is no sh here")
    for script in blocks("sh"):
        subprocess.run(["sh", "-n"], input=script.encode(), check=True)


def test_the_workflow_is_yaml_with_steps_and_one_schedule() -> None:
    workflow = yaml.safe_load(blocks("yaml")[0])
    assert workflow[True]["schedule"] == [{"cron": "0 6 2 * *"}]  # YAML 1.1 reads `on` as true
    steps = workflow["jobs"]["reports"]["steps"]
    assert all("uses" in step or "run" in step for step in steps)


def test_the_task_of_airflow_is_python() -> None:
    tree = ast.parse(blocks("python")[0])
    words = {node.arg for node in ast.walk(tree) if isinstance(node, ast.keyword)}
    assert {"task_id", "bash_command", "skip_on_exit_code", "catchup"} <= words


@pytest.mark.parametrize("kind", ["cron", "sh", "yaml", "python", "powershell"])
def test_only_load_and_run_are_called_quietly(kind: str) -> None:
    for block in blocks(kind):
        for command, option in re.findall(r"analytics(?:\.exe\" -Argument \")? ?(load|run)\s+(--?\w+)", block):
            assert command in {"load", "run"} and option in {"-q", "--quiet"}


def test_the_rule_and_the_targets_of_the_guide_are_read(tmp_path: Path) -> None:
    from customer_analytics.alerts.rules import read_alerts
    from customer_analytics.engagement import Project

    text = (GUIDE / "alerts.md").read_text(encoding="utf-8")
    rule, send = (re.search(rf"^    {key}:\n(?:    .*\n)+", text, flags=re.MULTILINE) for key in ("alerts", "send"))
    assert rule is not None and send is not None
    inner = "\n".join(line[4:] for line in (rule[0] + send[0]).splitlines())
    (tmp_path / "alerts.yml").write_text(inner + "\n", encoding="utf-8")
    (tmp_path / "engagement.yml").write_text(
        "client: A\nconsultancy: B\nlanguage: en\ncurrency: EUR\ntime_zone: Europe/Berlin\nsources: []\n",
        encoding="utf-8",
    )
    alerts = read_alerts(Project.find(tmp_path))
    assert len(alerts.rules) == 1 and [target.to for target in alerts.targets] == [
        "wecom",
        "dingtalk",
        "slack",
        "webhook",
    ]
