"""Messages for the channels that teams read. Words that a client typed are escaped as each channel reads them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

WECOM_BYTES = 4096  # of a markdown message
DINGTALK_BYTES = 20_000
SLACK_CHARACTERS = 3000  # of one block of text
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~&@])")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]+")
_MENTION = re.compile(r"[@<>]")


@dataclass(frozen=True)
class Line:
    """One alert in words. `message`: a sentence of the rule's own."""

    level: str
    title: str
    statement: str
    message: str = ""
    owner: str = ""


@dataclass(frozen=True)
class Message:
    """All alerts of a run. `heading`: client, run and day."""

    heading: str
    owner_word: str
    lines: Sequence[Line]


def markdown(message: Message) -> str:
    """For e-mail and files: CommonMark, every word of a client as plain text."""
    parts = [f"# {_plain(message.heading)}", ""]
    for line in message.lines:
        parts.append(f"- **{_plain(line.level)}: {_plain(line.title)}**  ")
        parts.append(f"  {_plain(line.statement)}" + (f" {_plain(line.message)}" if line.message else ""))
        if line.owner:
            parts.append(f"  {_plain(message.owner_word)}: {_plain(line.owner)}")
    return "\n".join(parts).rstrip() + "\n"


def slack(message: Message) -> dict[str, Any]:
    """A message of Slack's incoming webhooks, in its own marks."""
    blocks = [{"type": "header", "text": {"type": "plain_text", "text": _clean(message.heading)[:150]}}]
    for line in message.lines[:48]:  # a message holds at most 50 blocks
        text = f"*{_slack(line.level)}: {_slack(line.title)}*\n{_slack(_sentences(line, message))}"
        blocks.append({"type": "section", "text": {"type": "mrkdwn", "text": text[:SLACK_CHARACTERS]}})
    return {"text": _slack(message.heading), "blocks": blocks}


def wecom(message: Message) -> dict[str, Any]:
    """A message of a WeCom (企业微信) group robot: its few marks, at most 4,096 bytes."""
    parts = [f"## {_bare(message.heading)}"]
    for line in message.lines:
        parts.append(f"**{_bare(line.level)}：{_bare(line.title)}**\n> {_bare(_sentences(line, message))}")
    return {"msgtype": "markdown", "markdown": {"content": _fitting(parts, WECOM_BYTES)}}


def dingtalk(message: Message) -> dict[str, Any]:
    """A message of a DingTalk (钉钉) group robot."""
    parts = [f"### {_bare(message.heading)}"]
    for line in message.lines:
        parts.append(f"**{_bare(line.level)}: {_bare(line.title)}**\n\n{_bare(_sentences(line, message))}")
    content = {"title": _bare(message.heading)[:60], "text": _fitting(parts, DINGTALK_BYTES)}
    return {"msgtype": "markdown", "markdown": content}


def _sentences(line: Line, message: Message) -> str:
    owner = f"{message.owner_word}: {line.owner}" if line.owner else ""
    return " ".join(part for part in (line.statement, line.message, owner) if part)


def _clean(text: str) -> str:
    """One line without control characters and marks that turn the direction of writing."""
    return _CONTROL.sub(" ", text).strip()


def _plain(text: str) -> str:
    return _MARKDOWN.sub(r"\\\1", _clean(text))


def _slack(text: str) -> str:
    """Slack reads &, < and > as its own; a star or an underscore between invisible spaces marks nothing."""
    escaped = _clean(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return re.sub(r"([*_~`])", "\u200b\\1\u200b", escaped)


def _bare(text: str) -> str:
    """WeCom and DingTalk document no escape: what could be a mark, a link or a call to somebody becomes full-width."""
    wide = _clean(text).translate(str.maketrans("*_`[]()#|~!\\", "＊＿｀［］（）＃｜～！＼"))
    return _MENTION.sub(lambda sign: {"@": "＠", "<": "＜", ">": "＞"}[sign[0]], wide)


def _fitting(parts: Sequence[str], most: int) -> str:
    """As many alerts as fit; what is left out is counted at the end."""
    for kept in range(len(parts), 0, -1):
        left = len(parts) - kept
        text = "\n\n".join([*parts[:kept], *([f"+ {left}"] if left else [])])
        if len(text.encode("utf-8")) <= most:
            return text
    return parts[0].encode("utf-8")[:most].decode("utf-8", errors="ignore")
