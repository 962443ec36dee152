"""RTCP in one place: records, `parse_compound`, builders."""

from __future__ import annotations

from telemed.rtp.rtcp_build import (
    build_bye,
    build_fir,
    build_nack,
    build_pli,
    build_receiver_report,
    build_sdes,
    build_sender_report,
    build_transport_feedback,
)
from telemed.rtp.rtcp_parse import MAX_RTCP_LENGTH, MAX_RTCP_PACKETS, parse_compound
from telemed.rtp.rtcp_records import (
    Bye,
    Fir,
    Ignored,
    Nack,
    Pli,
    ReceiverReport,
    ReportBlock,
    RtcpRecord,
    SenderReport,
    TransportFeedback,
)

__all__ = [
    "MAX_RTCP_LENGTH",
    "MAX_RTCP_PACKETS",
    "Bye",
    "Fir",
    "Ignored",
    "Nack",
    "Pli",
    "ReceiverReport",
    "ReportBlock",
    "RtcpRecord",
    "SenderReport",
    "TransportFeedback",
    "build_bye",
    "build_fir",
    "build_nack",
    "build_pli",
    "build_receiver_report",
    "build_sdes",
    "build_sender_report",
    "build_transport_feedback",
    "parse_compound",
]
