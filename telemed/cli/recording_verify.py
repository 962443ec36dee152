"""`telemed recording verify`: are recordings as they were signed, and if not, which part of which?"""

from __future__ import annotations

import argparse
from typing import Any

from telemed import exits
from telemed.cli.recording import ask, every

_WORDS = {
    "missing": "is missing",
    "changed": "was changed",
    "reordered": "is in another's place",
    "cut": "was cut off",
    "manifest": "was changed",
    "signature": "is not signed by this installation",
    "key": "does not open: its key is missing or another one",
    "former": "does not follow from the manifest that was signed before",
    "database": "is not what the database says: the recording or the database was exchanged",
}


def run(chosen: argparse.Namespace) -> int:
    """Print a verdict for each; exit code 1 when one is broken."""
    names = [chosen.id] if chosen.id else [line["id"] for line in every(chosen) if line["kept"]]
    broken = 0
    for name in names:
        verdict = ask(chosen, "recording_verify", {"id": name})
        print("\n".join(sentences(verdict)), flush=True)
        broken += verdict["result"] in ("broken", "remains")
    if not chosen.id:
        print(f"{len(names)} recordings looked at, {broken} broken.")
    return exits.FAILED if broken else exits.OK


def sentences(verdict: dict[str, Any]) -> list[str]:
    """A verdict for people."""
    name, result = verdict["id"], verdict["result"]
    if result == "complete":
        gone = [
            f"  Part of {part['participant_id']} destroyed at {part['at']} on that person's withdrawal; complete otherwise."
            for part in verdict.get("destroyed", ())
        ]
        if verdict["up_to"] is None:
            return [f"{name}: complete. No checkpoint of the audit trail covers it yet.", *gone]
        return [f"{name}: complete up to checkpoint {verdict['up_to']}.", *gone]
    if result == "unfinished":
        return [f"{name}: {verdict['state']}, not finished: nothing is signed yet."]
    if result == "erased":
        return [f"{name}: {verdict['state']}."]
    if result == "remains":
        return [f"{name}: {verdict['state']}, and yet something of it is on the disk."]
    told = [f"{name}: BROKEN."]
    told += [f"  {_part(part)} {_WORDS.get(part['what'], part['what'])}." for part in verdict["broken"]]
    return [*told, f"  And {verdict['more']} more."] if verdict["more"] else told


def _part(part: dict[str, Any]) -> str:
    if not part["segment_id"]:
        return "The manifest" if part["what"] in ("manifest", "signature") else "The recording"
    place = f", block {part['block']}" if part["block"] is not None else ""
    return f"Segment {part['segment_id']}{place}"
