"""The picture follows the speaker, not the cough."""

from __future__ import annotations

from telemed.media.speaker import MUTED_PACKETS, SpeakerChange, SpeakerDetector

QUIET, LOUD, SOFT = 80, 25, 40


class Meeting:
    """Drives a detector with 20 ms audio packets of constant level per source."""

    def __init__(self) -> None:
        self.detector = SpeakerDetector()
        self.now = 0.0

    def run(self, ticks: int, **levels: int) -> list[SpeakerChange]:
        """`ticks` of 300 ms; returns the changes."""
        changes = []
        for _ in range(ticks):
            for packet in range(15):
                for source_id, level in levels.items():
                    self.detector.on_level(source_id, level, self.now + packet * 0.02)
            self.now += 0.3
            if change := self.detector.tick(self.now):
                changes.append(change)
        return changes


def test_first_speaker_is_shown_at_once() -> None:
    meeting = Meeting()
    assert meeting.run(3, a=QUIET, b=QUIET) == []
    assert meeting.run(1, a=QUIET, b=LOUD) == [SpeakerChange(None, "b")]
    assert meeting.run(5, a=QUIET, b=LOUD) == []


def test_speaker_stays_while_all_are_silent() -> None:
    meeting = Meeting()
    meeting.run(3, a=LOUD, b=QUIET)
    assert meeting.run(20, a=QUIET, b=QUIET) == []
    assert meeting.detector.current == "a"


def test_turn_is_taken_after_two_ticks_but_not_by_a_cough() -> None:
    meeting = Meeting()
    meeting.run(5, a=LOUD, b=QUIET)
    meeting.run(3, a=QUIET, b=QUIET)
    assert meeting.run(1, a=QUIET, b=LOUD) == []
    assert meeting.run(3, a=QUIET, b=QUIET) == []
    assert meeting.run(2, a=QUIET, b=LOUD) == [SpeakerChange("a", "b")]


def test_interrupter_must_be_clearly_louder() -> None:
    meeting = Meeting()
    meeting.run(10, a=SOFT, b=QUIET)
    assert meeting.run(20, a=SOFT, b=SOFT - 3) == []
    assert meeting.run(20, a=SOFT, b=LOUD) == [SpeakerChange("a", "b")]


def test_two_equal_speakers_do_not_flicker() -> None:
    meeting = Meeting()
    changes = []
    for turn in range(40):
        changes += meeting.run(1, a=LOUD + turn % 3, b=LOUD + (turn + 1) % 3)
    assert len(changes) == 1


def test_muted_source_is_ignored_until_it_sounds() -> None:
    meeting = Meeting()
    meeting.run(4, a=LOUD)
    loudness = meeting.detector.levels()["a"]
    assert loudness < 40
    meeting.run(12, a=127)
    assert meeting.detector.levels()["a"] >= 120
    assert meeting.detector._voices["a"].muted == MUTED_PACKETS
    meeting.run(4, a=LOUD)
    assert meeting.detector.levels()["a"] < 40


def test_removed_speaker_frees_the_place() -> None:
    meeting = Meeting()
    meeting.run(3, a=LOUD, b=QUIET)
    meeting.detector.remove("a")
    assert meeting.run(1, b=QUIET) == [SpeakerChange("a", None)]
    assert meeting.run(1, b=LOUD) == [SpeakerChange(None, "b")]
    meeting.detector.remove("never-seen")
    assert list(meeting.detector.levels()) == ["b"]


def test_removed_and_replaced_in_one_tick() -> None:
    meeting = Meeting()
    meeting.run(3, a=LOUD, b=QUIET)
    meeting.detector.remove("a")
    assert meeting.run(1, b=LOUD) == [SpeakerChange("a", "b")]


def test_tick_decides_only_each_300_ms() -> None:
    meeting = Meeting()
    meeting.run(1, a=QUIET)
    for _ in range(10):
        meeting.detector.on_level("a", LOUD, meeting.now)
    assert meeting.detector.tick(meeting.now + 0.1) is None
    assert meeting.detector.tick(meeting.now + 0.31) == SpeakerChange(None, "a")
