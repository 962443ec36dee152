"""Single sign-on in the configuration: complete, with TLS, and the secret for us alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from telemed.config import Config, ConfigFaults, load, parse

BASE = f'[clinic]\nphone = "+49 30 1234567"\n[secrets]\ninstallation_key = "{"k" * 43}"\n'
OIDC = '[oidc]\nissuer = "https://login.example.org/realms/clinic"\nclient_id = "telemed"\n'


@pytest.mark.parametrize(
    ("source", "key"),
    [
        ('[oidc]\nissuer = "https://login.example.org"', "oidc.client_id"),
        ('[oidc]\nclient_id = "telemed"', "oidc.issuer"),
        (OIDC.replace("https:", "http:"), "oidc.issuer"),
        (OIDC.replace("clinic", "clinic?a=b"), "oidc.issuer"),
        (OIDC.replace("login.", "user:hunter2@login."), "oidc.issuer"),
        (OIDC + 'client_secret = "hunter2"\nclient_secret_file = "b"', "oidc.client_secret_file"),
        (OIDC + 'link_by_email = "yes"', "oidc.link_by_email"),
        (OIDC + f'label = "{"x" * 61}"', "oidc.label"),
    ],
)
def test_what_is_wrong_is_told(source: str, key: str) -> None:
    with pytest.raises(ConfigFaults) as caught:
        parse(source)
    assert "hunter2" not in caught.value.render()
    assert {fault.key for fault in caught.value.faults} == {key}


def test_what_is_right_is_taken() -> None:
    assert parse(OIDC + 'client_secret = "s"\ntrust_provider_factors = true').oidc.trust_provider_factors
    assert parse('[oidc]\nissuer = "http://127.0.0.1:9000"\nclient_id = "telemed"').oidc.client_secret == ""
    assert not (Config().oidc.link_by_email or Config().oidc.trust_provider_factors), "trust is given, never presumed"


def test_the_secret_may_lie_in_a_file(tmp_path: Path) -> None:
    path, secret = tmp_path / "telemed.toml", tmp_path / "oidc.secret"
    path.write_text(BASE + OIDC + 'client_secret_file = "oidc.secret"\nauthority_file = "missing.pem"\n')
    secret.write_text("hunter2\n")
    for file in (path, secret):
        file.chmod(0o600)
    with pytest.raises(ConfigFaults) as caught:
        load(path, {})
    assert {fault.key for fault in caught.value.faults} == {"oidc.authority_file"}
    path.write_text(BASE + OIDC + 'client_secret_file = "oidc.secret"\n')
    assert load(path, {}).oidc.client_secret == "hunter2"
    secret.chmod(0o644)
    with pytest.raises(ConfigFaults) as caught:
        load(path, {})
    assert {fault.key for fault in caught.value.faults} == {"oidc.client_secret_file"}
