"""Counts of everything a media worker takes in, sends and drops. Plain integers: they are raised on the packet path."""

from __future__ import annotations


class Counters:
    """Named counts since the worker's start. The prefix says what happened: `in_`, `out_`, `drop_`, `fail_`."""

    __slots__ = (
        "clock_steps",
        "drop_address_held",
        "drop_address_unknown",
        "drop_alert_plaintext",
        "drop_backlog_other",
        "drop_backlog_video",
        "drop_class_unknown",
        "drop_connection_idle",
        "drop_connection_limit",
        "drop_connection_slow",
        "drop_connection_stalled",
        "drop_connection_unknown",
        "drop_dtls_inbox_full",
        "drop_dtls_rate",
        "drop_dtls_unexpected",
        "drop_duplicate",
        "drop_empty",
        "drop_event_queue_full",
        "drop_feedback_rate",
        "drop_flood",
        "drop_frame_length",
        "drop_late",
        "drop_line_unknown",
        "drop_no_keys",
        "drop_oversized",
        "drop_paced",
        "drop_resend_budget",
        "drop_rtcp_malformed",
        "drop_rtp_malformed",
        "drop_srtp_auth",
        "drop_srtp_other",
        "drop_srtp_replay",
        "drop_ssrc_limit",
        "drop_stun_malformed",
        "drop_stun_rate",
        "drop_stun_unauthenticated",
        "drop_stun_unknown_user",
        "fail_accept",
        "fail_handshake",
        "fail_packet_path",
        "fail_peer_socket",
        "fail_protect",
        "fail_receive",
        "fail_send",
        "fail_tap",
        "feedback_received",
        "floods",
        "in_bytes",
        "in_connections",
        "in_datagrams",
        "in_dtls",
        "in_frames",
        "in_red",
        "in_rtcp",
        "in_rtp",
        "in_rtx",
        "in_stun",
        "kernel_filter_drops",
        "kernel_receive_drops",
        "nack_received",
        "nack_sent",
        "nack_unanswered",
        "out_bytes",
        "out_padding",
        "out_red",
        "out_rtcp",
        "out_rtp",
        "out_repeated",
        "out_rtx",
        "out_stun",
        "padding_ended",
        "path_switches",
        "paths_adopted",
        "pli_received",
        "pli_sent",
        "probes",
        "send_blocked",
        "sound_recovered",
        "twcc_sent",
    )

    def __init__(self) -> None:
        for name in self.__slots__:
            setattr(self, name, 0)

    def snapshot(self) -> dict[str, int]:
        """Return all counts by name."""
        return {name: getattr(self, name) for name in self.__slots__}

    # Written out so that type checkers know the attributes.
    clock_steps: int
    drop_address_held: int
    drop_address_unknown: int
    drop_alert_plaintext: int
    drop_backlog_other: int
    drop_backlog_video: int
    drop_class_unknown: int
    drop_connection_idle: int
    drop_connection_limit: int
    drop_connection_slow: int
    drop_connection_stalled: int
    drop_connection_unknown: int
    drop_dtls_inbox_full: int
    drop_dtls_rate: int
    drop_dtls_unexpected: int
    drop_duplicate: int
    drop_empty: int
    drop_event_queue_full: int
    drop_feedback_rate: int
    drop_flood: int
    drop_frame_length: int
    drop_late: int
    drop_line_unknown: int
    drop_no_keys: int
    drop_oversized: int
    drop_paced: int
    drop_resend_budget: int
    drop_rtcp_malformed: int
    drop_rtp_malformed: int
    drop_srtp_auth: int
    drop_srtp_other: int
    drop_srtp_replay: int
    drop_ssrc_limit: int
    drop_stun_malformed: int
    drop_stun_rate: int
    drop_stun_unauthenticated: int
    drop_stun_unknown_user: int
    fail_accept: int
    fail_handshake: int
    fail_packet_path: int
    fail_peer_socket: int
    fail_protect: int
    fail_receive: int
    fail_send: int
    fail_tap: int
    feedback_received: int
    floods: int
    in_bytes: int
    in_connections: int
    in_datagrams: int
    in_dtls: int
    in_frames: int
    in_red: int
    in_rtcp: int
    in_rtp: int
    in_rtx: int
    in_stun: int
    kernel_filter_drops: int
    kernel_receive_drops: int
    nack_received: int
    nack_sent: int
    nack_unanswered: int
    out_bytes: int
    out_padding: int
    out_red: int
    out_rtcp: int
    out_rtp: int
    out_repeated: int
    out_rtx: int
    out_stun: int
    padding_ended: int
    path_switches: int
    paths_adopted: int
    pli_received: int
    pli_sent: int
    probes: int
    send_blocked: int
    sound_recovered: int
    twcc_sent: int
