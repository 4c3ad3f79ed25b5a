from __future__ import annotations

import os

from hypothesis import settings

# A busy machine is no failure. In CI hypothesis has such a profile of its own, with the same examples each time.
if not os.environ.get("CI"):
    settings.register_profile("patient", deadline=None)
    settings.load_profile("patient")
