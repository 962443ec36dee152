"""The visits in memory as numbers, and a word to everybody who is connected."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from telemed.care.admission import Admission
from telemed.care.records import OrganisationRecord
from telemed.care.states import SessionState
from telemed.media.overload import LoadLevel
from telemed.signaling.counters import Counters
from telemed.signaling.live import LiveVisits


@dataclass(frozen=True, slots=True)
class Overview:
    """Counts by state, and connections by namespace. No ids."""

    sessions: dict[str, int]
    participants: dict[str, int]
    sockets: dict[str, int]


def overview(live: LiveVisits) -> Overview:
    """Count what is in memory now."""
    sessions: Counter[str] = Counter()
    participants: Counter[str] = Counter()
    sockets = Counter({"call": 0, "staff": 0})
    for visit in live:
        sessions[visit.session.state.value] += 1
        for seat in visit.seats.values():
            participants[seat.state.value] += 1
            channel = visit.channel(seat.id)
            sockets["call"] += len(channel.connections) if channel is not None else 0
    sockets["staff"] = sum(len(channel.connections) for _, channel in live.board.channels())
    return Overview(dict(sessions), dict(participants), dict(sockets))


def running_calls(live: LiveVisits) -> int:
    """Visits with people in the call."""
    return sum(visit.session.state is SessionState.ACTIVE for visit in live)


def rename_clinic(live: LiveVisits, clinic: OrganisationRecord) -> None:
    """Show the clinic so in every state sent from now on."""
    live.board.set_clinic(clinic)
    for visit in live:
        if visit.session.organisation_id == clinic.id:
            visit.clinic = clinic


def announce(live: LiveVisits, state: str) -> None:
    """Tell every connection how the server is: `draining`, `full` or `running`."""
    data = {"state": state}
    for visit in live:
        visit.live_event("service", data, None)
    for _, channel in live.board.channels():
        channel.live("service", data)


class LoadWatch:
    """Hands the load of the media workers on: to whoever lets calls begin, and to everybody when that stops or goes on."""

    def __init__(self, live: LiveVisits, admission: Admission, counters: Counters) -> None:
        self._live = live
        self._admission = admission
        self._counters = counters

    def __call__(self, level: LoadLevel) -> None:
        """The freest worker has this level now."""
        was_full, is_full = (not one.admits(urgent=False) for one in (self._admission.load, level))
        self._admission.load = level
        if is_full and not was_full:
            self._counters.add("media.full")
        if is_full != was_full and not self._admission.draining:
            announce(self._live, "full" if is_full else "running")
