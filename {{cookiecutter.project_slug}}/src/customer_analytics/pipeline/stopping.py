"""Being told to stop: Ctrl-C, a container's stop and a closed terminal end a command in the same way."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_PATIENCE_SECONDS = 3.0
_NAMES = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")


class Stop:
    """Whether a command was told to stop. The first time it is interrupted; what follows at once finds it tidying up.

    An impatient second Ctrl-C would otherwise end the tidying, and leave kernels or half a folder behind.
    """

    def __init__(self) -> None:
        self._told: float | None = None

    @property
    def told(self) -> bool:
        """Whether anybody has asked."""
        return self._told is not None

    def __call__(self, _number: int, _frame: FrameType | None) -> None:
        """Hear of a signal."""
        now = time.monotonic()
        if self._told is None or now - self._told > _PATIENCE_SECONDS:
            self._told = now
            raise KeyboardInterrupt


@contextmanager
def stoppable() -> Iterator[Stop]:
    """Heed every request to stop, but for those that this process was started to ignore (nohup, a job of a script)."""
    stop = Stop()
    numbers = [getattr(signal, name) for name in _NAMES if hasattr(signal, name)]
    before = {number: signal.getsignal(number) for number in numbers}
    heeded = {number: handler for number, handler in before.items() if handler is not signal.SIG_IGN}
    for number in heeded:
        signal.signal(number, stop)
    try:
        yield stop
    finally:
        for number, handler in heeded.items():
            signal.signal(number, signal.SIG_DFL if handler is None else handler)
