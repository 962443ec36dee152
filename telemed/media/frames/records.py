"""What passes between the steps from packets to frames."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Packet:
    """One RTP packet of one lane in its place. Not frozen: one is made per recorded packet, and freezing costs a microsecond."""

    number: int  # extended sequence number
    marker: int
    timestamp: int  # 32 bits, as on the wire
    arrival_us: int
    data: bytes
    start: int  # offset of the payload
    end: int  # offset behind the payload, padding left out


@dataclass(slots=True)
class Frame:
    """One whole frame of one lane: a picture (VP9: of all spatial layers), or one packet of sound."""

    lane: int
    ssrc: int
    timestamp: int  # 32 bits, as on the wire
    arrival_us: int  # of its first packet that came
    key: bool  # a decoder can start here; always true of sound
    data: bytes
    width: int = 0  # pixels; 0: not said in this frame
    height: int = 0
    after_loss: bool = False  # frames between the one before and this were lost, or could not be decoded
    samples: int = 0  # of sound, at 48 kHz
    time_us: int = 0  # on the recording's clock; set by the timeline
