"""Carries packets between the TUN devices of two network namespaces; delays, loses and counts them. A process of its own, so that
its clock does not wait for a test's.

`python -m tests.net.conditions.link_process NAMESPACE NAMESPACE`: one JSON order per line in, one JSON answer per line out.
Directions: "up" from the first namespace to the second, "down" back. An order has any of
  delay, jitter   seconds each way; jitter adds 0..jitter, evenly spread; order is kept
  loss            share of packets lost, each way
  burst           mean length of a run of losses in packets (Gilbert model); 1: each packet for itself
  seed            restarts the chances of loss and jitter
  reset           counts from zero
and is answered with what was counted since: direction -> key -> [packets, bytes, bytes lost], where the key is "ssrc N", "rtcp",
"stun", "dtls", "udp" (any other) or "tcp"; bytes are those of IP packets.
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import heapq
import json
import os
import random
import select
import struct
import sys
import time
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

CLONE_NEWNET = 0x40000000  # linux/sched.h
TUNSETIFF = 0x400454CA  # linux/if_tun.h
IFF_TUN_NO_PI = 0x1001
DEVICE = "link"
LARGEST = 2048  # bytes
RTCP = range(192, 224)  # second byte (RFC 5761)


def open_tun(namespace: str) -> int:
    """Make the TUN device "link" in a namespace; returns its descriptor. Raises OSError without root."""
    libc = ctypes.CDLL(None, use_errno=True)
    home = os.open("/proc/self/ns/net", os.O_RDONLY)
    there = os.open(f"/run/netns/{namespace}", os.O_RDONLY)
    try:
        if libc.setns(there, CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), "setns")
        device = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
        fcntl.ioctl(device, TUNSETIFF, struct.pack("16sH22x", DEVICE.encode(), IFF_TUN_NO_PI))
        libc.setns(home, CLONE_NEWNET)
        return device
    finally:
        os.close(home)
        os.close(there)


def key_of(packet: bytes) -> str:
    """What an IPv4 packet is counted as."""
    header = (packet[0] & 15) * 4
    if packet[9] == 6:
        return "tcp"
    data = packet[header + 8 : header + 20]
    if packet[9] != 17 or not data:
        return "udp"
    if 128 <= data[0] <= 191 and len(data) == 12:
        return "rtcp" if data[1] in RTCP else f"ssrc {struct.unpack_from('!I', data, 8)[0]}"
    return "stun" if data[0] <= 3 else "dtls" if 20 <= data[0] <= 63 else "udp"


@dataclass
class Direction:
    """One way over the link."""

    source: int
    target: int
    chance: random.Random
    delay: float = 0.0
    jitter: float = 0.0
    loss: float = 0.0
    burst: float = 1.0
    losing: bool = False
    latest: float = 0.0  # when what was taken last leaves
    counts: dict[str, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0, 0]))

    def loses(self) -> bool:
        """Whether the next packet is lost. Of `burst` above 1 the Gilbert model: losses end with probability 1 / burst."""
        if self.burst <= 1:
            return self.chance.random() < self.loss
        leaves = 1 / self.burst
        enters = leaves * self.loss / max(1e-9, 1 - self.loss)
        self.losing = self.chance.random() < (1 - leaves if self.losing else enters)
        return self.losing

    def take(self, packet: bytes, now: float) -> float | None:
        """Count a packet; returns when it is to leave, None if it is lost."""
        count = self.counts[key_of(packet)]
        count[0] += 1
        count[1] += len(packet)
        if self.loses():
            count[2] += len(packet)
            return None
        wait = self.delay + (self.chance.uniform(0, self.jitter) if self.jitter else 0.0)
        self.latest = max(self.latest, now + wait)
        return self.latest


class Carrier:
    """The loop."""

    def __init__(self, near: int, far: int) -> None:
        self.ways = {"up": Direction(near, far, random.Random(1)), "down": Direction(far, near, random.Random(2))}
        self.due: list[tuple[float, int, int, bytes]] = []
        self.number = 0
        self.poll = select.epoll()
        for descriptor in (near, far, sys.stdin.fileno()):
            self.poll.register(descriptor, select.EPOLLIN)
        self.by_source = {way.source: way for way in self.ways.values()}

    def run(self) -> None:
        """Carry until standard input ends."""
        while True:
            wait = max(0.0, self.due[0][0] - time.monotonic()) if self.due else 1.0
            for descriptor, _event in self.poll.poll(wait):
                if descriptor in self.by_source:
                    self.read(self.by_source[descriptor])
                elif not self.order():
                    return
            self.send_due()

    def read(self, way: Direction) -> None:
        """Take what waits at one end."""
        for _ in range(64):
            try:
                packet = os.read(way.source, LARGEST)
            except BlockingIOError:
                return
            if packet[0] >> 4 != 4:  # IPv6's own chatter
                continue
            leaves = way.take(packet, time.monotonic())
            if leaves is not None:
                self.number += 1
                heapq.heappush(self.due, (leaves, self.number, way.target, packet))

    def send_due(self) -> None:
        """Deliver what has been on its way long enough."""
        now = time.monotonic()
        while self.due and self.due[0][0] <= now:
            _, _, target, packet = heapq.heappop(self.due)
            try:
                os.write(target, packet)
            except OSError:  # the interface is down, or its queue full
                continue

    def order(self) -> bool:
        """Follow one order; False at the end."""
        line = sys.stdin.readline()
        if not line:
            return False
        orders: dict[str, Any] = json.loads(line)
        for name, way in self.ways.items():
            for setting in ("delay", "jitter", "loss", "burst"):
                setattr(way, setting, orders.get(setting, getattr(way, setting)))
            if "seed" in orders:
                way.chance.seed(f"{orders['seed']} {name}")
        print(json.dumps({name: way.counts for name, way in self.ways.items()}), flush=True)
        if orders.get("reset"):
            for way in self.ways.values():
                way.counts.clear()
        return True


def go_first() -> None:
    """A network does not wait for the programs it joins: before everything else on this machine, as far as that is allowed."""
    with contextlib.suppress(PermissionError):
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(10))


if __name__ == "__main__":
    go_first()
    ends = [open_tun(name) for name in sys.argv[1:3]]
    print("ready", flush=True)
    Carrier(*ends).run()
