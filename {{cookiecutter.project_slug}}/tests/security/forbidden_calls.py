"""What no code of ours does, read from its syntax: run text as code, start a shell, unpickle, parse YAML or XML
unsafely, reach out to a network, guess a temporary name. Used on the package, and by the template's tests on the rest.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

# What a call, an import or an attribute of this name would be, by why it is not allowed.
CALLS = {
    "eval": "runs text as code", "exec": "runs text as code", "compile": "runs text as code",
    "__import__": "imports by text", "breakpoint": "stops in a debugger", "input": "waits for a person",
    "os.system": "starts a shell", "os.popen": "starts a shell", "subprocess.getoutput": "starts a shell",
    "subprocess.getstatusoutput": "starts a shell", "asyncio.create_subprocess_shell": "starts a shell",
    "tempfile.mktemp": "guesses a temporary name", "yaml.load": "makes objects of YAML",
    "yaml.load_all": "makes objects of YAML", "yaml.unsafe_load": "makes objects of YAML",
    "yaml.unsafe_load_all": "makes objects of YAML", "yaml.full_load": "makes objects of YAML",
    "yaml.full_load_all": "makes objects of YAML", "pandas.read_pickle": "unpickles", "pd.read_pickle": "unpickles",
    "pd.eval": "runs text as code", "pandas.eval": "runs text as code", "pd.read_html": "parses HTML",
    "np.fromregex": "parses by a pattern", "torch.load": "unpickles", "shutil.unpack_archive": "unpacks an archive",
    "hashlib.md5": "hashes weakly", "hashlib.sha1": "hashes weakly", "ssl._create_unverified_context": "trusts anyone",
    "os.chmod": "changes rights", "os.startfile": "opens by the system",
}  # fmt: skip
METHODS = {
    "to_pickle": "pickles", "read_pickle": "unpickles", "extractall": "unpacks an archive", "extract_all": "unpacks",
    "eval": "runs text as code", "raw_sql": "runs text as SQL", "read_sql": "runs text as SQL",
}  # fmt: skip
MODULES = {
    "pickle": "unpickles", "cPickle": "unpickles", "_pickle": "unpickles", "dill": "unpickles", "joblib": "unpickles",
    "cloudpickle": "unpickles", "shelve": "unpickles", "marshal": "unmarshals", "code": "runs text as code",
    "xmlrpc": "reaches out", "urllib.request": "reaches out", "http.client": "reaches out", "http.server": "listens",
    "requests": "reaches out", "httpx": "reaches out", "aiohttp": "reaches out", "socket": "reaches out",
    "smtplib": "reaches out", "ftplib": "reaches out", "telnetlib": "reaches out", "socketserver": "listens",
    "pty": "starts a shell", "ctypes": "leaves Python", "cffi": "leaves Python", "antigravity": "reaches out",
    "xml.sax": "parses XML", "xml.dom": "parses XML", "lxml": "parses XML", "pdb": "stops in a debugger",
}  # fmt: skip
STARTERS = ("subprocess.run", "subprocess.Popen", "subprocess.call", "subprocess.check_call", "subprocess.check_output")
PARSERS_OF_XML = ("fromstring", "parse", "iterparse", "XML", "XMLParser", "XMLPullParser")
# Keywords that make a harmless call one that is not.
KEYWORDS = {("shell", True): "starts a shell", ("allow_pickle", True): "unpickles", ("verify", False): "trusts anyone"}


def faults(source: str, name: str) -> list[str]:
    """What a module does that no code of ours does, each as "file:line: what"."""
    tree = ast.parse(source, name)
    found = [f"{name}:{line}: {what}" for node in ast.walk(tree) for line, what in _faults(node)]
    return sorted(set(found))


def _faults(node: ast.AST) -> Iterator[tuple[int, str]]:
    if isinstance(node, ast.Call):
        called = dotted(node.func)
        if called in CALLS:
            yield node.lineno, f"{called} {CALLS[called]}"
        elif isinstance(node.func, ast.Attribute) and node.func.attr in METHODS and called not in CALLS:
            yield node.lineno, f".{node.func.attr} {METHODS[node.func.attr]}"
        if "ElementTree" in called and called.rpartition(".")[2] in PARSERS_OF_XML:
            yield node.lineno, f"{called} parses XML"
        for keyword in node.keywords:
            if isinstance(keyword.value, ast.Constant) and (keyword.arg, keyword.value.value) in KEYWORDS:
                yield node.lineno, f"{keyword.arg}={keyword.value.value} {KEYWORDS[keyword.arg, keyword.value.value]}"
        if called in STARTERS and node.args and isinstance(node.args[0], (ast.Constant, ast.JoinedStr)):
            yield node.lineno, f"{called} of one text, which a system may split"
        if called.rpartition(".")[2] in ("sql", "execute", "executescript") and _is_built(node):
            yield node.lineno, f"{called} of a text put together: SQL by text"
    elif isinstance(node, ast.Import):
        yield from _modules(node.lineno, [alias.name for alias in node.names])
    elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
        names = [f"{node.module}.{alias.name}" for alias in node.names]
        yield from _modules(node.lineno, [node.module, *names])
        for called in names:
            if called in CALLS:
                yield node.lineno, f"{called} {CALLS[called]}"


def _modules(line: int, names: list[str]) -> Iterator[tuple[int, str]]:
    for name in names:
        parts = name.split(".")
        for length in range(1, len(parts) + 1):
            module = ".".join(parts[:length])
            if module in MODULES:
                yield line, f"import {module} {MODULES[module]}"


def _is_built(call: ast.Call) -> bool:
    """Whether the first argument is an f-string or a sum of texts."""
    return bool(call.args) and isinstance(call.args[0], (ast.JoinedStr, ast.BinOp))


def dotted(node: ast.expr) -> str:
    """a.b.c of the expression that is called, with ? for what is no name."""
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else "?"
