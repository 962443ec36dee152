"""Log lines never hold what came from outside: canaries through every door of a real process."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemed.errors import Conflict
from telemed.ids import new_id, new_secret
from telemed.logs import Redacted, describe, mask

CANARIES = {
    "name": "Quirina Canarywood",
    "token": "AbCdEfGhIjKlMnOpQrSt12",
    "address4": "203.0.113.77",
    "address6": "2001:db8::77",
    "mail": "quirina@canary.example",
    "sdp": "v=0\r\no=- 1 2 IN IP4 203.0.113.77\r\na=ice-pwd:canarypassword\r\n",
}

PROGRAM = """
import asyncio, logging, sys, threading
from telemed import logs
logs.configure("control", "debug")
canaries = {canaries!r}
libraries = ["aiohttp.access", "aiohttp.server", "engineio.server", "socketio.server", "aioice.ice", "aiortc.rtcpeerconnection",
             "sqlalchemy.engine.Engine", "aiosqlite", "asyncio", "something.new"]
import socketio, aiohttp.web
socketio.AsyncServer(async_mode="aiohttp", logger=True, engineio_logger=True)
logs.claim_library_handlers()
for canary in canaries.values():
    for name in libraries:
        logging.getLogger(name).setLevel(logging.DEBUG)
        for level in (logging.DEBUG, logging.INFO, logging.WARNING, logging.ERROR):
            logging.getLogger(name).log(level, "with " + canary)
            logging.getLogger(name).log(level, "with %s", canary)
        try:
            raise ValueError(canary)
        except ValueError:
            logging.getLogger(name).exception("failed " + canary)
    try:
        try:
            raise KeyError(canary)
        except KeyError as error:
            raise RuntimeError(canary) from error
    except RuntimeError:
        logging.getLogger("telemed.visits").exception("a command failed")
for key in ("token", "address4", "address6", "mail", "sdp"):
    logging.getLogger("telemed.slip").info("said %s", canaries[key])
logging.getLogger("telemed.slip").info("said %s and %r", *[logs.Redacted(canaries["name"])] * 2)
logging.getLogger("telemed.visits").info("session opened session=%s", "ses_0123456789abcdef")
logging.getLogger("telemed.visits").debug("wrong call %d", canaries["name"])

async def forgotten():
    logs.watch_loop(asyncio.get_running_loop())
    async def fail():
        raise ValueError(canaries["name"])
    task = asyncio.ensure_future(fail())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    del task
    import gc
    gc.collect()

asyncio.run(forgotten())

class Bad:
    def __del__(self):
        raise ValueError(canaries["name"])

Bad()
thread = threading.Thread(target=lambda: int(canaries["name"]))
thread.start()
thread.join()
raise ValueError(canaries["name"])
"""


def test_no_canary_leaves_a_process_by_any_door() -> None:
    program = PROGRAM.format(canaries=CANARIES)
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    output = result.stdout + result.stderr
    assert "Canarywood" not in output
    assert "canary" not in output
    for value in CANARIES.values():
        assert value not in output
    lines = result.stderr.splitlines()
    assert all(line.startswith("20") and " control " in line for line in lines), "every line has our form"
    assert sum(" telemed.process: uncaught exception ValueError" in line for line in lines) == 3
    assert any(" telemed.loop: a task or callback failed unseen exception ValueError" in line for line in lines)
    assert any("RuntimeError at" in line and "caused by KeyError" in line for line in lines)
    assert any(line.endswith("session opened session=ses_012345") for line in lines)
    assert not any("aiohttp.access" in line for line in lines)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("peer 10.1.2.3:5000 gone", "peer [address]:5000 gone"),
        ("from ::ffff:10.1.2.3 now", "[address]"),
        ("fe80::1%eth0 gone", "[address] gone"),
        ("line\nbreak\x1b[31m", "line\\nbreak\\x1b[31m"),
        ("mail a.b@c.example sent", "mail [mail] sent"),
        ("ticket eyJhbGciOiJIUzI1NiJ9x.eyJzdWIiOiJ4eHh4eHh4In0.s", "[token]"),
        ("session ses_4kXbAAAAaaaa1111 opened", "session ses_4kXbAA opened"),
        ("version 3.14.5 of recover_link_asked_by_patient", "version 3.14.5 of recover_link_asked_by_patient"),
    ],
)
def test_mask(text: str, shown: str) -> None:
    assert shown in mask(text)
    assert "10.1.2.3" not in mask(text)


@given(st.text(max_size=300))
def test_a_masked_text_is_one_printable_line(text: str) -> None:
    masked = mask(text)
    assert masked.isprintable()
    assert "\n" not in masked


def test_secrets_and_ids_are_masked() -> None:
    masked = sum("[token]" in mask(f"link {new_secret()}") for _ in range(500))
    assert masked >= 498  # one in 50,000 has no upper or no lower case letter
    full = new_id("ses")
    assert full not in mask(f"session={full}")
    assert full[:10] in mask(f"session={full}")


def test_redacted_shows_only_on_request() -> None:
    secret = Redacted("hunter2")
    assert "hunter2" not in f"{secret} {secret!r} {secret:>20} %s" % secret
    assert secret.reveal() == "hunter2"


def test_our_own_errors_keep_their_words() -> None:
    assert "The visit has ended." in describe(Conflict("The visit has ended."))
    assert "Quirina" not in describe(ValueError("Quirina"))


def test_a_reader_that_stops_reading_costs_lines_not_time() -> None:
    program = """
import logging, os
from telemed import logs
reading, writing = os.pipe()
os.set_blocking(writing, False)
logs.configure("media-0", "info", writing)
log = logging.getLogger("telemed.worker")
for _ in range(5000):
    log.info("x" * 100)
os.read(reading, 65536)
log.info("after")
os.set_blocking(reading, False)
print(os.read(reading, 1 << 20).decode().splitlines()[-1])
"""
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=30, check=True)
    assert "after (" in result.stdout
    assert "lines dropped before)" in result.stdout
