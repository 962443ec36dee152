"""A hardened turnserver.conf for Debian's coturn (4.6), made from our settings: who relays here reaches the media, nothing else.

What the names mean stands in turnserver(1). What coturn really does with them is tested with the real one (tests/turn).
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from pathlib import Path

from telemed.config import Config, Turn
from telemed.errors import ConfigError
from telemed.media.turn_access import LIFE_SECONDS
from telemed.sfu.addresses import interface_addresses

# Whatever is allowed is taken out of what is denied, in whatever order they stand (turnserver(1)). The last two lie within the
# second and are named because a relay once read them as the IPv4 addresses in them.
EVERYTHING = (
    "0.0.0.0-255.255.255.255",
    "::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
    "::ffff:0.0.0.0-::ffff:255.255.255.255",
    "64:ff9b::-64:ff9b::ffff:ffff",
)
# Forward secrecy and authenticated encryption alone.
CIPHERS = "ECDHE+AESGCM:ECDHE+CHACHA20"
HARDENING = (
    "# Credentials: only those this server makes, which end by themselves.",
    "use-auth-secret",
    "fingerprint",
    "stale-nonce=600",
    f"max-allocate-lifetime={LIFE_SECONDS}",
    "# What is not needed: Binding answers (they amplify), discovery of NATs, TCP to peers, DTLS, old TLS, consoles.",
    "no-stun",
    "no-rfc5780",
    "no-stun-backward-compatibility",
    "response-origin-only-with-rfc5780",
    "no-tcp-relay",
    "no-dtls",
    "no-tlsv1",
    "no-tlsv1_1",
    "no-cli",
    "no-software-attribute",
    "no-dynamic-ip-list",
    "no-dynamic-realms",
    "# Few lines: no addresses of clients as long as nobody asks for more (verbose).",
    "log-file=stdout",
    "simple-log",
    "pidfile=",
)


@dataclass(frozen=True, slots=True)
class Places:
    """Where the relay finds its files. `directory` is its own."""

    directory: Path
    certificate: Path | None = None
    key: Path | None = None


def media_addresses(config: Config) -> list[str]:
    """The only addresses the relay sends to: those told to clients as addresses of the media."""
    own = config.turn.peers or config.media.addresses or interface_addresses(False)
    return [str(ipaddress.ip_address(address)) for address in own]


def turnserver_conf(config: Config, places: Places) -> str:
    """The text of the file; it holds the secret. Raises ConfigError."""
    turn = config.turn
    if not turn.host:
        raise ConfigError("There is no relay: turn.host is empty.")
    peers = media_addresses(config)
    if not peers:
        raise ConfigError("No address of the media is known. Connect a network, or set media.addresses.")
    lines = ["# Made by `telemed turn config` from our settings; changes are lost. Holds a secret: mode 0600.", *_listening(turn)]
    lines += _tls(turn, places)
    lines += [f"realm={turn.realm or turn.host}", f"static-auth-secret={turn.secret}", f"userdb={places.directory / 'turndb'}"]
    lines += [*HARDENING, "# Bounds.", f"user-quota={turn.user_quota}", f"total-quota={turn.total_quota}"]
    lines += [f"max-bps={turn.allocation_kbits * 125}"]  # bytes a second
    return "\n".join([*lines, *_peers(peers, turn)]) + "\n"


def _listening(turn: Turn) -> list[str]:
    addresses = turn.addresses or tuple(interface_addresses(False))
    lines = [f"listening-port={turn.port}"]
    for address in addresses:
        lines += [f"listening-ip={address}", f"relay-ip={address}"]
    if turn.external_address:
        lines.append(f"external-ip={turn.external_address}/{addresses[0]}")
    return [*lines, f"min-port={turn.first_relay_port}", f"max-port={turn.last_relay_port}"]


def _tls(turn: Turn, places: Places) -> list[str]:
    if not turn.tls_port or places.certificate is None or places.key is None:
        return ["no-tls"]
    files = [f"cert={places.certificate}", f"pkey={places.key}"]
    return [f"tls-listening-port={turn.tls_port}", *files, f"cipher-list={CIPHERS}"]


def _peers(peers: list[str], turn: Turn) -> list[str]:
    # Behind NAT 1:1 coturn turns its public address into the inner one before it looks here.
    own = [*peers, *turn.addresses] if turn.external_address in peers else peers
    family = "ipv4" if any(":" not in peer for peer in own) else "ipv6"
    lines = ["# Peers: none but the addresses of the media.", "no-multicast-peers", f"allocation-default-address-family={family}"]
    lines += [f"denied-peer-ip={block}" for block in EVERYTHING]
    return [*lines, *(f"allowed-peer-ip={peer}" for peer in dict.fromkeys(own))]
