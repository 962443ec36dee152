"""A manifest that follows another: what it says was destroyed, and that nothing else differs."""

from __future__ import annotations

from dataclasses import replace

import pytest

from telemed.media import manifest
from telemed.media.manifest import Gap, Manifest, Segment
from telemed.media.manifest_history import (
    Wish,
    destroyed_parts,
    facts_after,
    former_digest,
    history_faults,
    is_named_by,
    open_wishes,
    remaining,
)

AT, ASKED = "2027-02-01T10:00:00Z", "2027-02-01T09:00:00Z"
WISH = Wish("par_b", ASKED)


def a_segment(number: int, person: str, sealed: str = "c") -> Segment:
    return Segment(
        f"seg_{number}", person, "main", "video/webm", "vp8", number, number + 1, 10, "b" * 64, 20, sealed * 64
    )


BEFORE = manifest.build(
    {"participants": [{"id": "par_a"}, {"id": "par_b"}], "consent": [], "finalised_at": "2027-01-15T08:10:05Z"},
    [a_segment(1, "par_a"), a_segment(2, "par_b"), a_segment(3, "par_b")],
    [Gap("par_b", "camera", 0, 1, "lost")],
)


def after(segments: list[Segment] | None = None, before: Manifest = BEFORE, *wishes: Wish) -> Manifest:
    kept = remaining(before, {"par_b"}) if segments is None else segments
    return manifest.build(facts_after(before, wishes or (WISH,), [{"now": 1}], AT), kept, ())


def test_it_names_the_one_before_and_what_is_gone() -> None:
    now = manifest.decode(after().raw)
    assert former_digest(now) == BEFORE.digest and is_named_by(BEFORE.raw, BEFORE.digest)
    assert former_digest(BEFORE) is None and destroyed_parts(BEFORE) == ()
    (part,) = destroyed_parts(now)
    assert (part.participant_id, part.asked_at, part.at, part.segments) == ("par_b", ASKED, AT, 2)
    assert now.facts["participants"] == [{"id": "par_a"}] and now.facts["consent"] == [{"now": 1}]
    assert manifest.chain_faults(now) == () and list(history_faults(BEFORE, now)) == []


def test_what_is_fulfilled_is_not_wished_again() -> None:
    other = Wish("par_a", ASKED)
    assert open_wishes(BEFORE, (WISH, other)) == (WISH, other)
    assert open_wishes(after(), (replace(WISH, asked_at=AT), other)) == (other,)


def test_a_further_one_keeps_the_list() -> None:
    first = after()
    second = manifest.build(facts_after(first, (Wish("par_a", ASKED),), [], AT), [], ())
    assert [part.participant_id for part in destroyed_parts(second)] == ["par_b", "par_a"]
    assert list(history_faults(first, second)) == []


@pytest.mark.parametrize(
    ("segments", "fault"),
    [
        ([], ("missing", "seg_1")),
        ([replace(a_segment(1, "par_a"), sha256="d" * 64)], ("changed", "seg_1")),
        ([replace(a_segment(1, "par_a"), start_us=0)], ("changed", "seg_1")),
        ([a_segment(1, "par_a"), a_segment(2, "par_b")], ("changed", "seg_2")),
        ([a_segment(1, "par_a"), a_segment(9, "par_a")], ("changed", "seg_9")),
    ],
)
def test_whatever_else_differs_is_named(segments: list[Segment], fault: tuple[str, str]) -> None:
    faults = list(history_faults(BEFORE, after(segments)))
    assert [(one.what, one.segment_id) for one in faults] == [fault]


def test_a_new_seal_is_no_change() -> None:
    assert list(history_faults(BEFORE, after([a_segment(1, "par_a", sealed="e")]))) == []
