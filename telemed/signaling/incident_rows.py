"""What the tables say about the incident of one visit, read in one go, and what its pages follow from it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from telemed.care.incidents.records import AccessRecord, CallerRecord, IncidentRecord, InstructionRecord, PositionRecord
from telemed.care.repositories import Transaction

SHOWN_POSITIONS = 200  # of the newest in a state, shared by the callers: a sketch of the last minutes
FEWEST_POSITIONS = 20  # of each caller: whoever stands still is not pushed out by those who walk
SHOWN_INSTRUCTIONS = 100  # likewise


@dataclass(frozen=True, slots=True)
class IncidentRows:
    """Rows of one visit; all empty for a visit of no incident. Changed ones are put in by `replace`; nothing here is written."""

    incident: IncidentRecord | None = None
    accesses: tuple[AccessRecord, ...] = ()
    callers: tuple[CallerRecord, ...] = ()  # likewise of all its visits, oldest first
    positions: tuple[PositionRecord, ...] = ()  # the newest, oldest first
    instructions: tuple[InstructionRecord, ...] = ()  # likewise

    def access(self, link_id: str) -> AccessRecord | None:
        """A way in by the id of its link."""
        return next((one for one in self.accesses if one.id == link_id), None)

    @property
    def session_id(self) -> str:
        """The present visit; "" of none."""
        return self.incident.session_id if self.incident is not None else ""

    def callers_of(self, session_id: str) -> list[CallerRecord]:
        """The callers of a visit, oldest first."""
        return [one for one in self.callers if one.session_id == session_id]

    def caller(self, participant_id: str) -> CallerRecord | None:
        """A caller by its seat."""
        return next((one for one in self.callers if one.participant_id == participant_id), None)

    def with_caller(self, caller: CallerRecord) -> IncidentRows:
        """The same with this caller new or changed."""
        others = tuple(caller if one.id == caller.id else one for one in self.callers)
        is_new = all(one.id != caller.id for one in self.callers)
        return replace(self, callers=(*others, caller) if is_new else others)

    def with_access(self, access: AccessRecord) -> IncidentRows:
        """The same with this way in new or changed."""
        others = tuple(access if one.id == access.id else one for one in self.accesses)
        return replace(self, accesses=others if self.access(access.id) is not None else (*others, access))

    def with_position(self, position: PositionRecord) -> IncidentRows:
        """The same with one fix more."""
        mine = [one for one in self.positions if one.participant_id == position.participant_id]
        gone = set(mine[: max(0, len(mine) + 1 - shown_of_each(len(self.callers_of(self.session_id))))])
        return replace(self, positions=(*(one for one in self.positions if one not in gone), position))

    def instruction(self, instruction_id: str) -> InstructionRecord | None:
        """An instruction by id."""
        return next((one for one in self.instructions if one.id == instruction_id), None)

    def with_instruction(self, instruction: InstructionRecord) -> IncidentRows:
        """The same with this instruction new or changed."""
        others = tuple(instruction if one.id == instruction.id else one for one in self.instructions)
        is_new = self.instruction(instruction.id) is None
        return replace(self, instructions=((*others, instruction) if is_new else others)[-SHOWN_INSTRUCTIONS:])


def shown_of_each(callers: int) -> int:
    """How many fixes of each of so many callers are shown."""
    return max(FEWEST_POSITIONS, SHOWN_POSITIONS // max(1, callers))


NO_INCIDENT = IncidentRows()


async def read_rows(tx: Transaction, session_id: str) -> IncidentRows:
    """Read what there is about a visit."""
    incident = await tx.incidents.of_session(session_id)
    if incident is None:
        return NO_INCIDENT
    callers = tuple(await tx.incidents.callers(incident.id))
    present = [one.participant_id for one in callers if one.session_id == session_id]
    return IncidentRows(
        incident,
        tuple(await tx.incidents.accesses(incident.id)),
        callers,
        tuple(await tx.incidents.newest_positions(present, shown_of_each(len(present)))),
        tuple(await tx.incidents.instructions(incident.id, SHOWN_INSTRUCTIONS)),
    )
