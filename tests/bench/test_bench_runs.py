"""The bench runs and reports what it promises. Its figures are not judged here: a test machine is no place for that."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from telemed.care.audit_actions import AuditAction, AuditOutcome
from telemed.care.identity import SYSTEM
from telemed.store import Store
from telemed.store.audit_check import verify_trail
from tests.adapters.store.rows import CLINIC, NOW, USER
from tests.bench import list_data, machine, office_data, plans, recording_cost, report
from tests.bench.figures import least_squares, packet_costs, quantile, slope

LONGEST = 400  # seconds: a minute on a quiet machine, much more when all cores are busy with other tests


async def run_bench(output: Path, *parts: str) -> tuple[str, dict[str, Any]]:
    """Run the command line; return its table and its JSON."""
    only = [word for part in parts for word in ("--only", part)]
    command = (sys.executable, "-m", "tests.bench", "--quick", "--priority", "normal", *only, "--output", str(output))
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE, cwd=machine.ROOT)
    table, _ = await process.communicate()
    assert process.returncode == 0
    return table.decode(), report.read(output)


@pytest.mark.slow
@pytest.mark.timeout(LONGEST)
async def test_the_quick_form_reports_every_part(tmp_path: Path) -> None:
    table, found = await run_bench(tmp_path / "bench.json", "media", "path", "recording", "memory", "control", "lists")
    assert {"date", "commit", "machine", "kernel", "python", "priority"} <= found.keys()
    scenarios = found["media"]["scenarios"]
    assert {scenario.name for scenario in (*plans.ASKED, *plans.REPORTED)} <= scenarios.keys()
    for scenario in plans.ASKED:
        run = (scenarios[scenario.name]["runs"] or scenarios[scenario.name]["dropped_runs"])[0]
        subscribers = scenario.offered_out / scenario.offered_in
        assert run["in_packets"] > 0 and run["latency"]["count"] > 0 and run["cpu_seconds"] > 0
        assert run["out_packets"] == pytest.approx(run["in_packets"] * subscribers, rel=0.1)
        assert {"steal_share", "wait_share", "foreign_cores", "losses", "control"} <= run.keys()
        assert scenario.title in table
    assert {"ingress_us", "egress_us", "median_error"} <= found["media"]["cost"].keys()
    steps = {row["name"] for row in found["path"]["steps"]}
    assert {"receive", "unprotect", "pack", "protect", "send", "send log", "pacer"} <= steps
    assert [row["packets"] for row in found["path"]["segments"] if row["way"] == "loopback"] == [1, 2, 5, 15]
    loads = found["recording"]["loads"]
    assert [row["load"] for row in loads] == list(recording_cost.LOADS)
    assert all(row["per_second"] > 0 and row["thread_us"] > 0 and row["dropped"] == 0 for row in loads)
    assert found["memory"]["kib_per_seat"].keys() == {"worker", "control"}
    assert {"sign-in", "list (today)", "session detail", "chat, to its ack", "join: link to admitted"} <= (
        found["control"]["latency_ms"].keys()
    )
    assert {"patient search", "people", "messages sent", "settings changed", "audit, newest", "recordings"} <= (
        found["lists"]["latency_ms"].keys()
    )
    assert {row["name"] for row in found["budgets"]} >= {"CPU per packet in (regression)", "CPU per copy out (regression)"}


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.timeout(LONGEST)
async def test_the_join_is_measured_in_a_browser(tmp_path: Path) -> None:
    table, found = await run_bench(tmp_path / "bench.json", "join")
    assert found["join"]["click_to_frame_ms"]["count"] == 1
    assert 0 < found["join"]["click_to_frame_ms"]["p50"] < 60_000
    assert "join click to first frame" in table


async def test_the_lists_are_measured_on_a_trail_whose_chain_is_sound(tmp_path: Path) -> None:
    path = tmp_path / "telemed.db"
    store = await Store.open(path)
    async with store.write() as tx:
        await tx.organisations.create(CLINIC)
        await tx.users.create(replace(USER, id="usr_maker"))
        await tx.audit.append(SYSTEM, AuditAction.CLINIC_CREATED, CLINIC.id, AuditOutcome.DONE, NOW)
    await store.close()
    list_data.fill(path, list_data.Size(20, 5, 60), NOW)
    store = await Store.open(path)
    async with store.read() as tx:
        verdict = await verify_trail(tx.audit)
    await store.close()
    assert verdict.complete and verdict.rows == 1 + 60 * office_data.ROWS_PER_VISIT


def test_the_regression_finds_the_costs_that_made_the_load() -> None:
    loads = ((20, 3000, 4000, 0), (80, 4000, 16000, 0), (11, 180, 200, 2000), (51, 150, 200, 10000), (120, 2500, 4000, 20000))
    runs = [
        {
            "peers": peers,
            "seconds": 1.0,
            "wakeups": woken,
            "idle_wakeups": 50.0,
            "in_packets": packets_in,
            "out_packets": packets_out,
            "idle_share": peers * 200e-6 + 50 * 30e-6,
            "core_share": peers * 200e-6 + woken * 30e-6 + packets_in * 15e-6 + packets_out * 12e-6,
        }
        for peers, woken, packets_in, packets_out in loads
    ]
    costs = packet_costs(runs)
    assert (costs["ingress_us"], costs["egress_us"]) == pytest.approx((15.0, 12.0))
    assert (costs["wake_up_us"], costs["peer_us_per_second"]) == pytest.approx((30.0, 200.0))
    assert costs["median_error"] == pytest.approx(0.0, abs=1e-6)


def test_figures() -> None:
    assert quantile([], 0.5) == 0.0
    assert quantile(list(range(100)), 0.99) == 99
    assert slope([(0, 100), (10, 600), (20, 1100)]) == pytest.approx(50.0)
    assert slope([(5, 1), (5, 2)]) == 0.0
    assert least_squares([[1.0, 2.0], [1.0, 4.0]], [5.0, 9.0]) == pytest.approx([1.0, 2.0])
    with pytest.raises(ZeroDivisionError):
        least_squares([[1.0, 1.0], [2.0, 2.0]], [1.0, 2.0])


def test_a_report_keeps_the_parts_that_were_not_run_again(tmp_path: Path) -> None:
    path = tmp_path / "bench.json"
    path.write_text("not a report")
    assert report.read(path) == {}
