"""Layers in real browsers' offers are read and answered; hostile ones are refused with a typed error; one stream stays one."""

from __future__ import annotations

import pathlib
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemed.errors import InvalidInput, TelemedError
from telemed.media import sdp
from telemed.media.control import Candidate, Fingerprint, Layers, Negotiated, Source
from telemed.media.sdp import h264
from telemed.media.sdp.answer import LAYERS_BEGIN_AT
from telemed.media.sdp.description import MediaSection
from telemed.media.sdp.simulcast import RID_URI, find_layers

OFFERS = {path.stem: path.read_bytes().decode() for path in (pathlib.Path(__file__).parent / "layered").glob("*.sdp")}
PUBLISH = {"0": Source.MICROPHONE, "1": Source.CAMERA}
NEGOTIATED = Negotiated(
    "ufrg", "p" * 24, Fingerprint("sha-256", ":".join(["AB"] * 32)), (Candidate("192.0.2.7", 9, "udp", 1, "1"),), ()
)


def camera(text: str) -> Layers | None:
    """What the offer's camera line says of layers."""
    return sdp.parse_offer(text, PUBLISH, {}).lines[1].layers


@pytest.mark.parametrize(("name", "ids"), [("chromium", (10, 11)), ("firefox", (9, 10))])
def test_browsers_offer_three_layers_and_get_them_answered(name: str, ids: tuple[int, int]) -> None:
    offer = sdp.parse_offer(OFFERS[name], PUBLISH, {})
    assert offer.lines[0].layers is None
    assert offer.lines[1].layers == Layers(("q", "h", "f"), *ids)
    answer = sdp.write_answer(offer, NEGOTIATED, {}, layered=frozenset({"1"}))
    audio, video = re.split(r"(?m)^(?=m=)", answer)[1:]
    assert "rid" not in audio and "simulcast" not in audio
    assert video.count("a=rid:") == 3 and "a=rid:q recv\r\n" in video and "a=simulcast:recv q;h;f\r\n" in video
    assert f"a=extmap:{ids[0]} {RID_URI}\r\n" in video and "repaired-rtp-stream-id" in video
    assert len(re.findall(r"a=extmap:(\d+) ", video)) == len(set(re.findall(r"a=extmap:(\d+) ", video))) == 4


@pytest.mark.parametrize("name", sorted(OFFERS))
def test_an_answer_that_takes_no_layers_is_that_of_a_single_stream(name: str) -> None:
    offer = sdp.parse_offer(OFFERS[name], PUBLISH, {})
    single = re.sub(r"a=(rid|simulcast):.*\r\n", "", OFFERS[name])
    assert camera(single) is None
    assert sdp.write_answer(offer, NEGOTIATED, {}) == sdp.write_answer(sdp.parse_offer(single, PUBLISH, {}), NEGOTIATED, {})
    taken = sdp.write_answer(sdp.parse_offer(single, PUBLISH, {}), NEGOTIATED, {}, layered=frozenset({"1"}))
    assert taken == sdp.write_answer(offer, NEGOTIATED, {}), "what was not offered cannot be taken"


def test_layers_of_an_h264_camera_are_answered_like_those_of_vp8() -> None:
    text = re.sub(r"a=rtpmap:(\d+) VP8/90000", rf"a=rtpmap:\1 H264/90000\r\na=fmtp:\1 {h264.PARAMETERS}", OFFERS["chromium"])
    offer = sdp.parse_offer(text, PUBLISH, {}, "h264")
    codec, layers = offer.lines[1].codec, offer.lines[1].layers
    assert codec is not None and codec.name == "h264" and layers is not None and layers.rids == ("q", "h", "f")
    video = re.split(r"(?m)^(?=m=)", sdp.write_answer(offer, NEGOTIATED, {}, layered=frozenset({"1"})))[2]
    assert "a=simulcast:recv q;h;f\r\n" in video
    parameters = f"a=fmtp:{codec.payload_type} {h264.PARAMETERS};{LAYERS_BEGIN_AT}\r\n"
    assert parameters in video and video.count(f"a=fmtp:{codec.payload_type} ") == 1, "all of them on one line"
    vp9 = OFFERS["chromium"].replace("VP8/90000", "VP9/90000")
    assert sdp.parse_offer(vp9, PUBLISH, {}, "vp9").lines[1].layers is None


def test_layers_of_a_screen_are_not_read() -> None:
    offer = sdp.parse_offer(OFFERS["chromium"], {"1": Source.SCREEN}, {})
    assert offer.lines[1].layers is None


@pytest.mark.parametrize(
    ("send", "rids"),
    [
        ("f;h;q", ("q", "h", "f")),
        ("h;f", ("h", "f")),
        ("~q;h", ("q", "h")),
        ("q,h;f", ("q", "f")),
        ("2;0;1", ("2", "0", "1")),
    ],
)
def test_layers_come_smallest_first(send: str, rids: tuple[str, ...]) -> None:
    assert find_layers(section(send, "qhf012"), {RID_URI: 10}) == Layers(rids, 10, 0)


def section(send: str, names: str, *more: tuple[str, str]) -> MediaSection:
    """A video line that sends the layers `send` and describes `names`."""
    rids = [("rid", f"{name} send") for name in names]
    return MediaSection("video", 9, "UDP/TLS/RTP/SAVPF", ("96",), (*rids, ("simulcast", f"send {send}"), *more))


def test_layers_that_could_not_be_told_apart_are_one_stream() -> None:
    assert find_layers(section("q;h;f", "qhf"), {}) is None
    assert find_layers(section("f", "f"), {RID_URI: 10}) is None
    receiving = MediaSection("video", 9, "UDP/TLS/RTP/SAVPF", ("96",), (("simulcast", "recv q;h"),))
    assert find_layers(receiving, {RID_URI: 10}) is None
    both = section("q;h", "qh")
    both = MediaSection(both.kind, 9, both.protocol, both.formats, (*both.attributes[:-1], ("simulcast", "recv a;b send q;h")))
    assert find_layers(both, {RID_URI: 10}) == Layers(("q", "h"), 10, 0)


@pytest.mark.parametrize(
    "change",
    [
        lambda s: s.replace("a=simulcast:send q;h;f", "a=simulcast:send q;h;f;g\r\na=rid:g send"),
        lambda s: s.replace("a=simulcast:send q;h;f", "a=simulcast:send q;h;h"),
        lambda s: s.replace("a=simulcast:send q;h;f", "a=simulcast:send q;h;x"),
        lambda s: s.replace("a=simulcast:send q;h;f", "a=simulcast:send q;;f"),
        lambda s: s.replace("a=simulcast:send q;h;f", "a=simulcast:send " + ";".join("qhf" * 100)),
        lambda s: s.replace("a=simulcast:send q;h;f", "a=simulcast:"),
        lambda s: s.replace("a=simulcast:send q;h;f", "a=simulcast:send q;h;f\r\na=simulcast:send q;h"),
        lambda s: s.replace("a=rid:h send", "a=rid:h recv"),
        lambda s: s.replace("a=rid:h send", "a=rid:q send"),
        lambda s: s.replace("a=rid:h send", "a=rid:" + "h" * 17 + " send"),
        lambda s: s.replace("a=rid:h send", "a=rid:h send " + "x" * 300),
        lambda s: s.replace("a=rid:h send", "a=rid:h\u00e4 send"),
    ],
)
@pytest.mark.parametrize("name", sorted(OFFERS))
def test_hostile_layers_get_a_typed_error(name: str, change: object) -> None:
    with pytest.raises(InvalidInput) as caught:
        camera(change(OFFERS[name]))  # type: ignore[operator]
    assert caught.value.code == "bad_sdp" and len(caught.value.message) < 100


@given(
    st.text(alphabet="qhfx;,~ send\tä", max_size=40),
    st.lists(st.text(alphabet="qhf- sendrecv=", max_size=20), max_size=5),
    st.integers(0, 14),
)
def test_any_lines_give_few_layers_or_a_typed_error(simulcast: str, rids: list[str], extension: int) -> None:
    attributes = (*(("rid", value) for value in rids), ("simulcast", simulcast))
    try:
        layers = find_layers(MediaSection("video", 9, "UDP/TLS/RTP/SAVPF", ("96",), attributes), {RID_URI: extension})
    except TelemedError as refused:
        assert refused.code == "bad_sdp"
        return
    if layers is not None:
        assert 2 <= len(layers.rids) <= 3 and all(len(rid) <= 16 for rid in layers.rids) and layers.rid_extension
