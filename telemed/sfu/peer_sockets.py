"""Sockets of single paths, while the media port is flooded: for those in use first, as far as descriptors go."""

from __future__ import annotations

import asyncio
import os
import resource
import socket
from collections.abc import Callable, Mapping

from telemed.sfu.counters import Counters
from telemed.sfu.ice_lite import Address, Path
from telemed.sfu.udp_socket import MediaSocket, open_peer_socket

MAX_SOCKETS = 512  # two or three paths each for as many peers as a worker carries
SPARE_DESCRIPTORS = 256  # of what the process may open: kept free for connections and files that come meanwhile
SLICE = 32  # sockets opened or closed before the loop gets its turn: some 50 us each
PEERS_SHARE = 32  # datagrams of each peer per wake-up; more than a browser's burst of one picture
RETRY = 5.0  # seconds after which a path that could not get a socket is tried again

Key = tuple[Address, bytes]  # of a path


class Inlet:
    """A socket that is read. `share`: how many datagrams per wake-up."""

    __slots__ = ("drops", "share", "socket")

    def __init__(self, handle: socket.socket, share: int) -> None:
        self.socket = handle
        self.share = share
        self.drops = 0  # the kernel's running count of what it dropped, as far as it was counted

    def dropped(self, total: int) -> int:
        """Return how many were dropped since the last call, given the kernel's running count. It comes with datagrams that
        have waited, and may be older than the last."""
        new = (total - self.drops) & 0xFFFFFFFF
        if new >= 0x80000000:
            return 0
        self.drops = total
        return new


class PeerSockets:
    """Owner of at most `MAX_SOCKETS` sockets. Drop rule: paths that are not in use give way to those that are.

    `lacking`: a path in use has none. `read` is what the loop calls with a readable inlet.
    """

    def __init__(self, media: MediaSocket, counters: Counters, read: Callable[[Inlet], None]) -> None:
        self.lacking = False
        self._media = media
        self._counters = counters
        self._read = read
        self._inlets: dict[Key, Inlet] = {}
        self._retry_at: dict[Key, float] = {}  # of paths that could not get one; monotonic seconds
        self._room = 0
        self._shortage_counted = False
        self._loop: asyncio.AbstractEventLoop | None = None

    def __len__(self) -> int:
        """How many are open."""
        return len(self._inlets)

    def __contains__(self, key: object) -> bool:
        """Whether the path with this key has one."""
        return key in self._inlets

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        """From now on sockets may be opened; `loop` reads them."""
        self._loop = loop

    def close(self) -> None:
        """Close all, unread. Idempotent."""
        for inlet in self._inlets.values():
            if self._loop is not None:
                self._loop.remove_reader(inlet.socket.fileno())
            inlet.socket.close()
        self._inlets.clear()
        self._loop = None

    def begin(self) -> None:
        """Another flood has begun: a shortage counts again."""
        self._shortage_counted = False

    def settle(self, paths: Mapping[Key, Path], now: float) -> bool:
        """Bring sockets and paths together, a slice at a time (`now`: monotonic seconds); True when there is more to do."""
        self._room = _room(len(self._inlets))
        self._retry_at = {key: at for key, at in self._retry_at.items() if at > now and key in paths}
        wanted = [path for key, path in paths.items() if key not in self._retry_at]
        wanted.sort(key=lambda path: (not _in_use(path), path.key not in self._inlets))
        if len(wanted) > self._room:
            self._count_shortage()
        granted = {path.key: path for path in wanted[: self._room]}
        surplus = [key for key in self._inlets if key not in granted]
        for key in surplus[:SLICE]:
            self._drop(key)
        missing = [path for key, path in granted.items() if key not in self._inlets]
        for path in missing[:SLICE]:
            self._open(path, now)
        self.lacking = any(key not in self._inlets and _in_use(path) for key, path in paths.items())
        return len(surplus) > SLICE or len(missing) > SLICE

    def admit(self, path: Path, now: float) -> bool:
        """A path was checked or adopted: give it a socket at once where there is room. False: it is in use and has none."""
        if path.key not in self._inlets and self._retry_at.get(path.key, now) <= now:
            self._open(path, now)
        return path.key in self._inlets or not _in_use(path)

    def _open(self, path: Path, now: float) -> None:
        if self._loop is None or len(self._inlets) >= self._room:
            return
        address = path.address
        assert path.connection is None and len(address) != 3
        try:
            handle = open_peer_socket(self._media, address, path.local)
        except OSError:  # our address went away, or no descriptor is left
            self._counters.fail_peer_socket += 1
            self._retry_at[path.key] = now + RETRY
            return
        inlet = self._inlets[path.key] = Inlet(handle, PEERS_SHARE)
        self._loop.add_reader(handle.fileno(), self._read, inlet)

    def _drop(self, key: Key) -> None:
        """Read what is queued in a socket and close it; what comes in between the two is lost."""
        inlet = self._inlets.pop(key, None)
        if inlet is None or self._loop is None:  # what was read on the way led here again
            return
        self._loop.remove_reader(inlet.socket.fileno())
        self._read(inlet)
        inlet.socket.close()

    def _count_shortage(self) -> None:
        """Once a flood: it is looked at ten times a second."""
        if not self._shortage_counted:
            self._shortage_counted = True
            self._counters.fail_peer_socket += 1


def _in_use(path: Path) -> bool:
    """Whether this is the path its owner sends on, or might be: it has chosen none."""
    return path.owner.agent.selected in (path, None)


def _room(held: int) -> int:
    """How many sockets of paths there may be while `held` are open: what the limit of open files leaves beside everything else
    that is open, connections above all."""
    limit, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if limit == resource.RLIM_INFINITY:
        return MAX_SOCKETS
    try:
        others = len(os.listdir("/proc/self/fd")) - held
    except OSError:  # nothing can be opened, not even this
        return held
    return max(0, min(MAX_SOCKETS, limit - SPARE_DESCRIPTORS - others))
