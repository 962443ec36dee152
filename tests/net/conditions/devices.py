"""What camera and microphone of a browser under test deliver: a moving picture of 640x360 and something like speech.

The fake devices of browsers are of no use where quality is measured: their picture costs no bits, and between their beeps is
silence, of which nothing that is lost can be heard.
"""

from __future__ import annotations

import array
import fractions
import functools
import io
import math
import pathlib
import random
import wave

import av
import av.filter

SIZE = (640, 360)
FRAME_RATE = 20  # a second
PICTURE_SECONDS = 4
SOUND_SECONDS = 6
SOUND_RATE = 48_000  # Hz
SYLLABLE = 0.19  # seconds, with the pause behind it: about five a second, as in speech
# Lower three formants of some vowels in Hz (Peterson and Barney 1952, men).
VOWELS = ((730, 1090, 2440), (270, 2290, 3010), (300, 870, 2240), (530, 1840, 2480), (570, 840, 2410), (640, 1190, 2390))
# Moving shapes, softened, with the noise of a sensor: what an encoder finds in a camera's picture.
SCENE = "testsrc2=size={}x{}:rate={},gblur=sigma=1.6,noise=alls=5:allf=t,format=yuv420p"


def write_picture(path: pathlib.Path, size: tuple[int, int] = SIZE, frame_rate: int = FRAME_RATE) -> pathlib.Path:
    """A y4m file, which Chromium's fake camera plays in a loop."""
    with path.open("wb") as file:
        file.write(f"YUV4MPEG2 W{size[0]} H{size[1]} F{frame_rate}:1 Ip A1:1 C420mpeg2\n".encode())
        for frame in scene(size, frame_rate, PICTURE_SECONDS):
            file.write(b"FRAME\n")
            for plane in frame.planes:
                rows, width = bytes(plane), plane.width
                file.write(b"".join(rows[at * plane.line_size :][:width] for at in range(plane.height)))
    return path


def scene(size: tuple[int, int], frame_rate: int, seconds: float) -> list[av.VideoFrame]:
    """The frames of the moving picture."""
    graph = av.filter.Graph()
    source, *rest = SCENE.format(*size, frame_rate).split(",")
    chain = [graph.add(*source.split("=", 1)), *(graph.add(*part.split("=", 1)) for part in rest), graph.add("buffersink")]
    graph.link_nodes(*chain).configure()
    return [graph.vpull() for _ in range(round(seconds * frame_rate))]


@functools.cache
def wave_file() -> bytes:
    """The speech as a wav file, which browsers play in a loop."""
    target = io.BytesIO()
    with wave.open(target, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SOUND_RATE)
        file.writeframes(speech())
    return target.getvalue()


@functools.cache
def speech() -> bytes:
    """Seconds of voiced syllables with short pauses as 16-bit mono samples: a pulse train through three resonators."""
    chance = random.Random(3)
    samples = array.array("h")
    while len(samples) < SOUND_SECONDS * SOUND_RATE:
        samples.extend(_syllable(chance))
    return samples[: SOUND_SECONDS * SOUND_RATE].tobytes()


def _syllable(chance: random.Random) -> list[int]:
    length = int(SYLLABLE * SOUND_RATE * chance.uniform(0.8, 1.3))
    voiced = int(length * 0.88)
    pitch = chance.uniform(95, 160)
    resonators = [_Resonator(formant, width) for formant, width in zip(chance.choice(VOWELS), (80, 100, 140), strict=True)]
    phase, samples = 0.0, []
    for at in range(length):
        phase += pitch * (1 + 0.1 * math.sin(at / voiced * math.pi)) / SOUND_RATE
        pulse = 1.0 if phase >= 1 else 0.0
        phase -= int(phase)
        value = (pulse + chance.gauss(0, 0.01)) * (at < voiced)
        for resonator in resonators:
            value = resonator.pass_on(value)
        swell = min(1.0, at / (0.02 * SOUND_RATE), max(0.0, (length - at) / (0.03 * SOUND_RATE)))
        samples.append(max(-30_000, min(30_000, int(value * swell * 16_000))))
    return samples


class _Resonator:
    """A two-pole filter of gain one at its peak (Klatt 1980)."""

    def __init__(self, frequency: float, width: float) -> None:
        radius = math.exp(-math.pi * width / SOUND_RATE)
        self.feedback = 2 * radius * math.cos(2 * math.pi * frequency / SOUND_RATE), -radius * radius
        self.gain = 1 - radius
        self.last = (0.0, 0.0)

    def pass_on(self, value: float) -> float:
        new = self.gain * value * 6 + self.feedback[0] * self.last[0] + self.feedback[1] * self.last[1]
        self.last = (new, self.last[0])
        return new


@functools.cache
def encoded_picture(bit_rate: int, seconds: int = PICTURE_SECONDS) -> tuple[bytes, ...]:
    """The moving picture as VP8 frames, for clients without an encoder. The first is the only key frame."""
    encoder = av.CodecContext.create("libvpx", "w")
    encoder.width, encoder.height, encoder.pix_fmt = *SIZE, "yuv420p"
    encoder.time_base, encoder.bit_rate, encoder.gop_size = fractions.Fraction(1, FRAME_RATE), bit_rate, 10_000
    encoder.thread_count = 1  # more wait for each other
    encoder.options = {"deadline": "realtime", "cpu-used": "8", "lag-in-frames": "0", "drop-threshold": "0"}
    encoder.options |= {name: str(bit_rate) for name in ("minrate", "maxrate", "bufsize")}
    packets = []
    for index, frame in enumerate(scene(SIZE, FRAME_RATE, seconds)):
        frame.pts, frame.time_base, frame.pict_type = index, encoder.time_base, 0  # the source calls each a key frame
        packets += encoder.encode(frame)
    packets += encoder.encode(None)
    return tuple(bytes(packet) for packet in packets)


@functools.cache
def encoded_sound() -> tuple[bytes, ...]:
    """The speech as Opus packets of 20 ms at 32 kbit/s."""
    encoder = av.CodecContext.create("libopus", "w")
    encoder.sample_rate, encoder.layout, encoder.format, encoder.bit_rate = SOUND_RATE, "mono", "s16", 32_000
    encoder.options = {"frame_duration": "20", "application": "voip"}
    samples, step = speech(), SOUND_RATE // 50 * 2
    packets = []
    for index in range(len(samples) // step):
        frame = av.AudioFrame("s16", "mono", SOUND_RATE // 50)
        frame.planes[0].update(samples[index * step :][:step])
        frame.sample_rate, frame.pts = SOUND_RATE, index * SOUND_RATE // 50
        packets += encoder.encode(frame)
    return tuple(bytes(packet) for packet in packets)
