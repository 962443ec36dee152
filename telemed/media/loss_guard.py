"""Audio before video: a subscriber that loses much gets audio only, until its path is well again."""

from __future__ import annotations

from dataclasses import dataclass

PAUSE_LOSS = 26  # 1/256, just over 10 %: beyond it video freezes more than it moves
PAUSE_AFTER = 3.0  # seconds of such loss
RESUME_LOSS = 8  # 1/256, just over 3 %
RESUME_AFTER = 10.0  # seconds below it, on audio reports: none come for video while it is paused
REPORT_LIFETIME = 2.5  # seconds a video report counts: browsers send one a second, and one alone must not pause
MAX_SOURCES = 64  # video sources remembered
BLIND_RESUME_AFTER = 20.0  # seconds without any audio report, as when nobody else has a microphone: try video again
RELAPSE_WINDOW = 60.0  # seconds after a resume in which another pause doubles the next wait
MAX_RESUME_AFTER = 60.0  # seconds


@dataclass(frozen=True, slots=True)
class Pause:
    """Stop sending video to this subscriber and tell the person."""


@dataclass(frozen=True, slots=True)
class Resume:
    """Send video again, beginning with a key frame."""


class LossGuard:
    """Watches one subscriber's receiver reports. Bounded: of more than 64 video sources the oldest report goes."""

    __slots__ = ("_audio_at", "_bad_since", "_good_since", "_paused_at", "_resume_after", "_resumed_at", "_video", "paused")

    def __init__(self) -> None:
        self.paused = False
        self._video: dict[int, tuple[float, int]] = {}  # SSRC -> (time, fraction lost), latest report of each
        self._bad_since: float | None = None
        self._good_since: float | None = None
        self._paused_at = 0.0
        self._audio_at = 0.0
        self._resumed_at = float("-inf")
        self._resume_after = RESUME_AFTER

    def on_report(self, fraction_lost: int, is_video: bool, now: float, ssrc: int = 0) -> None:
        """One report block: `fraction_lost` in 1/256 as on the wire. Give `ssrc` where there are several video sources."""
        if is_video:
            self._on_video(fraction_lost, ssrc, now)
        elif self.paused:
            self._on_audio(fraction_lost, now)

    def tick(self, now: float) -> Pause | Resume | None:
        """Return what to do now; call about once a second."""
        if self.paused:
            return self._resume(now) if self._may_resume(now) else None
        self._judge(now)
        if self._bad_since is None or now - self._bad_since < PAUSE_AFTER:
            return None
        if now - self._resumed_at < RELAPSE_WINDOW:
            self._resume_after = min(self._resume_after * 2, MAX_RESUME_AFTER)
        else:
            self._resume_after = RESUME_AFTER
        self.paused = True
        self._paused_at = now
        self._bad_since = self._good_since = None
        self._video.clear()
        return Pause()

    def _on_video(self, fraction_lost: int, ssrc: int, now: float) -> None:
        if self.paused:
            return  # a late report about what was sent before
        self._video.pop(ssrc, None)
        if len(self._video) >= MAX_SOURCES:
            del self._video[next(iter(self._video))]
        self._video[ssrc] = (now, fraction_lost)
        self._judge(now)

    def _judge(self, now: float) -> None:
        """Bad means: the latest report of any video source, if recent, is above the limit."""
        oldest = now - REPORT_LIFETIME
        if any(lost >= PAUSE_LOSS and at >= oldest for at, lost in self._video.values()):
            if self._bad_since is None:
                self._bad_since = now
        else:
            self._bad_since = None

    def _on_audio(self, fraction_lost: int, now: float) -> None:
        self._audio_at = now
        if fraction_lost >= RESUME_LOSS:
            self._good_since = None
        elif self._good_since is None:
            self._good_since = now

    def _may_resume(self, now: float) -> bool:
        if self._good_since is not None:
            return now - self._good_since >= self._resume_after
        return now - max(self._paused_at, self._audio_at) >= max(BLIND_RESUME_AFTER, self._resume_after)

    def _resume(self, now: float) -> Resume:
        self.paused = False
        self._resumed_at = now
        self._good_since = None
        return Resume()
