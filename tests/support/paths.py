"""Finds every path of ours that is written down: in templates, in scripts, and in Python outside of the routes' own."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Final, NamedTuple

from jinja2 import nodes

from shared.words.sentences import ROOT
from tests.support.words import environment

HOLE: Final = "\x00"
"""Stands where a path is computed."""
HELD: Final = re.compile(r"\{[\w.]*\}")
"""Where ``str.format`` or ``replace`` fills in, as in ``/sign-in/{token}``."""
LOOKS: Final = re.compile(rf"{HOLE}?/(?:[a-z{HOLE}]\S*)?")
DECLARING: Final = frozenset({"Blueprint", "Flask", "add_url_rule", "startswith", "set_cookie", "open", "Path"})
"""Calls that say where something is or is looked for, not where a link leads."""


class Written(NamedTuple):
    """A path that stands in the source, and the method it is asked with."""

    path: str
    method: str


def in_template(source: str) -> list[Written]:
    """Return the paths of a template: attributes that lead somewhere, and texts that begin like a path."""
    tree = environment.parse(source)
    names = {
        node.target.name: said(node.node, {})
        for node in tree.find_all(nodes.Assign)
        if isinstance(node.target, nodes.Name)
    }
    text = "".join(_own_text(tree, names))
    reader = _Reader()
    reader.feed(text)
    reader.close()
    in_markdown = [Written(path, "GET") for path in re.findall(r"\]\(([^)\s]+)\)", text)]
    return [one for one in [*reader.found, *in_markdown, *_in_expressions(tree, names)] if LOOKS.fullmatch(one.path)]


def said(node: nodes.Node, names: dict[str, str]) -> str:
    """Return the text an expression gives, with a hole for each part that is computed."""
    match node:
        case nodes.Const(value=str(value)):
            return value
        case nodes.Name(name=name):
            return names.get(name, HOLE)
        case nodes.Concat(nodes=parts):
            return "".join(said(part, names) for part in parts)
        case nodes.Add(left=left, right=right):
            return said(left, names) + said(right, names)
    return HOLE


def _own_text(node: nodes.Node, names: dict[str, str]) -> Iterator[str]:
    for child in node.iter_child_nodes():
        if isinstance(child, nodes.TemplateData):
            yield child.data
        elif isinstance(child, nodes.Expr) and isinstance(node, nodes.Output):
            yield said(child, names)
        elif not isinstance(child, nodes.Expr):
            yield from _own_text(child, names)


def _in_expressions(node: nodes.Node, names: dict[str, str]) -> Iterator[Written]:
    for child in node.iter_child_nodes():
        if isinstance(child, nodes.Call) and isinstance(child.node, nodes.Name) and child.node.name == "may":
            path, *method = (said(part, names) for part in child.args)
            yield Written(path, *(method or ["GET"]))
            continue
        text = said(child, names) if isinstance(child, nodes.Expr) else HOLE
        if text != HOLE and (isinstance(node, nodes.Output) or _is_named(node)):
            continue  # counts with the text around it, or where the name is used
        if "/" in text:
            yield Written(text, "GET")
        else:
            yield from _in_expressions(child, names)


def _is_named(node: nodes.Node) -> bool:
    return isinstance(node, nodes.Assign) and isinstance(node.target, nodes.Name)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.method = "GET"
        self.found: list[Written] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.method = named.get("method", "get").upper()
        for name, method in (("href", "GET"), ("src", "GET"), ("action", self.method), ("formaction", self.method)):
            if name in named:
                self.found.append(Written(named[name], named.get("formmethod", method).upper()))


def in_script(source: str) -> list[Written]:
    """Return the paths of a JavaScript module."""
    texts = re.findall(r"""["'`](/[a-z][^"'`]*)["'`]""", source)
    return [Written(re.sub(r"\$\{[^}]*\}", HOLE, text), "GET") for text in texts]


def in_python(source: str) -> list[Written]:
    """Return the paths of a Python module, except those it declares for itself."""
    return [Written(text, "GET") for text in _texts(ast.parse(source)) if LOOKS.fullmatch(text) and "<" not in text]


def _texts(node: ast.AST) -> Iterator[str]:
    for name, value in ast.iter_fields(node):
        if name == "decorator_list" or (isinstance(node, ast.keyword) and node.arg in {"path", "url_prefix"}):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.Call) and _name_of(child.func) in DECLARING:
                continue
            if isinstance(child, ast.Call) and _name_of(child.func).endswith("_url"):
                yield from (f"{HOLE}/{text}" for text in map(_joined, child.args) if text != HOLE)
            if isinstance(child, ast.expr) and "/" in (text := _joined(child)):
                yield text
            elif isinstance(child, ast.AST):
                yield from _texts(child)


def _name_of(function: ast.expr) -> str:
    return getattr(function, "attr", getattr(function, "id", ""))


def _joined(node: ast.expr) -> str:
    match node:
        case ast.Constant(value=str(value)):
            return HELD.sub(HOLE, value)
        case ast.JoinedStr(values=values):
            return "".join(_joined(part) for part in values)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return _joined(left) + _joined(right)
    return HOLE


def written_down() -> dict[str, list[Written]]:
    """Return every file of the services and of what they share with the paths in it; the launcher is no part."""
    readers = {".html": in_template, ".txt": in_template, ".js": in_script, ".py": in_python}
    found = {}
    for room in ("services", "shared"):
        for path in sorted((ROOT / room).rglob("*")):
            name = path.relative_to(ROOT)
            if path.suffix in readers and not {"stack", "migrations"} & set(name.parts):
                found[name.as_posix()] = readers[path.suffix](path.read_text("utf-8"))
    return {name: paths for name, paths in found.items() if paths}
