"""A lite ICE agent (RFC 8445): answers checks, never sends any, and knows where its peer may be reached.

Pure bookkeeping over authenticated facts; sockets and STUN bytes are `udp_mux` and `stun_messages`.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Protocol

from telemed.sfu.udp_socket import Ancillary, SocketAddress

MAX_PATHS = 8  # per peer; drop rule: connections first, then the one whose last check is oldest, never the selected one
GENERATIONS = 2  # credentials accepted at once: the current and, during an ICE restart, the one before
ADOPT_QUIET = 0.3  # seconds the selected path must have been silent before media may adopt an unchecked address
DATAGRAMS_ALIVE = 2.5  # seconds after a check by UDP in which a nomination by TCP is not followed, unless media comes that way
ADOPTED_LIFETIME = 6.0  # seconds such an address may be sent to without a check: Firefox checks every 4 to 6 s
REPLIES_PER_SECOND = 60.0  # STUN answers per peer: a browser paces its checks at 20 a second
LOSSY_ANSWERS = 3  # times an answer is sent where much gets lost: Firefox asks every 5 s, and falls silent after 30 s without one
REPLY_BURST = 120.0


@dataclass(frozen=True, slots=True)
class Credentials:
    """Our user fragment and password of one ICE generation (RFC 8445 section 5.3: 4 and 22 characters at least)."""

    ufrag: str
    password: str

    @classmethod
    def fresh(cls) -> Credentials:
        """Return random credentials: 48 and 144 bits, in characters that SDP allows."""
        return cls(secrets.token_hex(6), secrets.token_hex(18))


class Connection(Protocol):
    """A TCP connection that leads to a peer."""

    def send(self, packet: bytes | memoryview, is_video: bool) -> bool:
        """Send or queue one packet; False when the connection is over."""

    def end(self) -> None:
        """Close it."""


StreamAddress = tuple[str, int, Connection]  # where a TCP path leads: no two connections are the same, whatever their ports
Address = SocketAddress | StreamAddress


class PathOwner(Protocol):
    """The transport of one peer, as the mux sees it."""

    agent: IceAgent

    def on_dtls(self, record: bytes) -> None:
        """A DTLS datagram came from one of the peer's known addresses."""

    def on_checked(self, now: float) -> None:
        """An authenticated check came; the agent has already been told."""

    def on_path_changed(self) -> None:
        """The selected path changed without a check."""


class Path:
    """A remote address that passed an authenticated check against one of our addresses, and how to send there.

    One socket of a client may check several addresses of ours; what it selects must be answered from the one it checked.
    A path with a `connection` goes over that, and its `ancillary` is not None, so that nobody takes it for one of datagrams.
    """

    __slots__ = ("address", "adopted_at", "ancillary", "checked_at", "connection", "generation", "local", "owner")

    def __init__(self, owner: PathOwner, address: Address, local: bytes, ancillary: Ancillary | None) -> None:
        self.owner = owner  # the transport whose datagrams come from here
        self.address = address
        self.local = local  # packed address of ours that the peer sent to
        self.ancillary = ancillary  # control data for sendmsg, None when plain sendto picks the right source
        self.connection: Connection | None = address[2] if len(address) == 3 else None
        self.checked_at = 0.0  # seconds, monotonic: last authenticated check; 0 for an adopted address that had none yet
        self.adopted_at = 0.0  # seconds: when authenticated media made it a path, 0 for checked ones
        self.generation = 0  # number of the credentials that last check used

    @property
    def key(self) -> tuple[Address, bytes]:
        """Remote address and local address."""
        return self.address, self.local


class IceAgent:
    """The lite agent of one peer: two generations of credentials, at most eight paths, one of them selected."""

    __slots__ = (
        "_credentials",
        "_newest",
        "_tokens",
        "_tokens_at",
        "answers",
        "consent_at",
        "paths",
        "selected",
    )

    def __init__(self, credentials: Credentials, now: float) -> None:
        self._credentials: dict[str, tuple[int, Credentials]] = {}
        self._newest = 0
        self.answers = 1  # how often each check is answered
        self._tokens = REPLY_BURST
        self._tokens_at = now
        self.paths: dict[tuple[Address, bytes], Path] = {}  # by remote and local address
        self.selected: Path | None = None
        self.consent_at = now  # seconds: last authenticated check on any path (RFC 7675)
        self.restart(credentials)

    @property
    def credentials(self) -> Credentials:
        """The current generation, for the answer."""
        return next(entry for number, entry in self._credentials.values() if number == self._newest)

    @property
    def ufrags(self) -> tuple[str, ...]:
        """User fragments that checks may carry now."""
        return tuple(self._credentials)

    def restart(self, credentials: Credentials) -> str | None:
        """Begin a new generation (ICE restart); return the user fragment that thereby expired, if any."""
        self._newest += 1
        self._credentials[credentials.ufrag] = (self._newest, credentials)
        if len(self._credentials) <= GENERATIONS:
            return None
        expired = next(iter(self._credentials))
        del self._credentials[expired]
        return expired

    def password(self, ufrag: str) -> bytes | None:
        """Return the password that belongs to `ufrag`, None when it is not ours any more."""
        entry = self._credentials.get(ufrag)
        return entry[1].password.encode("ascii") if entry else None

    def may_reply(self, now: float) -> bool:
        """Take one token from the peer's STUN reply budget; False: stay silent this time."""
        self._tokens = min(self._tokens + (now - self._tokens_at) * REPLIES_PER_SECOND, REPLY_BURST)
        self._tokens_at = now
        if self._tokens < 1.0:
            return False
        self._tokens -= 1.0
        return True

    def on_check(self, path: Path, ufrag: str, nominating: bool, now: float) -> Path | None:
        """An authenticated check came over `path`. Returns a path that had to give way (to be forgotten), else None.

        Selected is: the first path checked; then the one with USE-CANDIDATE; and after a restart the first path of the new
        generation, because the old one is most likely dead. Firefox nominates every pair it has, TCP last, and then uses UDP
        (RFC 5245 section 8.1.1.2: of several nominated the best): media tells, see `on_media`.
        """
        generation = self._credentials[ufrag][0]
        evicted = None
        if path.key not in self.paths:
            evicted = self._make_room()
            self.paths[path.key] = path
        path.checked_at = self.consent_at = now
        path.generation = generation
        selected = self.selected
        if selected is None or generation > selected.generation or (nominating and not _is_worse(path, selected, now)):
            self.selected = path
        return evicted

    def on_media(self, path: Path) -> bool:
        """Authenticated media came over `path`, not the selected one. True when that moved the selection there.

        The client sends on the pair it chose; a NAT that changed its mapping shows the same. A path is never selected on
        media alone: it passed a check, and more recently than the selected one did.
        """
        selected = self.selected
        if selected is not None and (path.address == selected.address or path.checked_at <= selected.checked_at):
            return False
        self.selected = path
        return True

    def adopt(self, path: Path, now: float) -> Path | None:
        """Select an address that no check has come from, because media with the peer's keys does: its NAT forgot the mapping.

        The caller has seen that the selected path is quiet. Lasts until a check confirms it, or `expire_adopted` takes it
        back. Returns a path that had to give way.
        """
        evicted = self._make_room()
        path.adopted_at = now
        path.generation = self.selected.generation if self.selected is not None else 0
        self.paths[path.key] = path
        self.selected = path
        return evicted

    def expire_adopted(self, now: float) -> Path | None:
        """Give up an adopted path that was never checked (RFC 7675: no sending without consent); return it if there is one."""
        path = self.selected
        if path is None or path.checked_at or now - path.adopted_at < ADOPTED_LIFETIME:
            return None
        del self.paths[path.key]
        self.selected = max(self.paths.values(), key=lambda other: other.checked_at, default=None)
        return path

    def path_at(self, address: Address) -> Path | None:
        """Return the path to `address` that media should be attributed to: the selected one, else the latest checked."""
        candidates = [path for path in self.paths.values() if path.address == address]
        if self.selected in candidates:
            return self.selected
        return max(candidates, key=lambda path: path.checked_at, default=None)

    def forget(self, address: Address, checked_after: float = 0.0) -> None:
        """The address belongs to somebody else now, or is gone. The path checked last takes over, but none from before
        `checked_after` (seconds): whoever has that address now did not ask for media."""
        self.paths = {key: path for key, path in self.paths.items() if path.address != address}
        if self.selected is not None and self.selected.address == address:
            fresh = (path for path in self.paths.values() if path.checked_at >= checked_after)
            self.selected = max(fresh, key=lambda path: path.checked_at, default=None)

    def release(self) -> None:
        """The peer has ended: let go of its paths, which know their owner, and of its connections."""
        connections = [path.connection for path in self.paths.values() if path.connection is not None]
        self.paths.clear()
        self.selected = None
        for connection in connections:
            connection.end()

    def _make_room(self) -> Path | None:
        if len(self.paths) < MAX_PATHS:
            return None
        others = (path for path in self.paths.values() if path is not self.selected)
        oldest = min(others, key=lambda path: (path.connection is None, path.checked_at))
        del self.paths[oldest.key]
        return oldest


def _is_worse(path: Path, selected: Path, now: float) -> bool:
    """Whether `path` is by TCP while the selected one is by UDP, alive and of the same generation."""
    if path.connection is None or selected.connection is not None or path.generation != selected.generation:
        return False
    return now - selected.checked_at < DATAGRAMS_ALIVE
