"""The layers of docs/adr/0001: imports go down only, adapters never meet, SQL and private names stay where they belong."""

from __future__ import annotations

import ast
import pathlib
import re

from tests.rules.sources import PACKAGE, PYTHON, ROOT, imported_modules, nodes

LEAVES = {"config", "errors", "ids", "clock", "logs", "sealing", "files"}
PURE = {"rtp", "congestion", "media", "care"}
ADAPTERS = {"sfu", "recording", "store", "signaling", "web", "notify", "interop"}
IMPURE_MODULES = {
    "asyncio",
    "time",
    "random",
    "secrets",
    "os",
    "socket",
    "logging",
    "aiohttp",
    "socketio",
    "aiortc",
    "aioice",
    "av",
    "sqlalchemy",
    "aiosqlite",
    "threading",
    "subprocess",
    "uuid",
}
SOURCES = [path for path in PYTHON if "migrations" not in path.parts]


def part_of(path: pathlib.Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def test_imports_go_down_only() -> None:
    assert SOURCES
    for path in SOURCES:
        part, modules = part_of(path), imported_modules(path)
        ours = {m.split(".")[1] for m in modules if m.startswith("telemed.")}
        if part in LEAVES:
            assert ours <= LEAVES, path
        elif part in PURE:
            assert ours <= LEAVES | PURE, path
            assert not {m.split(".")[0] for m in modules} & IMPURE_MODULES, path
        elif part in ADAPTERS:
            assert ours <= LEAVES | PURE | {part}, path


def test_sql_stands_only_in_store() -> None:
    statement = re.compile(r"^\s*(SELECT .+ FROM|INSERT INTO|UPDATE \w+ SET|DELETE FROM|CREATE TABLE) ", re.IGNORECASE)
    for path in SOURCES:
        if part_of(path) == "store":
            continue
        if part_of(path) != "doctor":  # `telemed doctor` reports the library's version
            assert not {m.split(".")[0] for m in imported_modules(path)} & {"sqlalchemy", "aiosqlite", "sqlite3", "alembic"}, path
        constants = (node.value for node in nodes(path) if isinstance(node, ast.Constant))
        assert not [text for text in constants if isinstance(text, str) and statement.match(text)], path


def test_private_names_of_aiortc_stand_only_in_the_seam() -> None:
    private = re.compile(r"\b(aiortc|aioice|pylibsrtp)\b")
    for path in SOURCES:
        modules = imported_modules(path)
        uses_aiortc = any(m.split(".")[0] in ("aiortc", "pylibsrtp") for m in modules)
        if uses_aiortc:
            allowed = {"sfu", "cli"}
            assert part_of(path) in allowed, f"{path.name} imports the media library"
            if path.name != "seam.py":
                from_private = [m for m in modules if private.match(m) and any(p.startswith("_") for p in m.split("."))]
                assert not from_private, path.name


def test_the_supervisor_stays_small() -> None:
    """It must outlive what it starts: nothing heavy is imported by it."""
    for path in SOURCES:
        if part_of(path) == "supervisor":
            heavy = {m.split(".")[0] for m in imported_modules(path)} & {
                "aiohttp",
                "aiortc",
                "sqlalchemy",
                "socketio",
            }
            assert not heavy


def test_each_migration_has_a_number_of_its_own() -> None:
    """Two that follow the same one leave a database that no program can open."""
    found = sorted((ROOT / "telemed" / "store" / "migrations" / "versions").glob("[0-9]*.py"))
    numbers = [path.name[:4] for path in found]
    assert numbers == [f"{number:04}" for number in range(1, len(found) + 1)]
    for before, path in zip(["None", *(f'"{number}"' for number in numbers)], found, strict=False):
        text = path.read_text("utf-8")
        assert f'revision = "{path.name[:4]}"' in text and f"down_revision = {before}\n" in text, path
