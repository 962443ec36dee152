"""Keeps calls going while junk pours in at the media port: everybody known gets a queue of their own in the kernel.

One UDP socket has one queue. Junk fills it, and what peers send finds no room. So while the port is flooded each known path
gets a connected socket on the same port: strangers' junk stays in the queue of the strangers' socket, junk with a forged address
in that of whose address it is. The strangers' socket then takes nothing but ICE checks (see `stranger_filter`): new calls and
changed addresses still come in. Reading goes round, a bounded share for each. Needs no privilege.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Iterable

from telemed.sfu import stranger_filter
from telemed.sfu.counters import Counters
from telemed.sfu.flood_watch import PERIOD, FloodWatch
from telemed.sfu.ice_lite import Path
from telemed.sfu.peer_sockets import Inlet, PeerSockets
from telemed.sfu.udp_socket import MediaSocket, dropped_datagrams

STRANGERS_SHARE = 16  # datagrams of strangers per wake-up while flooded
READS = 64  # datagrams per wake-up otherwise

log = logging.getLogger(__name__)


class FloodGuard:
    """Owner of the watch, the filter, the timer and the peers' sockets. `strangers` is the inlet of the worker's one socket,
    which this never closes.

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
        self._sockets = PeerSockets(media, counters, read)
        self._watch: FloodWatch | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._began = 0.0

    @property
    def flooded(self) -> bool:
        """Whether the port is being flooded, or was a few seconds ago."""
        return self._watch is not None and self._watch.flooded

    def __len__(self) -> int:
        """How many sockets of peers are open."""
        return len(self._sockets)

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        """Begin to read the strangers' socket, which is everybody's until a flood comes."""
        self._loop = loop
        self._watch = FloodWatch(self._counters, time.monotonic())
        self._sockets.start(loop)
        loop.add_reader(self._media.socket.fileno(), self._read, self.strangers)

    def close(self) -> None:
        """Stop reading and close the peers' sockets. Idempotent."""
        if self._timer is not None:
            self._timer.cancel()
        if self._loop is None:
            return
        self._sockets.close()
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
        if self._watch.flooded or self._sockets:
            unfinished = self._settle(now)
            self._look_again(0.0 if unfinished else PERIOD)

    def count_drops(self, inlet: Inlet, total: int) -> None:
        """The kernel's running count of drops came with a datagram of `inlet`."""
        if self.filtering and inlet is self.strangers:
            self._counters.kernel_filter_drops += inlet.dropped(total)
        else:
            self._counters.kernel_receive_drops += inlet.dropped(total)

    def admit(self, path: Path) -> None:
        """A path was checked or adopted. While flooded it gets its socket at once: its handshake would not pass the filter."""
        if self.flooded and path.connection is None and not self._sockets.admit(path, time.monotonic()):
            self._filter(False)
            self._look_again(0.0)  # a path that is not in use may give way; not here, for that reads its socket

    def _look_again(self, seconds: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._loop.call_later(seconds, self._on_timer) if self._loop is not None else None

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
            self._sockets.begin()
            self.strangers.share = STRANGERS_SHARE
            log.warning("flood began junk_per_second=%d", self._watch.rate)
        else:
            self._filter(False)
            self.strangers.share = READS
            log.warning("flood over seconds=%d", now - self._began)

    def _settle(self, now: float) -> bool:
        """Bring sockets and paths together; True when there is more to do. The filter is on only while every path in use has its
        socket: a client that changes to another of its paths says so by a check, which the filter lets through."""
        paths = {path.key: path for path in self._paths() if path.connection is None} if self.flooded else {}
        unfinished = self._sockets.settle(paths, now)
        self._filter(self.flooded and not self._sockets.lacking)
        return unfinished

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
