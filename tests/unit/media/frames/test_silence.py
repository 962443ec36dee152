"""Sound without holes: silence where nothing is, the sender's own pauses as pauses, and never far from where it belongs."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from telemed.media.frames.records import Frame
from telemed.media.frames.silence import DROP, RATE, SILENCE, Piece, SoundLine
from telemed.rtp.opus import packet_samples


def packet(data: bytes = b"\xf8voice", samples: int = 960, after_loss: bool = False) -> Frame:
    return Frame(0, 0, 0, 0, key=True, data=data, after_loss=after_loss, samples=samples)


def joined(pieces: list[Piece]) -> None:
    """Each piece begins where the one before ends, and lasts as long as its packet says."""
    position = pieces[0].at
    for piece in pieces:
        assert piece.at == position and packet_samples(piece.data, 0, len(piece.data)) == piece.samples
        position += piece.samples


def test_silent_frames_last_what_they_say() -> None:
    assert [(samples, packet_samples(data, 0, 3)) for samples, data in SILENCE] == [(n, n) for n in (960, 480, 240, 120)]


@given(st.lists(st.tuples(st.integers(-30_000, 400_000), st.booleans(), st.booleans()), max_size=100))
def test_sound_is_where_it_belongs(steps: list[tuple[int, bool, bool]]) -> None:
    line = SoundLine()
    pieces: list[Piece] = []
    at = 0
    for step, loss, pause in steps:
        at = max(at + 20_000 + step, 0)
        frame = packet(b"\xf8" if pause else b"\xf8voice", after_loss=loss)
        given = line.put(at, frame)
        pieces += given
        if given:
            assert given[-1].data == frame.data
            assert -15 * RATE < given[-1].at - at * RATE // 1000 < DROP
    if pieces:
        joined(pieces)


def test_a_pause_goes_on_as_the_sender_began_it() -> None:
    line = SoundLine()
    line.put(0, packet(b"\x08\x01"))
    filled = line.put(400_000, packet())
    assert {piece.data for piece in filled[:-1]} == {b"\x08"} and len(filled) == 20
    lost = line.put(820_000, packet(after_loss=True))
    assert {piece.data for piece in lost[:-1]} == {SILENCE[0][1]}
    joined(filled + lost)


def test_drift_is_taken_out_both_ways() -> None:
    for error in (-100, 100):  # ppm; ten minutes of it are 60 ms
        line = SoundLine()
        pieces = [piece for n in range(30_000) for piece in line.put(n * 20_000 * (1_000_000 + error) // 1_000_000, packet())]
        joined(pieces)
        assert abs(line.end_us - 30_000 * 20_000 * (1_000_000 + error) // 1_000_000) <= 20_000
        assert line.left_out == (3 if error < 0 else 0) or line.left_out <= 3
