"""The one way by which a block reaches a notebook."""

from __future__ import annotations

from typing import Any

from IPython.display import display
from markupsafe import Markup

from customer_analytics.report.mime import PART


def show(block: Markup, **more: Any) -> None:
    """Display an escaped block; `more`: further entries of the output, media type -> value."""
    bundle = {"text/html": str(block), "text/plain": "", PART: {}, **more}
    display(bundle, raw=True)  # type: ignore[no-untyped-call]
