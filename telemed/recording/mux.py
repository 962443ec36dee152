"""Writes whole frames into containers, without decoding: WebM for VP8, VP9, AV1 and for sound alone, MP4 for H.264.

Libav learns what stands in a file's header from templates: a one-packet Ogg file (OpusHead), the first key frame (AV1 sequence
header, H.264 parameter sets). Both containers have their index in front, so that a browser seeks after one request.
"""

from __future__ import annotations

import io
from fractions import Fraction
from types import TracebackType

import av
from av.container import InputContainer
from av.stream import Stream

from telemed.media.frames.records import Frame
from telemed.media.frames.silence import Piece
from telemed.recording.memory_file import MemoryFile
from telemed.recording.opus_header import opus_file

MICROSECONDS = Fraction(1, 1_000_000)
SAMPLES = Fraction(1, 48_000)  # RFC 7587 section 4.1
PICTURE_US = 33_333  # what a container is told of a picture whose end nobody knows; players go by the next one's time
TICK_US = 1_000  # WebM counts milliseconds: two pictures never share one
CLUSTER_MS = 2_000  # of WebM: what a seek reads at most too much
RAW_FORMATS = {"av1": "obu", "h264": "h264"}  # codecs whose header libav reads from the first key frame
TEMPORAL_DELIMITER = b"\x12\x00"  # begins a temporal unit in a raw AV1 stream, AV1 bitstream section 7.5
OPUS_CHANNELS = 2  # decoders make two of one; what is stereo must not become one
MIMES = {"h264": "video/mp4", "": "audio/webm"}  # others: video/webm


class Unmuxable(Exception):
    """No container can be begun with a first frame, or one cannot be ended: what was sent is not what it says."""


class SegmentMuxer:
    """One container under way. `close` makes the file whole. A frame that libav refuses is left out and counted."""

    def __init__(self, file: MemoryFile, codec: str, first: Frame | None, sound: bool) -> None:
        """`codec` and its `first` key frame; empty and None: no pictures. `sound`: there is a track of it. Raises Unmuxable."""
        self.mime = MIMES.get(codec, "video/webm")
        self.codecs = ",".join(name for name in (codec, "opus" if sound else "") if name)
        mp4 = codec == "h264"
        options = {"fflags": "+bitexact"}  # the same frames give the same file: no random ids, no dates
        options |= {"movflags": "faststart"} if mp4 else {"cues_to_front": "1", "cluster_time_limit": str(CLUSTER_MS)}
        self._container = av.open(file.path, "w", format="mp4" if mp4 else "webm", options=options)
        self._templates: list[InputContainer] = []
        self._picture: Stream | None = None
        self._sound: Stream | None = None
        self._last_us = -TICK_US
        self.octets = 0  # of frames so far
        self.refused = 0  # frames that the container did not take
        try:
            self._begin(codec, first, sound)
        except (av.error.FFmpegError, IndexError, ValueError) as error:
            self.__exit__(None, None, None)
            raise Unmuxable from error

    def _begin(self, codec: str, first: Frame | None, sound: bool) -> None:
        if first is not None:
            self._picture = self._picture_stream(codec, first)
        if sound:
            source = self._template(opus_file(OPUS_CHANNELS), "ogg")
            stream = self._container.add_stream_from_template(source.streams.audio[0], opaque=True)
            stream.time_base = SAMPLES
            self._sound = stream
        self._container.start_encoding()

    def __enter__(self) -> SegmentMuxer:
        return self

    def __exit__(self, _type: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None) -> None:
        for template in self._templates:
            template.close()

    def picture(self, time_us: int, frame: Frame) -> None:
        """Write a picture. Times: microseconds from the beginning of the file, never falling."""
        time_us = self._last_us = max(time_us, self._last_us + TICK_US)
        self._write(self._picture, frame.data, (time_us, PICTURE_US), MICROSECONDS, frame.key)

    def sound(self, piece: Piece) -> None:
        """Write a packet of sound."""
        self._write(self._sound, piece.data, (piece.at, piece.samples), SAMPLES, True)

    def close(self) -> None:
        """Write index and end. Raises Unmuxable."""
        try:
            self._container.close()
        except av.error.FFmpegError as error:
            raise Unmuxable from error

    def _write(self, stream: Stream | None, data: bytes, when: tuple[int, int], base: Fraction, key: bool) -> None:
        if stream is None:
            return
        packet = av.Packet(data)
        packet.stream = stream
        packet.time_base = base
        packet.pts = packet.dts = when[0]
        packet.duration = when[1]
        packet.is_keyframe = key
        try:
            self._container.mux_one(packet)
        except av.error.FFmpegError:
            self.refused += 1
            return
        self.octets += len(data)

    def _picture_stream(self, codec: str, first: Frame) -> Stream:
        form = RAW_FORMATS.get(codec)
        if form is None:
            stream = self._container.add_mux_stream(codec, width=first.width, height=first.height)
        else:
            beginning = TEMPORAL_DELIMITER if codec == "av1" else b""
            source = self._template(beginning + first.data, form)
            stream = self._container.add_stream_from_template(source.streams.video[0], opaque=True)
        stream.time_base = MICROSECONDS
        return stream

    def _template(self, content: bytes, form: str) -> InputContainer:
        template = av.open(io.BytesIO(content), "r", format=form)
        self._templates.append(template)
        return template
