"""What works on Linux and breaks on Windows: names, paths, calls, encodings, open files. No Windows is needed."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer_analytics import durable
from customer_analytics.audiences.names import canonical, folded, name_problem
from customer_analytics.pipeline.survey import _folder_names

HERE = Path(__file__).resolve().parents[1]
PACKAGE = HERE / "{{cookiecutter.project_slug}}" / "src" / "customer_analytics"
SOURCES = sorted([*PACKAGE.rglob("*.py"), *(HERE / "hooks").glob("*.py"), HERE / "tasks.py"])
FAKE = HERE / "tests" / "fake_windows"
# C:\Users\Firstname.Lastname\Documents\Clients\ and the longest name of a project; Windows ends at 260 with a null.
ROOM = 259 - 45 - 41
RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(\..*)?", re.IGNORECASE)
FORBIDDEN = re.compile(r'[<>:"|?*\\/\x00-\x1f]')
POSIX_MODULES = {"fcntl", "grp", "posix", "pty", "pwd", "resource", "syslog", "termios", "tty"}
POSIX_CALLS = {
    "os": {
        "WNOHANG", "chown", "fork", "forkpty", "getegid", "geteuid", "getgid", "getloadavg", "getpgid", "getuid",
        "killpg", "mkfifo", "posix_fadvise", "sched_getaffinity", "setpgid", "setsid", "setuid", "sysconf",
        "sysconf_names", "uname", "wait",
    },
    "signal": {
        "SIGALRM", "SIGCHLD", "SIGHUP", "SIGKILL", "SIGPIPE", "SIGQUIT", "SIGUSR1", "SIGUSR2", "alarm", "setitimer",
    },
    "time": {"tzset"},
    "select": {"poll", "select"},
}  # fmt: skip
# Modules that only run where `WarmProcess.possible()` is true, which is on Linux.
LINUX_ONLY = {"warm.py", "warm_server.py"}
# What asks for the call first: hasattr(os, …), getattr(signal, …), os.name, sys.platform.
ASKS = re.compile(r"hasattr\(|getattr\(|os\.name|sys\.platform|contextlib\.suppress\(AttributeError")
# What looks like a trap and is none, and why.
KNOWN = {
    "kernels.py: the path '/tmp'": "asked for where os.name is posix, in the line below",
    "workbook.py: parts.open": "a member of a zip file, which is bytes",
    "sending.py: opener.open": "an address of the web, which answers in bytes",
    "store.py: dataset.open": "a data set's own method",
}
SYSTEM_FOLDERS = ("/tmp", "/dev/", "/proc/", "/usr/", "/etc/", "/var/", "/home/")


def taken(name: str) -> bool:
    """Whether Windows takes this name for a file or folder."""
    return not (RESERVED.fullmatch(name) or FORBIDDEN.search(name) or name.endswith((".", " ")) or not name)


def paths_below(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


def wrong_names(paths: list[str]) -> list[str]:
    """Paths that Windows does not take: a name, the length, or two that differ by case alone."""
    found = [path for path in paths if not all(taken(part) for part in path.split("/"))]
    found += [f"{path} ({len(path)} characters)" for path in paths if len(path) > ROOM]
    same = Counter(path.casefold() for path in paths)
    return found + [f"{path} (twice but for case)" for path in paths if same[path.casefold()] > 1]


def test_every_file_of_the_template_and_of_a_project_has_a_name_that_windows_takes(baked: Path) -> None:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=HERE, capture_output=True, check=False)
    tracked = [path for path in listed.stdout.decode("utf-8").split("\0") if path]
    assert wrong_names(tracked) == []
    assert wrong_names(paths_below(baked)) == []


def test_the_check_of_names_finds_each_trap() -> None:
    for name in (
        "con",
        "NUL.txt",
        "com1.csv",
        "LPT¹",
        "a:b",
        "what?",
        "end.",
        "end ",
        "a\\b",
        'a"b',
        "tab\t",
        "conin$",
    ):
        assert wrong_names([f"reports/{name}/x.csv"]), name
    assert wrong_names(["a/Readme.md", "a/README.md"])
    assert wrong_names(["x" * (ROOM + 1)])
    assert not wrong_names(["reports/2025-01-31_1/rfm/tables/customers.csv", "console.csv", "a/com10.csv"])


@given(st.lists(st.text(min_size=1, max_size=60), unique=True, max_size=8))
def test_groups_of_a_run_become_folders_that_windows_takes_and_tells_apart(values: list[str]) -> None:
    names = list(_folder_names(values).values())
    assert all(taken(name) and name.isascii() for name in names), names
    assert len({name.casefold() for name in names}) == len(values)


@given(
    st.one_of(
        st.text(max_size=70), st.sampled_from(["CON", "con.x", "LPT¹", "nul", "Com9", "a.", "ﾅﾙ", "ＣＯＮ", "com１"])
    )
)
def test_a_name_of_an_audience_that_is_taken_is_taken_by_windows(name: str) -> None:
    exact = canonical(name)
    if name_problem(exact) is None:
        assert taken(exact) and taken(folded(exact))


# ---------------------------------------------------------------------------------------------------------------------
# The source
# ---------------------------------------------------------------------------------------------------------------------


def traps(text: str, name: str) -> Iterator[str]:
    """What in a module's text would break on Windows, with its line."""
    tree = ast.parse(text)
    guarded = {id(inner) for node in ast.walk(tree) for inner in inside_of_a_question(node)}
    for node in ast.walk(tree):
        for what in (*imports(node), *constants(node), *calls(node)):
            yield f"{name}:{node.lineno}: {what}"
        for what in posix(node):
            if name not in LINUX_ONLY and id(node) not in guarded:
                yield f"{name}:{node.lineno}: {what}"


def inside_of_a_question(node: ast.AST) -> Iterator[ast.AST]:
    """What stands under `if hasattr(os, …)` and the like, or in one expression with it."""
    if isinstance(node, ast.If | ast.IfExp | ast.BoolOp | ast.With) and ASKS.search(
        ast.unparse(node).partition("\n")[0]
    ):
        yield from ast.walk(node)


def imports(node: ast.AST) -> Iterator[str]:
    names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
    names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
    yield from (f"import of {name}" for name in names if name.split(".")[0] in POSIX_MODULES)


def posix(node: ast.AST) -> Iterator[str]:
    whose = node.value.id if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) else ""
    if isinstance(node, ast.Attribute) and node.attr in POSIX_CALLS.get(whose, ()):
        yield f"{whose}.{node.attr}"
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.startswith(SYSTEM_FOLDERS):
        yield f"the path {node.value!r}"


def constants(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and re.search(r"%-[dmHIMSjy]", node.value):
        yield f"strftime without zeros: {node.value!r}"


def calls(node: ast.AST) -> Iterator[str]:
    """Text without its encoding or its line ends, and renames that do not replace."""
    if not isinstance(node, ast.Call) or any(keyword.arg is None for keyword in node.keywords):
        return
    given = {keyword.arg for keyword in node.keywords}
    called = ast.unparse(node.func)
    last = called.rpartition(".")[2]
    if last == "read_text" and "encoding" not in given and not node.args:
        yield "read_text without its encoding"
    if last == "write_text" and not {"encoding", "newline"} <= given:
        yield "write_text without its encoding or newline"
    if last in ("open", "fdopen") and called not in ("os.open", "webbrowser.open"):
        words = [arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
        mode = next((word for word in words if word and set(word) <= set("rwxabt+")), "r")
        if "b" not in mode and not ({"encoding", "newline"} if mode != "r" else {"encoding"}) <= given:
            yield f"{called} of text without its encoding or newline"
    if called.startswith("subprocess.") and given & {"text", "universal_newlines"} and "encoding" not in given:
        yield "the text of a process without its encoding"
    if called in ("os.rename", "os.symlink", "os.popen", "os.system", "locale.getpreferredencoding"):
        yield called


def test_no_module_has_a_trap_for_windows() -> None:
    found = [trap for path in SOURCES for trap in traps(path.read_text(encoding="utf-8"), path.name)]
    assert [trap for trap in found if not re.sub(r":\d+", "", trap).startswith(tuple(KNOWN))] == []


@pytest.mark.parametrize(
    "line",
    [
        "import fcntl", "from pwd import getpwnam", "os.fork()", "os.getuid()", "signal.signal(signal.SIGALRM, f)",
        "os.kill(1, signal.SIGKILL)", "path.read_text()", "path.write_text(t, encoding='utf-8')", "open('x', 'w')",
        "path.open('a', encoding='utf-8')", "subprocess.run(c, text=True)", "os.rename(a, b)", "Path('/dev/shm')",
        "day.strftime('%-d.%-m.%Y')", "time.tzset()", "os.fdopen(h, 'w')",
    ],
)  # fmt: skip
def test_the_check_of_the_source_finds_each_trap(line: str) -> None:
    assert list(traps(line, "x.py")), line


def test_the_check_of_the_source_lets_pass_what_asks_first() -> None:
    for line in (
        "if hasattr(os, 'killpg'):\n    os.killpg(1, signal.SIGKILL)",
        "n = len(os.sched_getaffinity(0)) if hasattr(os, 'sched_getaffinity') else 1",
        "path.read_text(encoding='utf-8')",
        "path.open('rb')",
        "os.replace(a, b)",
    ):
        assert not list(traps(line, "x.py")), line


# ---------------------------------------------------------------------------------------------------------------------
# A run that Windows would allow
# ---------------------------------------------------------------------------------------------------------------------

GROUPS = ["CON", "a:b", "Nord.", "北京", "com1", "x/y\\z", "North", "north "]
START = (
    "import zmq; from customer_analytics.pipeline.warm import WarmProcess; "
    "WarmProcess.possible = staticmethod(lambda: False); zmq.has = lambda what: False; "
    "from customer_analytics.cli import main; main()"
)


@pytest.mark.skipif(sys.platform != "linux", reason="looks up open files in /proc")
def test_a_load_and_a_run_break_no_rule_of_windows(bake: object, tmp_path: Path, thorough: bool) -> None:
    project = small_client(bake({"client_name": "Acme"}, tmp_path))
    log = tmp_path / "broken.txt"
    commands = [["load"], ["load"], ["run", "rfm", "--jobs", "1"]]
    if thorough:
        commands += [
            ["check"],
            ["audience", "orders > 0", "--name", "spring"],
            ["audience", "orders > 0", "--name", "spring", "--replace"],
        ]
        commands += [["run", "rfm", "--for-each", "region"], ["run"], ["run"], ["tags"]]
    for words in commands:
        done = fake_windows(project, log, START, *words)
        assert done.returncode == 0, done.stderr.decode("utf-8", "replace")
        assert not log.exists(), log.read_text(encoding="utf-8")
    assert wrong_names(paths_below(project)) == []


@pytest.mark.skipif(sys.platform != "linux", reason="looks up open files in /proc")
@pytest.mark.parametrize(
    "broken",
    [
        "f = open('a.txt', 'w'); os.replace('a.txt', 'b.txt')",
        "os.mkdir('d'); f = open('d/a.txt', 'w'); os.rename('d', 'e')",
        "f = open('a.txt', 'w'); os.unlink('a.txt')",
        "open('a.txt', 'w').close(); open('b.txt', 'w').close(); os.rename('a.txt', 'b.txt')",
        "os.mkdir('con')",
        "open('a:b', 'w')",
        "exec(compile('import os; os.fork()', 'x', 'exec'), {'__name__': 'customer_analytics.x'})",
        "exec(compile('import fcntl', 'x', 'exec'), {'__name__': 'customer_analytics.x'})",
    ],
)
def test_the_false_windows_refuses_what_windows_refuses(broken: str, tmp_path: Path) -> None:
    assert fake_windows(tmp_path, tmp_path.with_suffix(".log"), f"import os; {broken}").returncode == 1
    assert fake_windows(tmp_path, tmp_path.with_suffix(".log"), "import os; os.mkdir('fine'); os.fork").returncode == 0


def fake_windows(project: Path, log: Path, code: str, *words: str) -> subprocess.CompletedProcess[bytes]:
    path = os.pathsep.join([str(FAKE), str(PACKAGE.parent)])
    settings = {**os.environ, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"}
    settings |= {"FAKE_WINDOWS_LOG": str(log), "FAKE_WINDOWS_PROJECT": str(project.resolve())}
    command = [sys.executable, "-X", "warn_default_encoding", "-c", code, *words]
    return subprocess.run(command, cwd=project, env=settings, capture_output=True, check=False)


def small_client(project: Path) -> Path:
    """A client of eighty customers in groups whose names no folder may have."""
    rows = [
        f"{n},c{n % 80},2025-{1 + n % 6:02d}-{1 + n % 28:02d},{n % 90}.50,{GROUPS[n % len(GROUPS)]}" for n in range(640)
    ]
    text = "\n".join(["order_id,customer_id,ordered_at,amount,region", *rows, ""])
    (project / "data" / "raw" / "orders.csv").write_text(text, encoding="utf-8", newline="\n")
    settings = project / "engagement.yml"
    source = "sources:\n  - table: orders\n    files: data/raw/orders.csv\n"
    text = settings.read_text(encoding="utf-8").replace("sources: []\n", source, 1)
    settings.write_text(text, encoding="utf-8", newline="\n")
    return project


@pytest.mark.parametrize("refusals", [0, 3])
def test_a_step_that_windows_refuses_for_a_moment_is_taken_again(
    monkeypatch: pytest.MonkeyPatch, refusals: int
) -> None:
    monkeypatch.setattr(durable, "os", SimpleNamespace(name="nt"))
    monkeypatch.setattr(durable.time, "sleep", lambda seconds: None)
    left = iter([True] * refusals + [False])

    def step() -> None:
        if next(left):
            raise PermissionError(13, "open in another program")

    durable.patiently(step)
    assert next(left, None) is None


def test_a_step_that_stays_refused_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(durable, "os", SimpleNamespace(name="nt"))
    monkeypatch.setattr(durable.time, "sleep", lambda seconds: None)

    def step() -> None:
        raise PermissionError(13, "open in another program")

    with pytest.raises(PermissionError):
        durable.patiently(step)
