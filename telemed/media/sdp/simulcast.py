"""Layers of a published camera in offers and answers: a=rid (RFC 8851) and a=simulcast (RFC 8853), sending direction only."""

from __future__ import annotations

import re

from telemed.errors import InvalidInput
from telemed.media.control import MAX_LAYERS, Layers
from telemed.media.sdp.description import MediaSection

RID_URI = "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id"  # RFC 8852
REPAIRED_RID_URI = "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id"
OUR_ORDER = ("q", "h", "f")  # quarter, half and full size: what our client calls its layers

_RID = re.compile(r"([A-Za-z0-9_-]{1,16}) (send|recv)(?: [!-~]{1,256})?", re.ASCII)  # 16: what a one-byte extension holds
_NAME = re.compile(r"~?([A-Za-z0-9_-]{1,16})", re.ASCII)  # a tilde: paused for now
_SIMULCAST = re.compile(r"(?:recv \S{1,256} )?send (\S{1,128})(?: recv \S{1,256})?", re.ASCII)


def _refuse(message: str) -> InvalidInput:
    return InvalidInput(message, code="bad_sdp", field="sdp")


def find_layers(section: MediaSection, extension_ids: dict[str, int]) -> Layers | None:
    """Read the layers offered on a sending video line; None for a single stream, or one whose layers nobody could tell apart.

    `extension_ids`: URI -> id of what the line offers. Raises InvalidInput for what contradicts itself or is too much.
    """
    values = section.all("simulcast")
    sent = [match[1] for match in map(_SIMULCAST.fullmatch, values) if match]
    if not sent:
        if any(not value.startswith("recv ") for value in values):
            raise _refuse("The offer has a malformed simulcast line.")
        return None
    if len(values) > 1:
        raise _refuse("A media line has one simulcast line.")
    rids = _in_order(_names(sent[0]))
    if not set(rids) <= _sendable(section):
        raise _refuse("The offer sends a layer it does not describe.")
    rid, repaired = extension_ids.get(RID_URI, 0), extension_ids.get(REPAIRED_RID_URI, 0)
    if len(rids) < 2 or not rid:
        return None
    return Layers(rids, rid, repaired)


def layer_attributes(layers: Layers) -> list[str]:
    """Return the attribute lines with which an answer accepts these layers, in the offer's numbering."""
    lines = [f"a=extmap:{layers.rid_extension} {RID_URI}"]
    if layers.repaired_rid_extension:
        lines.append(f"a=extmap:{layers.repaired_rid_extension} {REPAIRED_RID_URI}")
    lines += [f"a=rid:{rid} recv" for rid in layers.rids]
    return [*lines, "a=simulcast:recv " + ";".join(layers.rids)]


def _names(value: str) -> tuple[str, ...]:
    """The layers of a send list. Alternatives (commas) are codecs for one layer; a room has one codec, so the first counts."""
    found = []
    for layer in value.split(";"):
        match = _NAME.fullmatch(layer.partition(",")[0])
        if match is None:
            raise _refuse("The offer has a malformed simulcast line.")
        found.append(match[1])
    if len(found) > MAX_LAYERS or len(set(found)) != len(found):
        raise _refuse("The offer has too many layers, or one of them twice.")
    return tuple(found)


def _in_order(rids: tuple[str, ...]) -> tuple[str, ...]:
    """Smallest first: our own names say it; of others we take it that they come so."""
    return tuple(sorted(rids, key=OUR_ORDER.index)) if set(rids) <= set(OUR_ORDER) else rids


def _sendable(section: MediaSection) -> set[str]:
    """The names of all a=rid lines for sending. Raises InvalidInput for one that stands twice or cannot be read."""
    found: set[str] = set()
    for value in section.all("rid"):
        match = _RID.fullmatch(value)
        if match is None or match[1] in found:
            raise _refuse("The offer has a malformed rid.")
        if match[2] == "send":
            found.add(match[1])
    return found
