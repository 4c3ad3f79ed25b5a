"""Every Python process that finds this folder on its path behaves like Windows, as far as that can be had on Linux.

No forks and no POSIX-only calls; a file or folder that somebody of this process has open is neither renamed nor
removed; a rename never replaces; a name that Windows does not take is not made; text without a stated encoding is an
error. What was broken is written to the file that FAKE_WINDOWS_LOG names, and raised as Windows would raise it.
"""

# pathlib calls what is replaced here.
# ruff: noqa: PTH100, PTH115, PTH206, PTH208
from __future__ import annotations

import os
import re
import signal
import sys
import time
import warnings
from collections.abc import Callable
from types import ModuleType
from typing import Any

GONE = {
    os: (
        "fork", "forkpty", "killpg", "setsid", "getuid", "geteuid", "getgid", "getpgid", "mkfifo", "chown", "lchown",
        "sched_getaffinity", "sysconf", "sysconf_names", "getloadavg", "uname", "wait", "WNOHANG", "posix_fadvise",
    ),
    signal: ("SIGKILL", "SIGHUP", "SIGALRM", "SIGUSR1", "SIGCHLD", "SIGPIPE", "alarm", "setitimer"),
    time: ("tzset",),
}  # fmt: skip
MODULES_GONE = ("fcntl", "resource", "pwd", "grp", "termios", "tty", "pty", "syslog")
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(\..*)?", re.IGNORECASE)
_FORBIDDEN = re.compile(r'[<>:"|?*\\\x00-\x1f]')
_LOG = os.environ.get("FAKE_WINDOWS_LOG", "")
_PROJECT = os.environ.get("FAKE_WINDOWS_PROJECT", "")


def broken(rule: str, what: object) -> None:
    """Remember that a rule was broken."""
    descriptor = os.open(_LOG, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.write(descriptor, f"{rule}: {what}\n".encode())
    os.close(descriptor)


def taken(name: str) -> bool:
    """Whether Windows takes this name for a file or folder."""
    return not (_RESERVED.fullmatch(name) or _FORBIDDEN.search(name) or name.endswith((".", " ")))


def held(path: str) -> bool:
    """Whether this process has the file, or one in the folder, open."""
    real = os.path.realpath(path)
    for descriptor in os.listdir("/proc/self/fd"):
        try:
            target = os.readlink(f"/proc/self/fd/{descriptor}")
        except OSError:
            continue
        if target == real or target.startswith(real + os.sep):
            return True
    return False


def in_project(path: object) -> bool:
    """Whether a path lies in the project that is watched."""
    if isinstance(path, bytes | int) or not _PROJECT:
        return False
    return os.path.abspath(os.fspath(path)).startswith(_PROJECT + os.sep)


def guarded(name: str, *, replaces: bool) -> None:
    """Make a call of `os` refuse what Windows refuses."""
    real: Callable[..., Any] = getattr(os, name)

    def call(path: Any, *rest: Any, **options: Any) -> Any:
        if in_project(path) and "dir_fd" not in options and held(path):
            broken(f"os.{name} of something open", path)
            raise PermissionError(13, "The process cannot access the file: it is open", str(path))
        if rest and not replaces and in_project(rest[0]) and os.path.lexists(rest[0]):
            broken(f"os.{name} onto something", rest[0])
            raise FileExistsError(17, "Cannot create a file when that file already exists", str(rest[0]))
        return real(path, *rest, **options)

    setattr(os, name, call)


def watch(event: str, arguments: tuple[Any, ...]) -> None:
    """An audit hook: names that are made."""
    made = (
        arguments[0]
        if event == "os.mkdir" or (event == "open" and str(arguments[1] or "")[:1] in ("w", "x", "a"))
        else None
    )
    if event == "os.rename":
        made = arguments[1]
    if made is None or not in_project(made):
        return
    for part in os.path.relpath(os.path.abspath(os.fspath(made)), _PROJECT).split(os.sep):
        if not taken(part):
            broken("name", made)
            raise OSError(22, "The filename, directory name, or volume label syntax is incorrect", str(made))


def asked_by_us() -> bool:
    """Whether the package itself asks: what others need on this system stays."""
    return str(sys._getframe(2).f_globals.get("__name__", "")).startswith("customer_analytics")


def importers() -> list[str]:
    """The module whose statement imports: the nearest frame that is not of the import machinery itself."""
    frame = sys._getframe(2)
    while frame is not None and "importlib" in frame.f_code.co_filename:
        frame = frame.f_back
    return [] if frame is None else [str(frame.f_globals.get("__name__", ""))]


def take_away(module: ModuleType, names: tuple[str, ...]) -> None:
    """Let a module of the standard library lack what it has not got on Windows, for the package's eyes."""
    kept = {name: getattr(module, name) for name in names if hasattr(module, name)}
    for name in kept:
        delattr(module, name)

    def ask(name: str) -> Any:
        if name not in kept or asked_by_us():
            raise AttributeError(f"module {module.__name__!r} has no attribute {name!r}")
        return kept[name]

    module.__getattr__ = ask


class NoSuchModules:
    """Refuses to import what only POSIX has, when the package itself asks."""

    @staticmethod
    def find_spec(name: str, path: object = None, target: object = None) -> None:
        if name in MODULES_GONE and any(frame.startswith("customer_analytics") for frame in importers()):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


if _LOG:
    for _module, _names in GONE.items():
        take_away(_module, _names)
    sys.meta_path.insert(0, NoSuchModules)
    for _name, _replaces in (("rename", False), ("replace", True), ("unlink", True), ("remove", True), ("rmdir", True)):
        guarded(_name, replaces=_replaces)
    sys.addaudithook(watch)
    warnings.filterwarnings("error", category=EncodingWarning, module=r"customer_analytics(\..*)?")
