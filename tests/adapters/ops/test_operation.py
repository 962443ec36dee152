"""The parts of the operation one by one: disk, nightly back-up, reloaded settings, readiness, metrics, log lines."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import re
import shutil
import ssl
from collections import namedtuple
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiohttp.test_utils import make_mocked_request
from multidict import CIMultiDict

from telemed import logs
from telemed.backup import places
from telemed.care.admission import Admission
from telemed.care.audit_actions import AuditAction
from telemed.config import Backup, Config, ConfigFaults, Limits, Server, load
from telemed.config import Metrics as MetricsSettings
from telemed.doctor.backups import backups
from telemed.doctor.findings import Level
from telemed.errors import ConfigError, NotFound
from telemed.operation.disk_guard import DiskGuard, DiskLevel, DiskState, judge
from telemed.operation.endpoints import Endpoints
from telemed.operation.metrics import Figures, Metrics
from telemed.operation.nightly import NightlyBackup, is_due
from telemed.operation.readiness import Readiness
from telemed.operation.settings import AT_ONCE, Settings
from telemed.store import Store
from telemed.tls import OwnTls
from tests.adapters.ops.certificates import certificate
from tests.adapters.ops.installation import NOW, Installation, add_rows, make_installation

GB, MB = 1024**3, 1024**2


@pytest.mark.parametrize(
    ("free", "total", "level"),
    [
        (50 * GB, 100 * GB, DiskLevel.OK),
        (9 * GB, 100 * GB, DiskLevel.LOW),
        (2 * GB, 100 * GB, DiskLevel.LOW),
        (2 * GB - 1, 100 * GB, DiskLevel.FULL),
        (501 * MB, GB, DiskLevel.OK),
        (499 * MB, GB, DiskLevel.FULL),
        (0, 0, DiskLevel.FULL),
    ],
)
def test_what_free_space_means(free: int, total: int, level: DiskLevel) -> None:
    assert judge(free, total, Limits()) is level


def test_the_disk_guard_closes_and_opens_the_door(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "total used free")
    free = 100 * MB
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(100 * GB, 0, free))
    admission = Admission()
    guard = DiskGuard(tmp_path, Limits, admission)
    assert guard.look().level is DiskLevel.FULL and admission.disk_full and not admission.may_record
    free = 50 * GB
    assert guard.look().level is DiskLevel.OK and not admission.disk_full


@pytest.mark.parametrize(
    ("newest", "now", "due"),
    [
        (None, "2026-11-22T12:00", True),
        ("2026-11-21T02:30", "2026-11-22T01:59", False),
        ("2026-11-21T02:30", "2026-11-22T02:00", True),
        ("2026-11-22T02:00", "2026-11-22T23:59", False),
        ("2026-11-20T02:30", "2026-11-22T01:00", True),
    ],
)
def test_one_back_up_a_day(newest: str | None, now: str, due: bool) -> None:
    settings = Backup(directory="/b", recipient="telemed-recipient-" + "a" * 43)
    last = datetime.fromisoformat(newest).replace(tzinfo=UTC) if newest else None
    at = datetime.fromisoformat(now).replace(tzinfo=UTC)
    assert is_due(settings, last, at) is due
    assert not is_due(Backup(directory="/b"), None, at) and not is_due(Backup(recipient="x"), None, at)


@pytest.fixture
async def installation(tmp_path: Path) -> Installation:
    made = make_installation(tmp_path / "clinic")
    store = await Store.open(made.layout.database)
    await add_rows(store, 0, 3)
    await store.close()
    return made


def keep(noted: list[tuple[str, str]]) -> Callable[[AuditAction, str], Awaitable[None]]:
    """Stands in for the audit trail."""

    async def note(action: AuditAction, object_id: str) -> None:
        noted.append((action.value, object_id))

    return note


async def test_the_nightly_back_up_is_made_once_and_old_ones_go(installation: Installation) -> None:
    directory = installation.folder / "backups"
    directory.mkdir()
    old = directory / places.archive_name(NOW - timedelta(days=20), places.ARCHIVE)
    old.touch()
    noted: list[tuple[str, str]] = []
    nightly = NightlyBackup(lambda: installation.config.backup, lambda now: installation.order(directory, now), keep(noted))
    at, priority = NOW + timedelta(minutes=5), os.getpriority(os.PRIO_PROCESS, 0)
    assert await nightly.look(at) and not await nightly.look(at + timedelta(hours=20))
    assert noted == [("backup.made", "bak_20261122T020500Z")]
    assert nightly.newest() == at and not old.exists() and nightly.failures == 0
    assert os.getpriority(os.PRIO_PROCESS, 0) == priority, "nobody else became slower"


async def test_copies_of_the_keys_of_what_was_erased_go_with_the_next_back_up(installation: Installation) -> None:
    directory = installation.folder / "backups"
    directory.mkdir()
    before, erased_at = NOW - timedelta(days=1), NOW - timedelta(hours=1)
    older = {suffix: directory / places.archive_name(before, suffix) for suffix in (places.ARCHIVE, places.KEYS)}
    for path in older.values():
        path.touch()

    async def erased() -> datetime | None:
        return erased_at

    assert places.prune_keys(directory, erased_at) == 0, "never the only ones"
    nightly = NightlyBackup(lambda: installation.config.backup, lambda now: installation.order(directory, now), keep([]), erased)
    assert await nightly.look(NOW + timedelta(minutes=5))
    assert older[places.ARCHIVE].exists() and not older[places.KEYS].exists()
    assert [places.made_at(path) for path in directory.glob("*.keys")] == [NOW + timedelta(minutes=5)]


async def test_a_failed_nightly_back_up_is_counted_and_tried_again_later(installation: Installation) -> None:
    installation.layout.database.write_bytes(b"no database")
    noted: list[tuple[str, str]] = []
    nightly = NightlyBackup(
        lambda: installation.config.backup, lambda now: installation.order(installation.folder / "backups", now), keep(noted)
    )
    assert not await nightly.look(NOW) and not await nightly.look(NOW + timedelta(minutes=1))
    assert nightly.failures == 1
    assert not await nightly.look(NOW + timedelta(hours=2)) and nightly.failures == 2
    assert [action for action, _ in noted] == ["backup.failed"] * 2


def test_a_reload_applies_what_is_safe_and_names_the_rest(installation: Installation) -> None:
    path = installation.folder / "telemed.toml"
    heard: list[Config] = []
    settings = Settings(load(path, {}), path)
    settings.on_reload(heard.append)
    assert settings.reload().applied == () and len(heard) == 1
    text = installation.text.replace("[metrics]", "[metrics]\naddresses = []")
    more = '[logging]\nlevel = "debug"\n[media]\nudp_port = 20000\n[limits]\nstop_seconds = 5\ndisk_warn_percent = 20\n'
    path.write_text(text + more)
    done = settings.reload()
    assert done.applied == ("limits.disk_warn_percent", "logging.level", "metrics.addresses")
    assert done.waiting == ("limits.stop_seconds", "media.udp_port")
    assert (heard[-1].logging.level, heard[-1].media.udp_port, heard[-1].limits.stop_seconds) == ("debug", 10000, 10)
    before = settings.current
    path.write_text(text + "[logging]\nlevel = 5\n")
    with pytest.raises(ConfigFaults):
        settings.reload()
    assert settings.current is before and len(heard) == 2, "a faulty file changes nothing"


def test_what_is_reloaded_exists() -> None:
    config = Config()
    for name in AT_ONCE:
        section, _, key = name.partition(".")
        assert hasattr(getattr(config, section), key), name


@pytest.fixture
async def store(installation: Installation) -> AsyncIterator[Store]:
    opened = await Store.open(installation.layout.database)
    yield opened
    await opened.close()


async def test_each_part_makes_the_server_unready(store: Store) -> None:
    disk, workers, admission = DiskState(1, 1, DiskLevel.LOW), (1, 2), Admission()
    readiness = Readiness(store, lambda: workers, lambda: disk, admission)
    words = {name: check.word for name, check in (await readiness.checks()).items()}
    assert words["database"] == "ok" and words["workers"] == "1 of 2" and words["disk"] == "low" and words["draining"] == "no"
    assert all(check.ok for check in (await readiness.checks()).values())
    disk, workers, admission.draining = DiskState(0, 1, DiskLevel.FULL), (0, 2), True
    await store.close()
    readiness = Readiness(store, lambda: workers, lambda: disk, admission)
    bad = {name for name, check in (await readiness.checks()).items() if not check.ok}
    assert bad == {"database", "workers", "disk", "draining"}


def endpoints(store: Store, settings: MetricsSettings, proxies: frozenset[str] = frozenset()) -> Endpoints:
    readiness = Readiness(store, lambda: (1, 1), lambda: DiskState(1, 1, DiskLevel.OK), Admission())

    async def figures() -> Figures:
        worker = {"counters": {"in_rtp": 5}, "rooms": 1, "latency": {"p99_us": 1500}}
        ways = {"relay": 1, "udp": 2}
        return Figures(sessions={"active": 1}, ways=ways, video_paused=1, workers=(worker, None), backup_age=60.0)

    return Endpoints(readiness, Metrics(), figures, lambda: settings, proxies)


class Peer:
    """A connection from somewhere."""

    def __init__(self, address: str) -> None:
        self._address = address

    def get_extra_info(self, name: str, default: object = None) -> object:
        return (self._address, 1) if name == "peername" else default


@pytest.mark.parametrize(
    ("peer", "headers", "may"),
    [
        ("::1", {}, True),  # this machine, and no proxy
        ("127.0.0.1", {}, False),  # our proxy, which does not say for whom
        ("::ffff:127.0.0.1", {}, False),
        ("127.0.0.1", {"Via": "1.1 proxy"}, False),
        ("127.0.0.1", {"X-Forwarded-For": ""}, False),
        ("127.0.0.1", {"X-Forwarded-For": "127.0.0.1"}, True),  # through our proxy, from this machine
        ("127.0.0.1", {"Authorization": "Bearer token-of-prometheus"}, True),
        ("192.0.2.1", {}, False),
        ("192.0.2.1", {"Authorization": "Bearer token-of-prometheus"}, True),
        ("192.0.2.1", {"Authorization": "Bearer token-of-prometheut"}, False),
        ("192.0.2.1", {"Authorization": "Bearer "}, False),
        ("192.0.2.1", {"X-Forwarded-For": "127.0.0.1"}, False),
        ("127.0.0.2", {"X-Forwarded-For": "127.0.0.1"}, False),  # a proxy nobody named
        ("127.0.0.1", {"X-Forwarded-For": "192.0.2.9"}, False),  # through our proxy, from outside
        ("127.0.0.1", {"X-Forwarded-For": "127.0.0.1, 192.0.2.9"}, False),  # what the client wrote itself
        ("127.0.0.2", {"Forwarded": "for=127.0.0.1"}, False),
    ],
)
async def test_who_may_read_the_metrics(store: Store, peer: str, headers: dict[str, str], may: bool) -> None:
    settings = MetricsSettings(token="token-of-prometheus")
    ends = endpoints(store, settings, frozenset({"127.0.0.1"}))
    request = make_mocked_request("GET", "/metrics", headers, transport=Peer(peer))
    if may:
        assert b"telemed_sessions" in (await ends.metrics(request)).body  # type: ignore[operator]
    else:
        with pytest.raises(NotFound):
            await ends.metrics(request)
    answer = json.loads((await ends.ready(request)).text or "")
    assert answer["status"] == "ready" and ("checks" in answer) is may


async def test_the_line_our_proxy_added_last_counts(store: Store) -> None:
    """Some proxies add a line of their own below those a client wrote."""
    ends = endpoints(store, MetricsSettings(), frozenset({"127.0.0.1"}))
    lines = CIMultiDict([("X-Forwarded-For", "127.0.0.1"), ("X-Forwarded-For", "192.0.2.9")])
    with pytest.raises(NotFound):
        await ends.metrics(make_mocked_request("GET", "/metrics", lines, transport=Peer("127.0.0.1")))


async def test_bytes_that_are_no_text_are_a_wrong_token(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    ends = endpoints(store, MetricsSettings(token="token-of-prometheus"))
    request = make_mocked_request("GET", "/metrics", {}, transport=Peer("192.0.2.1"))
    monkeypatch.setattr(request, "_headers", CIMultiDict({"Authorization": "Bearer \udcff"}))  # as aiohttp hands it on
    with pytest.raises(NotFound):
        await ends.metrics(request)


LABELS = {"method", "route", "status", "state", "namespace", "event", "worker", "quantile", "le", "way", "direction"}
LABEL = re.compile(r'(\w+)="([^"]*)"')
SAFE = re.compile(r"[A-Za-z0-9_.+/{} ()-]{1,60}")
AN_ID = re.compile(r"\b[a-z]{3}_(?=[A-Za-z0-9_-]*[A-Z0-9])[A-Za-z0-9_-]{6,}")


def assert_no_label_tells_anything(text: str) -> int:
    """Every label is a short word of ours: no id, mail, token, address or free text; how many were looked at."""
    seen = 0
    for line in text.splitlines():
        if line.startswith("#"):
            continue
        for name, value in LABEL.findall(line):
            seen += 1
            assert name in LABELS, line
            assert SAFE.fullmatch(value) and not AN_ID.search(value) and "@" not in value, line
    return seen


async def test_metrics_are_parsed_and_say_nothing_of_people(store: Store) -> None:
    from prometheus_client.parser import text_string_to_metric_families

    ends = endpoints(store, MetricsSettings())
    metrics = ends._metrics
    metrics.on_request("GET", "/api/v1/sessions/{id}", 200, 0.01)
    metrics.on_lag(0.2)
    metrics.on_quality(0.0, 0.15, 0.08)
    metrics.on_quality(0.0, 0.0, 0.0)
    store.on_write = metrics.on_write
    await add_rows(store, 3, 2)
    request = make_mocked_request("GET", "/metrics", transport=Peer("::1"))
    text = (await ends.metrics(request)).body.decode()  # type: ignore[union-attr]
    found = {family.name: family for family in text_string_to_metric_families(text)}
    assert found["telemed_store_write_seconds"].samples[-2].value == 2
    assert found["telemed_backup_age_seconds"].samples[0].value == 60
    assert [sample.value for sample in found["telemed_worker_up"].samples] == [1, 0]
    delay = {sample.labels["quantile"]: sample.value for sample in found["telemed_worker_delay_seconds"].samples}
    assert delay["p99"] == 0.0015 and set(delay) == {"p50", "p95", "p99", "max"}
    losses = {tuple(sample.labels.values()): sample.value for sample in found["telemed_call_loss"].samples}
    assert (losses["down", "0.1"], losses["down", "0.2"], losses["up", "0.0"]) == (1, 2, 2)
    (count,) = [one.value for one in found["telemed_call_round_trip_seconds"].samples if one.name.endswith("_count")]
    assert count == 1, "a round trip nobody knows is none of no time"
    assert {sample.labels["way"]: sample.value for sample in found["telemed_call_ways"].samples} == {"relay": 1, "udp": 2}
    assert found["telemed_call_video_paused"].samples[0].value == 1
    assert assert_no_label_tells_anything(text) > 30


def test_log_lines_as_json_are_whole_and_masked() -> None:
    reading, writing = os.pipe()
    try:
        handler = logs.LineHandler(writing, "control", "json")
        logger = logging.getLogger("telemed.test.json")
        logger.setLevel("INFO")
        logger.propagate = False
        logger.addHandler(handler)
        logging.setLogRecordFactory(logs.safe_record)
        logger.info("mail to %s", "ada@example.org")
        logger.info("long %s", "ä" * 9000)
        try:
            raise KeyError("ada@example.org")
        except KeyError:
            logger.exception("broken")
        lines = [json.loads(line) for line in os.read(reading, 65536).splitlines()]
        handler.set_form("text")
        logger.info("plain")
        assert os.read(reading, 65536).endswith(b" info control telemed.test.json: plain\n")
    finally:
        logger.removeHandler(handler)
        logging.setLogRecordFactory(logging.LogRecord)
        os.close(reading)
        os.close(writing)
    assert [set(line) for line in lines[:2]] == [{"time", "level", "process", "logger", "message"}] * 2
    assert lines[0]["message"] == "mail to [mail]" and lines[0]["level"] == "info"
    assert "KeyError at" in lines[2]["exception"] and "ada@" not in str(lines)


async def test_a_drain_waits_no_longer_than_told() -> None:
    from telemed.operation.drain import Drain

    told: list[str] = []
    calls = 2
    drain = Drain(Admission(), lambda: calls, told.append)
    started = asyncio.get_running_loop().time()
    await drain.before_stop(0.3)
    assert 0.25 < asyncio.get_running_loop().time() - started < 5 and told == ["draining"]
    drain.begin()
    drain.cancel()
    drain.cancel()
    assert told == ["draining", "running"] and drain.figures() == {"draining": False, "calls": 2}


@pytest.mark.parametrize(
    ("hours", "level"), [(1, "ok"), (48, "ok"), (50, "warn"), (24 * 8, "fault"), (None, "warn")]
)
def test_the_doctor_looks_at_the_back_ups(tmp_path: Path, hours: int | None, level: str) -> None:
    settings = Backup(directory=str(tmp_path), recipient="telemed-recipient-" + "a" * 43)
    if hours is not None:
        (tmp_path / places.archive_name(NOW - timedelta(hours=hours), places.ARCHIVE)).touch()
    found = backups(settings, Path("/proc"), NOW)
    assert [finding.level.value for finding in found] == [level]
    if level == "ok":
        assert "on the disk" in backups(settings, tmp_path, NOW)[1].text
    assert backups(Backup(), tmp_path, NOW)[0].level is Level.WARN
    assert backups(Backup(directory=str(tmp_path)), tmp_path, NOW)[0].level is Level.WARN


async def test_a_renewed_certificate_counts_without_a_restart(tmp_path: Path) -> None:
    certificate(tmp_path)
    server = Server(tls_certificate=str(tmp_path / "fullchain.pem"), tls_key=str(tmp_path / "privkey.pem"))
    own = OwnTls(server)
    first = await _presented(own)
    (tmp_path / "new").mkdir()
    for made in certificate(tmp_path / "new"):
        shutil.copy(made, tmp_path / made.name)
    own.renew(Config())
    second = await _presented(own)
    assert first != second
    (tmp_path / "privkey.pem").write_text("nonsense")
    own.renew(Config())
    assert await _presented(own) == second, "files that do not fit change nothing"
    with pytest.raises(ConfigError):
        OwnTls(server)
    assert OwnTls(Server()).context is None


async def _presented(own: OwnTls) -> bytes:
    """The certificate a client sees."""

    async def close(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(close, "127.0.0.1", 0, ssl=own.context)
    async with server:
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        _, writer = await asyncio.open_connection("127.0.0.1", server.sockets[0].getsockname()[1], ssl=context)
        seen: bytes = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
        writer.close()
        await asyncio.gather(writer.wait_closed(), return_exceptions=True)
    return seen
