"""Real browsers' offers are understood, answers mirror them, hostile ones are refused with a typed error."""

from __future__ import annotations

import pathlib
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from telemed.errors import InvalidInput, TelemedError, TooLarge
from telemed.media import sdp
from telemed.media.control import Candidate, Fingerprint, Grant, Negotiated, Source
from telemed.media.sdp import h264

OFFERS = {path.stem: path.read_bytes().decode() for path in (pathlib.Path(__file__).parent / "offers").glob("*.sdp")}
PUBLISH = {"0": Source.MICROPHONE, "1": Source.CAMERA}
SUBSCRIBE = {"2": "trk_a", "3": "trk_v"}
NEGOTIATED = Negotiated(
    "ufrg",
    "p" * 24,
    Fingerprint("sha-256", ":".join(["AB"] * 32)),
    (Candidate("192.0.2.7", 40000, "udp", 2130706431, "1"), Candidate("2001:db8::7", 40000, "udp", 2130706175, "2")),
    (Grant("2", "trk_a", 1111, 0, "par_x"), Grant("3", "trk_v", 2222, 3333, "par_x")),
)


def sections(text: str) -> list[str]:
    return re.split(r"(?m)^(?=m=)", text)[1:]


@pytest.mark.parametrize("name", sorted(OFFERS))
def test_browser_offers_yield_codecs_ssrcs_and_extensions(name: str) -> None:
    offer = sdp.parse_offer(OFFERS[name], PUBLISH, SUBSCRIBE)
    audio, video = offer.publish_lines({"0": "trk_m", "1": "trk_c"})
    assert (audio.codec.name, audio.codec.clock_rate, audio.codec.channels) == ("opus", 48000, 2)
    assert video.codec.name == "vp8" and video.codec.rtx_payload_type is not None
    assert audio.ssrc and not audio.rtx_ssrc and video.ssrc and video.rtx_ssrc
    assert audio.extensions.mid and audio.extensions.transport_cc and audio.extensions.audio_level
    assert video.extensions.mid and video.extensions.transport_cc and not video.extensions.audio_level
    heard, seen = offer.subscribe_lines()
    assert (heard.track_id, seen.track_id) == ("trk_a", "trk_v")
    assert seen.extensions.transport_cc and heard.extensions.transport_cc, "subscribers report what arrives"
    assert offer.unsupported == ()
    assert offer.transport.fingerprints[0].algorithm == "sha-256"


@pytest.mark.parametrize("name", sorted(OFFERS))
def test_answers_mirror_every_line_in_order(name: str) -> None:
    offer = sdp.parse_offer(OFFERS[name], PUBLISH, SUBSCRIBE)
    answer = sdp.write_answer(offer, NEGOTIATED, {"trk_a": "par_x", "trk_v": "par_x"})
    parts = sections(answer)
    assert [re.search(r"a=mid:(\S+)", p)[1] for p in parts] == [line.mid for line in offer.lines]  # type: ignore[index]
    directions = [re.search(r"a=(sendrecv|sendonly|recvonly|inactive)", p)[1] for p in parts]  # type: ignore[index]
    assert directions[:4] == ["recvonly", "recvonly", "sendonly", "sendonly"]
    assert set(directions[4:]) <= {"inactive"}
    assert "a=ice-lite" in answer and answer.count("a=setup:passive") == len(parts)
    assert answer.count("a=candidate:") == 2 * len(parts), "candidates stand on each line of the bundle"
    assert "useinbandfec=1;usedtx=1" in parts[0]
    assert "a=ssrc-group:FID 2222 3333" in parts[3] and "a=msid:par_x trk_v" in parts[3]
    assert "nack pli" in parts[1] and all("transport-cc" in part for part in parts[:4])
    assert "goog-remb" not in answer and "abs-send-time" not in answer


def test_a_data_channel_is_rejected_and_left_out_of_the_bundle() -> None:
    text = OFFERS["chromium_1"].replace("a=group:BUNDLE 0 1 2 3", "a=group:BUNDLE 0 1 2 3 4")
    text += "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\nc=IN IP4 0.0.0.0\r\na=mid:4\r\na=sctp-port:5000\r\n"
    answer = sdp.write_answer(sdp.parse_offer(text, PUBLISH, SUBSCRIBE), NEGOTIATED, {"trk_a": "s", "trk_v": "s"})
    assert "m=application 0 UDP/DTLS/SCTP webrtc-datachannel" in answer
    assert "a=group:BUNDLE 0 1 2 3\r\n" in answer


def test_a_line_without_the_rooms_codec_is_named_and_rejected() -> None:
    text = OFFERS["chromium_1"].replace("VP8/90000", "XP8/90000")
    offer = sdp.parse_offer(text, PUBLISH, SUBSCRIBE)
    assert offer.unsupported == ("1", "3")
    negotiated = Negotiated("ufrg", "p" * 24, NEGOTIATED.fingerprint, NEGOTIATED.candidates, NEGOTIATED.grants[:1])
    assert "m=video 0 " in sdp.write_answer(offer, negotiated, {"trk_a": "s"})


@pytest.mark.parametrize("video", ["vp9", "av1"])
@pytest.mark.parametrize("name", ["chromium_1", "firefox_1"])
def test_a_room_with_another_video_codec_takes_its_first_profile(name: str, video: str) -> None:
    offer = sdp.parse_offer(OFFERS[name], PUBLISH, {}, video)
    _audio, camera = offer.publish_lines({"0": "trk_m", "1": "trk_c"})
    assert camera.codec.name == video and camera.codec.rtx_payload_type is not None
    negotiated = Negotiated("ufrg", "p" * 24, NEGOTIATED.fingerprint, NEGOTIATED.candidates, ())
    line = sections(sdp.write_answer(offer, negotiated, {}))[1]
    assert f"a=rtpmap:{camera.codec.payload_type} {video.upper()}/90000" in line and "VP8" not in line
    assert ("profile-id=0" in line) is (video == "vp9")


def test_higher_profiles_are_passed_over() -> None:
    text = OFFERS["chromium_1"]
    number = sdp.parse_offer(text, PUBLISH, {}, "vp9").publish_lines({"0": "trk_m", "1": "trk_c"})[1].codec.payload_type
    higher = text.replace(f"a=fmtp:{number} profile-id=0", f"a=fmtp:{number} profile-id=1")
    assert higher != text
    assert sdp.parse_offer(higher, PUBLISH, {}, "vp9").unsupported == ("1",)


OURS = "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f"


def test_a_room_in_h264_takes_constrained_baseline_with_fragments() -> None:
    offer = sdp.parse_offer(OFFERS["chromium_1"], PUBLISH, SUBSCRIBE, "h264")
    _audio, camera = offer.publish_lines({"0": "trk_m", "1": "trk_c"})
    number, rtx = camera.codec.payload_type, camera.codec.rtx_payload_type
    assert f"a=fmtp:{number} {OURS}\r\n" in OFFERS["chromium_1"] and f"a=fmtp:{rtx} apt={number}\r\n" in OFFERS["chromium_1"]
    line = sections(sdp.write_answer(offer, NEGOTIATED, {"trk_a": "s", "trk_v": "s"}))[1]
    assert line.startswith(f"m=video 9 UDP/TLS/RTP/SAVPF {number} {rtx}\r\n") and "VP8" not in line
    assert f"a=rtpmap:{number} H264/90000\r\na=fmtp:{number} {OURS}\r\n" in line
    assert f"a=rtpmap:{rtx} rtx/90000\r\na=fmtp:{rtx} apt={number}\r\n" in line
    for feedback in ("nack", "nack pli", "ccm fir", "transport-cc"):
        assert f"a=rtcp-fb:{number} {feedback}\r\n" in line


def test_a_browser_without_h264_is_told_by_its_lines() -> None:
    assert sdp.parse_offer(OFFERS["firefox_1"], PUBLISH, SUBSCRIBE, "h264").unsupported == ("1", "3")


@pytest.mark.parametrize(
    ("parameters", "fits"),
    [
        (OURS, True),
        ("profile-level-id=42E01F; packetization-mode=1; level-asymmetry-allowed=1", True),  # in any order
        ("packetization-mode=1;profile-level-id=42c02a", True),  # a higher level; both flags that Android's encoders set
        ("packetization-mode=1;profile-level-id=4d801f", True),  # main, constrained to the same tools
        ("profile-level-id=42e01f", False),  # packetisation mode 0 when nothing is said
        ("packetization-mode=0;profile-level-id=42e01f", False),
        ("packetization-mode=2;profile-level-id=42e01f", False),  # interleaved
        ("packetization-mode=1", False),  # baseline of level 1 when nothing is said
        ("packetization-mode=1;profile-level-id=42001f", False),  # baseline with all its tools
        ("packetization-mode=1;profile-level-id=4d001f", False),  # main
        ("packetization-mode=1;profile-level-id=640c1f", False),  # high
        ("packetization-mode=1;profile-level-id=42e00c", False),  # level 1.2: nothing larger than 352x288
        ("packetization-mode=1;profile-level-id=42e01", False),
        ("packetization-mode=1;profile-level-id=42e01g", False),
        ("packetization-mode=1;profile-level-id=", False),
    ],
)
def test_which_h264_rooms_speak(parameters: str, fits: bool) -> None:
    theirs = re.compile(r"a=(rtpmap|fmtp):\d+ (H264|.*profile-level-id)")
    kept = "\r\n".join(line for line in OFFERS["chromium_1"].split("\r\n") if not theirs.match(line))
    text = kept.replace("a=rtpmap:96 VP8/90000", f"a=rtpmap:96 H264/90000\r\na=fmtp:96 {parameters}")
    offer = sdp.parse_offer(text, PUBLISH, {}, "h264")
    assert offer.unsupported == (() if fits else ("1",))


@given(st.text(max_size=80))
def test_any_format_parameters_are_judged(parameters: str) -> None:
    assert h264.is_ours(parameters) is False


def test_probe_has_one_receiving_audio_line() -> None:
    parts = OFFERS["chromium_1"].split("m=")
    probe = parts[0].replace("BUNDLE 0 1 2 3", "BUNDLE 2") + "m=" + parts[3]
    answer = sdp.write_answer(sdp.parse_probe(probe), Negotiated("ufrg", "p" * 24, NEGOTIATED.fingerprint, (), ()), {})
    assert "a=sendonly" in answer and "a=ssrc" not in answer
    with pytest.raises(InvalidInput):
        sdp.parse_probe(OFFERS["chromium_1"])


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda s: "", "bad_sdp"),
        (lambda s: "\x00\xff\x80" * 50, "bad_sdp"),
        (lambda s: s.replace("v=0", "v=1", 1), "bad_sdp"),
        (lambda s: s + "a" * 10_000_000, "bad_sdp"),
        (lambda s: s + "m=audio 9 UDP/TLS/RTP/SAVPF 0\r\n" * 10_000, "bad_sdp"),
        (lambda s: s + "m=audio 9 UDP/TLS/RTP/SAVPF 0\r\n" * 60, "bad_sdp"),
        (lambda s: s.replace("a=group:BUNDLE 0 1 2 3", "a=group:BUNDLE 0 1"), "bad_sdp"),
        (lambda s: s.replace("a=mid:1", "a=mid:0"), "bad_sdp"),
        (lambda s: s.replace("a=mid:1", "a=mid:" + "1" * 40), "bad_sdp"),
        (lambda s: s.replace("a=setup:actpass", "a=setup:passive"), "bad_sdp"),
        (lambda s: re.sub("a=ice-pwd:.*", "a=ice-pwd:x\r", s), "bad_sdp"),
        (lambda s: re.sub("a=fingerprint:.*", "a=fingerprint:sha-256 ZZ\r", s), "bad_sdp"),
        (lambda s: re.sub("a=fingerprint:.*", "a=fingerprint:md5 00\r", s), "bad_sdp"),
        (lambda s: re.sub("a=ssrc:\\d+", "a=ssrc:99999999999", s).replace("a=ssrc-group", "a=x"), "bad_sdp"),
        (lambda s: s.replace("a=sendonly", "a=recvonly"), "bad_sdp"),
    ],
)
def test_hostile_offers_get_a_typed_error(change: object, code: str) -> None:
    with pytest.raises((InvalidInput, TooLarge)) as caught:
        sdp.parse_offer(change(OFFERS["chromium_1"]), PUBLISH, SUBSCRIBE)  # type: ignore[operator]
    assert caught.value.code == code
    assert len(caught.value.message) < 100


def test_a_source_twice_or_of_the_wrong_kind_is_refused() -> None:
    with pytest.raises(InvalidInput):
        sdp.parse_offer(OFFERS["chromium_1"], {"0": Source.CAMERA}, {})
    with pytest.raises(InvalidInput):
        sdp.parse_offer(OFFERS["chromium_1"], {"0": Source.MICROPHONE, "9": Source.CAMERA}, {})


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_mutated_offers_never_raise_anything_but_typed_errors(data: st.DataObject) -> None:
    lines = OFFERS[data.draw(st.sampled_from(["chromium_1", "firefox_1"]))].split("\r\n")
    for _ in range(data.draw(st.integers(1, 4))):
        where = data.draw(st.integers(0, len(lines) - 1))
        action = data.draw(st.sampled_from(["drop", "double", "cut", "replace", "swap"]))
        if action == "drop":
            lines.pop(where)
        elif action == "double":
            lines.insert(where, lines[where])
        elif action == "cut":
            lines[where] = lines[where][: data.draw(st.integers(0, 12))]
        elif action == "replace":
            lines[where] = lines[where][:2] + data.draw(st.text(max_size=30))
        else:
            lines[where], lines[0] = lines[0], lines[where]
    try:
        offer = sdp.parse_offer("\r\n".join(lines), PUBLISH, SUBSCRIBE)
    except TelemedError:
        return
    granted = tuple(g for g in NEGOTIATED.grants if g.mid in {line.mid for line in offer.subscribe_lines()})
    negotiated = Negotiated("ufrg", "p" * 24, NEGOTIATED.fingerprint, (), granted)
    sdp.write_answer(offer, negotiated, {"trk_a": "s", "trk_v": "s"})
