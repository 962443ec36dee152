"""Keeps calls going while junk pours in at the media port: everybody known gets a queue of their own in the kernel.

One UDP socket has one queue. Junk fills it, and what peers send finds no room. So while the port is flooded each known path
gets a connected socket on the same port: strangers' junk stays in the queue of the strangers' socket, junk with a forged address
in that of whose address it is. The strangers' socket then takes nothing but ICE checks (see `stranger_filter`): new calls and
changed addresses still come in. Reading goes round, a bounded share for each. Needs no privilege.
"""

from __future__ import annotations

import asyncio
import logging
import resource
import socket
import time
from collections.abc import Callable, Iterable

from telemed.sfu import stranger_filter
from telemed.sfu.counters import Counters
from telemed.sfu.flood_watch import PERIOD, FloodWatch
from telemed.sfu.ice_lite import Path
from telemed.sfu.udp_socket import MediaSocket, dropped_datagrams, open_peer_socket

MAX_SOCKETS = 512  # two or three paths each for as many peers as a worker carries
SPARE_DESCRIPTORS = 256  # of what the process may open: the rest of the worker needs them
SLICE = 32  # sockets opened or closed before the loop gets its turn: some 50 us each
STRANGERS_SHARE = 16  # datagrams of strangers per wake-up while flooded
PEERS_SHARE = 32  # of each peer; more than a browser's burst of one picture
READS = 64  # datagrams per wake-up otherwise

log = logging.getLogger(__name__)


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


class FloodGuard:
    """Owner of the peers' sockets. `strangers` is the inlet of the worker's one socket, which this never closes.

    `paths()` returns all UDP paths of all peers, `read` is what the loop calls with a readable inlet.
    """

    def __init__(
        self, media: MediaSocket, counters: Counters, paths: Callable[[], Iterable[Path]], read: Callable[[Inlet], None]
    ) -> None:
        self.strangers = Inlet(media.socket, READS)
        self.due_us = 0  # monotonic microseconds: whoever is awake then calls `judge`
        self.filtering = False
        self._media = media
        self._counters = counters
        self._paths = paths
        self._read = read
        self._watch: FloodWatch | None = None
        self._inlets: dict[tuple[object, bytes], Inlet] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._began = 0.0

    @property
    def flooded(self) -> bool:
        """Whether the port is being flooded, or was a few seconds ago."""
        return self._watch is not None and self._watch.flooded

    def __len__(self) -> int:
        """How many sockets of peers are open."""
        return len(self._inlets)

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        """Begin to read the strangers' socket, which is everybody's until a flood comes."""
        self._loop = loop
        self._watch = FloodWatch(self._counters, time.monotonic())
        loop.add_reader(self._media.socket.fileno(), self._read, self.strangers)

    def close(self) -> None:
        """Stop reading and close the peers' sockets. Idempotent."""
        if self._timer is not None:
            self._timer.cancel()
        if self._loop is None:
            return
        for inlet in self._inlets.values():
            self._loop.remove_reader(inlet.socket.fileno())
            inlet.socket.close()
        self._inlets.clear()
        if self._media.socket.fileno() >= 0:
            self._loop.remove_reader(self._media.socket.fileno())
        self._loop = self._watch = None

    def judge(self, now: float) -> None:
        """Look whether a flood began or ended, and see that everybody known has a socket while it lasts (`now`: monotonic
        seconds). Called every 0.1 s: by whoever reads, and while flooded by a timer, since what is filtered wakes nobody."""
        self.due_us = int((now + PERIOD) * 1e6)
        if self._watch is None or self._loop is None:
            return
        if self.filtering:
            self._count_dropped()
        if self._watch.judge(now):
            self._switch(self._watch.flooded, now)
        if self._watch.flooded or self._inlets:
            unfinished = self._settle()
            if self._timer is not None:
                self._timer.cancel()
            self._timer = self._loop.call_later(0.0 if unfinished else PERIOD, self._on_timer)

    def count_drops(self, inlet: Inlet, total: int) -> None:
        """The kernel's running count of drops came with a datagram of `inlet`."""
        if self.filtering and inlet is self.strangers:
            self._counters.kernel_filter_drops += inlet.dropped(total)
        else:
            self._counters.kernel_receive_drops += inlet.dropped(total)

    def admit(self, path: Path) -> None:
        """A path was checked or adopted. While flooded it gets its socket at once: its handshake would not pass the filter."""
        if self.flooded and path.connection is None and path.key not in self._inlets and not self._open(path):
            self._filter(False)

    def _on_timer(self) -> None:
        if self._loop is not None:
            self._timer = None
            self.judge(time.monotonic())

    def _switch(self, flooded: bool, now: float) -> None:
        """A flood began or ended. No addresses in the log: they may be forged, or a patient's."""
        assert self._watch is not None
        if flooded:
            self._began = now
            self._counters.floods += 1
            self.strangers.share = STRANGERS_SHARE
            log.warning("flood began junk_per_second=%d", self._watch.rate)
        else:
            self._filter(False)
            self.strangers.share = READS
            log.warning("flood over seconds=%d", now - self._began)

    def _settle(self) -> bool:
        """Bring sockets and paths together, a slice at a time; True when there is more to do. The filter is on only while nobody
        known would be refused."""
        paths = {path.key: path for path in self._paths() if path.connection is None} if self.flooded else {}
        surplus = [key for key in self._inlets if key not in paths]
        for key in surplus[:SLICE]:
            self._drop(key)
        missing = [path for key, path in paths.items() if key not in self._inlets]
        missing.sort(key=lambda path: path is not path.owner.agent.selected)
        opened = sum(self._open(path) for path in missing[:SLICE])
        self._filter(self.flooded and opened == len(missing))
        return len(surplus) > SLICE or opened == SLICE < len(missing)

    def _open(self, path: Path) -> bool:
        """Give the path a socket of its own; False when that was not possible."""
        if self._loop is None or len(self._inlets) >= self._room():
            return False
        address = path.address
        assert path.connection is None and len(address) != 3
        try:
            handle = open_peer_socket(self._media, address, path.local)
        except OSError:
            self._counters.fail_peer_socket += 1
            return False
        inlet = self._inlets[path.key] = Inlet(handle, PEERS_SHARE)
        self._loop.add_reader(handle.fileno(), self._read, inlet)
        return True

    def _room(self) -> int:
        limit, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        return MAX_SOCKETS if limit == resource.RLIM_INFINITY else max(0, min(MAX_SOCKETS, limit - SPARE_DESCRIPTORS))

    def _drop(self, key: tuple[object, bytes]) -> None:
        """Read what is queued in a peer's socket and close it; what comes in between the two is lost."""
        inlet = self._inlets.pop(key, None)
        if inlet is None or self._loop is None:  # what was read on the way led here again
            return
        self._loop.remove_reader(inlet.socket.fileno())
        self._read(inlet)
        inlet.socket.close()

    def _filter(self, on: bool) -> None:
        """Switch the filter, and count what was dropped until now as what it was."""
        if on is self.filtering:
            return
        try:
            self._count_dropped()
            if on:
                stranger_filter.attach(self._media.socket)
            else:
                stranger_filter.detach(self._media.socket)
        except OSError:  # a kernel without filters, or without this count: everything is read, as ever
            self._counters.fail_peer_socket += 1
            return
        self.filtering = on

    def _count_dropped(self) -> None:
        self.count_drops(self.strangers, dropped_datagrams(self._media.socket))
