"""`telemed doctor` and the relay: every way is tried with the real one, and each fault has its fix."""

from __future__ import annotations

import os
import pathlib
from datetime import UTC, datetime

import pytest

from telemed import lan
from telemed.config import Config, load
from telemed.doctor.findings import Finding, Level
from telemed.doctor.relay import relay as report
from tests.turn.conftest import SERVER4, SERVER6, Cable
from tests.turn.running import inside, relay, settings, write_settings
from tests.turn.test_coturn import plain

pytestmark = [pytest.mark.netns, pytest.mark.coturn, pytest.mark.timeout(120)]


def seen(cable: Cable, config: Config) -> list[Finding]:
    return inside(cable.client, lambda: report(config, datetime.now(UTC)))


def test_without_a_relay_nothing_is_tried() -> None:
    assert [finding.level for finding in report(Config(), datetime.now(UTC))] == [Level.OK]


def test_all_ways_of_a_good_one(cable: Cable, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = lan.prepare(tmp_path / "ca", SERVER4, datetime.now(UTC))
    path = plain(tmp_path, tls_port=443, tls_certificate=own.certificate, tls_key=own.key)
    config = load(path, os.environ)
    with relay(tmp_path, path, cable.server):
        untrusted = seen(cable, config)
        assert [finding.level for finding in untrusted] == [Level.OK, Level.OK, Level.FAULT]
        assert "turn.tls_certificate" in untrusted[2].fix
        monkeypatch.setenv("SSL_CERT_FILE", str(own.authority))
        found = seen(cable, config)
    assert [finding.level for finding in found] == [Level.OK] * 3, found
    assert [finding.text.split(":")[0] for finding in found] == ["by UDP 3478", "by TCP 3478", "by TLS 443"]


def test_what_is_wrong_is_told(cable: Cable, tmp_path: pathlib.Path) -> None:
    ours = load(plain(tmp_path), os.environ)
    silent = seen(cable, ours)
    assert [finding.level for finding in silent] == [Level.FAULT, Level.FAULT, Level.WARN]
    assert all("start it" in finding.fix for finding in silent[:2])
    assert "tls_port" in silent[2].fix
    other = write_settings(tmp_path, settings(host=SERVER4, addresses=[SERVER4, SERVER6], peers=[SERVER4], secret="o" * 40))
    with relay(tmp_path, other, cable.server):
        foreign = seen(cable, ours)
    assert all("credentials" in finding.text and "telemed turn config" in finding.fix for finding in foreign[:2])
    elsewhere = plain(tmp_path, peers=["192.0.2.66"])
    with relay(tmp_path, elsewhere, cable.server):
        astray = seen(cable, ours)
        loose = seen(cable, load(elsewhere, os.environ))
    assert all(finding.level is Level.FAULT and "to the media" in finding.text for finding in astray[:2])
    assert all(finding.level is Level.FAULT and "not ours" in finding.text for finding in loose[:2])


def test_an_unknown_name(tmp_path: pathlib.Path) -> None:
    config = load(write_settings(tmp_path, settings(host="turn.invalid")), os.environ)
    assert {finding.fix for finding in report(config, datetime.now(UTC))[:2]} == {"correct turn.host, or make the name known"}
