"""A camera that sends three layers: packets of every picture as browsers send them, under three SSRCs."""

from __future__ import annotations

from collections.abc import Callable

from telemed.rtp.ntp import to_ntp64
from telemed.rtp.rtcp import build_sender_report
from telemed.rtp.vp8_numbers import PictureFields
from tests.bench.rtp_client import LAYERS, rtp_packet
from tests.unit.media.layered import Layer

MID = "1"
HEIGHTS = (180, 360, 720)
PACKETS = (1, 2, 4)  # of a frame
FRAME = 1 / 30  # seconds
SSRCS = (5000, 5001, 5002)
RTX_SSRCS = (6000, 6001, 6002)


def picture(layer: Layer, key: bool, number: int) -> bytes:
    """The payload of the `number`-th packet of a frame: every picture number, and who it is."""
    head = bytes((0x90 if number == 0 else 0x80, 0xF0, 0x80 | layer.picture >> 8 & 0x7F, layer.picture & 0xFF))
    head += bytes((layer.tl0 & 0xFF, layer.key_index & 0x1F))
    height = HEIGHTS[layer.index]
    width = height * 16 // 9
    if key and number == 0:
        frame = b"\x00\x00\x00\x9d\x01\x2a" + width.to_bytes(2, "little") + height.to_bytes(2, "little")
    else:
        frame = b"\x01"
    return head + frame + b"%d %d" % (layer.index, layer.ext)


# What Debian's Chromium writes of 320x180, 480x270 and 1280x720, its picture parameters, and where sizes are told.
SEQUENCES = (
    bytes.fromhex("6742c0158c8d40a0cbcf350606060784423500"),
    bytes.fromhex("6742c01e8c8d40f047f5350606060784423500"),
    bytes.fromhex("6742c0208c8d402802dd350606060784423500"),
)
PARAMETERS = bytes.fromhex("68ce3c80")
STAP_A, REMARK, IDR, SLICE = b"\x78", b"\x06", b"\x65", b"\x61"


def h264_picture(layer: Layer, key: bool, number: int) -> bytes:
    """As `picture`, of H.264: a key frame begins with its parameters in one packet."""
    who = b"%d %d" % (layer.index, layer.ext)
    if not key or number:
        return (IDR if key else SLICE) + who
    units = (SEQUENCES[layer.index], PARAMETERS, REMARK + who)
    return STAP_A + b"".join(len(unit).to_bytes(2, "big") + unit for unit in units)


def numbers(payload: bytes) -> PictureFields:
    """What a packet's payload says of its picture."""
    fields = PictureFields()
    fields.read(payload, 0, len(payload))
    return fields


def whose(payload: bytes) -> tuple[int, int]:
    """Layer and extended number of a packet that went through the server: they end its payload."""
    layer, ext = payload.rsplit(b" ", 1)
    return int(layer[-1:]), int(ext)


class LayeredCamera:
    """Sends through `send`; time is its own, a frame a step. Every packet of the first second names its layer."""

    def __init__(
        self, send: Callable[[bytes], None], first: int = 0, picture: Callable[[Layer, bool, int], bytes] = picture
    ) -> None:
        self.send = send
        self._picture = picture
        self.layers = [Layer(index, first + index * 20_000) for index in range(3)]
        self.on = [True, True, True]
        self.named = True
        self.captured = 5.0
        self.kept: dict[tuple[int, int], bytes] = {}  # (layer, 16-bit number) -> packet
        self.lose: Callable[[int, int], bool] = lambda _layer, _ext: False
        self._resends = 0

    def frame(self, keys: tuple[int, ...] = ()) -> None:
        """One picture in all layers that are on; a key frame in `keys`."""
        self.captured += FRAME
        for layer in self.layers:
            if self.on[layer.index]:
                self._frame(layer, layer.index in keys)

    def frames(self, count: int) -> None:
        """Some pictures."""
        for _ in range(count):
            self.frame()

    def reports(self) -> bytes:
        """A sender report of each layer."""
        now = to_ntp64(self.captured + 5e8)
        return b"".join(
            build_sender_report(SSRCS[n], now, layer.timestamp(self.captured), 1, 1, "c") for n, layer in enumerate(self.layers)
        )

    def resend(self, layer: int, sequence: int) -> None:
        """Answer one lost number as RFC 4588 says."""
        packet = self.kept[layer, sequence]
        offset = 12 + 4 + 4 * int.from_bytes(packet[14:16], "big") if packet[0] & 0x10 else 12
        self._resends += 1
        body = sequence.to_bytes(2, "big") + packet[offset:]
        timestamp = int.from_bytes(packet[4:8], "big")
        name = (LAYERS.repaired_rid_extension, LAYERS.rids[layer])
        marked = bool(packet[1] & 0x80)
        self.send(rtp_packet(97, self._resends, timestamp, RTX_SSRCS[layer], body, marker=marked, mid=MID, rid=name))

    def _frame(self, layer: Layer, key: bool) -> None:
        layer.begin_frame(key)
        count = PACKETS[layer.index]
        for number in range(count):
            layer.ext += 1
            packet = rtp_packet(
                96,
                layer.ext,
                layer.timestamp(self.captured),
                SSRCS[layer.index],
                self._picture(layer, key, number),
                marker=number == count - 1,
                mid=MID if self.named else "",
                rid=(LAYERS.rid_extension, LAYERS.rids[layer.index]) if self.named else None,
            )
            self.kept[layer.index, layer.ext & 0xFFFF] = packet
            if not self.lose(layer.index, layer.ext):
                self.send(packet)
