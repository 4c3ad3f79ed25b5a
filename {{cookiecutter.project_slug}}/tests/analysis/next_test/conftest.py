"""The helper modules of these tests."""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "money"), str(HERE.parent / "experiment")]  # campaigns made from rows by hand
