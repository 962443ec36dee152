"""The report of a bench: assembled, kept as JSON, printed as a table, held against the budgets."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tests.bench import machine, packet_path, plans, recording_cost
from tests.bench.settings import PARTS, Settings

FORMAT = 1
INGRESS_BUDGET_US = 18.0
EGRESS_BUDGET_US = 20.0
LATENCY_BUDGET_MS = 10.0
CORE_BUDGET = 0.60
JOIN_BUDGET_MS = 400.0
LIST_BUDGET_MS = 100.0  # of any list, with years of records

Json = dict[str, Any]


def read(path: Path) -> Json:
    """Return the report at `path`, {} when there is none of this format."""
    try:
        report = json.loads(path.read_text())
    except (OSError, ValueError):
        return {}
    return report if isinstance(report, dict) and report.get("format") == FORMAT else {}


def write(path: Path, report: Json) -> None:
    """Write the report, making its directory."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(report, indent=1) + "\n")


def assemble(form: Settings, parts: Json, before: Json) -> Json:
    """Join fresh parts with those of an earlier report of the same form; each part names its own date and commit."""
    same_form = before.get("quick") is form.quick
    kept = {name: before[name] for name in PARTS if same_form and name in before and name not in parts}
    report: Json = {
        "format": FORMAT,
        "quick": form.quick,
        "priority": form.priority,
        **machine.describe(),
        **{name: {**kept, **parts}[name] for name in PARTS if name in kept or name in parts},
    }
    return {**report, "budgets": budgets(report)}


def budgets(report: Json) -> list[Json]:
    """Hold what was measured against what was promised."""
    rows: list[Json] = []
    media = report.get("media", {})
    if media:
        cost = media["cost"]
        rows.append(_row("CPU per packet in (regression)", cost["ingress_us"], INGRESS_BUDGET_US, "us"))
        rows.append(_row("CPU per copy out (regression)", cost["egress_us"], EGRESS_BUDGET_US, "us"))
        rows += [
            _row(
                f"CPU per packet in (all but silence), {entry['title']}",
                entry["median"]["us_per_in_media"],
                INGRESS_BUDGET_US,
                "us",
            )
            for entry in media["scenarios"].values()
            if not entry["offered_out"]
        ]
        rows += [
            _row(
                f"CPU per copy out (all, ingress too), {entry['title']}",
                entry["median"]["us_per_out_total"],
                EGRESS_BUDGET_US,
                "us",
            )
            for entry in media["scenarios"].values()
            if entry["offered_out"]
        ]
        within = [*(media["scenarios"][scenario.name] for scenario in (*plans.ASKED, *plans.REPORTED)), *media["capacity"]]
        rows += [
            _row(f"latency p99, {entry['title']}", entry["median"]["latency_p99_ms"], LATENCY_BUDGET_MS, "ms")
            for entry in within
            if entry["median"]["core_share"] <= CORE_BUDGET
        ]
    rows += [
        _row(f"CPU per recorded packet, {row['load']}", row["together_us"], recording_cost.BUDGET_US, "us")
        for row in report.get("recording", {}).get("loads", ())
    ]
    lists = report.get("lists", {}).get("latency_ms", {})
    rows += [_row(f"{name}, p95", figures["p95"], LIST_BUDGET_MS, "ms") for name, figures in lists.items()]
    join = report.get("join", {})
    if join.get("click_to_frame_ms"):
        rows.append(_row("join click to first frame, p50", join["click_to_frame_ms"]["p50"], JOIN_BUDGET_MS, "ms"))
    return rows


def _row(name: str, measured: float, budget: float, unit: str) -> Json:
    return {"name": name, "measured": measured, "budget": budget, "unit": unit, "met": measured <= budget}


def table(report: Json) -> str:
    """Return the report for people."""
    where = f"{report['machine']} x{report['cores']}  Python {report['python']}  priority {report['priority']}"
    head = f"{report['date']}  {report['commit']}  {where}"
    lines = [head + ("  (quick: figures mean little)" if report["quick"] else "")]
    if "media" in report:
        lines += _media_lines(report["media"])
    if "path" in report:
        lines += ["", *_align(packet_path.lines(report["path"]))]
    if "recording" in report:
        lines += ["", *_align(recording_cost.lines(report["recording"]))]
    if "memory" in report:
        lines += ["", "memory per participant: " + _pairs(report["memory"]["kib_per_seat"], " KiB")]
    if "lists" in report:
        size = report["lists"]
        rows = f"{size['visits']} visits, {size.get('audit_rows', 0)} audit rows"
        title = f"lists, {size['patients']} patients, {size['staff']} staff, {rows}, ms"
        lines += ["", title, *_latency_lines(size["latency_ms"])]
    if "control" in report:
        lines += ["", f"control, {report['control']['sessions']} sessions, ms", *_latency_lines(report["control"]["latency_ms"])]
        control = report["control"]
        lines.append(f"at most {control['chats_per_second']} chat messages a second, {control['cpu_ms_per_chat']} ms of CPU each")
    if "join" in report:
        lines += ["", "join: " + (report["join"].get("left_out") or _pairs(report["join"]["click_to_frame_ms"], ""))]
    lines += ["", *(_budget_line(row) for row in report["budgets"])]
    return "\n".join(lines)


def _media_lines(media: Json) -> list[str]:
    columns = ("scenario", "in/s", "out/s", "core", "us/out", "p50 ms", "p99 ms", "idle p99", "waited", "lost", "queued")
    rows = [columns]
    capacity = [{**entry, "title": entry["title"] + " (highest)"} for entry in media["capacity"]]
    for entry in (*media["scenarios"].values(), *capacity):
        figures = entry["median"]
        rows.append(
            (
                entry["title"],
                f"{figures['in_per_second']:.0f}",
                f"{figures['out_per_second']:.0f}",
                f"{figures['core_share']:.1%}",
                f"{figures['us_per_out_total']:.1f}" if figures["us_per_out_total"] else f"({figures['us_per_in_total']:.1f} in)",
                f"{figures['latency_p50_ms']:.2f}",
                f"{figures['latency_p99_ms']:.2f}",
                f"{figures['control_read_p99_ms']:.2f}",
                f"{figures['wait_share']:.1%}",
                f"{figures['lost_in_worker']:.0f}",
                f"{figures['still_queued']:.0f}",
            )
        )
    cost = media["cost"]
    split = (
        f"regression: {cost['ingress_us']} us per packet in, {cost['egress_us']} us per copy out, "
        f"{cost['wake_up_us']} us per wake-up, {cost['peer_us_per_second']} us/s per peer; "
        f"median error {cost['median_error']:.1%}"
    )
    return ["", *_align(rows), "", split]


def _latency_lines(latencies: Json) -> list[str]:
    rows: list[Iterable[str]] = [("what", "count", "p50", "p95")]
    rows += [(name, f"{row['count']}", f"{row['p50']:.1f}", f"{row['p95']:.1f}") for name, row in latencies.items()]
    return _align(rows)


def _budget_line(row: Json) -> str:
    verdict = "met" if row["met"] else "MISSED"
    return f"{verdict:>6}  {row['name']}: {row['measured']:.4g} {row['unit']} (budget {row['budget']:g})"


def _pairs(values: Json, unit: str) -> str:
    return ", ".join(f"{name} {value}{unit}" for name, value in values.items())


def _align(rows: Iterable[Iterable[str]]) -> list[str]:
    cells = [tuple(row) for row in rows]
    widths = [max(len(row[column]) for row in cells) for column in range(len(cells[0]))]
    return [
        "  ".join(
            cell.ljust(width) if column == 0 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in cells
    ]
