"""How thorough a bench is."""

from __future__ import annotations

from dataclasses import dataclass

PARTS = ("media", "path", "recording", "memory", "control", "lists", "join")


@dataclass(frozen=True, slots=True)
class Settings:
    """One form of the bench. Times in seconds."""

    quick: bool
    priority: str  # what the measured processes ask for, so that other programs of the machine do not stand in their way
    runs: int
    window_seconds: float
    warm_seconds: float  # of the same traffic before the window
    idle_seconds: float  # of silence before that, everybody connected
    control_seconds: float
    seats: tuple[int, ...]  # sizes at which memory is read
    sessions: int  # concurrent ones of the control part
    rounds: int  # of requests in each of them
    joins: int  # of browsers
    patients: int  # of the lists part; a tenth as many staff, ten times as many visits
    path_repeats: int  # of each step of the packet path
    path_packets: int  # in each of them
    lists: int  # requests for each list; at most 100, or a limit per person answers

    @property
    def mild_priority(self) -> str:
        """For whole servers and browsers, which as "realtime" would take the machine from everybody."""
        return "high" if self.priority == "realtime" else self.priority


def full(priority: str) -> Settings:
    """Five runs of ten seconds: `make bench`."""
    return Settings(
        quick=False,
        priority=priority,
        runs=5,
        window_seconds=10.0,
        warm_seconds=1.5,
        idle_seconds=2.0,
        control_seconds=3.0,
        seats=(0, 20, 40, 60, 80),
        sessions=20,
        rounds=10,
        joins=10,
        patients=10_000,
        path_repeats=15,
        path_packets=10_000,
        lists=100,
    )


def quick(priority: str) -> Settings:
    """One short run of each, under a minute: shows that the bench works, measures nothing worth keeping."""
    return Settings(
        quick=True,
        priority=priority,
        runs=1,
        window_seconds=1.0,
        warm_seconds=0.5,
        idle_seconds=0.4,
        control_seconds=0.3,
        seats=(0, 6),
        sessions=2,
        rounds=1,
        joins=1,
        patients=100,
        path_repeats=1,
        path_packets=500,
        lists=2,
    )
