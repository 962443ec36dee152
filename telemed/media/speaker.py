"""Who is speaking, from the audio-level header extension (RFC 6464), without decoding.

Levels are in -dBov: 0 is the loudest, 127 digital silence. Every tick (300 ms) compares smoothed loudness; a new speaker must
lead for two ticks, and by 5 dB over one who still speaks, so that a cough or an "mm-hm" does not move the picture.
"""

from __future__ import annotations

from dataclasses import dataclass

TICK = 0.3  # seconds between decisions
MUTED_LEVEL = 127  # a muted microphone sends pure silence
MUTED_PACKETS = 5  # of pure silence, after which a source is ignored until it sounds again
SPEECH_LEVEL = 45  # -dBov: louder than the noise of a quiet room
SPEECH_SHARE = 0.4  # of a tick's packets must be speech for its source to count as speaking
ATTACK = 0.6  # weight of a tick that is louder than the average so far
DECAY = 0.3  # weight of a quieter one
TAKEOVER_MARGIN = 5.0  # dB by which a challenger must lead over somebody who is still speaking
TAKEOVER_TICKS = 2  # ticks in a row a challenger must lead


@dataclass(frozen=True, slots=True)
class SpeakerChange:
    """The dominant speaker is now `current`; None: the last one has left and nobody speaks."""

    previous: str | None
    current: str | None


class _Voice:
    """One source's tick in progress and its smoothed loudness (dB above silence, 0..127)."""

    __slots__ = ("count", "loudness", "muted", "speaking", "speech", "total")

    def __init__(self) -> None:
        self.count = 0
        self.total = 0
        self.speech = 0
        self.muted = 0
        self.loudness = 0.0
        self.speaking = False

    def close_tick(self) -> None:
        """Fold the tick into the smoothed loudness and begin the next."""
        heard = self.total / self.count if self.count else 0.0
        self.loudness += (ATTACK if heard > self.loudness else DECAY) * (heard - self.loudness)
        self.speaking = self.speech > 0 and self.speech >= SPEECH_SHARE * self.count
        self.count = self.total = self.speech = 0


class SpeakerDetector:
    """The dominant speaker of one room. `current` is its source id; it stays when everybody falls silent."""

    __slots__ = ("_challenger", "_lead", "_next_tick", "_reported", "_voices", "current")

    def __init__(self) -> None:
        self._voices: dict[str, _Voice] = {}
        self._challenger: str | None = None
        self._lead = 0
        self._next_tick = 0.0
        self._reported: str | None = None
        self.current: str | None = None

    def on_level(self, source_id: str, level: int, now: float) -> None:
        """One audio packet of `source_id` carried `level` (0..127, -dBov)."""
        voice = self._voices.get(source_id)
        if voice is None:
            voice = self._voices[source_id] = _Voice()
        if level >= MUTED_LEVEL:
            if voice.muted >= MUTED_PACKETS:
                return
            voice.muted += 1
        else:
            voice.muted = 0
            voice.total += MUTED_LEVEL - level
            if level <= SPEECH_LEVEL:
                voice.speech += 1
        voice.count += 1

    def remove(self, source_id: str) -> None:
        """The source has ended; its place as speaker becomes free."""
        self._voices.pop(source_id, None)
        if self.current == source_id:
            self.current = None
        if self._challenger == source_id:
            self._challenger = None

    def levels(self) -> dict[str, int]:
        """Return each source's smoothed level, 0 (loudest) to 127 (silence), in -dBov."""
        return {source_id: round(MUTED_LEVEL - voice.loudness) for source_id, voice in self._voices.items()}

    def tick(self, now: float) -> SpeakerChange | None:
        """Decide, at most once per 300 ms; call as often as convenient. Returns a record only when the speaker changed."""
        if now < self._next_tick:
            return None
        self._next_tick = now + TICK
        for voice in self._voices.values():
            voice.close_tick()
        self.current = self._elect()
        if self.current == self._reported:
            return None
        change = SpeakerChange(self._reported, self.current)
        self._reported = self.current
        return change

    def _elect(self) -> str | None:
        """Return who is dominant after this tick."""
        speaking = [source_id for source_id, voice in self._voices.items() if voice.speaking]
        leader = max(speaking, key=lambda source_id: self._voices[source_id].loudness, default=None)
        if leader is None or leader == self.current:
            self._challenger = None
            return self.current
        if self.current is None:
            return leader
        incumbent = self._voices[self.current]
        if incumbent.speaking and self._voices[leader].loudness < incumbent.loudness + TAKEOVER_MARGIN:
            self._challenger = None
            return self.current
        self._lead = self._lead + 1 if leader == self._challenger else 1
        self._challenger = leader
        if self._lead < TAKEOVER_TICKS:
            return self.current
        self._challenger = None
        return leader
