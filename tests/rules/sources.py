"""The product's sources, read and parsed once for all rules."""

from __future__ import annotations

import ast
import functools
import pathlib

ROOT = pathlib.Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "telemed"
PYTHON = sorted(PACKAGE.rglob("*.py"))


@functools.cache
def parsed(path: pathlib.Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


@functools.cache
def imported_modules(path: pathlib.Path) -> tuple[str, ...]:
    """Whatever the file imports, wherever in it."""
    names: list[str] = []
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names.append(node.module or "")
    return tuple(names)
