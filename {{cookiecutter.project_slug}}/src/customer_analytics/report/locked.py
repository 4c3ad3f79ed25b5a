"""The page that a locked page is until its password was given."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence

from markupsafe import Markup

from customer_analytics.language import Language
from customer_analytics.report import page as pages


def locked_page(sealed: Mapping[str, str], scripts: Sequence[str], language: Language) -> str:
    """The asking page.

    Args:
        sealed: what the script needs, as texts: salt, nonce, iterations, bound, sealed.
        scripts: hashes of the scripts of the page inside ("sha256-…"), which its policy has to allow as well.
        language: of its words.
    """
    say = language.say
    script = _script()
    own = base64.b64encode(hashlib.sha256(script.encode("utf-8")).digest()).decode("ascii")
    allowed = " ".join(f"'{name}'" for name in (f"sha256-{own}", *scripts))
    words = {
        "title": say("Locked page"),
        "how": say("The password came to you by another way than this file."),
        "password": say("Password"),
        "open": say("Open"),
        "wrong": say("This password does not open the page."),
        "old": say("This browser cannot open the page. A current Chrome, Edge, Firefox or Safari can."),
        "script": say("A browser with JavaScript opens this page; a preview in a mail program does not."),
    }
    policy = (
        f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; "
        "img-src data:; font-src data:; base-uri 'none'; form-action 'none'"
    )
    return str(
        pages.render(
            "locked.html.j2",
            html_code=language.html_code,
            policy=policy,
            words=words,
            sealed=sealed,
            script=script,
        )
    )


def _script() -> Markup:
    lines = (pages.FOLDER / "locked.js").read_text(encoding="utf-8").splitlines()
    return Markup("\n".join(line.strip() for line in lines if line.strip() and not line.strip().startswith("//")))
