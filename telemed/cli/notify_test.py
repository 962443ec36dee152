"""`telemed notify test`: does mail or SMS leave this server?"""

from __future__ import annotations

import argparse

from telemed import exits
from telemed.admin.client import ask
from telemed.cli.installation import layout_of
from telemed.launch import admin_socket

WORDS = {
    "unreachable": "the server cannot be reached",
    "tls": "the connection cannot be sealed: certificate or kind of security are wrong",
    "login": "account, password or token are refused",
    "busy": "it answers that it cannot now",
    "recipient_refused": "it refuses this recipient",
    "refused": "it refuses the message",
    "no_answer": "it took the message and did not answer",
    "cut_off": "the connection was cut",
}


def run(chosen: argparse.Namespace) -> int:
    """Ask the running server to send one; exit code 1 unless it was taken."""
    told = ask(admin_socket(layout_of(chosen).run), "notify_test", {"to": chosen.to})
    if told["state"] in ("sent", "delivered"):
        print("Not sent: this is a demo, nothing leaves this machine." if told["demo"] else "The message was taken. Look for it.")
        return exits.OK
    reason = WORDS.get(told["error"], told["error"] or "no answer yet")
    print(f"The message was not sent ({told['state']}): {reason}.")
    return exits.FAILED
