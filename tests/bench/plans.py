"""Which loads are measured. Every publisher is a camera and a microphone: 200 packets/s, 1.4 Mbit/s."""

from __future__ import annotations

from dataclasses import dataclass, replace

from tests.bench.rtp_load import LoadPlan

VIDEO_RATE = 150.0  # packets/s
VIDEO_PAYLOAD = 1100  # bytes: with 50 Opus packets of 80 bytes 1.4 Mbit/s
PACKETS_PER_SECOND = 200  # of one publisher


@dataclass(frozen=True, slots=True)
class Scenario:
    """A named load. How long it lasts is set by the form of the bench (full or quick)."""

    name: str
    title: str
    plan: LoadPlan

    @property
    def people(self) -> int:
        """Everybody connected."""
        return self.plan.rooms * (self.plan.publishers + self.plan.viewers)

    @property
    def offered_in(self) -> float:
        """Packets a second that publishers send."""
        return float(self.plan.rooms * self.plan.publishers * PACKETS_PER_SECOND)

    @property
    def offered_out(self) -> float:
        """Packets a second that subscribers are to get."""
        per_publisher = self.plan.viewers + (self.plan.publishers - 1 if self.plan.mesh else 0)
        return self.offered_in * per_publisher

    def lasting(self, seconds: float, warm: float, idle: float) -> LoadPlan:
        """Its plan for a window of `seconds`, after `warm` seconds of the same traffic and `idle` ones of silence."""
        return replace(self.plan, seconds=seconds, warm_seconds=warm, idle_seconds=idle)


def cast(rooms: int, viewers: int) -> LoadPlan:
    """`rooms` rooms, in each one publisher and `viewers` people who only receive."""
    return LoadPlan(rooms=rooms, publishers=1, viewers=viewers, video_rate=VIDEO_RATE, payload=VIDEO_PAYLOAD, audio=True)


def meeting(rooms: int, people: int) -> LoadPlan:
    """`rooms` rooms of `people` who all send and all receive each other."""
    return LoadPlan(
        rooms=rooms, publishers=people, viewers=0, mesh=True, video_rate=VIDEO_RATE, payload=VIDEO_PAYLOAD, audio=True
    )


def rooms_of_eight(rooms: int) -> Scenario:
    """The meeting load at a size."""
    return Scenario(f"{rooms}-rooms-of-8", f"{rooms} room{'s' if rooms > 1 else ''} of 8, all send", meeting(rooms, 8))


def publishers_to_five(publishers: int) -> Scenario:
    """The lecture load at a size."""
    return Scenario(f"{publishers}-x-5", f"{publishers} publishers x 5 subscribers", cast(publishers, 5))


def reported(scenario: Scenario) -> Scenario:
    """The same with subscribers that report what arrives, as browsers do: their congestion control is in charge."""
    return Scenario(f"{scenario.name}-reported", f"{scenario.title}, reported", replace(scenario.plan, reported=True))


INGRESS = (
    Scenario("5-alone", "5 publishers, nobody receives", cast(5, 0)),
    Scenario("20-alone", "20 publishers, nobody receives", cast(20, 0)),
    Scenario("80-alone", "80 publishers, nobody receives", cast(80, 0)),
)
ONE_TO_TEN = Scenario("1-to-10", "1 publisher -> 10 subscribers", cast(1, 10))
ONE_TO_FIFTY = Scenario("1-to-50", "1 publisher -> 50 subscribers", cast(1, 50))
TWENTY_BY_FIVE = publishers_to_five(20)
ASKED = (ONE_TO_TEN, ONE_TO_FIFTY, TWENTY_BY_FIVE)
REPORTED = (reported(ONE_TO_TEN), reported(TWENTY_BY_FIVE))
EIGHT_BY_EIGHT = rooms_of_eight(8)  # 12,800 packets/s in, 89,600 out: more than a Python core forwards
