"""`python -m tests.bench [--quick] [--only NAME]`: measure, print a table, write var/bench.json. See docs/benchmarks.md."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from tests.bench import control, join, lists, machine, media, memory, packet_path, recording_cost, report, settings
from tests.bench.settings import Settings

DEFAULT_OUTPUT = machine.ROOT / "var" / "bench.json"

Part = Callable[[Settings, media.Progress], Awaitable[dict[str, Any]]]
PARTS: dict[str, Part] = {
    "media": media.measure_all,
    "path": packet_path.measure_all,
    "recording": recording_cost.measure_all,
    "memory": memory.measure_all,
    "control": control.measure_all,
    "lists": lists.measure_all,
    "join": join.measure_all,
}


def arguments(words: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="Measure this server on this machine.")
    parser.add_argument("--quick", action="store_true", help="one short run of each: shows that it works")
    parser.add_argument("--only", choices=settings.PARTS, action="append", help="this part alone; may be repeated")
    parser.add_argument("--output", type=Path, default=DEFAULT_OUTPUT, help="where the JSON goes; parts not run are kept")
    parser.add_argument("--priority", choices=machine.PRIORITIES, default="high", help="of the measured processes, where allowed")
    return parser.parse_args(words)


async def bench(options: argparse.Namespace) -> dict[str, Any]:
    """Run the parts asked for and return the report."""
    form = settings.quick(options.priority) if options.quick else settings.full(options.priority)
    parts: dict[str, Any] = {}
    for name in options.only or settings.PARTS:
        say(f"-- {name}")
        parts[name] = {"at": {**machine.describe(), "priority": form.priority}, **await PARTS[name](form, say)}
    return report.assemble(form, parts, report.read(options.output))


def say(line: str) -> None:
    """Show progress on standard error; the table alone goes to standard output."""
    print(line, file=sys.stderr, flush=True)


def main() -> None:
    """Command line."""
    options = arguments()
    result = asyncio.run(bench(options))
    report.write(options.output, result)
    print(report.table(result))
    say(f"written to {options.output}")


if __name__ == "__main__":
    main()
