"""Pre-encoded sound and pictures for test clients: encoded once, sent as ready-made packets, so nine of them fit one machine."""

from __future__ import annotations

import asyncio
import fractions
import functools
import math
import time

import av
from aiortc import MediaStreamTrack

FRAMES_PER_SECOND = 5  # nine stock clients in one process decode 72 pictures of each: more would measure them, not us
VIDEO_CLOCK = 90000  # Hz
AUDIO_CLOCK = 48000  # Hz
AUDIO_FRAME = 2880  # samples: 60 ms, the longest Opus packet (RFC 6716), for the same reason
AUDIO_INTERVAL = AUDIO_FRAME / AUDIO_CLOCK  # seconds


@functools.cache
def video_frames() -> tuple[bytes, ...]:
    """One second of 160x120 VP8; the first frame is a key frame."""
    encoder = av.CodecContext.create("libvpx", "w")
    encoder.width, encoder.height, encoder.pix_fmt = 160, 120, "yuv420p"
    encoder.time_base, encoder.bit_rate = fractions.Fraction(1, FRAMES_PER_SECOND), 100_000
    encoder.gop_size = FRAMES_PER_SECOND
    encoder.options = {"deadline": "realtime", "lag-in-frames": "0"}
    packets: list[bytes] = []
    for index in range(FRAMES_PER_SECOND):
        frame = av.VideoFrame(160, 120, "yuv420p")
        for number, plane in enumerate(frame.planes):
            plane.update(bytes([(40 * number + 20 * index) % 256]) * plane.buffer_size)
        frame.pts = index
        packets += [bytes(packet) for packet in encoder.encode(frame)]
    packets += [bytes(packet) for packet in encoder.encode(None)]
    assert len(packets) == FRAMES_PER_SECOND
    return tuple(packets)


@functools.cache
def audio_frames() -> tuple[bytes, ...]:
    """About one second of a 440 Hz tone as 60 ms Opus packets."""
    encoder = av.CodecContext.create("libopus", "w")
    encoder.sample_rate, encoder.layout, encoder.format = AUDIO_CLOCK, "stereo", "s16"
    encoder.bit_rate = 32_000
    encoder.options = {"frame_duration": "60"}
    packets: list[bytes] = []
    for index in range(16):
        samples = bytearray()
        for n in range(AUDIO_FRAME):
            value = int(12000 * math.sin(2 * math.pi * 440 * (index * AUDIO_FRAME + n) / AUDIO_CLOCK))
            samples += value.to_bytes(2, "little", signed=True) * 2
        frame = av.AudioFrame("s16", "stereo", AUDIO_FRAME)
        frame.planes[0].update(bytes(samples))
        frame.sample_rate, frame.pts = AUDIO_CLOCK, index * AUDIO_FRAME
        packets += [bytes(packet) for packet in encoder.encode(frame)]
    return tuple(packets)


class CannedTrack(MediaStreamTrack):
    """Plays prepared packets in a loop at their pace."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        super().__init__()
        self.frames = video_frames() if kind == "video" else audio_frames()
        self.interval = 1 / FRAMES_PER_SECOND if kind == "video" else AUDIO_INTERVAL  # seconds
        self.clock = VIDEO_CLOCK if kind == "video" else AUDIO_CLOCK
        self.number = 0
        self.start = time.monotonic()

    async def recv(self) -> av.Packet:
        await asyncio.sleep(max(0.0, self.start + self.number * self.interval - time.monotonic()))
        packet = av.Packet(self.frames[self.number % len(self.frames)])
        packet.pts = round(self.number * self.interval * self.clock)
        packet.time_base = fractions.Fraction(1, self.clock)
        self.number += 1
        return packet
