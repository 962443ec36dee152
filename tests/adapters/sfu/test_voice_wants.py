"""What who speaks is told about a lossy way here, over minutes of made-up time."""

from __future__ import annotations

from types import SimpleNamespace

from telemed.media.stats import ReceiverStatistics
from telemed.sfu.wants import REPEAT, VoiceWants

PACKETS_PER_TENTH = 5  # of 20 ms


class Lossy:
    """A voice of which every eighth packet is lost on its way to the server, and what its sender is told."""

    def __init__(self) -> None:
        self.wants = VoiceWants()
        self.now = 100.0
        self.stats = ReceiverStatistics(1, 48_000)
        uplink = SimpleNamespace(held=False, sends_little=False)
        publisher = SimpleNamespace(uplink=uplink, room=SimpleNamespace(room_id="room"), peer_id="alice")
        published = SimpleNamespace(peer=publisher)
        stream = SimpleNamespace(stats=self.stats, redundancy=object(), published=published, tap=None)
        listener = SimpleNamespace(control=None)
        self.track = SimpleNamespace(publisher=publisher, stream=stream, track_id="a-mic", flows=[listener])
        self._sequence = 0

    def pass_seconds(self, seconds: int, speaking: bool) -> list[bool]:
        """`redundant` of each word said in that time."""
        told = []
        for tenth in range(seconds * 10):
            self.now += 0.1
            for _ in range(PACKETS_PER_TENTH if speaking else 0):
                self._sequence += 1
                if self._sequence % 8:
                    self.stats.on_packet(self._sequence, self._sequence * 960, self.now, 100)
            if tenth % 10 == 0:
                self.stats.take_report_block(self.now)
            word = self.wants.look(self.track, self.now)  # type: ignore[arg-type]
            if word is not None:
                told.append(word.redundant)
        return told


def test_a_microphone_that_is_off_is_soon_asked_for_nothing() -> None:
    voice = Lossy()
    spoken = voice.pass_seconds(30, speaking=True)
    assert len(spoken) > 30 / REPEAT - 2 and all(spoken), "said again and again while it is lost"
    last = voice.pass_seconds(20, speaking=False)
    assert not last[-1] and not voice.wants.redundant
    voice.pass_seconds(25, speaking=False)
    assert voice.pass_seconds(60, speaking=False) == [], "and then not spoken to any more"
    again = voice.pass_seconds(10, speaking=True)
    assert again[-1] and voice.wants.redundant
