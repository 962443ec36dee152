"""Sign-in of patients and carers with codes: who gets in, who gets nothing, and that nobody learns who is known."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from telemed.care.audit_actions import AuditAction
from telemed.care.notify.records import Medium, OutboxMessage
from telemed.care.patients.records import CarerRecord, ChannelRecord
from telemed.care.patients.words import CarerScope, ChannelKind, Relation
from telemed.care.persons import codes, logins
from telemed.care.roles import Role
from telemed.errors import NotFound
from telemed.store import Store
from telemed.web.persons import sign_in
from tests.adapters.web.fakes import START
from tests.adapters.web.patients import NAME, PATIENT_ID, TWIN_ID
from tests.adapters.web.people import People
from tests.adapters.web.site import Answered, Site, running_site, settings_for

MAIL = "zoe@example.org"
PHONE = "+49 170 1234567"
API = "/api/v1"
BROWSER = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/140.0"}


class Post:
    """A way out that sends nothing."""

    def __init__(self) -> None:
        self.media = {Medium.MAIL, Medium.SMS}

    def can_send(self, medium: Medium) -> bool:
        return medium in self.media

    def wake(self) -> None:
        """The outbox is read by the tests."""

    async def send_again(self, message_id: str) -> OutboxMessage:
        raise NotFound()


@dataclass
class Door:
    """A site, its outbox, and the steps of a sign-in."""

    site: Site
    store: Store
    post: Post

    async def ask(self, contact: str, **more: Any) -> Answered:
        answer = await self.site.ask("POST", f"{API}/person/code", {"contact": contact}, **more)
        await self.settled()
        return answer

    async def settled(self) -> None:
        """Until the work that goes on after an answer is done."""
        if errands := [task for task in asyncio.all_tasks() if task.get_name() == "errand"]:
            await asyncio.wait(errands)

    async def sent(self) -> list[OutboxMessage]:
        """Codes in the outbox, newest first."""
        async with self.store.read() as tx:
            found = []
            for kind, value in ((ChannelKind.EMAIL, MAIL), (ChannelKind.PHONE, "+491701234567")):
                for channel in await tx.channels.by_value(kind.value, value):
                    found += await tx.outbox.about(channel.id)
        return sorted(found, key=lambda message: message.created_at, reverse=True)

    async def code(self, step: str) -> str:
        """What was sent for a step."""
        (message,) = [each for each in await self.sent() if each.dedupe_key == f"channel_code:{codes.parts_of(step)[0]}"]
        return str(message.details["code"])

    async def confirm(self, step: str, code: str, **more: Any) -> Answered:
        return await self.site.ask("POST", f"{API}/person/confirm", {"step": step, "code": code}, headers=BROWSER, **more)

    async def enter(self, contact: str = MAIL, person: str | None = None) -> str:
        """Sign in; the cookie's token."""
        step = (await self.ask(contact)).json["step"]
        answer = await self.confirm(step, await self.code(step))
        if person is not None:
            body = {"step": answer.json["step"], "person": person}
            answer = await self.site.ask("POST", f"{API}/person/choose", body, headers=BROWSER)
        assert answer.status == 200 and answer.json["signed_in"] is True
        token = answer.cookies["telemed_person"].value
        self.site.cookies = {"telemed_person": token}
        return token

    async def audit(self) -> list[tuple[str, str, str, str]]:
        async with self.store.read() as tx:
            return [(row.actor, row.action, row.object_id, row.outcome) for row in await tx.audit.page()]


@pytest.fixture
async def door(store: Store, people: People, static_root: Path) -> AsyncIterator[Door]:
    """A patient with a verified mailbox and telephone."""
    async with store.write() as tx:
        for name, kind, value in (("chn_mail", ChannelKind.EMAIL, MAIL), ("chn_phone", ChannelKind.PHONE, "+491701234567")):
            await tx.channels.create(ChannelRecord(name, PATIENT_ID, kind, value, START, verified_at=START))
    post = Post()
    async with running_site(store, settings_for(static_root), ports={"notifier": post}) as site:
        yield Door(site, store, post)


async def add_carer(people: People, **changes: Any) -> CarerRecord:
    """A carer of the patient with the telephone of the family."""
    maker = people.users[Role.FRONT_DESK].id
    carer = CarerRecord("car_daughter", PATIENT_ID, "Dora", Relation.CHILD, tuple(CarerScope), maker, START)
    carer = replace(carer, **changes)
    async with people.store.write() as tx:
        await tx.carers.create(carer)
        channel = ChannelRecord(f"chn_{carer.id}", PATIENT_ID, ChannelKind.PHONE, "+491701234567", START, carer.id, START)
        await tx.channels.create(channel)
    return carer


async def test_a_code_opens_home(door: Door) -> None:
    step = (await door.ask(f"  {MAIL.upper()} ")).json
    (message,) = await door.sent()
    assert (message.template, message.medium, message.recipient) == ("channel_code", Medium.MAIL, MAIL)
    assert message.expires_at == message.created_at + timedelta(minutes=10) and step["minutes"] == 10
    answer = await door.confirm(step["step"], message.details["code"])
    assert answer.json == {"signed_in": True}
    cookie = answer.cookies["telemed_person"]
    assert cookie["httponly"] and cookie["samesite"] == "Lax" and cookie["path"] == "/" and cookie["max-age"] == "2592000"
    assert (await door.site.ask("GET", f"{API}/home")).status == 401
    door.site.cookies = {"telemed_person": cookie.value}
    home = await door.site.ask("GET", f"{API}/home")
    assert home.status == 200 and home.json["person"]["name"] == NAME
    assert home.json["devices"][0]["device"] == "Firefox on Linux" and home.json["devices"][0]["current"]
    rows = await door.audit()
    assert ("anonymous", "person.code_sent", "chn_mail", "done") in rows
    assert (PATIENT_ID, "person.signed_in", PATIENT_ID, "done") in rows
    assert (PATIENT_ID, "person.home_read", PATIENT_ID, "done") in rows


async def test_a_number_typed_as_people_type_it(door: Door) -> None:
    await door.ask("0170 1234567")
    (message,) = await door.sent()
    assert (message.medium, message.recipient) == (Medium.SMS, "+491701234567")


async def test_over_tls_the_cookie_is_for_this_host_alone(store: Store, people: People, static_root: Path) -> None:
    async with store.write() as tx:
        await tx.channels.create(ChannelRecord("chn_mail", PATIENT_ID, ChannelKind.EMAIL, MAIL, START, verified_at=START))
    settings = settings_for(static_root, base_url="https://127.0.0.1:8443", demo=False)
    async with running_site(store, settings, ports={"notifier": Post()}) as site:
        door = Door(site, store, Post())
        step = (await door.ask(MAIL)).json["step"]
        answer = await door.confirm(step, await door.code(step))
        assert answer.cookies["__Host-telemed_person"]["secure"]


async def test_unknown_and_unverified_get_the_same_answer_and_nothing_is_sent(door: Door, people: People) -> None:
    known = await door.ask(MAIL)
    async with people.store.write() as tx:
        await tx.channels.create(ChannelRecord("chn_new", PATIENT_ID, ChannelKind.EMAIL, "new@example.org", START))
    for contact in ("nobody@example.org", "new@example.org"):
        answer = await door.ask(contact)
        assert (answer.status, sorted(answer.json), answer.json["minutes"]) == (200, sorted(known.json), known.json["minutes"])
        assert len(answer.json["step"]) == len(known.json["step"])
        refused = await door.confirm(answer.json["step"], "123456")
        last = "0" if not (await door.code(known.json["step"])).endswith("0") else "1"
        wrong = await door.confirm(known.json["step"], "12345" + last)
        assert (refused.status, refused.json) == (wrong.status, wrong.json) == (401, refused.json)
        assert refused.json["error"]["code"] == "wrong_code"
    assert len(await door.sent()) == 1
    async with people.store.read() as tx:
        assert not await tx.outbox.about("chn_new")


async def test_five_attempts_one_use_ten_minutes(door: Door) -> None:
    step = (await door.ask(MAIL)).json["step"]
    code = await door.code(step)
    wrong = "000000" if code != "000000" else "111111"
    for _ in range(codes.ATTEMPTS):
        assert (await door.confirm(step, wrong)).status == 401
    assert (await door.confirm(step, code)).status == 401  # the sixth
    door.site.clock.move(60)
    step = (await door.ask(MAIL)).json["step"]
    code = await door.code(step)
    assert (await door.confirm(step, code)).status == 200
    assert (await door.confirm(step, code)).status == 401  # spent
    door.site.clock.move(60)
    step = (await door.ask(MAIL)).json["step"]
    code = await door.code(step)
    door.site.clock.move(codes.LIFE.total_seconds())
    assert (await door.confirm(step, code)).status == 401


async def test_parallel_guesses_are_counted_and_one_of_two_right_ones_wins(door: Door) -> None:
    step = (await door.ask(MAIL)).json["step"]
    code = await door.code(step)
    answers = await asyncio.gather(*(door.confirm(step, code) for _ in range(4)))
    assert sorted(answer.status for answer in answers) == [200, 401, 401, 401]


async def test_a_code_of_one_browser_is_of_no_use_in_another(door: Door) -> None:
    mine = (await door.ask(MAIL)).json["step"]
    code = await door.code(mine)
    row_id, _ = codes.parts_of(mine)
    assert (await door.confirm(f"{row_id}.{'x' * 22}", code)).status == 401
    assert (await door.confirm(mine, code)).status == 200


async def test_nobody_floods_a_telephone(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    for contact in (PHONE, "+49 170 7654321"):
        statuses = [(await door.ask(contact)).status for _ in range(4)]
        assert statuses == [200, 200, 200, 429], contact  # known or not
    assert len(await door.sent()) == 3
    monkeypatch.setattr(sign_in.CodeRates, "take", lambda *_: None)  # as after a restart: the rows still count
    assert (await door.ask(PHONE)).status == 200
    assert len(await door.sent()) == 3


async def test_one_source_asks_for_few_codes(door: Door) -> None:
    statuses = [(await door.ask(f"somebody{number}@example.org")).status for number in range(21)]
    assert statuses == [200] * 20 + [429]


@pytest.mark.alone
async def test_answers_take_the_same_time_for_known_and_unknown(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    """Asking and confirming; mean difference below 5 ms."""
    monkeypatch.setattr(sign_in.CodeRates, "take", lambda *_: None)
    monkeypatch.setattr("telemed.web.throttle.Throttle.take", lambda *_: 0.0)
    monkeypatch.setattr(codes, "PER_QUARTER", 10_000)
    monkeypatch.setattr(codes, "PER_DAY", 10_000)
    taken: dict[str, list[float]] = {"known": [], "unknown": []}
    tried: dict[str, list[float]] = {"known": [], "unknown": []}
    for round_ in range(40):
        for kind, contact in (("known", MAIL), ("unknown", "nobody@example.org"))[:: 1 if round_ % 2 else -1]:
            start = time.perf_counter()
            answer = await door.site.ask("POST", f"{API}/person/code", {"contact": contact})
            taken[kind].append(time.perf_counter() - start)
            await door.settled()
            start = time.perf_counter()
            assert (await door.confirm(answer.json["step"], "000000")).status in (401, 200)
            tried[kind].append(time.perf_counter() - start)
    assert len(await door.sent()) >= 40
    for times in (taken, tried):
        difference = abs(statistics.fmean(times["known"][5:]) - statistics.fmean(times["unknown"][5:]))
        print(f"known and unknown differ by {difference * 1000:.2f} ms")
        assert difference < 0.005


async def test_without_a_way_out_everybody_is_told(door: Door) -> None:
    door.post.media = {Medium.MAIL}
    for contact in (PHONE, "+49 170 7654321"):
        answer = await door.ask(contact)
        assert (answer.status, answer.json["error"]["code"]) == (503, "cannot_send")
    assert (await door.ask(MAIL)).status == 200


async def test_what_is_no_contact(door: Door) -> None:
    for contact in ("zoe@", "12", "hello", "@example.org", "1" * 200):
        assert (await door.ask(contact)).status == 400, contact


async def test_one_telephone_of_a_family(door: Door, people: People) -> None:
    await add_carer(people)
    async with people.store.write() as tx:
        twin = ChannelRecord("chn_twin", TWIN_ID, ChannelKind.PHONE, "+491701234567", START, verified_at=START)
        await tx.channels.create(twin)
    step = (await door.ask(PHONE)).json["step"]
    answer = await door.confirm(step, await door.code(step))
    assert not answer.json["signed_in"] and not answer.cookies
    assert {(choice["id"], choice["role"]) for choice in answer.json["choices"]} == {
        (PATIENT_ID, "patient"), (TWIN_ID, "patient"), ("car_daughter", "carer"),
    }  # fmt: skip
    body = {"step": answer.json["step"], "person": "pat_somebody_else"}
    assert (await door.site.ask("POST", f"{API}/person/choose", body)).status == 401
    assert (await door.confirm(answer.json["step"], "000000")).status == 401  # a choice is no code
    body["person"] = "car_daughter"
    chosen = await door.site.ask("POST", f"{API}/person/choose", body)
    door.site.cookies = {"telemed_person": chosen.cookies["telemed_person"].value}
    assert (await door.site.ask("GET", f"{API}/home")).json["person"]["name"] == "Dora"
    assert (await door.site.ask("POST", f"{API}/person/choose", body)).status == 401


async def test_a_carer_loses_access_at_once(door: Door, people: People) -> None:
    carer = await add_carer(people)
    await door.enter(PHONE, "car_daughter")
    assert (await door.site.ask("GET", f"{API}/home")).status == 200
    for changes in ({"revoked_at": START}, {"ends_at": START}):
        async with people.store.write() as tx:
            await tx.carers.save(replace(carer, **changes))  # type: ignore[arg-type]
        assert (await door.site.ask("GET", f"{API}/home")).status == 401
        async with people.store.write() as tx:
            await tx.carers.save(carer)
        assert (await door.site.ask("GET", f"{API}/home")).status == 200


async def test_an_ended_carer_gets_no_code(door: Door, people: People) -> None:
    await add_carer(people, ends_at=START)
    step = (await door.ask(PHONE)).json["step"]
    answer = await door.confirm(step, await door.code(step))
    assert answer.json["signed_in"] is True  # the patient alone is left: nothing to choose


async def test_logins_end(door: Door) -> None:
    token = await door.enter()
    door.site.clock.move(logins.IDLE.total_seconds() - 60)
    assert (await door.site.ask("GET", f"{API}/home")).status == 200  # seen
    door.site.clock.move(logins.IDLE.total_seconds() - 60)
    assert (await door.site.ask("GET", f"{API}/home")).status == 200
    door.site.clock.move(logins.IDLE.total_seconds() + 60)
    assert (await door.site.ask("GET", f"{API}/home")).status == 401
    assert token


async def test_signing_out_here_there_and_everywhere(door: Door) -> None:
    first = await door.enter()
    door.site.cookies = {}
    second = await door.enter()
    door.site.cookies = {}
    third = await door.enter()
    devices = (await door.site.ask("GET", f"{API}/home")).json["devices"]
    assert len(devices) == 3 and sum(device["current"] for device in devices) == 1

    async def status(token: str) -> int:
        return (await door.site.ask("GET", f"{API}/home", headers={"Authorization": f"Bearer {token}"})).status

    assert (await door.site.ask("POST", f"{API}/home/sign-out", {})).cookies["telemed_person"].value == ""
    assert (await status(third), await status(second), await status(first)) == (401, 200, 200)
    door.site.cookies = {"telemed_person": second}
    other = next(device["id"] for device in devices if device["id"] != devices[0]["id"] and not device["current"])
    assert (await door.site.ask("POST", f"{API}/home/devices/{other}/end", {})).status == 200
    assert sorted([await status(first), await status(second)]) in ([200, 401], [401, 401])
    door.site.cookies = {}
    token = await _again(door)
    assert (await door.site.ask("POST", f"{API}/home/devices/end", {})).status == 200
    assert {await status(one) for one in (first, second, third, token)} == {401}


async def _again(door: Door) -> str:
    door.site.clock.move(codes.DAY.total_seconds())
    return await door.enter()


async def test_signing_in_again_ends_the_login_of_this_browser(door: Door) -> None:
    first = await door.enter()
    second = await door.enter()  # with the first cookie
    assert first != second
    answer = await door.site.ask("GET", f"{API}/home", headers={"Authorization": f"Bearer {first}"})
    assert answer.status == 401


async def test_another_persons_device_cannot_be_ended(door: Door, people: People) -> None:
    await add_carer(people)
    patient = await door.enter()
    own = (await door.site.ask("GET", f"{API}/home")).json["devices"][0]["id"]
    door.site.cookies = {}
    await door.enter(PHONE, "car_daughter")
    assert (await door.site.ask("POST", f"{API}/home/devices/{own}/end", {})).status == 200  # changes nothing
    door.site.cookies = {"telemed_person": patient}
    assert (await door.site.ask("GET", f"{API}/home")).status == 200


async def test_other_programs_get_the_token_in_the_body(door: Door) -> None:
    step = (await door.ask(MAIL)).json["step"]
    body = {"step": step, "code": await door.code(step)}
    answer = await door.site.ask("POST", f"{API}/person/confirm", body, headers={"X-Telemed-Client": "1"}, origin=None)
    assert not answer.cookies
    headers = {"Authorization": f"Bearer {answer.json['token']}"}
    assert (await door.site.ask("GET", f"{API}/home", headers=headers)).status == 200


async def test_persons_do_nothing_but_their_own(door: Door) -> None:
    token = await door.enter()
    for method, path in (("GET", "/me"), ("GET", "/today"), ("GET", f"/patients/{PATIENT_ID}"), ("POST", "/patients/search")):
        for sent in ({"headers": {"Authorization": f"Bearer {token}"}}, {}):
            body = None if method == "GET" else {"text": "zoe"}
            assert (await door.site.ask(method, f"{API}{path}", body, **sent)).status == 401, path


async def test_a_link_never_opens_home(door: Door) -> None:
    from tests.adapters.web.fakes import SEAT_TOKEN, SESSION_ID

    door.site.cookies = {f"telemed_seat_{SESSION_ID[-8:]}": SEAT_TOKEN, "telemed_person": SEAT_TOKEN}
    for path in ("/home", "/home/access"):
        assert (await door.site.ask("GET", f"{API}{path}")).status == 401
        answer = await door.site.ask("GET", f"{API}{path}", headers={"Authorization": f"Bearer {SEAT_TOKEN}"})
        assert answer.status == 401
    assert (await door.site.ask("POST", f"{API}/home/visits/{SESSION_ID}/join", {})).status == 401


async def test_other_sites_cannot_sign_anybody_in_or_out(door: Door) -> None:
    await door.enter()
    for path, body in (("/person/code", {"contact": MAIL}), ("/home/sign-out", {}), ("/home/devices/end", {})):
        assert (await door.site.ask("POST", f"{API}{path}", body, origin="https://evil.example")).status == 403
    assert (await door.site.ask("GET", f"{API}/home")).status == 200


async def test_the_demo_shows_its_codes_and_nobody_else(store: Store, people: People, static_root: Path) -> None:
    shown = {"+491701234567": "123456"}
    for demo, expected in ((True, 200), (False, 404)):
        settings = settings_for(static_root, demo=demo)
        async with running_site(store, settings, ports={"recent_code": shown.get}) as site:
            answer = await site.ask("POST", f"{API}/demo/code", {"contact": PHONE})
            assert answer.status == expected
            assert not demo or answer.json == {"code": "123456"}


async def test_no_secret_in_the_database(door: Door, tmp_path: Path) -> None:
    step = (await door.ask(MAIL)).json["step"]
    code = await door.code(step)
    answer = await door.confirm(step, code)
    async with door.store.read() as tx:
        login = await tx.person_logins.by_token_hash("")
        record = await tx.channel_codes.newest("chn_mail", sign_in.CodePurpose.SIGN_IN)
    assert login is None and record is not None
    assert code not in record.code_hash and record.code_hash == codes.hashed(codes.parts_of(step)[1], code)
    for name in ("telemed.db", "telemed.db-wal"):
        content = (tmp_path / name).read_bytes() if (tmp_path / name).exists() else b""
        assert answer.cookies["telemed_person"].value.encode() not in content
        assert codes.parts_of(step)[1].encode() not in content


async def test_staff_verify_a_channel_by_what_the_person_reads_out(door: Door, people: People) -> None:
    async with people.store.write() as tx:
        await tx.channels.create(ChannelRecord("chn_new", PATIENT_ID, ChannelKind.EMAIL, "new@example.org", START))
    door.site.cookies = {"telemed_staff": await people.token_of(Role.FRONT_DESK)}
    path = f"{API}/patients/{PATIENT_ID}/channels/chn_new"
    assert (await door.site.ask("POST", f"{path}/verify", {"code": "000000"})).status == 409
    assert (await door.site.ask("POST", f"{path}/code", {})).status == 200
    async with people.store.read() as tx:
        (message,) = await tx.outbox.about("chn_new")
    wrong = await door.site.ask("POST", f"{path}/verify", {"code": "000000" if message.details["code"] != "000000" else "1" * 6})
    assert (wrong.status, wrong.json["error"]["code"]) == (409, "wrong_code")
    right = await door.site.ask("POST", f"{path}/verify", {"code": message.details["code"]})
    assert right.status == 200 and right.json["channel"]["verified_at"]
    assert (await door.site.ask("POST", f"{path}/verify", {"code": message.details["code"]})).status == 409  # once
    for expected in (200, 200, 429):
        assert (await door.site.ask("POST", f"{path}/code", {})).status == expected
    rows = [row[1:] for row in await door.audit()]
    assert (AuditAction.PATIENT_CHANNEL_VERIFIED.value, PATIENT_ID, "done") in rows
    assert (await door.site.ask("POST", f"{API}/patients/{TWIN_ID}/channels/chn_new/code", {})).status == 404


async def test_a_person_verifies_its_own_new_channel_at_home(door: Door, people: People) -> None:
    await add_carer(people, scope=(CarerScope.SEE_VISITS,))
    async with people.store.write() as tx:
        await tx.channels.create(ChannelRecord("chn_new", PATIENT_ID, ChannelKind.EMAIL, "new@example.org", START))
    await door.enter()
    assert (await door.site.ask("POST", f"{API}/home/channel/code", {"channel_id": "chn_new"})).status == 200
    async with people.store.read() as tx:
        (message,) = await tx.outbox.about("chn_new")
    body = {"channel_id": "chn_new", "code": message.details["code"]}
    assert (await door.site.ask("POST", f"{API}/home/channel/verify", body)).status == 200
    for other in ("chn_car_daughter", "chn_nothing"):
        assert (await door.site.ask("POST", f"{API}/home/channel/code", {"channel_id": other})).status == 404
    door.site.cookies = {}
    await door.enter(PHONE, "car_daughter")
    assert (await door.site.ask("POST", f"{API}/home/channel/code", {"channel_id": "chn_new"})).status == 403
