"""The product's sources, read and parsed once for all rules."""

from __future__ import annotations

import ast
import functools
import gc
import pathlib

ROOT = pathlib.Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "telemed"
PYTHON = sorted(PACKAGE.rglob("*.py"))


@functools.cache
def _trees() -> dict[pathlib.Path, ast.Module]:
    """Of all of them at once: two million objects that stay, in which Python's collector need not look for garbage."""
    gc.disable()
    try:
        return {path: ast.parse(path.read_text("utf-8")) for path in PYTHON}
    finally:
        gc.freeze()
        gc.enable()


def parsed(path: pathlib.Path) -> ast.Module:
    return _trees()[path]


@functools.cache
def nodes(path: pathlib.Path) -> tuple[ast.AST, ...]:
    """Everything in the file, outermost first."""
    return tuple(ast.walk(parsed(path)))


@functools.cache
def imported_modules(path: pathlib.Path) -> tuple[str, ...]:
    """Whatever the file imports, wherever in it."""
    names: list[str] = []
    for node in nodes(path):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names.append(node.module or "")
    return tuple(names)
