"""Firefox, driven over WebDriver BiDi by a web socket (websocket-client, which JupyterLab brings).

Debian's Firefox speaks no protocol of playwright's own, and its BiDi lacks commands that playwright asks for.
"""

from __future__ import annotations

import base64
import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

import websocket

NAMES = ("firefox-esr", "firefox")
PLACES = ("/Applications/Firefox.app/Contents/MacOS/firefox", r"C:\Program Files\Mozilla Firefox\firefox.exe")
EVENTS = ["log.entryAdded", "network.beforeRequestSent", "browsingContext.userPromptOpened"]
QUIET = {  # no page of its own, and nothing that Firefox asks the network for by itself
    "browser.shell.checkDefaultBrowser": False, "browser.startup.page": 0, "app.update.enabled": False,
    "app.normandy.enabled": False, "datareporting.policy.dataSubmissionEnabled": False,
    "extensions.update.enabled": False,
    "network.captive-portal-service.enabled": False, "network.connectivity-service.enabled": False,
    "browser.safebrowsing.downloads.remote.enabled": False, "services.settings.server": "data:,",
    "toolkit.telemetry.enabled": False, "browser.region.network.url": "", "remote.active-protocols": 1,
    "remote.prefs.recommended": True, "ui.prefersReducedMotion": 1,
    "layout.css.prefers-color-scheme.content-override": 1,  # light
}  # fmt: skip


def found() -> str | None:
    """The program, if there is one."""
    names = [path for path in (shutil.which(name) for name in NAMES) if path]
    return next(iter(names + [place for place in PLACES if Path(place).is_file()]), None)


class Firefox:
    """One window, of a system in light mode; it notes what pages ask for and say."""

    def __init__(self, program: str) -> None:
        self.seen: list[str] = []
        self.url = ""
        self._sent = 0
        self._profile = tempfile.mkdtemp(prefix="firefox-")
        lines = [f"user_pref({json.dumps(key)}, {json.dumps(value)});" for key, value in QUIET.items()]
        Path(self._profile, "user.js").write_text("\n".join(lines), encoding="utf-8")
        command = [program, "--headless", "--no-remote", "--profile", self._profile, "--remote-debugging-port", "0"]
        self._log = Path(self._profile) / "said.txt"
        with self._log.open("wb") as said:
            self._process = subprocess.Popen(
                command, stdout=said, stderr=said, start_new_session=True,
                env={**os.environ, "HOME": self._profile, "MOZ_HEADLESS": "1"},
            )  # fmt: skip
        try:
            self._socket = websocket.create_connection(self._address(), timeout=90, suppress_origin=True)
            self.send("session.new", capabilities={"alwaysMatch": {"unhandledPromptBehavior": {"default": "dismiss"}}})
            self.send("session.subscribe", events=EVENTS)
            self.context = self.send("browsingContext.getTree")["contexts"][0]["context"]
        except BaseException:
            self.close()
            raise

    def open(self, file: Path, width: int = 1440, height: int = 900) -> None:
        """Go to a file, in a window of that size; what was seen before is forgotten."""
        self.send("browsingContext.setViewport", context=self.context, viewport={"width": width, "height": height})
        self.seen.clear()
        self.url = file.as_uri()
        self.send("browsingContext.navigate", context=self.context, url=self.url, wait="complete")

    def ask(self, expression: str) -> Any:
        """The value of an expression in the page, as JSON has it; promises are waited for."""
        told = f"Promise.resolve({expression}).then(value => JSON.stringify(value) ?? 'null')"
        answer = self.send(
            "script.evaluate", expression=told,
            target={"context": self.context}, awaitPromise=True,
        )  # fmt: skip
        assert answer["type"] == "success", answer["exceptionDetails"]["text"]
        return json.loads(answer["result"]["value"])

    def press(self, key: str) -> None:
        """One key: a character of its own, or a code of WebDriver."""
        keys = [{"type": kind, "value": key} for kind in ("keyDown", "keyUp")]
        actions = [{"type": "key", "id": "keyboard", "actions": keys}]
        self.send("input.performActions", context=self.context, actions=actions)

    def picture(self) -> bytes:
        """The window as PNG."""
        return base64.b64decode(self.send("browsingContext.captureScreenshot", context=self.context)["data"])

    def paper(self) -> bytes:
        """The page as PDF, on A4."""
        page = {"width": 21.0, "height": 29.7}
        return base64.b64decode(self.send("browsingContext.print", context=self.context, page=page)["data"])

    def send(self, method: str, **params: Any) -> Any:
        """A command and its answer."""
        self._sent += 1
        self._socket.send(json.dumps({"id": self._sent, "method": method, "params": params}))
        while True:
            told = json.loads(self._socket.recv())
            if told.get("id") != self._sent:
                self._note(told)
            elif told["type"] == "error":
                raise RuntimeError(f"{told['error']}: {told['message']}")
            else:
                return told["result"]

    def close(self) -> None:
        """End Firefox and what it started, and take its profile away."""
        if os.name == "posix":
            os.killpg(self._process.pid, signal.SIGKILL)
        else:
            self._process.kill()
        self._process.wait()
        shutil.rmtree(self._profile, ignore_errors=True)

    def _address(self) -> str:
        until = time.monotonic() + 90
        while time.monotonic() < until and self._process.poll() is None:
            told = re.search(r"WebDriver BiDi listening on (ws://\S+)", self._log.read_text("utf-8", "replace"))
            if told:
                return f"{told.group(1)}/session"
            time.sleep(0.1)
        raise RuntimeError(f"Firefox does not listen: {self._log.read_text('utf-8', 'replace')[-500:]}")

    def _note(self, told: dict[str, Any]) -> None:
        what = told.get("params", {})
        if told.get("method") == "network.beforeRequestSent":
            url = what["request"]["url"]
            if url != self.url and not url.startswith("data:"):
                self.seen.append(f"request {url}")
        elif told.get("method") == "log.entryAdded":
            self.seen.append(f"console {what['text']}")
        elif told.get("method") == "browsingContext.userPromptOpened":
            self.seen.append(f"dialog {what['message']}")
