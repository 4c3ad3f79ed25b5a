"""Sending messages to webhooks: only where an address is configured, and never at the cost of a run."""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.client
import json
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Mapping
from typing import Any

from customer_analytics.alerts import dialects
from customer_analytics.alerts.dialects import Message
from customer_analytics.alerts.rules import Target, from_environment

TIMEOUT_SECONDS = 10.0
TRIES = 3
_PAUSE_SECONDS = 1.0
_LOCAL = {"localhost", "127.0.0.1", "::1"}
_DIALECTS: Mapping[str, Callable[[Message], dict[str, Any]]] = {
    "slack": dialects.slack,
    "wecom": dialects.wecom,
    "dingtalk": dialects.dingtalk,
}
# What the answer of a robot says when it took nothing, though the status is 200.
_REFUSED = "errcode"


class NotSent(Exception):
    """A message did not arrive. The text names the kind of target and the reason, never the address."""


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A webhook answers; it does not send us elsewhere."""

    def redirect_request(self, *_: Any) -> None:
        """Follow nothing."""


def send(target: Target, message: Message, document: Mapping[str, Any]) -> bool:
    """Send to one target; False where its address is not configured.

    Args:
        target: whom to tell; a kind `webhook` gets `document` as JSON.
        message: the alerts in words.
        document: the alerts as data.

    Raises:
        NotSent: the address is no web address, or the other side did not take the message in three tries.
    """
    address = from_environment(target.url)
    if address is None:
        return False
    _check(address, target.to)
    if target.to == "dingtalk" and target.secret:
        secret = from_environment(target.secret)
        if secret is None:
            raise NotSent(f"{target.to}: the variable of its secret is not set.")
        address = _signed(address, secret, round(time.time() * 1000))
    body = _DIALECTS[target.to](message) if target.to in _DIALECTS else dict(document)
    _post(address, json.dumps(body, ensure_ascii=False).encode("utf-8"), target.to)
    return True


def _check(address: str, kind: str) -> None:
    try:
        parts = urllib.parse.urlsplit(address)
        local = parts.hostname in _LOCAL
    except ValueError:
        raise NotSent(f"{kind}: its address is not a web address.") from None
    if not parts.hostname or not (parts.scheme == "https" or (parts.scheme == "http" and local)):
        raise NotSent(f"{kind}: its address must begin with https://.")


def _signed(address: str, secret: str, milliseconds: int) -> str:
    """DingTalk's signature: HMAC-SHA256 of time and secret, in base64, beside the time."""
    digest = hmac.new(secret.encode(), f"{milliseconds}\n{secret}".encode(), hashlib.sha256).digest()
    signature = urllib.parse.urlencode({"timestamp": milliseconds, "sign": base64.b64encode(digest).decode("ascii")})
    return f"{address}{'&' if '?' in address else '?'}{signature}"


def _post(address: str, body: bytes, kind: str) -> None:
    opener = urllib.request.build_opener(_NoRedirect)
    reason = ""
    for attempt in range(TRIES):
        if attempt:
            time.sleep(_PAUSE_SECONDS * attempt)
        request = urllib.request.Request(
            address, data=body, headers={"Content-Type": "application/json; charset=utf-8"}, method="POST"
        )
        try:
            with opener.open(request, timeout=TIMEOUT_SECONDS) as answer:
                refused = _refusal(answer.read(10_000))
        except urllib.error.HTTPError as error:
            error.close()
            reason = f"the other side answered {error.code}"
            if error.code < 500 and error.code != 429:
                break
        except (OSError, ValueError, http.client.HTTPException) as error:  # timeouts, a broken answer or address
            reason = f"it could not be reached ({type(error).__name__})"
        else:
            if refused is None:
                return
            reason = f"the robot refused it with code {refused}"
            break
    raise NotSent(f"{kind}: {reason}.")


def _refusal(answer: bytes) -> int | None:
    """The code with which a robot of WeCom or DingTalk refuses; None where it took the message."""
    try:
        said = json.loads(answer)
        code = int(said[_REFUSED]) if isinstance(said, dict) and _REFUSED in said else 0
    except (ValueError, TypeError, OverflowError, RecursionError):  # whatever it said: it answered 200
        return None
    return code or None
