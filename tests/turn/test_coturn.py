"""Debian's coturn with our configuration: what it lets through and what it refuses."""

from __future__ import annotations

import itertools
import os
import pathlib
import re
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psutil
import pytest
from aioice import stun

from telemed.media.turn_access import TurnAccess, turn_access
from telemed.turn.client import UDP_TRANSPORT, Place, TurnClient, TurnRefused, TurnUnreachable, Way
from tests.adapters.ops.certificates import certificate
from tests.net.namespaces import Namespace, run
from tests.turn.conftest import CLIENT4, CLIENT6, OTHER4, SERVER4, SERVER6, Cable
from tests.turn.running import SECRET, inside, relay, settings, write_settings

pytestmark = [pytest.mark.netns, pytest.mark.coturn, pytest.mark.timeout(120)]

FAMILY = "REQUESTED-ADDRESS-FAMILY"  # RFC 8656 section 18.4, which the library does not know
stun.ATTRIBUTES_BY_NAME[FAMILY] = stun.ATTRIBUTES_BY_TYPE[0x0017] = (0x0017, FAMILY, stun.pack_unsigned, stun.unpack_unsigned)
FORBIDDEN, OTHER_FAMILY, QUOTA, WRONG_NAME, UNAUTHORISED = 403, 443, 486, 441, 401
MEDIA_PORT = 10000
CHANNELS = itertools.count(0x4000)  # a number stays with its peer
PEERS4 = (
    ("loopback", "127.0.0.1"),
    ("loopback", "127.255.255.254"),
    ("unspecified", "0.0.0.0"),
    ("this network", "0.0.0.1"),
    ("private", "10.0.0.1"),
    ("private", "172.16.0.1"),
    ("private", "192.168.1.1"),
    ("carrier", "100.64.0.1"),
    ("link-local", "169.254.1.1"),
    ("metadata", "169.254.169.254"),
    ("metadata", "168.63.129.16"),
    ("public", "8.8.8.8"),
    ("multicast", "224.0.0.251"),
    ("multicast", "239.255.255.250"),
    ("reserved", "240.0.0.1"),
    ("broadcast", "255.255.255.255"),
    ("the client", CLIENT4),
    ("another address of the machine", OTHER4),
)
PEERS6 = (
    ("loopback", "::1"),
    ("unspecified", "::"),
    ("mapped loopback", "::ffff:127.0.0.1"),
    ("mapped private", "::ffff:10.0.0.1"),
    ("mapped metadata", "::ffff:169.254.169.254"),
    ("mapped unspecified", "::ffff:0.0.0.0"),
    ("mapped other address", f"::ffff:{OTHER4}"),
    ("compatible loopback", "::127.0.0.1"),
    ("translated metadata", "64:ff9b::a9fe:a9fe"),
    ("translated loopback", "64:ff9b::7f00:1"),
    ("6to4 loopback", "2002:7f00:1::1"),
    ("Teredo", "2001:0:7f00:1::1"),
    ("link-local", "fe80::1"),
    ("private", "fc00::1"),
    ("metadata", "fd00:ec2::254"),
    ("multicast", "ff02::1"),
    ("public", "2001:4860:4860::8888"),
    ("the client", CLIENT6),
)


def fresh(seconds_ago: float = 0.0, secret: str = SECRET, life: int = 600) -> TurnAccess:
    return turn_access(secret, time.time() - seconds_ago, os.urandom(8).hex(), life)


@contextmanager
def asking(
    where: Namespace, access: TurnAccess, way: Way = Way.UDP, host: str = SERVER4, port: int = 3478
) -> Iterator[TurnClient]:
    made = inside(where, lambda: TurnClient(Place(host, port, way), access))
    with made:
        yield made


def answer_to(ask: object, *arguments: object) -> int:
    """The relay's error code, 0 when it agrees."""
    try:
        ask(*arguments)  # type: ignore[operator]
    except TurnRefused as refusal:
        return refusal.status
    return 0


def plain(tmp_path: pathlib.Path, **changes: object) -> pathlib.Path:
    here = {"host": SERVER4, "addresses": [SERVER4, SERVER6], "peers": [SERVER4, SERVER6]}
    return write_settings(tmp_path, settings(**{**here, **changes}))


@pytest.mark.parametrize("way", [Way.UDP, Way.TCP])
def test_nobody_is_reached_but_the_media_by_ipv4(cable: Cable, tmp_path: pathlib.Path, way: Way) -> None:
    with relay(tmp_path, plain(tmp_path), cable.server), asking(cable.client, fresh(), way) as client:
        assert client.allocate()[0] == SERVER4
        found = {(name, peer): matrix_of(client, peer) for name, peer in PEERS4}
        assert set(found.values()) == {(FORBIDDEN, FORBIDDEN)}, found
        others = {(name, peer): matrix_of(client, peer) for name, peer in PEERS6}
        assert set(others.values()) == {(OTHER_FAMILY, OTHER_FAMILY)}, others
        assert matrix_of(client, SERVER4) == (0, 0)


def test_nobody_is_reached_but_the_media_by_ipv6(cable: Cable, tmp_path: pathlib.Path) -> None:
    with relay(tmp_path, plain(tmp_path), cable.server), asking(cable.client, fresh(), host=SERVER6) as client:
        answer = client.ask(stun.Method.ALLOCATE, {"LIFETIME": 600, "REQUESTED-TRANSPORT": UDP_TRANSPORT, FAMILY: 2 << 24})
        assert answer.attributes["XOR-RELAYED-ADDRESS"][0] == SERVER6
        mapped = ("mapped media", f"::ffff:{SERVER4}")  # reaches nothing that may not be reached; still not what is meant
        found = {(name, peer): matrix_of(client, peer) for name, peer in (*PEERS6, mapped)}
        assert set(found.values()) == {(FORBIDDEN, FORBIDDEN)}, found
        assert matrix_of(client, SERVER6) == (0, 0)


def matrix_of(client: TurnClient, peer: str) -> tuple[int, int]:
    """What CreatePermission and ChannelBind for this peer are answered with."""
    return answer_to(client.permit, peer), answer_to(client.bind, next(CHANNELS), (peer, MEDIA_PORT))


def test_only_credentials_of_ours_that_have_not_ended(cable: Cable, tmp_path: pathlib.Path) -> None:
    ours = fresh()
    refused = {
        "ended": fresh(seconds_ago=601),
        "of another server": fresh(secret="b" * 40),
        "prolonged by hand": TurnAccess(f"{int(time.time()) + 86400}:{ours.username.partition(':')[2]}", ours.password),
        "without an end": TurnAccess("admin", "admin"),
        "empty": TurnAccess("", ""),
    }
    with relay(tmp_path, plain(tmp_path), cable.server) as running:
        for name, access in refused.items():
            with asking(cable.client, access) as client:
                assert answer_to(client.allocate) == UNAUTHORISED, name
        with asking(cable.client, ours) as client:
            assert answer_to(client.allocate) == 0
        assert SECRET not in running.lines()


def test_an_allocation_outlives_its_credential_and_keeps_its_name(cable: Cable, tmp_path: pathlib.Path) -> None:
    """Why a renewed credential disturbs no call, and why an ended one ends none (turn/README.md)."""
    with relay(tmp_path, plain(tmp_path), cable.server), asking(cable.client, fresh(life=2)) as client:
        answer = client.ask(stun.Method.ALLOCATE, {"LIFETIME": 36_000, "REQUESTED-TRANSPORT": UDP_TRANSPORT})
        assert answer.attributes["LIFETIME"] == 600
        ended = time.time() + 3
        while time.time() < ended:
            time.sleep(0.1)
        assert client.refresh(36_000) == 600
        assert answer_to(client.permit, SERVER4) == 0
        with asking(cable.client, client._access) as other:
            assert answer_to(other.allocate) == UNAUTHORISED
        client._access = fresh()
        assert answer_to(client.refresh) == WRONG_NAME


def test_nobody_takes_more_than_the_quota(cable: Cable, tmp_path: pathlib.Path) -> None:
    access, opened = fresh(), []
    with relay(tmp_path, plain(tmp_path, user_quota=4, total_quota=6), cable.server):
        try:
            answers = []
            for name in [access] * 6 + [fresh() for _ in range(6)]:
                opened.append(inside(cable.client, lambda name=name: TurnClient(Place(SERVER4, 3478, Way.UDP), name)))
                answers.append(answer_to(opened[-1].allocate))
            assert answers[:6] == [0] * 4 + [QUOTA] * 2
            assert answers[6:] == [0] * 2 + [QUOTA] * 4
        finally:
            for client in opened:
                client.close()


def udp_port(where: Namespace, address: str, port: int) -> socket.socket:
    """A UDP socket that listens inside."""

    def made() -> socket.socket:
        listening = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        listening.bind((address, port))
        listening.settimeout(2.0)
        return listening

    return inside(where, made)


def hears(listening: socket.socket, word: bytes) -> bool:
    try:
        while True:
            if listening.recv(100) == word:
                return True
    except TimeoutError:
        return False


def test_the_packet_filter_keeps_the_relay_to_the_media_ports(cable: Cable, tmp_path: pathlib.Path) -> None:
    rules = pathlib.Path(__file__).parents[2] / "turn" / "telemed.nft"
    with (
        relay(tmp_path, plain(tmp_path), cable.server),
        asking(cable.client, fresh()) as client,
        udp_port(cable.server, SERVER4, MEDIA_PORT) as media,
        udp_port(cable.server, SERVER4, 5353) as other,
    ):
        relayed = client.allocate()
        client.permit(SERVER4)
        client.send((SERVER4, 5353), b"before")
        assert hears(other, b"before"), "coturn itself knows no ports"
        run(*cable.server.prefix, "nft", "-f", str(rules))
        client.send((SERVER4, MEDIA_PORT), b"media")
        assert hears(media, b"media")
        media.sendto(b"back", relayed)
        assert client.receive(2.0)[1] == b"back"
        client.send((SERVER4, 5353), b"after")
        assert not hears(other, b"after")


def test_what_listens_and_as_whom(cable: Cable, tmp_path: pathlib.Path) -> None:
    leaf, private = certificate(tmp_path)
    config = plain(tmp_path, tls_port=443, tls_certificate=leaf, tls_key=private)
    with relay(tmp_path, config, cable.server) as running:
        process = psutil.Process(running.process.pid)
        assert process.name() == "turnserver" and process.username() == "turnserver"
        status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
        rights = dict(re.findall(r"Cap(\w+):\t(\w+)", status))
        assert {int(value, 16) for value in rights.values()} == {1 << 10}, "CAP_NET_BIND_SERVICE alone"
        assert "NoNewPrivs:\t1" in status
        seen = b"".join(pathlib.Path(f"/proc/{process.pid}/{name}").read_bytes() for name in ("cmdline", "environ"))
        assert SECRET.encode() not in seen
        owner = psutil.Process(process.pid).uids().real
        files = {path.name: path.stat() for path in running.directory.iterdir()}
        assert set(files) >= {"turnserver.conf", "tls.pem", "tls.key"}
        assert all(found.st_uid == owner for found in files.values())
        assert all(files[name].st_mode & 0o777 == 0o600 for name in ("turnserver.conf", "tls.key"))
        assert running.directory.stat().st_mode & 0o777 == 0o700
        assert listening(cable.server) == {
            (kind, address, port) for address in (SERVER4, SERVER6) for kind, port in (("udp", 3478), ("tcp", 3478), ("tcp", 443))
        }
        trouble = re.compile(r"bad|error|unknown|unrecogni|deprecat", re.I)
        assert [line for line in running.lines().splitlines() if trouble.search(line)] == []


def listening(where: Namespace) -> set[tuple[str, str, int]]:
    """What listens inside, of whatever process."""
    lines = run(*where.prefix, "ss", "-Hlntu").splitlines()
    ends = [(line.split()[0], *line.split()[4].rsplit(":", 1)) for line in lines]
    return {(kind, address.strip("[]"), int(port)) for kind, address, port in ends}


def test_tls_of_today_and_no_other(cable: Cable, tmp_path: pathlib.Path) -> None:
    leaf, private = certificate(tmp_path)
    config = plain(tmp_path, tls_port=443, tls_certificate=leaf, tls_key=private)
    context = ssl.create_default_context(cafile=str(leaf))
    context.check_hostname = False  # the certificate names localhost; names are tried in the browser's test
    with relay(tmp_path, config, cable.server):
        made = inside(cable.client, lambda: TurnClient(Place(SERVER4, 443, Way.TLS), fresh(), context))
        with made as client:
            client.allocate()
            client.permit(SERVER4)
        with pytest.raises(TurnUnreachable, match="certificate"):
            inside(cable.client, lambda: TurnClient(Place(SERVER4, 443, Way.TLS), fresh()))
        old = "-tls1_1 -cipher DEFAULT@SECLEVEL=0".split()
        weak = ["-tls1_2", "-cipher", "AES128-SHA"]
        found = {tuple(options): shakes_hands(cable.client, *options) for options in (old, weak, ["-tls1_2"])}
        assert list(found.values()) == [False, False, True], found


def test_a_renewed_certificate_is_taken_without_a_restart(cable: Cable, tmp_path: pathlib.Path) -> None:
    """What `systemctl reload telemed-turn` does: the files anew, then SIGUSR2. Allocations go on."""
    leaf, private = certificate(tmp_path)
    config = plain(tmp_path, tls_port=443, tls_certificate=leaf, tls_key=private)
    with relay(tmp_path, config, cable.server) as running, asking(cable.client, fresh()) as client:
        client.allocate()
        first = served(cable.client)
        assert first == leaf.read_text()
        certificate(tmp_path)
        again = ["turn", "config", "--config", str(config), "--directory", str(running.directory), "--owner", "turnserver"]
        subprocess.run([*cable.server.prefix, sys.executable, "-m", "telemed", *again], timeout=30, check=True)
        running.process.send_signal(signal.SIGUSR2)
        end = time.monotonic() + 10
        while served(cable.client) == first:
            assert time.monotonic() < end, running.lines()
        assert served(cable.client) == leaf.read_text()
        assert client.refresh() == 600


def served(where: Namespace) -> str:
    """The certificate that TLS clients see, PEM."""
    return inside(where, lambda: ssl.get_server_certificate((SERVER4, 443)))


def shakes_hands(where: Namespace, *options: str) -> bool:
    """Whether openssl comes to a cipher with the relay; coturn leaves those it refuses waiting."""
    command = [*where.prefix, "openssl", "s_client", "-connect", f"{SERVER4}:443", *options]
    try:
        said = subprocess.run(command, input=b"", capture_output=True, timeout=4, check=False).stdout
    except subprocess.TimeoutExpired as late:
        said = late.stdout or b""
    return b"Cipher is " in said and b"Cipher is (NONE)" not in said


def test_no_answer_to_who_only_asks_where_he_is(cable: Cable, tmp_path: pathlib.Path) -> None:
    """A Binding answer to a forged address would be a reflection; nobody of ours needs one."""
    with relay(tmp_path, plain(tmp_path), cable.server) as running:
        made = inside(cable.client, lambda: TurnClient(Place(SERVER4, 3478, Way.UDP), fresh(), timeout=1.0))
        with made as client, pytest.raises(TurnUnreachable):
            client.ask(stun.Method.BINDING, {})
        with asking(cable.client, fresh()) as client:
            client.allocate()
        assert not re.search(rf"{re.escape(CLIENT4)}|{re.escape(CLIENT6)}", running.lines()), "no address of a client in the log"


def test_behind_nat_the_public_address_is_the_inner_one(cable: Cable, tmp_path: pathlib.Path) -> None:
    public = "203.0.113.7"
    config = plain(tmp_path, addresses=[SERVER4], external_address=public, peers=[public])
    with (
        relay(tmp_path, config, cable.server),
        asking(cable.client, fresh()) as client,
        udp_port(cable.server, SERVER4, MEDIA_PORT) as media,
    ):
        assert client.allocate()[0] == public
        client.permit(public)
        client.send((public, MEDIA_PORT), b"media")
        assert hears(media, b"media")
        assert answer_to(client.permit, OTHER4) == FORBIDDEN
