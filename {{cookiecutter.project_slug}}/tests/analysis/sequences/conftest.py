"""The synthetic client, loaded once for the tests of sequences, and the same business with nothing planted in it."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))  # the slow reference and the made-up shops
