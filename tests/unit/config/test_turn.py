"""The relay in the configuration: what is missing or would let others in is told, and the secret is for us alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from telemed.config import ConfigFaults, load, parse

BASE = f'[clinic]\nphone = "+49 30 1234567"\n[secrets]\ninstallation_key = "{"k" * 43}"\n'
SECRET = "s" * 43
TURN = f'[turn]\nhost = "turn.example.org"\nsecret = "{SECRET}"\n'


def faults(source: str) -> set[str]:
    with pytest.raises(ConfigFaults) as caught:
        parse(source)
    assert SECRET not in caught.value.render()
    return {fault.key for fault in caught.value.faults}


@pytest.mark.parametrize(
    ("source", "key"),
    [
        ('[turn]\nhost = "turn.example.org"', "turn.secret"),
        ('[turn]\nhost = "turn.example.org/path"\n', "turn.host"),
        ('[turn]\nsecret = "short"', "turn.secret"),
        (TURN.replace(SECRET, "s" * 40 + " # x"), "turn.secret"),
        (TURN + 'secret_file = "b"', "turn.secret_file"),
        (TURN + "tls_port = 443", "turn.tls_certificate"),
        (TURN + 'tls_certificate = "a"', "turn.tls_key"),
        (TURN + 'tls_port = 3478\ntls_certificate = "a"\ntls_key = "b"', "turn.tls_port"),
        (TURN + 'external_address = "203.0.113.7"', "turn.external_address"),
        (TURN + 'external_address = "turn.example.org"\naddresses = ["10.0.0.1"]', "turn.external_address"),
        (TURN + "first_relay_port = 50000\nlast_relay_port = 49999", "turn.last_relay_port"),
        (TURN + "first_relay_port = 9000", "turn.first_relay_port"),
        (TURN + 'addresses = ["0.0.0.0"]', "turn.addresses"),
        (TURN + 'peers = ["224.0.0.1"]', "turn.peers"),
    ],
)
def test_what_is_wrong_is_told(source: str, key: str) -> None:
    assert faults(source) == {key}


@pytest.mark.parametrize(
    "more",
    [
        "",
        'tls_port = 443\ntls_certificate = "a"\ntls_key = "b"',
        'external_address = "203.0.113.7"\naddresses = ["10.0.0.1"]',
        "first_relay_port = 20000\nlast_relay_port = 20100",
    ],
)
def test_what_is_right_is_taken(more: str) -> None:
    assert parse(TURN + more).turn.host == "turn.example.org"


def test_the_secret_is_for_us_alone(tmp_path: Path) -> None:
    config, secret = tmp_path / "telemed.toml", tmp_path / "turn.secret"
    config.write_text(BASE + TURN)
    config.chmod(0o644)
    with pytest.raises(ConfigFaults, match="fault"):
        load(config, {})
    secret.write_text(SECRET + "\n")
    config.write_text(BASE + '[turn]\nhost = "turn.example.org"\nsecret_file = "turn.secret"\n')
    config.chmod(0o600)
    for mode, is_good in ((0o644, False), (0o600, True)):
        secret.chmod(mode)
        if is_good:
            assert load(config, {}).turn.secret == SECRET
            continue
        with pytest.raises(ConfigFaults) as caught:
            load(config, {})
        assert {fault.key for fault in caught.value.faults} == {"turn.secret_file"}
    secret.write_text("not;fit for coturn's file " * 3)
    with pytest.raises(ConfigFaults) as caught:
        load(config, {})
    assert {fault.key for fault in caught.value.faults} == {"turn.secret_file"}
