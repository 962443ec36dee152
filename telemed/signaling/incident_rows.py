"""What the tables say about the incident of one visit, read in one go, and what its pages follow from it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from telemed.care.incidents.records import AccessRecord, IncidentRecord, InstructionRecord, PositionRecord
from telemed.care.incidents.words import Part
from telemed.care.repositories import Transaction

SHOWN_POSITIONS = 200  # of the newest in a state: a sketch of the last minutes
SHOWN_INSTRUCTIONS = 100  # likewise


@dataclass(frozen=True, slots=True)
class IncidentRows:
    """Rows of one visit; all empty for a visit of no incident. Changed ones are put in by `replace`; nothing here is written."""

    incident: IncidentRecord | None = None
    accesses: tuple[AccessRecord, ...] = ()
    positions: tuple[PositionRecord, ...] = ()  # the newest, oldest first
    instructions: tuple[InstructionRecord, ...] = ()  # likewise

    def access(self, link_id: str) -> AccessRecord | None:
        """A way in by the id of its link."""
        return next((one for one in self.accesses if one.id == link_id), None)

    def caller(self, session_id: str) -> AccessRecord | None:
        """The caller's way into a visit."""
        return next((one for one in self.accesses if one.part is Part.CALLER and one.session_id == session_id), None)

    def with_access(self, access: AccessRecord) -> IncidentRows:
        """The same with this way in new or changed."""
        others = tuple(access if one.id == access.id else one for one in self.accesses)
        return replace(self, accesses=others if self.access(access.id) is not None else (*others, access))

    def with_position(self, position: PositionRecord) -> IncidentRows:
        """The same with one fix more."""
        return replace(self, positions=(*self.positions, position)[-SHOWN_POSITIONS:])

    def instruction(self, instruction_id: str) -> InstructionRecord | None:
        """An instruction by id."""
        return next((one for one in self.instructions if one.id == instruction_id), None)

    def with_instruction(self, instruction: InstructionRecord) -> IncidentRows:
        """The same with this instruction new or changed."""
        others = tuple(instruction if one.id == instruction.id else one for one in self.instructions)
        is_new = self.instruction(instruction.id) is None
        return replace(self, instructions=((*others, instruction) if is_new else others)[-SHOWN_INSTRUCTIONS:])


NO_INCIDENT = IncidentRows()


async def read_rows(tx: Transaction, session_id: str) -> IncidentRows:
    """Read what there is about a visit."""
    incident = await tx.incidents.of_session(session_id)
    if incident is None:
        return NO_INCIDENT
    return IncidentRows(
        incident,
        tuple(await tx.incidents.accesses(incident.id)),
        tuple(await tx.incidents.positions(incident.id, SHOWN_POSITIONS)),
        tuple(await tx.incidents.instructions(incident.id, SHOWN_INSTRUCTIONS)),
    )
