"""What the kernel does with several sockets on one port, and with a filter on one of them."""

from __future__ import annotations

import secrets
import socket
from collections.abc import Iterator

import pytest
from aioice import stun
from hypothesis import given
from hypothesis import strategies as st

from telemed.sfu import stranger_filter
from telemed.sfu.stun_messages import peek_user
from telemed.sfu.udp_socket import (
    ANCILLARY_BYTES,
    SO_TIMESTAMPNS,
    MediaSocket,
    dropped_datagrams,
    local_address,
    open_media_socket,
    open_peer_socket,
)

HOSTS = ["127.0.0.1", "::1"]


class Sender:
    """A client's socket, and how the server sees it."""

    def __init__(self, media: MediaSocket, host: str) -> None:
        self.socket = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((host, 0))
        self.socket.settimeout(10)
        self.place = (host, media.port)
        self.send(b"hello")
        _, ancillary, _, self.address = media.socket.recvmsg(100, ANCILLARY_BYTES)
        self.local = local_address(ancillary)

    def send(self, data: bytes) -> None:
        self.socket.sendto(data, self.place)


@pytest.fixture(params=HOSTS)
def senders(media: MediaSocket, request: pytest.FixtureRequest) -> Iterator[tuple[Sender, Sender]]:
    known, stranger = Sender(media, request.param), Sender(media, request.param)
    with known.socket, stranger.socket:
        yield known, stranger


def test_a_peers_socket_gets_its_datagrams_and_nobody_elses(media: MediaSocket, senders: tuple[Sender, Sender]) -> None:
    known, stranger = senders
    with open_peer_socket(media, known.address, known.local) as own:
        known.send(b"known")
        stranger.send(b"stranger")
        data, ancillary, _, address = own.recvmsg(100, ANCILLARY_BYTES)
        assert (data, address) == (b"known", known.address)
        assert local_address(ancillary) == known.local and ancillary[0][1] == SO_TIMESTAMPNS
        assert media.socket.recv(100) == b"stranger"
        for empty in (own, media.socket):
            with pytest.raises(BlockingIOError):
                empty.recv(100)
        media.socket.sendto(b"answer", known.address)  # sending goes on through the one socket, from the same port
        assert known.socket.recvfrom(100)[1][1] == media.port
    known.send(b"again")
    assert media.socket.recv(100) == b"again"


def test_many_sockets_share_the_port_and_a_second_server_does_not(media: MediaSocket, senders: tuple[Sender, Sender]) -> None:
    first, second = senders
    with open_peer_socket(media, first.address, first.local) as one, open_peer_socket(media, second.address, second.local) as two:
        first.send(b"one")
        second.send(b"two")
        assert (one.recv(100), two.recv(100)) == (b"one", b"two")
        with pytest.raises(OSError, match="in use"):
            open_media_socket(media.port)
    with pytest.raises(OSError, match="in use"):
        open_media_socket(media.port)


def test_a_socket_without_a_local_address_is_refused_and_leaves_the_port_alone(
    media: MediaSocket, senders: tuple[Sender, Sender]
) -> None:
    for local in (b"", b"\x01", socket.inet_pton(socket.AF_INET6, "2001:db8::7")):
        with pytest.raises(OSError):  # noqa: PT011 - which one is the kernel's affair
            open_peer_socket(media, senders[0].address, local)
    assert not media.socket.getsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT)


def test_nothing_is_lost_while_sockets_open_and_close(media: MediaSocket, senders: tuple[Sender, Sender]) -> None:
    """What comes in between bind and connect is read from the new socket, with its real source."""
    known, other = senders
    read: list[tuple[bytes, object]] = []

    def drain(handle: socket.socket) -> None:
        while True:
            try:
                read.append(handle.recvfrom(100))
            except BlockingIOError:
                return

    for number in range(200):
        other.send(b"%d" % number)
        own = open_peer_socket(media, known.address, known.local)
        other.send(b"%d" % number)
        drain(own)
        own.close()
        drain(media.socket)
    assert sorted(read) == sorted((b"%d" % number, other.address) for number in range(200) for _ in range(2))


def check(user: str = "a1b2c3d4e5f6:abcd") -> bytes:
    """A signed check as a browser sends it."""
    message = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
    message.attributes.update({"USERNAME": user, "PRIORITY": 1, "ICE-CONTROLLING": 1, "USE-CANDIDATE": None})
    message.add_message_integrity(secrets.token_hex(12).encode())
    return bytes(message)


@pytest.fixture
def filtered(media: MediaSocket) -> Iterator[tuple[MediaSocket, Sender]]:
    """A socket with the strangers' filter, and somebody who sends to it."""
    sender = Sender(media, "127.0.0.1")
    with sender.socket:
        stranger_filter.attach(media.socket)
        yield media, sender


def passes(filtered: tuple[MediaSocket, Sender], data: bytes) -> bool:
    """Whether the datagram comes through; what does not is counted by the kernel."""
    media, sender = filtered
    before = dropped_datagrams(media.socket)
    sender.send(data)
    try:
        assert media.socket.recv(2048) == data
    except BlockingIOError:
        assert dropped_datagrams(media.socket) == before + 1
        return False
    return True


def test_checks_pass_the_filter_and_junk_does_not(filtered: tuple[MediaSocket, Sender]) -> None:
    good = check()
    assert passes(filtered, good)
    for junk in (
        b"",
        b"\x00",
        good[:19],
        good[:-1],
        good + b"\x00",
        b"\x01\x01" + good[2:],  # an answer
        good[:4] + b"\x00" + good[5:],  # not the cookie
        b"\x80\x6f" + bytes(100),
        b"\x16\xfe\xff" + bytes(100),
    ):
        assert not passes(filtered, junk), junk
    stranger_filter.detach(filtered[0].socket)
    assert passes(filtered, b"\x80\x6f" + bytes(100))
    stranger_filter.detach(filtered[0].socket)  # a second time is no fault


@pytest.fixture(scope="module")
def any_filtered() -> Iterator[tuple[MediaSocket, Sender]]:
    media = open_media_socket(0)
    sender = Sender(media, "127.0.0.1")
    with media.socket, sender.socket:
        stranger_filter.attach(media.socket)
        yield media, sender


@given(
    st.one_of(
        st.binary(max_size=64), st.tuples(st.integers(0, 60), st.binary(min_size=1, max_size=3)).map(lambda cut: _spoilt(*cut))
    )
)
def test_the_filter_refuses_nothing_that_would_be_answered(any_filtered: tuple[MediaSocket, Sender], data: bytes) -> None:
    if peek_user(data) is not None:
        assert passes(any_filtered, data)
    else:
        passes(any_filtered, data)


def _spoilt(position: int, patch: bytes) -> bytes:
    """A check with some bytes replaced."""
    data = check()
    return data[:position] + patch + data[position + len(patch) :]
