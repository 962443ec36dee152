"""The whole product under attack: a real server, two ordinary calls beside the attacker, and what must be true afterwards."""

from __future__ import annotations

import contextlib
import itertools
import json
import re
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from telemed.admin.client import ask
from tests.adapters.ops.serving import Running, serving, wait_until
from tests.client.seat import Api, SeatClient, command_id, open_link
from tests.hostile.raw_seat import RawPeer

GAP_LIMIT = 1.5  # seconds without a frame, beyond what the watching process itself was late
CHAT_LIMIT = 5.0  # seconds for a line of chat from one bystander to the other
CALM = 30.0  # seconds until a flood of the test before counts as over
_sources = itertools.count()
FAULTY_LINE = re.compile(r"Traceback|\bFile \"|(?:^|\n)\S+ (?:error|critical) |\bexception \w+Error")


@dataclass
class Bystanders:
    """The process of tests/hostile/bystanders.py."""

    process: subprocess.Popen[str]
    token: str
    session_id: str

    @classmethod
    def begin(cls, server: Running) -> Bystanders:
        """Bring them in; returns once they see and hear each other."""
        account = next(entry for entry in server.ready["accounts"] if entry["role"] == "clinician")
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.hostile.bystanders", server.base_url, account["email"], account["password"]],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None
        first = process.stdout.readline()
        if not first:
            stop(process)
            raise AssertionError("the bystanders could not begin their calls:\n" + server.output()[-3000:])
        return cls(process, **json.loads(first))

    def ask(self, operation: str) -> dict[str, Any]:
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.write(json.dumps({"op": operation}) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        assert line, "the bystanders' process ended"
        return dict(json.loads(line))

    def assert_undisturbed(self) -> None:
        """Frames kept coming in both rooms, everybody is connected, chat arrives."""
        report = self.ask("report")
        for room in report["rooms"]:
            assert room["tracks"] == 4 and room["sockets"], report
            assert room["states"] == ["connected", "connected"], report
            assert room["gap"] < GAP_LIMIT + 2 * report["lag"], report
        assert max(report["chat"]) < CHAT_LIMIT + 2 * report["lag"], report


@dataclass
class Product:
    """The server and the bystanders. `session_id` is the room of the first two, where attackers may sit."""

    server: Running
    bystanders: Bystanders
    log_seen: int = 0
    harmed: bool = False

    @property
    def base_url(self) -> str:
        return self.server.base_url

    @property
    def host(self) -> tuple[str, int]:
        """Where HTTP listens."""
        return "127.0.0.1", int(self.base_url.rpartition(":")[2])

    @property
    def media(self) -> tuple[str, int]:
        """Where the media worker listens."""
        return "127.0.0.1", int(self.server.ready["media_ports"][0])

    def status(self) -> dict[str, Any]:
        """Figures of the running server."""
        return ask(self.server.var / "run" / "admin.sock", "status", {})

    def media_counters(self) -> dict[str, int]:
        """Counts of the media worker."""
        return dict(self.status()["workers"][0]["counters"])

    def socket_counters(self) -> dict[str, int]:
        """Counts of the signalling."""
        return dict(self.status()["signaling"])

    def mark(self) -> None:
        """Begin a measurement. Bystanders harmed by the test before are replaced: one fault fails one test, not all after it."""
        if self.harmed:
            stop(self.bystanders.process)
            self.bystanders = Bystanders.begin(self.server)
        wait_until(lambda: not self.status()["workers"][0]["flooded"], CALM)  # what is refused unread is not counted by its kind
        self.harmed = True  # until the test has shown that they are not
        self.bystanders.ask("mark")
        self.log_seen = len(self.server.output())

    def assert_unharmed(self) -> None:
        """What must hold after every attack."""
        self.bystanders.assert_undisturbed()
        self.harmed = False
        written = self.server.output()[self.log_seen :]
        assert not FAULTY_LINE.search(written), written[-3000:]
        assert self.media_counters()["fail_packet_path"] == 0


@dataclass
class Attacker:
    """One test's ways in. Everything opened through it is closed with it."""

    product: Product
    http: aiohttp.ClientSession  # from an address of its own: limits count per address
    stack: contextlib.AsyncExitStack

    @property
    def base_url(self) -> str:
        """The server by an address that `http` can reach from its own."""
        return "http://{}:{}".format(*self.product.host)

    @property
    def staff(self) -> Api:
        """The clinician's own access, to set scenes up."""
        return Api(self.base_url, self.http, self.product.bystanders.token)

    async def link(self, session_id: str, role: str = "guest") -> str:
        """A link into a session."""
        made = await self.staff.post(f"/sessions/{session_id}/links", role=role, name="", command_id=command_id())
        return str(made["link"]["url"])

    async def invited(self, url: str) -> SeatClient:
        """A seat opened by a link, connected, in the device check."""
        seat = await open_link(self.base_url, self.http, url)
        self.stack.push_async_callback(seat.close)
        await seat.connect()
        return seat

    async def seated(self, role: str = "guest") -> SeatClient:
        """A person admitted to the bystanders' first room."""
        seat = await self.invited(await self.link(self.product.bystanders.session_id, role))
        await seat.command("enter_waiting")
        await seat.until(lambda: seat.state["you"]["state"] == "admitted")
        return seat

    async def visit(self) -> tuple[SeatClient, str]:
        """A visit of the attacker's own: the doctor's seat and the patient's link."""
        made = await self.staff.post("/sessions", kind="group", command_id=command_id())
        doctor = SeatClient(self.staff, made["session"]["id"], seat="staff")
        self.stack.push_async_callback(doctor.close)
        await doctor.connect()
        return doctor, str(made["link"]["url"])

    async def call(self) -> tuple[SeatClient, SeatClient]:
        """A visit of the attacker's own with both seats admitted, without media."""
        doctor, url = await self.visit()
        patient = await self.invited(url)
        await patient.command("enter_waiting")
        await doctor.command("admit", participant_id=patient.participant_id)
        await patient.until(lambda: patient.state["you"]["state"] == "admitted")
        return doctor, patient

    def peer(self, seat: SeatClient) -> RawPeer:
        """A hand-made transport for a seat."""
        peer = RawPeer(seat)
        self.stack.push_async_callback(peer.rtp.close)
        return peer


@contextlib.contextmanager
def attacked_product(folder: Path) -> Iterator[Product]:
    """Serve, bring the bystanders in, end both."""
    with serving(folder, "--demo", "--port", "0", "--var", str(folder / "var")) as server:
        product = Product(server, Bystanders.begin(server))
        try:
            yield product
        finally:
            stop(product.bystanders.process)


def stop(process: subprocess.Popen[str]) -> None:
    """End the bystanders, whatever became of them."""
    with contextlib.suppress(OSError, ValueError, subprocess.TimeoutExpired):
        process.communicate('{"op": "stop"}\n', timeout=10)
    if process.poll() is None:
        process.kill()
        process.wait()
    for pipe in (process.stdin, process.stdout):
        with contextlib.suppress(OSError):
            if pipe is not None:
                pipe.close()


@contextlib.asynccontextmanager
async def attacker(product: Product) -> AsyncIterator[Attacker]:
    """An attacker for one test."""
    async with contextlib.AsyncExitStack() as stack:
        source = f"127.0.1.{next(_sources) % 250 + 1}"
        connector = aiohttp.TCPConnector(local_addr=(source, 0))
        http = await stack.enter_async_context(aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar()))
        yield Attacker(product, http, stack)
