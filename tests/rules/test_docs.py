"""What the documents name exists, and what exists is named. Routes and commands are held against docs/protocol.md elsewhere."""

from __future__ import annotations

import pathlib
import re

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
DOCUMENTS = [ROOT / "README.md", ROOT / "CHANGES.md", *sorted((ROOT / "docs").rglob("*.md"))]
PRIVATE = re.compile(r"/work/|\bsession of ours\b|\bhelper-\d|issue #?\d", re.IGNORECASE)


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda p: str(p.relative_to(ROOT)))
def test_links_between_documents_lead_somewhere(path: pathlib.Path) -> None:
    targets = re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", path.read_text("utf-8"))
    assert [t for t in targets if not (path.parent / t).exists()] == []


def test_make_targets_that_are_named_exist() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    for path in DOCUMENTS:
        named = set(re.findall(r"`make ([a-z-]+)", path.read_text("utf-8")))
        assert named <= targets, path.name
    promised = {"setup", "run", "check", "test", "bench", "prove", "screenshots"}
    assert promised <= targets


def test_every_command_of_the_program_is_documented() -> None:
    text = "".join(path.read_text("utf-8") for path in DOCUMENTS)
    for command in ("serve", "init", "config check", "config example", "user add", "audit verify", "doctor", "status"):
        assert f"telemed {command}" in text, command


def test_every_stream_type_of_the_client_is_in_the_protocol() -> None:
    protocol = (ROOT / "docs" / "protocol.md").read_text("utf-8")
    messages = (ROOT / "static" / "core" / "messages.js").read_text("utf-8")
    types = set(re.findall(r'\{type: "([a-z_]+)"', messages))
    assert types and {t for t in types if f"`{t}" not in protocol} == set()


def test_every_test_named_by_a_document_exists() -> None:
    for path in DOCUMENTS:
        for named in re.findall(r"`(tests/[\w./-]+)", path.read_text("utf-8")):
            assert (ROOT / named.rstrip("/.")).exists(), f"{path.name} names {named}"


def test_nothing_names_the_place_it_was_made() -> None:
    ours = [p for folder in ("telemed", "static/core", "static/ui", "docs") for p in (ROOT / folder).rglob("*.*")]
    for path in ours:
        if path.suffix in {".py", ".js", ".md", ".json", ".css", ".html"} and "vendor" not in path.parts:
            assert not PRIVATE.search(path.read_text("utf-8")), path
