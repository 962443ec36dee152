"""The visits in memory as numbers, and a word to everybody who is connected."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from telemed.care.records import OrganisationRecord
from telemed.care.states import SessionState
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
    """Tell every connection how the server is: `draining` or `running`."""
    data = {"state": state}
    for visit in live:
        visit.live_event("service", data, None)
    for _, channel in live.board.channels():
        channel.live("service", data)
