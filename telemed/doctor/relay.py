"""The relay: reached by every way we tell clients of, with a credential as they get it; and what it must refuse, it refuses."""

from __future__ import annotations

import secrets
from datetime import datetime

from telemed.config import Config, Turn
from telemed.doctor.findings import Finding, fault, ok, warn
from telemed.media.turn_access import TurnAccess, turn_access
from telemed.turn.client import Place, TurnClient, TurnRefused, TurnUnreachable, Way
from telemed.turn.coturn import media_addresses

TIMEOUT = 3.0  # seconds for each question
UNAUTHORISED, QUOTA = 401, 486
NOBODYS = "192.0.2.66"  # for documentation only (RFC 5737): media is never there
LOGIN_FIX = "give the relay this configuration (`telemed turn config`) and start it anew; compare the clocks of both machines"


def relay(config: Config, now: datetime) -> list[Finding]:
    """One line for each way. Blocking for some seconds when it does not answer. `now` is aware UTC."""
    turn = config.turn
    if not turn.host:
        return [ok("relay", "none: people whose network lets no UDP through need media.tcp_port")]
    access = turn_access(turn.secret, now.timestamp(), secrets.token_hex(8))
    found = [_tried(place, access, config) for place in places(turn)]
    return found if turn.tls_port else [*found, _without_tls()]


def places(turn: Turn) -> list[Place]:
    """Where clients are told to go."""
    both = [Place(turn.host, turn.port, Way.UDP), Place(turn.host, turn.port, Way.TCP)]
    return [*both, Place(turn.host, turn.tls_port, Way.TLS)] if turn.tls_port else both


def _tried(place: Place, access: TurnAccess, config: Config) -> Finding:
    way = f"{place.way.value.upper()} {place.port}"
    try:
        with TurnClient(place, access, timeout=TIMEOUT) as client:
            client.allocate()
            finding = _peers(client, way, config)
            client.refresh(0)
            return finding
    except TurnUnreachable as error:
        return fault("relay", f"by {way}: {error.message.removesuffix('.')}", _fix(place, error))
    except TurnRefused as error:
        if error.status == UNAUTHORISED:
            return fault("relay", f"by {way}: it does not take our credentials", LOGIN_FIX)
        if error.status == QUOTA:
            return warn("relay", f"by {way}: it is full", "raise turn.total_quota")
        return fault("relay", f"by {way}: it gives no address (error {error.status})", "look into its log")


def _peers(client: TurnClient, way: str, config: Config) -> Finding:
    """Media is allowed, somebody else is not."""
    own = [address for address in media_addresses(config) if ":" not in address] or media_addresses(config)
    if own and not _allows(client, own[0]):
        return fault("relay", f"by {way}: it does not let us through to the media", LOGIN_FIX)
    if _allows(client, NOBODYS):
        return fault("relay", f"by {way}: it relays to addresses that are not ours", "run it with `telemed turn config`'s output")
    return ok("relay", f"by {way}: reached, and it leads to the media alone")


def _allows(client: TurnClient, peer: str) -> bool:
    try:
        client.permit(peer)
    except TurnRefused:
        return False
    return True


def _fix(place: Place, error: TurnUnreachable) -> str:
    if "certificate" in error.message:
        return "give it a certificate for turn.host by an authority that browsers trust (turn.tls_certificate)"
    if "name" in error.message:
        return "correct turn.host, or make the name known"
    kind = "UDP" if place.way is Way.UDP else "TCP"
    return f"start it (turn/run, or systemctl start telemed-turn), and open {kind} port {place.port} in the firewall"


def _without_tls() -> Finding:
    fix = "set turn.tls_port = 443 (on an address of its own) or 5349"
    return warn("relay", "without TLS: firewalls that pass nothing else stop it", fix)
