"""Pictures and sound as browsers would send them: really encoded, so that what is recorded can really be decoded.

Frames flash white and sound beeps at the same instants, so that whoever plays them can measure how far one is from the other.
"""

from __future__ import annotations

import contextlib
import functools
import math
import os
import pathlib
import pickle
import subprocess
import sys
from array import array
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import av

ROOT = pathlib.Path(__file__).resolve().parents[3]
FRAME_US = 40_000  # 25 pictures/s
PACKET_US = 20_000
ENCODERS = {"vp8": "libvpx", "vp9": "libvpx-vp9", "h264": "libx264", "av1": "libsvtav1"}
_REAL_TIME = {"deadline": "realtime", "cpu-used": "8", "lag-in-frames": "0"}
OPTIONS = {
    "vp8": _REAL_TIME,
    "vp9": _REAL_TIME,
    "h264": {"preset": "ultrafast", "tune": "zerolatency", "profile": "baseline"},
    "av1": {"preset": "12", "svtav1-params": "pred-struct=1:lookahead=0:rc=2"},
}
TONE = 1000  # Hz


@dataclass(frozen=True)
class Encoded:
    """One picture or packet of sound. `at_us`: when it was captured, from the beginning of its source."""

    at_us: int
    data: bytes
    key: bool


def flashes(at_us: int, every_us: int, length_us: int) -> bool:
    """Whether the scene is bright and loud at a moment: first after half of `every_us`."""
    return (at_us + every_us // 2) % every_us < length_us


@functools.lru_cache(maxsize=64)
def pictures(
    codec: str,
    seconds: float,
    size: tuple[int, int] = (160, 120),
    key_every: int = 50,
    flash: tuple[int, int] = (2_000_000, 200_000),
) -> tuple[Encoded, ...]:
    """Encode pictures that flash: `flash` is (every, length) in microseconds."""
    return (_encoded_elsewhere if codec == "av1" else _encoded)(codec, seconds, size, key_every, flash)


def _encoded_elsewhere(*wanted: Any) -> tuple[Encoded, ...]:
    """In a process of its own, which can be ended: once in thousands of runs SVT-AV1 waits for itself for ever, out of reach of
    any signal to Python."""
    for _ in range(3):
        with contextlib.suppress(subprocess.TimeoutExpired):
            command = (sys.executable, "-m", "tests.adapters.recording.encoded")
            done = subprocess.run(command, input=pickle.dumps(wanted), stdout=subprocess.PIPE, check=True, timeout=25, cwd=ROOT)
            return tuple(Encoded(*one) for one in pickle.loads(done.stdout))  # noqa: S301 - our own words
    raise AssertionError("the encoder stood still three times")


def _encoded(codec: str, seconds: float, size: tuple[int, int], key_every: int, flash: tuple[int, int]) -> tuple[Encoded, ...]:
    av.logging.set_level(av.logging.PANIC)
    context = av.CodecContext.create(ENCODERS[codec], "w")
    context.width, context.height, context.pix_fmt = *size, "yuv420p"
    context.time_base, context.framerate = Fraction(1, 1_000_000), Fraction(25, 1)
    context.bit_rate, context.gop_size, context.options = 200_000, key_every, dict(OPTIONS[codec])
    _open(context)
    done: list[Encoded] = []
    for number in range(round(seconds * 1_000_000 / FRAME_US)):
        frame = _picture(size, number, flashes(number * FRAME_US, *flash))
        frame.pts, frame.time_base = number * FRAME_US, context.time_base
        if number % key_every == 0:
            frame.pict_type = av.video.frame.PictureType.I
        done += [Encoded(packet.pts, bytes(packet), packet.is_keyframe) for packet in context.encode(frame)]
    done += [Encoded(packet.pts, bytes(packet), packet.is_keyframe) for packet in context.encode(None)]
    return tuple(done)


def _open(context: av.VideoCodecContext) -> None:
    """Open an encoder and stay in the scheduling class one was in: run by root, SVT-AV1 makes whoever opens it, and all its
    threads, go before everything else on the machine (SCHED_FIFO), for ever and with all processes begun afterwards."""
    policy, parameters = os.sched_getscheduler(0), os.sched_getparam(0)
    context.open()
    for thread in os.listdir("/proc/self/task"):
        with contextlib.suppress(ProcessLookupError):
            os.sched_setscheduler(int(thread), policy, parameters)


def _picture(size: tuple[int, int], number: int, bright: bool) -> av.VideoFrame:
    frame = av.VideoFrame(*size, "yuv420p")
    luma = 235 if bright else 16
    for index, plane in enumerate(frame.planes):
        content = bytearray([luma if index == 0 else 128]) * plane.buffer_size
        if index == 0:
            start = number * 3 % (plane.buffer_size - 64)
            content[start : start + 64] = bytes(range(64, 128))  # something moves
        plane.update(bytes(content))
    return frame


@functools.lru_cache(maxsize=16)
def sound(seconds: float, flash: tuple[int, int] = (2_000_000, 200_000)) -> tuple[Encoded, ...]:
    """Encode sound that beeps where pictures flash."""
    context = av.CodecContext.create("libopus", "w")
    context.sample_rate, context.layout, context.format = 48_000, "mono", "s16"
    context.time_base, context.options = Fraction(1, 48_000), {"application": "lowdelay", "vbr": "off"}
    done: list[bytes] = []
    for number in range(round(seconds * 1_000_000 / PACKET_US)):
        samples = array("h", bytes(1920))
        for index in range(960):
            position = number * 960 + index
            if flashes(position * 1000 // 48, *flash):
                samples[index] = int(16_000 * math.sin(2 * math.pi * TONE * position / 48_000))
        frame = av.AudioFrame(format="s16", layout="mono", samples=960)
        frame.planes[0].update(samples.tobytes())
        frame.sample_rate, frame.pts, frame.time_base = 48_000, number * 960, Fraction(1, 48_000)
        done += [bytes(packet) for packet in context.encode(frame)]
    return tuple(Encoded(number * PACKET_US, data, True) for number, data in enumerate(done))


if __name__ == "__main__":
    encoded = _encoded(*pickle.loads(sys.stdin.buffer.read()))  # noqa: S301 - our own words
    sys.stdout.buffer.write(pickle.dumps([(one.at_us, one.data, one.key) for one in encoded]))
