"""Mail and SMS in the configuration: complete, sealed, and secrets for us alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from telemed.config import ConfigFaults, load, parse
from telemed.config.conflicts import conflicts

BASE = f'[clinic]\nphone = "+49 30 1234567"\n[secrets]\ninstallation_key = "{"k" * 43}"\n'
MAIL = '[mail]\nhost = "mail.example.org"\nsender = "telemed@example.org"\n'
SECOND = '[sms_second]\nurl = "https://other.example.net/send"\n'
SHARED_SECRET = f'report_token = "{"hunter2" * 5}"\n'
SMS = '[sms]\nurl = "https://sms.example.org/send?v=1"\n'


def faults(source: str) -> set[str]:
    with pytest.raises(ConfigFaults) as caught:
        parse(source)
    assert "hunter2" not in caught.value.render()
    return {fault.key for fault in caught.value.faults}


@pytest.mark.parametrize(
    ("source", "key"),
    [
        ('[mail]\nhost = "mail.example.org"', "mail.sender"),
        (MAIL + 'username = "telemed"', "mail.username"),
        (MAIL + 'password = "hunter2"', "mail.username"),
        (MAIL + 'username = "a"\npassword = "hunter2"\npassword_file = "b"', "mail.password_file"),
        (MAIL + 'username = "a"\npassword = "hunter2"\nsecurity = "none"', "mail.security"),
        (MAIL.replace("telemed@", "Telemed <telemed@"), "mail.sender"),
        (MAIL + 'security = "ssl"', "mail.security"),
        (MAIL + "port = 0", "mail.port"),
        ('[sms]\nurl = "http://sms.example.org/send"', "sms.url"),
        ('[sms]\nurl = "https://user:hunter2@sms.example.org/"', "sms.url"),
        ('[sms]\nurl = "ftp://sms.example.org"', "sms.url"),
        ('[sms]\nurl = "https://sms.example.org/a b"', "sms.url"),
        (SMS + 'token = "hunter2"\ntoken_file = "b"', "sms.token_file"),
        (SMS + 'report_token = "hunter2"', "sms.report_token"),
        (SMS + f'report_token = "{"hunter2" * 4}"\nreport_token_file = "b"', "sms.report_token_file"),
        ('[sms_second]\nurl = "https://other.example.net/send"', "sms_second.url"),
        (SMS + SMS.replace("[sms]", "[sms_second]"), "sms_second.url"),
        (SMS + '[sms_second]\nurl = "http://other.example.net/send"', "sms_second.url"),
        (SMS + SECOND + 'token = "hunter2"\ntoken_file = "b"', "sms_second.token_file"),
        (SMS + SHARED_SECRET + SECOND + SHARED_SECRET, "sms_second.report_token"),
    ],
)
def test_what_is_wrong_is_told(source: str, key: str) -> None:
    assert faults(source) == {key}


@pytest.mark.parametrize(
    "source",
    [
        MAIL,
        MAIL + 'username = "a"\npassword = "b"',
        MAIL.replace("mail.example.org", "localhost") + 'username = "a"\npassword = "b"\nsecurity = "none"',
        SMS,
        '[sms]\nurl = "http://127.0.0.1:9000/send"\ntoken = "t"',
        SMS + f'report_token = "{"r" * 24}"',
        SMS + SECOND + f'report_token = "{"r" * 24}"',
    ],
)
def test_what_is_right_is_taken(source: str) -> None:
    parse(source)


def written(directory: Path, source: str, mode: int = 0o600) -> Path:
    path = directory / "telemed.toml"
    path.write_text(BASE + source)
    path.chmod(mode)
    return path


def test_secrets_may_lie_in_files(tmp_path: Path) -> None:
    for name in ("mail.secret", "sms.secret", "second.secret"):
        (tmp_path / name).write_text(f"{name} hunter2\n")
        (tmp_path / name).chmod(0o600)
    source = MAIL + 'username = "a"\npassword_file = "mail.secret"\n' + SMS + 'token_file = "sms.secret"\n'
    source += SECOND + 'token_file = "second.secret"\n'
    config = load(written(tmp_path, source), {})
    assert (config.mail.password, config.sms.token) == ("mail.secret hunter2", "sms.secret hunter2")
    assert config.sms_second.token == "second.secret hunter2"
    assert not conflicts(config), "good settings stay good when they are checked again"
    (tmp_path / "mail.secret").chmod(0o640)
    (tmp_path / "sms.secret").write_text("")
    with pytest.raises(ConfigFaults) as caught:
        load(written(tmp_path, source + "", 0o600), {})
    assert {fault.key for fault in caught.value.faults} == {"mail.password_file", "sms.token_file"}


def test_the_secret_of_reports_is_long_wherever_it_stands(tmp_path: Path) -> None:
    secret = tmp_path / "reports.secret"
    source = SMS + 'report_token_file = "reports.secret"\n'
    secret.write_text("r" * 24 + "\n")
    secret.chmod(0o600)
    config = load(written(tmp_path, source), {})
    assert config.sms.report_token == "r" * 24 and not conflicts(config)
    for change in ("r" * 23, "r r" * 24, "é" * 30):
        secret.write_text(change)
        with pytest.raises(ConfigFaults) as caught:
            load(written(tmp_path, source), {})
        assert {fault.key for fault in caught.value.faults} == {"sms.report_token_file"}
    with pytest.raises(ConfigFaults) as caught:
        load(written(tmp_path, SMS + f'report_token = "{"r" * 24}"\n', 0o644), {})
    assert "sms.report_token" in {fault.key for fault in caught.value.faults}


def test_a_secret_in_a_file_others_may_read_is_refused(tmp_path: Path) -> None:
    source = MAIL + 'username = "a"\npassword = "hunter2"\nauthority_file = "missing.pem"\n' + SMS + 'token = "hunter2"\n'
    with pytest.raises(ConfigFaults) as caught:
        load(written(tmp_path, source, 0o644), {})
    keys = {fault.key for fault in caught.value.faults}
    assert keys == {"mail.password", "sms.token", "mail.authority_file", "secrets.installation_key"}
