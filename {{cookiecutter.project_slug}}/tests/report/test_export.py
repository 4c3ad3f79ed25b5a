from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser
from pathlib import Path

import nbformat
import pytest

from customer_analytics.report import export, guard
from customer_analytics.report.export import ExportError, export_report
from customer_analytics.report.mime import PART, REPORT, SECTION

MADE = {
    "parameters": {"bins": 5},
    "data": {"fingerprint": "7f3a91c02255"},
    "files": [{"path": "data/raw/<orders>.csv", "bytes": 4_100_000, "sha256": "ab" * 32}],
    "code_version": "0a1b2c",
    "template_version": "0.1.0",
}


class Outline(HTMLParser):
    """Texts by element, and attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[str, str]] = []
        self._tag = ""
        self.feed(html)

    def handle_starttag(self, tag, attrs) -> None:
        self.elements.append((tag, dict(attrs)))
        self._tag = tag

    def handle_data(self, data) -> None:
        if data.strip():
            self.texts.append((self._tag, data.strip()))


@pytest.fixture(scope="session")
def exported(run, tmp_path_factory: pytest.TempPathFactory):
    project, notebook, language = run
    path = tmp_path_factory.mktemp("pages") / "rfm.html"
    result = export_report(notebook, path, project=project, made=MADE)
    return path.read_text(encoding="utf-8"), result, language


def test_the_page_is_within_its_size(exported) -> None:
    html, result, language = exported
    assert result.bytes == len(html.encode()) < (300_000 if language == "en" else 500_000)


def test_the_same_inputs_give_the_same_bytes(run, exported, tmp_path: Path) -> None:
    project, notebook, _ = run
    path = tmp_path / "again.html"
    export_report(nbformat.from_dict(notebook), path, project=project, made=MADE)
    assert path.read_text(encoding="utf-8") == exported[0]


def test_hostile_names_are_text_on_the_whole_page(exported, every_part) -> None:
    html, _, _ = exported
    outline = Outline(html)
    for name in every_part.HOSTILE:
        shown = name.replace("\u202e", "")
        assert shown not in html or "<" not in shown, name
        assert any(shown in text for _, text in outline.texts), name
    assert "49" not in [text for _, text in outline.texts]
    assert "\u202e" not in html and "</title>" in html.split("</title>")[0] + "</title>"
    assert (
        len([tag for tag, _ in outline.elements if tag in ("script", "title", "style")])
        == 3 + html.count("<title>") - 1
    )


def test_the_policy_allows_our_script_and_nothing_else(exported) -> None:
    html, _, _ = exported
    script = re.search(r"<script>(.*?)</script>", html, re.S)
    assert script
    digest = base64.b64encode(hashlib.sha256(script[1].encode()).digest()).decode()
    policy = next(a["content"] for t, a in Outline(html).elements if a.get("http-equiv") == "Content-Security-Policy")
    assert policy and f"script-src 'sha256-{digest}';" in policy and policy.startswith("default-src 'none'")
    assert html.index("Content-Security-Policy") < html.index("<style")


def test_order_is_cover_summary_contents_sections_appendix(exported) -> None:
    html, _, language = exported
    ids = [a.get("id") for tag, a in Outline(html).elements if tag == "h2"]
    assert ids == ["summary", "value", "plan", "made"]
    links = re.findall(r'<a href="#([a-z]+)">', html.split("</nav>")[0])
    assert links == ids
    assert html.count("<h1>") == 1
    assert ("Executive summary" in html) is (language == "en") and ("摘要" in html) is (language == "zh_CN")


def test_a_section_inside_another_is_found_and_not_in_the_contents(run, tmp_path: Path) -> None:
    project, notebook, _ = run
    changed = nbformat.from_dict(notebook)
    for cell in changed.cells:
        for output in cell.get("outputs", []):
            if output.get("data", {}).get(SECTION, {}).get("id") == "plan":
                output["data"][SECTION] = {**output["data"][SECTION], "inside": True}
    export_report(changed, tmp_path / "inside.html", project=project, made=MADE)
    html = (tmp_path / "inside.html").read_text(encoding="utf-8")
    assert re.findall(r'<a href="#([a-z]+)">', html.split("</nav>")[0]) == ["summary", "value", "made"]
    assert html.count('class="more" href="#plan"') == 2


def test_each_finding_shows_grade_base_interval_and_a_link_to_its_evidence(exported) -> None:
    html, _, language = exported
    findings = html.split('<ol class="findings')[1].split("</ol>")[0]
    assert re.findall(r'<b title="[^"]+">([ABCD])</b>', findings) == ["C", "B", "D"]
    assert re.findall(r'href="#([a-z]+)"', findings) == ["value", "plan", "plan"]
    expected = "interval 36.0% to 40.0%; base 4,338" if language == "en" else "区间 36.0% 至 40.0%；样本量 4,338"
    assert expected in findings


def test_figures_are_numbered_in_the_order_of_the_page(exported) -> None:
    html, _, language = exported
    numbers = re.findall(r'<span class="figure-number">([^<]+)</span>', html)
    assert numbers == (["Figure 1", "Figure 2"] if language == "en" else ["图 1", "图 2"])


def test_the_appendix_says_how_to_make_it_again(exported) -> None:
    appendix = exported[0].split('id="made"')[1]
    for part in ("bins = 5", "data/raw/&lt;orders&gt;.csv, 4.1 MB, SHA-256 abababababababab", "7f3a91c02255", "0a1b2c"):
        assert part in appendix
    assert "Europe/London" in appendix and "duckdb" in appendix


def test_code_is_hidden_from_the_client_and_shown_to_the_analyst(run, exported, tmp_path: Path) -> None:
    project, notebook, _ = run
    assert "open_report(" not in exported[0] and "Not for the client" not in exported[0]
    path = tmp_path / "with_code.html"
    export_report(notebook, path, project=project, made=MADE, show_code=True)
    html = path.read_text(encoding="utf-8")
    assert "open_report(&#34;rfm&#34;" in html and html.count('<details class="code">') >= 5


def test_prose_for_the_client_is_markdown_and_html_in_it_is_text(exported) -> None:
    html, _, language = exported
    assert ("Read the <em>intervals</em>" in html) is (language == "en")
    assert "&lt;b&gt;x&lt;/b&gt;" in html


def test_prose_for_the_client_is_translated_with_the_cell_as_message(monkeypatch: pytest.MonkeyPatch) -> None:
    from customer_analytics import language as language_module
    from customer_analytics.language import Language

    monkeypatch.setattr(language_module, "_catalogue", lambda code: {"Read the *table*.": "请看*表格*。"})
    assert export._client_text(Language("zh_CN"), "Read the *table*.\n") == "<p>请看<em>表格</em>。</p>\n"


def test_the_style_for_jupyterlab_stays_in_the_notebook(run, exported) -> None:
    assert "jp-OutputArea" not in exported[0]
    assert "jp-OutputArea" in nbformat.writes(run[1])


def test_the_summary_for_the_front_page_is_plain(exported) -> None:
    summary = exported[1].summary
    assert set(summary) == {"title", "standfirst", "kpis", "findings", "recommendation"}
    assert summary["kpis"][0]["value"] == "38%" and isinstance(summary["findings"][0]["statement"], str)
    assert "".join(summary["findings"][0]["rich"]) == summary["findings"][0]["statement"]


def test_a_notebook_that_failed_is_refused_without_its_values(run, copy_of, tmp_path: Path) -> None:
    broken = copy_of(run[1])
    error = nbformat.v4.new_output("error", ename="KeyError", evalue="Jane Doe", traceback=["Jane Doe"])
    broken.cells[3].outputs = [error]
    with pytest.raises(ExportError, match="cell 4 stopped with KeyError") as caught:
        export_report(broken, tmp_path / "x.html", project=run[0])
    assert "Jane" not in str(caught.value) and not (tmp_path / "x.html").exists()


def test_a_notebook_without_a_published_summary_is_refused(run, copy_of, tmp_path: Path) -> None:
    silent = copy_of(run[1])
    silent.cells[-1].outputs = []
    with pytest.raises(ExportError, match="no cell published"):
        export_report(silent, tmp_path / "x.html", project=run[0])


def test_a_finding_that_points_nowhere_is_refused(run, copy_of, tmp_path: Path) -> None:
    astray = copy_of(run[1])
    output = next(o for o in astray.cells[-1].outputs if REPORT in o.get("data", {}))
    output.data[REPORT]["findings"][1]["section"] = "nowhere"
    with pytest.raises(ExportError, match="finding_1"):
        export_report(astray, tmp_path / "x.html", project=run[0])


@pytest.mark.parametrize("html", ["<script>alert(1)</script>", '<p onclick="x()">', '<img src="https://x.org/p.png">'])
def test_raw_html_that_a_cell_smuggles_in_stops_the_export(run, copy_of, html: str, tmp_path: Path) -> None:
    smuggled = copy_of(run[1])
    data = {"text/html": html, PART: {}}  # as only report.parts can make it
    smuggled.cells[3].outputs.append(nbformat.v4.new_output("display_data", data=data))
    with pytest.raises(guard.UnsafePage):
        export_report(smuggled, tmp_path / "x.html", project=run[0])
    assert not (tmp_path / "x.html").exists()


def test_what_is_not_a_part_stays_in_the_notebook(run, copy_of, exported, tmp_path: Path) -> None:
    chatty = copy_of(run[1])
    chatty.cells[3].outputs += [
        nbformat.v4.new_output("stream", name="stdout", text="Jane Doe"),
        nbformat.v4.new_output("execute_result", data={"text/html": "<table>Jane Doe</table>"}),
        nbformat.v4.new_output("display_data", data={"text/html": "<script>alert(1)</script>", "text/plain": ""}),
        nbformat.v4.new_output("display_data", data={"image/png": "AAAA"}),
    ]
    export_report(chatty, tmp_path / "x.html", project=run[0], made=MADE)
    assert (tmp_path / "x.html").read_text(encoding="utf-8") == exported[0]


def test_a_logo_is_in_the_page(every_part, run, tmp_path: Path) -> None:
    from customer_analytics.engagement import Project

    folder = every_part.make_project(tmp_path / "client", brand={"logo": "logo.svg"})
    (folder / "logo.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>", encoding="utf-8")
    project = Project.find(folder)
    export_report(run[1], tmp_path / "x.html", project=project)
    assert '<img src="data:image/svg+xml;base64,' in (tmp_path / "x.html").read_text(encoding="utf-8")
