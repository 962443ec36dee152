"""Audio only under heavy loss, video again when the path is well."""

from __future__ import annotations

from telemed.media.loss_guard import LossGuard, Pause, Resume

BAD, FAIR, GOOD = 40, 15, 2  # 1/256: 16 %, 6 %, 1 %


def drive(
    guard: LossGuard, start: float, seconds: int, *, video: int | None = None, audio: int | None = None
) -> list[tuple[float, object]]:
    """One report of each kind and one tick a second; returns (time, decision)."""
    decisions: list[tuple[float, object]] = []
    for second in range(seconds):
        now = start + second
        if video is not None:
            guard.on_report(video, True, now)
        if audio is not None:
            guard.on_report(audio, False, now)
        if decision := guard.tick(now):
            decisions.append((now, decision))
    return decisions


def test_light_loss_changes_nothing() -> None:
    assert drive(LossGuard(), 0, 100, video=FAIR, audio=BAD) == []


def test_heavy_loss_for_three_seconds_pauses() -> None:
    guard = LossGuard()
    assert drive(guard, 0, 5, video=BAD) == [(3, Pause())]
    assert guard.paused


def test_a_good_report_starts_the_three_seconds_again() -> None:
    guard = LossGuard()
    assert drive(guard, 0, 3, video=BAD) == []
    assert drive(guard, 3, 1, video=GOOD) == []
    assert drive(guard, 4, 3, video=BAD) == []


def test_one_bad_report_followed_by_silence_does_not_pause() -> None:
    guard = LossGuard()
    guard.on_report(255, True, 0.0)
    assert drive(guard, 1, 20) == []


def test_any_of_several_sources_counts() -> None:
    guard = LossGuard()
    decisions = []
    for second in range(6):
        guard.on_report(BAD, True, second, ssrc=1)
        guard.on_report(0, True, second + 0.1, ssrc=2)
        if decision := guard.tick(second + 0.2):
            decisions.append(decision)
    assert decisions == [Pause()]


def test_resumes_after_ten_seconds_of_good_audio() -> None:
    guard = LossGuard()
    drive(guard, 0, 4, video=BAD)
    assert drive(guard, 4, 20, audio=FAIR) == []
    assert drive(guard, 24, 20, audio=GOOD) == [(34, Resume())]
    assert not guard.paused


def test_audio_reports_each_five_seconds_are_enough() -> None:
    guard = LossGuard()
    drive(guard, 0, 4, video=BAD)
    resumed = None
    for now in range(5, 40):
        if now % 5 == 0:
            guard.on_report(GOOD, False, now)
        if guard.tick(now):
            resumed = now
            break
    assert resumed == 15


def test_bad_audio_in_between_starts_the_wait_again() -> None:
    guard = LossGuard()
    drive(guard, 0, 4, video=BAD)
    assert drive(guard, 4, 8, audio=GOOD) == []
    assert drive(guard, 12, 1, audio=BAD) == []
    assert drive(guard, 13, 12, audio=GOOD) == [(23, Resume())]


def test_late_video_reports_while_paused_are_ignored() -> None:
    guard = LossGuard()
    drive(guard, 0, 4, video=BAD)
    assert drive(guard, 4, 11, video=BAD, audio=GOOD) == [(14, Resume())]


def test_without_any_audio_video_is_tried_again() -> None:
    guard = LossGuard()
    drive(guard, 0, 4, video=BAD)
    assert drive(guard, 4, 30) == [(23, Resume())]


def test_relapse_doubles_the_wait_up_to_a_minute_and_health_resets_it() -> None:
    guard = LossGuard()
    now = 0.0
    waits = []
    for _ in range(5):
        [(paused, _)] = drive(guard, now, 4, video=BAD)
        [(resumed, _)] = drive(guard, paused + 1, 100, audio=GOOD)[:1]
        waits.append(resumed - paused - 1)
        now = resumed + 1
    assert waits == [10, 20, 40, 60, 60]
    now += 200
    [(paused, _)] = drive(guard, now, 4, video=BAD)
    [(resumed, _)] = drive(guard, paused + 1, 100, audio=GOOD)[:1]
    assert resumed - paused - 1 == 10


def test_sources_are_bounded() -> None:
    guard = LossGuard()
    for ssrc in range(1000):
        guard.on_report(GOOD, True, 0.0, ssrc=ssrc)
    assert len(guard._video) == 64
