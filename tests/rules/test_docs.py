"""What the documents say and what the code does are the same: routes, commands, events, codes, settings, commands, links."""

from __future__ import annotations

import argparse
import ast
import dataclasses
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from telemed.cli import parser
from telemed.config import Config
from telemed.signaling import changes
from telemed.signaling.namespace import CONNECT_CODES
from telemed.signaling.schemas import CALL_COMMANDS, STAFF_COMMANDS
from telemed.web.routes import ROUTES
from tests.rules.sources import nodes

ROOT = Path(__file__).resolve().parents[2]
PROTOCOL = (ROOT / "docs" / "protocol.md").read_text()
OPERATIONS = (ROOT / "docs" / "operations.md").read_text()
README = (ROOT / "README.md").read_text()
DOCUMENTS = [ROOT / "README.md", ROOT / "CHANGES.md", *sorted((ROOT / "docs").rglob("*.md"))]
CODE = sorted(path for path in (ROOT / "telemed").rglob("*.py") if "migrations" not in path.parts)
TOP = {"telemed", "static", "tests", "docs", "tools", ".ci", "config.example.toml", "pyproject.toml", "Makefile"}
MADE_BY_RUNNING = ("static/vendor", "static/...", "docs/proof.md")

# Answers to the operator or between our own processes: no client of the protocol sees them.
INNER_CODES = {"config", "in_use", "port_taken", "database_in_use", "protocol_error", "stale_generation", "unknown_operation"}
INNER_CODES |= {"unsupported_version", "unsupported_library", "draining", "malformed"}
INNER_CODES |= {"migration_failed", "database_newer", "database_unreadable", "email_taken", "not_a_demo"}
INNER_PARTS = {
    "cli",
    "config",
    "supervisor",
    "admin",
    "doctor",
    "sfu",
    "lan.py",
    "demo.py",
    "provision.py",
    "launch.py",
    "child.py",
    "backup",
    "operation",
    "install",
}


def section(number: str) -> str:
    """The text of one numbered section of the protocol, its subsections included."""
    level = 2 + number.count(".")
    found = re.search(rf"^{'#' * level} {re.escape(number)}[. ].*?(?=^#{{1,{level}}} |\Z)", PROTOCOL, re.M | re.S)
    assert found, number
    return found[0]


def words(text: str) -> set[str]:
    """Everything in backticks that is one word."""
    return set(re.findall(r"`([a-z][a-z0-9_]*)`", text))


def test_routes_are_those_of_the_protocol() -> None:
    rows = re.findall(r"^\| `(GET|HEAD|POST|PUT|PATCH|DELETE) (/[^`]*)`(?:, `GET (/[^`]*)`)? \|", section("1.2"), re.M)
    written = {f"{method} {path}" for method, path, _ in rows} | {f"GET {second}" for _, _, second in rows if second}
    assert written == {f"{route.method} {route.path}" for route in ROUTES}


def test_pages_are_those_of_the_protocol() -> None:
    source = (ROOT / "telemed/web/pages.py").read_text() + (ROOT / "telemed/web/server.py").read_text()
    named = set(re.findall(r'^(?:SIGN_IN|TODAY)\s*=\s*"(/[^"]*)"', source, re.M))
    served = named | set(re.findall(r'add_get\(f?"(/[^"{]*)', source))
    text = section("1.3")
    missing = {path for path in served if f"`{path}" not in text}
    assert len(served) >= 6 and not missing, f"not in section 1.3: {missing}"


def test_commands_and_their_fields_are_those_of_the_protocol() -> None:
    text = section("2.3")
    table = text.partition("Namespace `/staff`")[0]
    rows = re.findall(r"^\|((?: `[a-z_]+`,?)+) \|[^|]*\|(.*)$", table, re.M)
    written = {name: rest for names, rest in rows for name in re.findall(r"`([a-z_]+)`", names)}
    assert set(written) == set(CALL_COMMANDS)
    for name, rest in written.items():
        fields = set(CALL_COMMANDS[name].model_fields) - {"command_id"}
        assert fields <= set(re.findall(r"[a-z_]+", rest)), f"{name}: the table lacks a field"
        named = set(re.findall(r"`([a-z_]+)\??(?:`|:)", rest.rpartition("|")[0].rpartition("|")[0]))
        assert named <= fields, f"{name}: the table names {named - fields}"
    staff = text.partition("Namespace `/staff`")[2]
    assert set(re.findall(r"`([a-z_]+) \{", staff)) == set(STAFF_COMMANDS)
    assert STAFF_COMMANDS["acknowledge"].model_fields.keys() - {"command_id"} == {"participant_id"}


def emitted() -> set[str]:
    """Types of stream events: those of differences, and those named where they are sent."""
    call = {event for _, event in changes._CALL_VALUES} | {"chat", *changes._STAFF_COUNTS}
    rows = (*changes._CALL_ROWS, *changes._STAFF_ROWS)
    tables = {name for row in rows for name in dataclasses.astuple(row)[2:] if isinstance(name, str)}
    return call | tables | set(first_arguments("emit")) | {"replaced"}


def first_arguments(method: str) -> Iterator[str]:
    """String constants given first to a method of this name anywhere in the signalling."""
    for path in CODE:
        if "signaling" not in path.parts:
            continue
        for node in nodes(path):
            named = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == method
            if named and node.args and isinstance(node.args[0], ast.Constant) and isinstance(node.args[0].value, str):  # type: ignore[attr-defined]
                yield node.args[0].value  # type: ignore[attr-defined]


def test_stream_types_are_those_of_the_protocol() -> None:
    written: set[str] = set()
    for number in ("2.4", "2.5"):
        listed = next(line for line in section(number).splitlines() if line.startswith("Stream types:"))
        written |= set(re.findall(r"`([a-z_]+)(?: \{|`)", re.sub(r"\{[^}]*\}", "{", listed)))
    assert written == emitted()


def test_live_types_are_those_of_the_protocol() -> None:
    listed = next(line for line in section("2.2").splitlines() if line.startswith("* `live`"))
    sent = {*first_arguments("live_event"), *first_arguments("text_event"), *first_arguments("live")}
    assert set(re.findall(r"`([a-z_]+) \{", listed)) == sent


def test_refusals_of_connect_are_those_of_the_protocol() -> None:
    sentence = next(line for line in section("2.1").splitlines() if "Refusal:" in line)
    assert words(sentence.partition("Refusal:")[2]) == CONNECT_CODES


def codes() -> Iterator[tuple[str, Path]]:
    """Every error code the code can give to a client."""
    for path in CODE:
        part = path.relative_to(ROOT / "telemed").parts[0]
        if part in INNER_PARTS:
            continue
        for node in nodes(path):
            if isinstance(node, ast.keyword) and node.arg == "code" and isinstance(node.value, ast.Constant):
                yield str(node.value.value), path
            elif isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == "code" for t in node.targets):
                if isinstance(node.value, ast.Constant):
                    yield str(node.value.value), path


def test_every_error_code_stands_in_the_protocol() -> None:
    written = set(re.findall(r"`([a-z_]+)`", PROTOCOL)) | set(re.findall(r'"code": "([a-z_]+)"', PROTOCOL))
    missing = {f"{code} ({path.name})" for code, path in codes() if code not in written | INNER_CODES}
    assert not missing, f"not in docs/protocol.md: {sorted(missing)}"


def test_every_setting_is_explained() -> None:
    example = (ROOT / "config.example.toml").read_text()
    for part in dataclasses.fields(Config):
        assert f"[{part.name}]" in example
        for key in dataclasses.fields(part.default_factory()):  # type: ignore[misc]
            explained = re.search(rf"^# .+\n{key.name} = ", example, re.M)
            assert explained or f"`{part.name}.{key.name}`" in OPERATIONS, f"{part.name}.{key.name}"


def test_settings_named_in_the_documents_exist() -> None:
    known = {
        f"{part.name}.{key.name}" for part in dataclasses.fields(Config) for key in dataclasses.fields(part.default_factory())
    }  # type: ignore[misc]
    sections = "|".join(part.name for part in dataclasses.fields(Config))
    for path in DOCUMENTS:
        for name in re.findall(rf"`((?:{sections})\.[a-z_]+)\b", path.read_text()):
            assert name in known or name.endswith((".py", ".md")), f"{path.name}: {name}"


def commands(of: argparse.ArgumentParser, prefix: str = "telemed") -> Iterator[str]:
    """All commands of the command line, as one types them."""
    subparsers = [action for action in of._actions if isinstance(action, argparse._SubParsersAction)]
    if not subparsers:
        yield prefix
    for action in subparsers:
        for name, command in action.choices.items():
            yield from commands(command, f"{prefix} {name}")


@pytest.mark.parametrize("command", sorted(commands(parser())))
def test_every_command_is_documented(command: str) -> None:
    assert command in README or command in OPERATIONS


def test_commands_named_in_the_documents_exist() -> None:
    known = set(commands(parser()))
    for path in DOCUMENTS:
        for said in re.findall(r"(?:`|venv/bin/)(telemed [a-z]+(?: [a-z]+(?:-[a-z]+)*)?)", path.read_text()):
            assert any(said == command or said.startswith(command + " ") for command in known), f"{path.name}: {said}"


def test_make_targets_named_in_the_documents_exist() -> None:
    targets = set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(), re.M))
    for path in DOCUMENTS:
        for line in re.findall(r"(?:`|^)make ([a-z][a-z -]*)", path.read_text(), re.M):
            named = line.split("  ")[0].split()
            assert set(named) <= targets, f"{path.name}: make {line}"
    assert targets >= {"setup", "run", "check", "test", "bench", "prove", "screenshots"}, "promised"


def test_every_stream_type_of_the_client_is_in_the_protocol() -> None:
    messages = (ROOT / "static" / "core" / "messages.js").read_text("utf-8")
    types = set(re.findall(r'\{type: "([a-z_]+)"', messages))
    assert types and {name for name in types if f"`{name}" not in PROTOCOL} == set()


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_and_paths_lead_somewhere(path: Path) -> None:
    text = path.read_text()
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", text):
        if "://" not in target:
            assert (path.parent / target).exists(), f"a link to {target}"
    for named in re.findall(r"`((?:[\w.-]+/)*[\w.-]+/?)`", text):
        if named.split("/")[0] in TOP and "/" in named and not named.startswith(MADE_BY_RUNNING):
            assert (ROOT / named).exists(), f"{named} is named and not there"


def test_nothing_names_the_place_it_was_made() -> None:
    private = re.compile(r"/work/|\bsession of ours\b|\bhelper-\d|issue #?\d", re.IGNORECASE)
    folders = ("telemed", "static/core", "static/ui", "docs")
    for path in (found for folder in folders for found in (ROOT / folder).rglob("*.*")):
        if path.suffix in {".py", ".js", ".md", ".json", ".css", ".html"} and "vendor" not in path.parts:
            assert not private.search(path.read_text("utf-8")), path
