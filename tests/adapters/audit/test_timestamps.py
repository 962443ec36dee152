"""A time-stamp service of our own (`openssl ts`) stamps the very bytes of the file; answers to something else are refused."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from aiohttp import web

from telemed.care.audit_state import Way
from telemed.errors import ConfigError
from telemed.operation.timestamps import BadTimestamp, Stamper
from tests.adapters.audit.conftest import Trail

CONFIG = """
[req]
distinguished_name = name
prompt = no
[name]
CN = Test TSA
[root]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign
[leaf]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
[tsa]
default_tsa = ours
[ours]
serial = {place}/serial
signer_cert = {place}/leaf.pem
certs = {place}/root.pem
signer_key = {place}/leaf.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
ordering = no
ess_cert_id_chain = no
ess_cert_id_alg = sha256
"""


def openssl(place: Path, *arguments: str) -> None:
    subprocess.run(["openssl", *arguments], cwd=place, check=True, capture_output=True, timeout=30)  # noqa: S603, S607


@dataclass
class Service:
    """What it answers: `replay` gives an old answer to each question, `garbage` no stamp at all."""

    place: Path
    url: str = ""
    replay: bytes = b""
    garbage: bool = False
    asked: int = 0

    async def answer(self, request: web.Request) -> web.Response:
        self.asked += 1
        assert request.content_type == "application/timestamp-query"
        query = self.place / "query.tsq"
        query.write_bytes(await request.read())
        arguments = ("ts", "-reply", "-config", "tsa.cnf", "-section", "ours", "-queryfile", "query.tsq", "-out", "reply.tsr")
        await asyncio.to_thread(openssl, self.place, *arguments)
        body = b"\x30\x03\x02\x01\x00" if self.garbage else self.replay or (self.place / "reply.tsr").read_bytes()
        return web.Response(body=body, content_type="application/timestamp-reply")


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[Service]:
    place = tmp_path / "tsa"
    place.mkdir()
    (place / "tsa.cnf").write_text(CONFIG.format(place=place))
    (place / "serial").write_text("01\n")
    new_key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-config", "tsa.cnf")
    openssl(place, "req", "-x509", *new_key, "-keyout", "root.key", "-out", "root.pem", "-days", "2", "-extensions", "root")
    openssl(place, "req", *new_key, "-keyout", "leaf.key", "-out", "leaf.csr", "-subj", "/CN=Test TSA leaf")
    signed = (
        "-CA",
        "root.pem",
        "-CAkey",
        "root.key",
        "-CAcreateserial",
        "-days",
        "2",
        "-extfile",
        "tsa.cnf",
        "-extensions",
        "leaf",
    )
    openssl(place, "x509", "-req", "-in", "leaf.csr", "-out", "leaf.pem", *signed)
    found = Service(place)
    app = web.Application()
    app.router.add_post("/", found.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    assert site._server is not None
    found.url = f"http://127.0.0.1:{runner.addresses[0][1]}/"
    yield found
    await runner.cleanup()


async def test_the_stamp_is_one_that_openssl_accepts(service: Service, tmp_path: Path) -> None:
    stamped = tmp_path / "head.json"
    stamped.write_bytes(b'{"day": 1}')
    (tmp_path / "head.tsr").write_bytes(await Stamper(service.url, service.place / "root.pem").stamp(stamped.read_bytes()))
    arguments = ("ts", "-verify", "-data", "head.json", "-in", "head.tsr", "-CAfile", str(service.place / "root.pem"))
    await asyncio.to_thread(openssl, tmp_path, *arguments)


async def test_stamps_of_something_else_are_refused(service: Service) -> None:
    stamper = Stamper(service.url)
    service.replay = await stamper.stamp(b"one")
    for content in (b"two", b"one"):  # the second for its nonce
        with pytest.raises(BadTimestamp):
            await stamper.stamp(content)
    service.garbage = True
    with pytest.raises(BadTimestamp):
        await stamper.stamp(b"one")


async def test_a_stamp_of_another_authority_is_refused(service: Service, tmp_path: Path) -> None:
    new = ("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=Other")
    openssl(tmp_path, *new, "-keyout", "other.key", "-out", "other.pem")
    with pytest.raises(BadTimestamp):
        await Stamper(service.url, tmp_path / "other.pem").stamp(b"one")
    (tmp_path / "empty.pem").write_text("")
    with pytest.raises(ConfigError):
        Stamper(service.url, tmp_path / "empty.pem")


async def test_a_head_is_stamped_once_and_kept_beside_its_file(service: Service, trail: Trail, tmp_path: Path) -> None:
    drop = tmp_path / "drop"
    drop.mkdir()
    authority = str(service.place / "root.pem")
    keeper = trail.keeper(checkpoint_directory=str(drop), timestamp_url=service.url, timestamp_authority_file=authority)
    await keeper.look()
    await keeper.look()
    assert service.asked == 1
    file, stamp = sorted(drop.iterdir())
    assert (file.suffix, stamp.suffix, file.stem == stamp.stem) == (".json", ".tsr", True)
    assert (trail.layout.root / "audit" / stamp.name).read_bytes() == stamp.read_bytes()
    await asyncio.to_thread(openssl, drop, "ts", "-verify", "-data", file.name, "-in", stamp.name, "-CAfile", authority)
    assert {d.way: d.outcome for d in (await keeper.state()).deliveries} == {Way.DIRECTORY: "done", Way.TIMESTAMP: "done"}


async def test_a_service_that_is_away_is_asked_again(trail: Trail) -> None:
    keeper = trail.keeper(timestamp_url="http://127.0.0.1:9/")  # discard: nobody listens
    await keeper.look()
    assert (await keeper.state()).deliveries[0].outcome == "failed"
