"""Canaries in every input about people and operation: records, contacts, carers, emergency access, accounts, settings, codes."""

from __future__ import annotations

import asyncio
import json
import re
import socket
import sqlite3
from collections.abc import Awaitable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyotp
import pytest

from telemed.config import load
from telemed.sealing import derive_key
from telemed.store.sealed_values import KEY_PURPOSE, SealedValues
from tests.adapters.ops.serving import Running, command, serving
from tests.client.seat import Api, RefusedError, command_id
from tests.privacy.tap import Tap, tapped
from tests.privacy.test_privacy import near, read_metrics
from tests.privacy.visit import EMAIL, PASSWORD, STAFF_NAME, browserlike, installed

BOSS, BOSS_PASSWORD = "boss@praxis.example", "a long enough password"
OTHER = "other.canaryson@praxis.example"
NAME = "Zora Canaryson-Record"
CARER = "Carl Canaryson-Carer"
MAIL, PHONE = "zora.canaryson@mail.example", "+4915112345678"
REASON = "canary-glass: found unconscious"
NEW_STAFF, NEW_MAIL = "Nora Canaryson-New", "nora.canaryson@praxis.example"
CODE_MAIL, CODE_PHONE = "stranger.canaryson@mail.example", "+4915198765432"
WORDING = "canary-wording for {clinic} {link}"
SITE = "canary-site"
FAULT = "canary-fault"
WORDS = ("Canaryson", "canaryson", "canary-", "15112345678", "15198765432", PASSWORD, BOSS_PASSWORD)
ADDRESS = "127.0.0.96"


@dataclass
class Deeds:
    """Who does it, and what the server said against it."""

    staff: Api
    other: Api
    boss: Api
    stranger: Api
    errors: list[str] = field(default_factory=list)
    done: int = 0
    secrets: list[str] = field(default_factory=list)

    async def attempt(self, request: Awaitable[dict[str, Any]]) -> dict[str, Any]:
        """Keep what an error says; an answer may name what it is about to who asked."""
        try:
            answer = await request
        except RefusedError as error:
            self.errors.append(str(error))
            return {}
        self.done += 1
        return answer


async def sign_in(api: Api, email: str, password: str, deeds: list[str]) -> Api:
    """With an authenticator app, which this installation asks for."""
    owed = (await api.post("/auth/login", email=email, password=password))["step"]["token"]
    offer = await api.post("/auth/enrol/totp", token=owed)
    opened = await api.post("/auth/enrol/totp/confirm", token=owed, code=pyotp.TOTP(offer["secret"]).now())
    deeds += [owed, offer["secret"], opened["token"], *opened["recovery_codes"]]
    api.token = opened["token"]
    return api


async def about_records(deeds: Deeds) -> None:
    """A record with everything on it, and what is wrong about it."""
    staff, attempt = deeds.staff, deeds.attempt
    made = await staff.post("/patients", name=NAME, birth_date="1950-05-05", command_id=command_id())
    path = f"/patients/{made['patient']['id']}"
    await attempt(staff.call("PATCH", path, {"revision": 1, "name": NAME + "-Edited"}))
    await attempt(staff.call("PATCH", path, {"revision": 1, "name": NAME + "-Late"}))
    await attempt(staff.post(f"{path}/channels", kind="email", value=MAIL))
    await attempt(staff.post(f"{path}/channels", kind="phone", value=PHONE))
    await attempt(staff.post(f"{path}/channels", kind="phone", value=FAULT))
    await attempt(staff.post(f"{path}/carers", name=CARER, relation="child", scope=["see_visits"]))
    await attempt(staff.post(f"{path}/carers", name=CARER, relation=FAULT, scope=[FAULT]))
    for text in ("Canaryson", FAULT, "\x00canary-"):
        await attempt(staff.post("/patients/search", text=text))
    for part in ("", "/timeline", "/history", "/door"):
        await attempt(staff.call("GET", path + part))
    for reason in (REASON, REASON, "canary-"):
        await attempt(deeds.other.post(f"{path}/break-glass", reason=reason))
    await attempt(deeds.other.call("GET", path))
    await attempt(deeds.other.post("/break-glass/search", show=FAULT))


async def about_people(deeds: Deeds) -> None:
    """Accounts, invitations, settings, wordings; codes for numbers nobody has and one a patient has."""
    boss, attempt = deeds.boss, deeds.attempt
    await attempt(boss.post("/admin/users", name=NEW_STAFF, email=NEW_MAIL, role="clinician"))
    await attempt(boss.post("/admin/users", name=NEW_STAFF, email=NEW_MAIL, role=FAULT))
    await attempt(boss.post("/admin/users/search", text="Canaryson"))
    await attempt(boss.post("/admin/sites", name=SITE, command_id=command_id()))
    await attempt(boss.call("PUT", "/admin/policies", {"name": FAULT, "value": FAULT}))
    wording = {"name": "invitation", "language": "en", "medium": "mail", "subject": FAULT, "body": WORDING}
    await attempt(boss.call("PUT", "/admin/templates", wording))
    await attempt(boss.call("PUT", "/admin/templates", wording | {"body": WORDING + " {canary}"}))
    for value in (MAIL, PHONE, CODE_MAIL, CODE_PHONE, FAULT):
        await attempt(deeds.stranger.post("/person/code", contact=value))
    await attempt(deeds.stranger.post("/person/confirm", step=FAULT, code=FAULT))
    await attempt(deeds.stranger.post("/invitations/open", token="canary-token-000000000"))
    await attempt(deeds.staff.post("/me/password", password="canary- canary- canary-"))
    await attempt(deeds.staff.post("/me/proof", password="canary-wrong password"))


@pytest.mark.timeout(150)
async def test_what_people_are_called_and_write_stays_where_it_belongs(tmp_path: Path) -> None:
    config = installed(tmp_path)
    sends_mail_to_nobody(config)
    assert 'level = "debug"' in config.read_text()
    account = ("--role", "clinician", "--email", OTHER, "--name", STAFF_NAME + "-Other", "--password-stdin")
    assert command("user", "add", "--config", str(config), *account, stdin=PASSWORD + "\n").returncode == 0
    async with browserlike() as http:
        with serving(tmp_path, "--config", str(config), "--port", "0", "--udp-port", "0") as server:
            host = ("127.0.0.1", int(server.base_url.rpartition(":")[2]))
            async with tapped(host, ADDRESS) as tap:
                apis = [Api(tap.base_url, http) for _ in range(4)]
                deeds = Deeds(*apis)
                for api, email, password in zip(apis, (EMAIL, OTHER, BOSS), (PASSWORD, PASSWORD, BOSS_PASSWORD), strict=False):
                    await sign_in(api, email, password, deeds.secrets)
                await about_records(deeds)
                await about_people(deeds)
                metrics = await asyncio.to_thread(read_metrics, server.base_url)
    assert deeds.done >= 18 and len(deeds.errors) >= 8, "\n".join([str(deeds.done), *deeds.errors])
    assert NAME.encode() in tap.up and REASON.encode() in tap.up, "the tap hears what it should"
    nowhere(deeds, server, tap, metrics)
    nothing_in_messages(deeds, server, config)


def sends_mail_to_nobody(config: Path) -> None:
    """A mail server that does not answer: what is to be sent is made, tried, and waits."""
    before, mark, after = config.read_text().partition("[mail]\n")
    assert mark
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    values = {"host": '"127.0.0.1"', "port": str(port), "security": '"none"', "sender": '"clinic@praxis.example"'}
    for name, value in values.items():
        after, count = re.subn(rf"^{name} = .*$", f"{name} = {value}", after, count=1, flags=re.M)
        assert count == 1, name
    config.write_text(before + mark + after)


def nowhere(deeds: Deeds, server: Running, tap: Tap, metrics: str) -> None:
    """Logs at debug, metrics, request lines, error bodies, file names, the trail."""
    output = server.output()
    assert len(output.splitlines()) > 5 and "Traceback" not in output
    clean(output, "the log", deeds)
    clean(metrics, "the metrics", deeds)
    for line in tap.request_lines():
        clean(line, "a request line", deeds)
    for body in deeds.errors:
        clean(body, "an error body", deeds)
    for path in server.var.rglob("*"):
        clean(str(path.relative_to(server.var)), "a file name", deeds)
    database = sqlite3.connect(server.var / "telemed.sqlite3")
    trail = database.execute("SELECT * FROM audit").fetchall()
    database.close()
    assert len(trail) > 20
    clean("\n".join(map(str, trail)), "the audit trail", deeds)


def nothing_in_messages(deeds: Deeds, server: Running, config: Path) -> None:
    """What waits to be sent: sealed, and opened it names nobody, but for the secret of its link."""
    values = SealedValues(derive_key(load(config, {}).secrets.installation_key.encode(), KEY_PURPOSE))
    database = sqlite3.connect(server.var / "telemed.sqlite3")
    sent = database.execute("SELECT id, details, template, about_id, dedupe_key, error FROM outbox").fetchall()
    database.close()
    kept = [json.loads(details) for _, details, *_ in sent]
    opened = [values.opened(details, message_id) for details, (message_id, *_) in zip(kept, sent, strict=True)]
    assert len(sent) >= 2 and any(opened) and all(set(details) <= {"sealed"} for details in kept)
    for details, (_, _, *rest) in zip(opened, sent, strict=True):
        details.pop("link", None)
        clean(" ".join(map(str, [*rest, *details.values()])), "a message on its way", deeds)


def clean(text: str, where: str, deeds: Deeds) -> None:
    """No canary and no secret in `text`."""
    for word in (*WORDS, ADDRESS, *deeds.secrets):
        assert word not in text, f"{word!r} stands in {where}: {near(text, word)}"
