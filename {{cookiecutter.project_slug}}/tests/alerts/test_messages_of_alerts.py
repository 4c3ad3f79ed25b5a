"""Messages: what a hostile client name can do in each dialect (nothing), their limits, and how they are sent."""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.server
import json
import socketserver
import threading
import urllib.parse
from collections.abc import Callable, Iterator
from typing import Any

import mistune
import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer_analytics.alerts import sending
from customer_analytics.alerts.command import alerts_of_run, find_run, send_alerts
from customer_analytics.alerts.dialects import Line, Message, dingtalk, markdown, slack, wecom
from customer_analytics.alerts.rules import Target, read_alerts
from customer_analytics.alerts.sending import NotSent, send
from customer_analytics.engagement import Project

HOSTILE = (
    "[click](https://evil.example) ![x](https://evil.example/x.png) <script>alert(1)</script> <@U123> @all "
    "<https://evil.example|bank> **bold** `code` # head\n- list\r\n> quote | =cmd \u202e"
)


def message(text: str, lines: int = 1) -> Message:
    return Message(text, "Owner", [Line("Warning", text, text, text, text) for _ in range(lines)])


def test_markdown_is_plain_text_for_whoever_renders_it() -> None:
    html = str(mistune.create_markdown(escape=False)(markdown(message(HOSTILE))))
    assert all(mark not in html for mark in ("<a ", "<img", "<script", "<code", "<em", "<blockquote"))
    assert html.count("<h1") == 1 and html.count("<li") == 1
    assert "click" in html and "evil.example" in html, "nothing is lost"


def test_slack_gets_no_link_no_call_and_no_mark() -> None:
    told = slack(message(HOSTILE))
    assert told["blocks"][0]["text"]["type"] == "plain_text", "Slack reads no marks in it"
    body = json.dumps([told["text"], told["blocks"][1:]], ensure_ascii=False)
    assert "<@" not in body and "<http" not in body and "<script" not in body and "&lt;@U123&gt;" in body


@pytest.mark.parametrize("dialect", [wecom, dingtalk])
def test_group_robots_get_no_link_no_call_and_no_mark(dialect: Callable[[Message], dict[str, Any]]) -> None:
    content = dialect(message(HOSTILE))["markdown"]
    text = content.get("content", "") + content.get("text", "")
    assert "](" not in text and "@" not in text and "<" not in text and "＠all" in text
    assert sum(line.startswith("#") for line in text.splitlines()) == 1


@given(st.text(max_size=300), st.integers(1, 60))
def test_messages_keep_to_the_limits_of_their_channels(text: str, lines: int) -> None:
    told = message(text, lines)
    assert len(wecom(told)["markdown"]["content"].encode("utf-8")) <= 4096
    assert len(dingtalk(told)["markdown"]["text"].encode("utf-8")) <= 20_000
    body = slack(told)
    assert len(body["blocks"]) <= 50
    assert all(len(block["text"]["text"]) <= 3000 for block in body["blocks"])


class Listener(http.server.BaseHTTPRequestHandler):
    """Keeps what it hears; answers what the test says."""

    heard: list[tuple[str, Any]]
    answers: list[tuple[int, bytes]]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.heard.append((self.path, json.loads(body)))
        code, text = self.answers.pop(0) if self.answers else (200, b"ok")
        self.send_response(code)
        if code == 302:
            self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def do_GET(self) -> None:
        self.heard.append((self.path, "GET"))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def listener(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Listener]]:
    kind = type("OneListener", (Listener,), {"heard": [], "answers": []})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), kind)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("ALERT_URL", f"http://127.0.0.1:{server.server_address[1]}/hook?key=topsecret")
    monkeypatch.setattr(sending, "_PAUSE_SECONDS", 0.0)
    yield kind
    server.shutdown()
    server.server_close()


def target(kind: str, **more: Any) -> Target:
    return Target.model_validate({"to": kind, "url": "${ALERT_URL}"} | more)


@pytest.mark.parametrize("kind", ["slack", "wecom", "dingtalk", "webhook"])
def test_a_message_arrives(listener: type[Listener], kind: str) -> None:
    assert send(target(kind), message("Acme"), {"fired": 1})
    ((path, body),) = listener.heard
    assert path.startswith("/hook?key=topsecret")
    assert body == {"fired": 1} if kind == "webhook" else "Acme" in json.dumps(body)


def test_dingtalk_is_signed(listener: type[Listener], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DING", "SECxyz")
    send(target("dingtalk", secret="${DING}"), message("Acme"), {})
    query = urllib.parse.parse_qs(urllib.parse.urlsplit(listener.heard[0][0]).query)
    wanted = hmac.new(b"SECxyz", f"{query['timestamp'][0]}\nSECxyz".encode(), hashlib.sha256).digest()
    assert query["sign"] == [base64.b64encode(wanted).decode()]


def test_a_busy_server_is_asked_again_and_a_refusal_is_not(listener: type[Listener]) -> None:
    listener.answers[:] = [(503, b""), (429, b"")]
    assert send(target("slack"), message("Acme"), {}) and len(listener.heard) == 3
    listener.heard.clear()
    listener.answers[:] = [(404, b"")]
    with pytest.raises(NotSent, match=r"slack: the other side answered 404"):
        send(target("slack"), message("Acme"), {})
    assert len(listener.heard) == 1


def test_a_robot_that_says_no_with_200_has_not_taken_it(listener: type[Listener]) -> None:
    listener.answers[:] = [(200, b'{"errcode": 93000, "errmsg": "invalid webhook url"}')]
    with pytest.raises(NotSent, match="code 93000"):
        send(target("wecom"), message("Acme"), {})
    listener.answers[:] = [(200, b'{"errcode": 0}')]
    assert send(target("wecom"), message("Acme"), {})


def test_a_redirect_is_not_followed(listener: type[Listener]) -> None:
    listener.answers[:] = [(302, b"")]
    with pytest.raises(NotSent, match="302"):
        send(target("slack"), message("Acme"), {})
    assert [path for path, _ in listener.heard if "elsewhere" in path] == []


@pytest.mark.parametrize(
    "address", ["http://example.com/x", "file:///etc/passwd", "ftp://127.0.0.1/", "nonsense", "https://"]
)
def test_other_addresses_are_refused_and_never_told(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("ALERT_URL", address)
    with pytest.raises(NotSent) as error:
        send(target("slack"), message("Acme"), {})
    assert "example.com" not in str(error.value) and "passwd" not in str(error.value)


@pytest.mark.parametrize(
    "answer", [b"[" * 9_990, b'{"errcode": Infinity}', b'{"errcode": [1]}', b"\xff\xfe", b"<html>"]
)
def test_an_answer_that_nobody_understands_breaks_nothing(listener: type[Listener], answer: bytes) -> None:
    listener.answers[:] = [(200, answer)]
    assert send(target("wecom"), message("Acme"), {})


@pytest.mark.parametrize(
    "answer",
    [
        b"no HTTP at all\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"".join(b"a%d: b\r\n" % number for number in range(200)) + b"\r\n",
        b"",
    ],
)
def test_a_server_that_speaks_no_http_is_a_sentence(monkeypatch: pytest.MonkeyPatch, answer: bytes) -> None:
    class Raw(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            self.request.recv(65_536)
            self.request.sendall(answer)

    monkeypatch.setattr(sending, "_PAUSE_SECONDS", 0.0)
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Raw) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("ALERT_URL", f"http://127.0.0.1:{server.server_address[1]}/hook?key=topsecret")
        with pytest.raises(NotSent, match="could not be reached") as error:
            send(target("slack"), message("Acme"), {})
        server.shutdown()
    assert "topsecret" not in str(error.value)


@pytest.mark.parametrize(
    "address", ["https://localhost:abc/topsecret", "https://localhost/top secret", "https://[::1/x"]
)
def test_a_mistyped_address_is_a_sentence_that_does_not_tell_it(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("ALERT_URL", address)
    monkeypatch.setattr(sending, "_PAUSE_SECONDS", 0.0)
    with pytest.raises(NotSent) as error:
        send(target("slack"), message("Acme"), {})
    assert "secret" not in str(error.value) and (error.value.__context__ is None or error.value.__suppress_context__)


def test_nobody_there_is_a_sentence_without_the_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALERT_URL", "http://127.0.0.1:9/hook?key=topsecret")
    monkeypatch.setattr(sending, "_PAUSE_SECONDS", 0.0)
    with pytest.raises(NotSent) as error:
        send(target("slack"), message("Acme"), {})
    assert "could not be reached" in str(error.value) and "topsecret" not in str(error.value)


def test_without_an_address_nothing_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ALERT_URL", raising=False)
    assert send(target("slack"), message("Acme"), {}) is False


RULES = """
alerts:
  - {name: churn_high, metric: churn.base_rate, when: {above: 0.2}, shown_as: share, level: critical, owner: Ann}
  - {name: customers_fall, metric: churn.customers, when: {falls_by: 10%}, level: notice}
send:
  - {to: webhook, url: "${ALERT_URL}", levels: [critical]}
"""
DAYS = {
    "2026-10-31": {"base_rate": 0.3, "base_rate_low": 0.25, "base_rate_high": 0.35, "customers": 900},
    "2026-11-30": {"base_rate": 0.4, "base_rate_low": 0.35, "base_rate_high": 0.45, "customers": 700},
}


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "churn.base_rate is 40.0% (interval 35.0% to 45.0%); the alert is set above 20.0%."),
        ("zh_CN", "churn.base_rate 为 40.0%（区间 35.0% 至 45.0%），警戒线为高于 20.0%。"),
    ],
)
def test_a_run_is_judged_written_and_sent(
    project_of: Callable[..., Project], listener: type[Listener], language: str, sentence: str
) -> None:
    project = project_of(DAYS, RULES, language=language, client="A|c*me [x](y)")
    manifest = find_run(project, "latest")
    folder = project.reports / str(manifest["run"])
    alerts = read_alerts(project)
    data = alerts_of_run(folder, manifest, project, alerts)
    assert data["fired"] == 2 and [entry["name"] for entry in data["alerts"]] == ["churn_high", "customers_fall"]
    assert data["alerts"][0]["statement"].startswith(sentence)
    assert data["alerts"][1]["before"] == 900 and data["alerts"][1]["day_before"] == "2026-10-31"
    assert json.loads((folder / "alerts.json").read_text(encoding="utf-8")) == data
    told = (folder / "alerts.md").read_text(encoding="utf-8")
    assert r"A\|c\*me \[x\]\(y\)" in told and "Ann" in told
    assert send_alerts(folder, manifest, project, alerts) == []
    ((_, body),) = listener.heard
    assert body["fired"] == 2
