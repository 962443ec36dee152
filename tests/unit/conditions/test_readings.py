"""What is read from rows of statistics, and how a link loses packets."""

from __future__ import annotations

import pathlib
import random
from typing import Any

import pytest

from tests.net.conditions.judged import judged
from tests.net.conditions.link_process import Direction
from tests.net.conditions.readings import Row, longest_gap, rates, read
from tests.net.conditions.record import RUNS, TABLE, Finding, write
from tests.net.conditions.rows import risen, settled

AUDIO: dict[str, Any] = {"kind": "audio", "ssrc": 1, "lost": 0, "silent": 0, "frames": 0, "frozen": None, "height": 0, "asked": 0}
VIDEO: dict[str, Any] = {"kind": "video", "ssrc": 2, "lost": 0, "silent": 0, "frozen": 0.0, "height": 360, "asked": 0}
REST = {"packets": 0, "bytes": 0, "samples": 0, "concealed": 0, "nacks": 0, "buffered": 0, "emitted": 0, "frames": 0}
STEP = 0.05  # seconds between rows


def row(number: int, **counts: dict[str, float]) -> Row:
    """A row `number` steps after the first, with counters of sound and pictures."""
    lines = [REST | AUDIO | counts.get("audio", {}), REST | VIDEO | counts.get("video", {})]
    base = {"at": 100 + number * STEP, "late": 0.0, "paused": False, "rtt": 0.05, "reported": None, "way": "udp host"}
    return base | {"inbound": lines, "outbound": []}


def test_concealment_and_the_longest_gap() -> None:
    made_up = 0
    rows = [row(0)]
    for number in range(1, 101):
        if 40 < number <= 48:  # 0.4 s of nothing else
            made_up += 2400
        elif number == 60:  # a little
            made_up += 480
        rows.append(row(number, audio={"samples": number * 2400, "concealed": made_up, "silent": 0}))
    found = read(rows)
    assert found.concealed == pytest.approx((8 * 2400 + 480) / (100 * 2400))
    assert longest_gap(rows) == pytest.approx(0.4)


def test_sound_that_is_not_played_at_all_is_a_gap() -> None:
    rows = [row(number, audio={"samples": min(number, 20) * 2400}) for number in range(61)]
    assert longest_gap(rows) == pytest.approx(2.0)


def test_a_source_with_a_new_number_begins_at_nothing() -> None:
    rows = [row(0, audio={"bytes": 5000}), row(1, audio={"bytes": 6000}), row(2, audio={"bytes": 100, "ssrc": 9})]
    assert read(rows).sound == pytest.approx((1000 + 100) * 8 / 0.1)


def test_what_is_still_frozen_counts() -> None:
    rows = [row(number, video={"frames": min(number, 20)}) for number in range(61)]
    found = read(rows)
    assert found.frozen == pytest.approx(2 / 3, abs=0.02)
    assert settled(rows) == pytest.approx(3.0)


def test_rates_and_the_time_until_one_is_reached() -> None:
    sizes = [1000 * number if number < 60 else 60_000 + 5000 * (number - 60) for number in range(101)]
    rows = [row(number, video={"bytes": size}) for number, size in enumerate(sizes)]
    assert [round(rate / 1000) for _, rate in rates(rows)] == pytest.approx([160, 160, 160, 800, 800], rel=0.1)
    assert risen(rows, 600_000) == pytest.approx(4.1, abs=0.2)
    assert risen(rows, 9e9) == pytest.approx(5.0)


def test_nothing_measured_is_an_error() -> None:
    with pytest.raises(ValueError, match="nothing"):
        read([row(0)])


@pytest.mark.parametrize("burst", [1.0, 4.0])
def test_a_link_loses_what_it_is_told_to(burst: float) -> None:
    way = Direction(0, 0, random.Random(5), loss=0.3, burst=burst)
    lost = [way.loses() for _ in range(50_000)]
    assert sum(lost) / len(lost) == pytest.approx(0.3, abs=0.02)
    runs = sum(1 for before, after in zip(lost, lost[1:], strict=False) if after and not before)
    assert sum(lost) / runs == pytest.approx(burst if burst > 1 else 1 / 0.7, rel=0.1)


def test_packets_keep_their_order() -> None:
    way = Direction(0, 0, random.Random(5), delay=0.05, jitter=0.03)
    packet = bytes([0x45, *bytes(8), 6, *bytes(30)])
    leaves = [way.take(packet, number * 0.001) for number in range(500)]
    assert leaves == sorted(leaves) and way.counts["tcp"] == [500, 500 * len(packet), 0]


def test_a_finding_replaces_its_row_and_adds_a_run(tmp_path: pathlib.Path) -> None:
    document = tmp_path / "networks.md"
    document.write_text(f"# Title\n\n{TABLE}\n| condition | x |\n|---|---|\n\n{RUNS}\n")
    write(Finding("one", "a", True, "1"), document)
    write(Finding("two", "b", False, "2 | 3"), document)
    write(Finding("one", "a", False, "4"), document)
    text = document.read_text()
    table = text.partition(TABLE)[2].partition(RUNS)[0].strip().split("\n")
    assert [line.split(" | ")[0] for line in table[2:]] == ["| one", "| two"]
    assert "| **no** | 4 |" in table[2] and "2 / 3" in table[3]
    assert [line.count("**one**") for line in text.partition(RUNS)[2].strip().split("\n")] == [1, 0, 1]


def test_a_condition_gets_its_row_however_its_run_ends(tmp_path: pathlib.Path) -> None:
    document = tmp_path / "networks.md"
    document.write_text(f"# Title\n\n{TABLE}\n| condition | x |\n|---|---|\n\n{RUNS}\n")
    with judged("reached", "<= 2 s", document) as verdict:
        verdict.seconds("back after", 1.0, 2.0)
    with pytest.raises(AssertionError, match="back after 3"), judged("missed", "<= 2 s", document) as verdict:
        verdict.seconds("back after", 3.0, 2.0)
    with pytest.raises(TimeoutError), judged("never back", "<= 2 s", document):
        raise TimeoutError("nothing came\nfor a minute")
    rows = [line.split(" | ")[:4] for line in document.read_text().split("\n") if line.startswith("| ")]
    assert [(name.strip("| "), reached) for name, _, reached, _ in rows[1:]] == [
        ("reached", "yes"),
        ("missed", "**no**"),
        ("never back", "**no**"),
    ]
    assert "not: went to its end (nothing came)" in rows[-1][3]
