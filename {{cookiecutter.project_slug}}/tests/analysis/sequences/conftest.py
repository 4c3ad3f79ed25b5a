"""The slow references, the made-up shops, and the tables that the tests of baskets write down by hand."""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
for folder in (HERE.parent / "baskets", HERE):
    sys.path.insert(0, str(folder))
