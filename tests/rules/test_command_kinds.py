"""Kinds of commands stand in databases: an answer kept under one before an upgrade is looked for under it after that."""

from __future__ import annotations

import ast
from collections import Counter

from tests.rules.sources import PYTHON, nodes

# Add new ones. One that is renamed or taken away refuses retries of before for two days: only with a migration of `command_ack`.
KINDS = """
bystander.add bystander.change caller.call_back caller.clear caller.facts caller.instruct caller.leave_quickly caller.shown
caller.silent consent.answer consent.earlier entry.* follow_up.move follow_up.plan follow_up.take frame.* frame.freeze
handover.accept handover.decline handover.offer handover.release handover.withdraw incident.add_caller incident.change_state
incident.create incident.reopen incident.resend incident.revoke incident.share incident.show_code incident.silence
lead.acknowledge lead.confirm_identity lead.decide_move lead.deny lead.end lead.remove letter.write link.create marker.add
own_seat.device_report own_seat.enter_waiting own_seat.leave own_seat.needs own_seat.set_name own_seat.visibility page.accept
page.begin page.cancel page.decline patient.create queue.acknowledge queue.answer queue.create queue.drop_place
queue.keep_place queue.keep_waiting queue.late queue.message queue.no_show queue.priority queue.put_back queue.read
queue.remove queue.stay queue.transfer recording.* recording.ask recording.begin recording.choose recording.marker
recording.stop recording.unrecorded seat.* session.complete session.create site.create speciality.create still.ask
still.cancel still.decline vital.note vital.remove
""".split()
NAMED = ("_CREATE", "_REOPEN")  # where no function says it


def said() -> list[str]:
    """Every kind in the code; `*` where an event or a verb completes it."""
    found = []
    for path in PYTHON:
        for node in nodes(path):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "of_kind":
                found.append(_kind(node.args[0]))
            elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id in NAMED:
                found.append(_kind(node.value))
    return found


def _kind(node: ast.expr) -> str:
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "*" for part in node.values)
    return str(node.value) if isinstance(node, ast.Constant) else ast.unparse(node)


def test_no_kind_is_renamed_and_no_two_commands_share_one() -> None:
    found = Counter(said())
    assert found.pop("LINE") == 2, "by its writer, or by the server"
    assert sorted(found) == sorted(KINDS)
    assert set(found.values()) == {1}
