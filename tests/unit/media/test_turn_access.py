"""Credentials for the relay: their form, their end, and that they say nothing about anybody."""

from __future__ import annotations

import base64
import hashlib
import hmac

from telemed.config import Turn
from telemed.media.turn_access import LIFE_SECONDS, ice_document, turn_access, turn_urls

NOW = 1_790_000_000.7
SECRET = "s" * 43


def test_a_credential_is_what_the_relay_will_compute() -> None:
    access = turn_access(SECRET, NOW, "token")
    assert access.username == f"{1_790_000_000 + LIFE_SECONDS}:token"
    key = hmac.new(SECRET.encode(), access.username.encode(), hashlib.sha1).digest()
    assert base64.b64decode(access.password) == key
    assert access.password not in repr(access)
    assert LIFE_SECONDS <= 600, "within ten minutes of leaving"


def test_ways_in_the_order_of_delay() -> None:
    turn = Turn(host="turn.example.org", tls_port=443)
    assert turn_urls(turn) == [
        "turn:turn.example.org:3478?transport=udp",
        "turn:turn.example.org:3478?transport=tcp",
        "turns:turn.example.org:443?transport=tcp",
    ]
    assert turn_urls(Turn(host="2001:db8::1"))[0] == "turn:[2001:db8::1]:3478?transport=udp"
    assert len(turn_urls(Turn(host="turn.example.org"))) == 2


def test_what_clients_are_told() -> None:
    assert ice_document(Turn(), NOW, "token") == {"servers": [], "expires_in": 0}
    told = ice_document(Turn(host="turn.example.org", secret=SECRET), NOW, "token")
    assert told["expires_in"] == LIFE_SECONDS
    assert {tuple(sorted(server)) for server in told["servers"]} == {("credential", "urls", "username")}
    assert {server["username"] for server in told["servers"]} == {f"{1_790_000_000 + LIFE_SECONDS}:token"}
    assert SECRET not in repr(told)
