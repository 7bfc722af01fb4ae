"""Finds words that a person would see and that no catalogue knows."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

from jinja2 import Environment, nodes

from shared.web.pages.rendering import MACROS, TEMPLATES
from shared.words.sentences import ROOT

HOLE = "\x00"
"""Stands where a template computes something."""
SPOKEN_ATTRIBUTES = {"alt", "title", "placeholder", "aria-label", "content"}
SPOKEN_PARAMETERS = {
    "action", "caption", "empty", "hint", "kicker", "label", "lead", "note", "opener", "search", "summary", "text",
    "title",
}  # fmt: skip
SILENT = {"style", "script", "code", "kbd", "pre", "svg"}
NOT_WORDS = {"·", "j", "k", "x", "utf-8", "width=device-width, initial-scale=1", "light dark"}
_ATTRIBUTE = re.compile(r"""[\w-]+="[^"]*\"""")
_LETTER = re.compile(r"[^\W\d_]")
_TOKENS_OF_CODE = {"block", "variable", "comment", "linecomment", "raw"}
environment = Environment(trim_blocks=True, lstrip_blocks=True)


def _speaks(text: str) -> bool:
    text = _ATTRIBUTE.sub("", text)  # a macro may hold a piece of a tag
    return any(_LETTER.search(piece) and piece.strip() not in NOT_WORDS for piece in text.split(HOLE))


class _Listener(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.silent = 0
        self.heard: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.silent += tag in SILENT
        named = dict(attrs)
        for name, value in attrs:
            button = name == "value" and tag == "input" and named.get("type") in {"submit", "button", "reset"}
            if (name in SPOKEN_ATTRIBUTES or button) and value and _speaks(value):
                self.heard.append(f"{name}={value.replace(HOLE, '…')!r}")

    def handle_endtag(self, tag: str) -> None:
        self.silent -= tag in SILENT

    def handle_data(self, data: str) -> None:
        if not self.silent and _speaks(data):
            self.heard.append(" ".join(data.replace(HOLE, "…").split()))


def _without_code(source: str) -> str:
    """Return the template's own text, with a hole for each piece of code."""
    kept, depth = [], 0
    for _line, kind, text in environment.lex(source):
        if kind.endswith("_begin") and kind.split("_")[0] in _TOKENS_OF_CODE:
            depth += 1
            kept.append(HOLE)
        elif kind.endswith("_end") and kind.split("_")[0] in _TOKENS_OF_CODE:
            depth -= 1
        elif not depth and kind == "data":
            kept.append(text)
    text = re.sub(f"(</?){HOLE}", r"\1x", "".join(kept))  # a tag whose name is computed
    return re.sub(rf"(<\w+){HOLE}", rf"\1 {HOLE}", text)


def bare_words_in_template(path: Path) -> list[str]:
    """Return literal text, spoken attributes and literal arguments of components that skip the catalogue."""
    source = path.read_text("utf-8")
    own = _without_code(source)
    if path.suffix == ".txt":
        found = [line for line in own.splitlines() if _speaks(line)]
    else:
        listener = _Listener()
        listener.feed(own)
        listener.close()
        found = listener.heard
    return found + list(_bare_arguments(environment.parse(source)))


def _signatures() -> dict[str, list[str]]:
    found = {}
    for file in MACROS:
        tree = environment.parse((TEMPLATES / "components" / f"{file}.html").read_text("utf-8"))
        for macro in tree.find_all(nodes.Macro):
            found[macro.name] = [argument.name for argument in macro.args]
    return found


SIGNATURES = _signatures()


def _bare_arguments(tree: nodes.Template) -> Iterator[str]:
    for call in tree.find_all(nodes.Call):
        target = call.node
        if not (isinstance(target, nodes.Getattr) and isinstance(target.node, nodes.Name) and target.node.name == "ui"):
            continue
        if target.attr in {"code", "copy"}:
            continue
        names = SIGNATURES[target.attr]
        given = [*zip(names, call.args, strict=False), *((pair.key, pair.value) for pair in call.kwargs)]
        for name, value in given:
            if name in SPOKEN_PARAMETERS and isinstance(value, nodes.Const) and _speaks(str(value.value)):
                yield f"ui.{target.attr}({name}={value.value!r})"


_SPOKEN_CALLS = {"flash_message": 0, "Column": 1, "Filter": 1}


def bare_words_in_python(path: Path) -> list[str]:
    """Return refusals' titles and details, flashes and headings that are plain strings."""
    tree = ast.parse(path.read_text("utf-8"))
    refusals = {
        name.asname or name.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").endswith("errors") and node.level == 0
        for name in node.names
    }
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and path.name in {"errors.py", "problems.py", "csrf.py"}:
            found += [f"{node.name}.title" for line in node.body if _is_bare_title(line)]
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            place = 0 if node.func.id in refusals else _SPOKEN_CALLS.get(node.func.id)
            if place is not None and len(node.args) > place and _is_bare(node.args[place]):
                found.append(f"{node.func.id}({ast.unparse(node.args[place])})")
    return found


def _is_bare(value: ast.expr) -> bool:
    return isinstance(value, ast.JoinedStr) or (isinstance(value, ast.Constant) and isinstance(value.value, str))


def _is_bare_title(line: ast.stmt) -> bool:
    if isinstance(line, ast.Assign):
        return ast.unparse(line.targets[0]) == "title" and _is_bare(line.value)
    if isinstance(line, ast.AnnAssign) and line.value is not None:
        return ast.unparse(line.target) == "title" and _is_bare(line.value)
    return False


def python_files() -> list[Path]:
    """Return the files that may speak to people."""
    return [path for room in ("services", "shared") for path in sorted((ROOT / room).rglob("*.py"))]
