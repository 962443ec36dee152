"""Sizes we agreed on: files of one idea, functions one can read, shallow nesting, few parameters."""

from __future__ import annotations

import ast
import pathlib

from tests.rules.sources import PYTHON, ROOT, nodes

MAX_FILE, MAX_FUNCTION, MAX_NESTING, MAX_PARAMETERS = 500, 60, 3, 6  # lines, lines, blocks, without self
BLOCKS = (ast.If, ast.For, ast.AsyncFor, ast.While, ast.With, ast.AsyncWith, ast.Try, ast.Match)
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
ALLOWED = {
    # The per-packet path: a call costs more than the line it would hide (docs/adr/0001).
    ("telemed/sfu/dataplane.py", "on_media"),
}
SCRIPTS = sorted(p for folder in ("core", "ui") for p in (ROOT / "static" / folder).rglob("*.js"))


def nesting(node: ast.AST, depth: int = 0) -> int:
    """Deepest chain of blocks under `node`; an `elif` does not nest."""
    deepest = depth
    for field, value in ast.iter_fields(node):
        for child in value if isinstance(value, list) else [value]:
            if not isinstance(child, ast.AST) or isinstance(child, (*FUNCTIONS, ast.ClassDef)):
                continue
            elif_branch = isinstance(node, ast.If) and field == "orelse" and isinstance(child, ast.If) and len(node.orelse) == 1
            deepest = max(deepest, nesting(child, depth + (isinstance(child, BLOCKS) and not elif_branch)))
    return deepest


def too_big(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    lines = (function.end_lineno or function.lineno) - function.lineno + 1
    arguments = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
    parameters = [a for a in arguments if a.arg not in ("self", "cls")]
    return lines > MAX_FUNCTION or nesting(function) > MAX_NESTING or len(parameters) > MAX_PARAMETERS


def too_long(paths: list[pathlib.Path]) -> list[str]:
    """Names of files with too many lines."""
    return [str(path.relative_to(ROOT)) for path in paths if path.read_text("utf-8").count("\n") > MAX_FILE]


def test_python_keeps_to_the_sizes() -> None:
    assert PYTHON and too_long(PYTHON) == []
    big = {
        (str(path.relative_to(ROOT)), node.name)
        for path in PYTHON
        for node in nodes(path)
        if isinstance(node, FUNCTIONS) and too_big(node)
    }
    assert big - ALLOWED == set()


def test_scripts_keep_to_the_size() -> None:
    assert SCRIPTS and too_long(SCRIPTS) == []


def test_no_exception_outlives_its_reason() -> None:
    for name, function in ALLOWED:
        tree = ast.parse((ROOT / name).read_text("utf-8"))
        assert any(isinstance(n, FUNCTIONS) and n.name == function and too_big(n) for n in ast.walk(tree)), f"{name}: {function}"
