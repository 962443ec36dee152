"""Configuration: what is read is what was written, and every fault is told at once with its line."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemed.cli import parser
from telemed.cli.serve import configured_service
from telemed.config import Config, ConfigFaults, load, parse, render
from telemed.config.read import from_table

EXAMPLE = Path(__file__).parents[3] / "config.example.toml"
KEY = "k" * 43
CLINIC = '[clinic]\nphone = "+49 30 1234567"\n'
GOOD = CLINIC + f'[secrets]\ninstallation_key = "{KEY}"\n'


def faults_of(source: str) -> dict[str, int]:
    """Key -> line of all faults in `source`."""
    with pytest.raises(ConfigFaults) as caught:
        parse(source)
    assert all(fault.problem and fault.fix for fault in caught.value.faults)
    return {fault.key: fault.line for fault in caught.value.faults}


def test_example_documents_every_key_with_its_default() -> None:
    text = EXAMPLE.read_text("utf-8")
    assert parse(text) == Config()
    assert text == render(Config()), "write it anew with `telemed config example > config.example.toml`"
    for section in dataclasses.fields(Config):
        assert f"\n[{section.name}]\n" in text
        for key in dataclasses.fields(getattr(Config(), section.name)):
            assert f"\n{key.name} = " in text


def test_empty_file_gives_the_defaults() -> None:
    assert parse("") == Config()


def test_all_faults_at_once_with_their_lines() -> None:
    source = "\n".join(
        [
            "[clinic]",
            "name = 5",
            'emergency_number = "none"',
            "[server]",
            "port = 70000",
            'colour = "red"',
            'trusted_proxies = ["10.0.0.1", "everybody"]',
            "[media]",
            "workers = true",
            "udp_port = 1.5",
            "[marketing]",
        ]
    )
    assert faults_of(source) == {
        "clinic.name": 2,
        "clinic.emergency_number": 3,
        "server.port": 5,
        "server.colour": 6,
        "server.trusted_proxies": 7,
        "media.workers": 9,
        "media.udp_port": 10,
        "marketing": 11,
    }


def test_conflicts_and_named_files_are_told_beside_bad_values(tmp_path: Path) -> None:
    """Nobody mends a file three times to learn of three kinds of fault."""
    lines = [
        "[server]",
        'host = "999.1.1.1"',
        'base_url = "http://care.example.org"',
        'tls_key = "missing.key"',
        "[media]",
        "workers = -1",
        "udp_port = 65535",
        "[store]",
        f'directory = "/{"d" * 100}"',
    ]
    with pytest.raises(ConfigFaults) as caught:
        load(_written(tmp_path, "\n".join(lines), 0o600), {})
    assert {fault.key: fault.line for fault in caught.value.faults} == {
        "server.host": 2,
        "server.base_url": 3,
        "server.tls_certificate": 1,
        "server.tls_key": 4,
        "store.directory": 9,
        "clinic.phone": 0,
        "secrets.installation_key": 0,
    } | {"media.workers": 6}  # and no word about the port, which depends on the workers


@pytest.mark.parametrize("phone", ["---", "...", "+49", "call"])
def test_a_telephone_number_can_be_dialled(phone: str) -> None:
    assert "clinic.phone" in faults_of(f'[clinic]\nphone = "{phone}"')


@pytest.mark.parametrize(
    ("source", "key", "line"),
    [
        ('[server]\ntls_certificate = "a.pem"', "server.tls_key", 1),
        ('[server]\nhost = "0.0.0.0"\nbase_url = "https://care.example.org"', "server.host", 2),
        ('[server]\nhost = "::"\ntrusted_proxies = ["10.0.0.1"]', "server.base_url", 1),
        ('[server]\nbase_url = "http://care.example.org"', "server.base_url", 2),
        ('[server]\nbase_url = "https://care.example.org"', "server.base_url", 2),
        ('[server]\nbase_url = "https://care.example.org/path"', "server.base_url", 2),
        ('[server]\nbase_url = "javascript:alert(1)"', "server.base_url", 2),
        ("[media]\nudp_port = 65530\nworkers = 10", "media.udp_port", 2),
        ("[media]\ntcp_port = 65530\nworkers = 10", "media.tcp_port", 2),
        ("[server]\nport = 10001\n[media]\nworkers = 2", "server.port", 2),
        ("[server]\nport = 4443\n[media]\ntcp_port = 4443", "server.port", 2),
        ('[media]\naddresses = ["127.0.0.1"]', "media.addresses", 2),
        ('[media]\naddresses = ["0.0.0.0"]', "media.addresses", 2),
        (f'[secrets]\ninstallation_key = "{KEY}"\ninstallation_key_file = "key"', "secrets.installation_key_file", 3),
        ("server = 5", "server", 1),
        ('[server]\ntrusted_proxies = ["10.0.0.1", "10.0.0.1"]', "server.trusted_proxies", 2),
        ("[server]\ntrusted_proxies = [5]", "server.trusted_proxies", 2),
        ('[clinic]\nname = "a\\u0000b"', "clinic.name", 2),
        ("[clinic]\nname = 1979-05-27", "clinic.name", 2),
        ('[logging]\nlevel = "loud"', "logging.level", 2),
    ],
)
def test_bad_value_or_conflict(source: str, key: str, line: int) -> None:
    assert faults_of(source).get(key) == line


def test_text_that_is_not_toml_names_the_line_and_quotes_nothing() -> None:
    with pytest.raises(ConfigFaults) as caught:
        parse("[secrets]\ninstallation_key = hunter2hunter2\n")
    (fault,) = caught.value.faults
    assert fault.line == 2
    assert "hunter2" not in caught.value.render()


def test_a_fault_never_repeats_the_value() -> None:
    with pytest.raises(ConfigFaults) as caught:
        parse('[secrets]\ninstallation_key = "hunter2"\n[clinic]\nphone = "call Jane"\n')
    assert "hunter2" not in caught.value.render()
    assert "Jane" not in caught.value.render()


def test_paths_count_from_the_file_and_the_key_may_come_from_a_file(tmp_path: Path) -> None:
    key_file = tmp_path / "installation.key"
    key_file.write_text(KEY + "\n")
    key_file.chmod(0o600)
    config_file = tmp_path / "telemed.toml"
    config_file.write_text(CLINIC + '[secrets]\ninstallation_key_file = "installation.key"\n')
    config = load(config_file, {})
    assert config.store.directory == str(tmp_path / "var")
    assert config.secrets.installation_key == KEY
    served = configured_service(parser().parse_args(["serve", "--config", str(config_file), "--port", "0"]))
    assert served.config.secrets.installation_key == KEY, "and the server takes it"
    with pytest.raises(ConfigFaults):
        configured_service(parser().parse_args(["serve", "--config", str(config_file), "--host", "0.0.0.0"]))


def test_environment_goes_before_the_file(tmp_path: Path) -> None:
    path = _written(tmp_path, GOOD, 0o644)
    other = "e" * 50
    assert load(path, {"TELEMED_INSTALLATION_KEY": other}).secrets.installation_key == other


@pytest.mark.parametrize(
    ("text", "mode", "key"),
    [
        (GOOD, 0o644, "secrets.installation_key"),
        ("", 0o600, "secrets.installation_key"),
        ("", 0o600, "clinic.phone"),
        ('[secrets]\ninstallation_key_file = "missing"', 0o600, "secrets.installation_key_file"),
        (
            GOOD + '[server]\nbase_url = "https://x.example"\ntls_certificate = "no.pem"\ntls_key = "no.key"',
            0o600,
            "server.tls_key",
        ),
        (GOOD + f'[store]\ndirectory = "/{"d" * 100}"', 0o600, "store.directory"),
    ],
)
def test_faults_of_named_files(tmp_path: Path, text: str, mode: int, key: str) -> None:
    with pytest.raises(ConfigFaults) as caught:
        load(_written(tmp_path, text, mode), {})
    assert key in {fault.key for fault in caught.value.faults}


def test_a_file_that_is_missing_or_not_text(tmp_path: Path) -> None:
    binary = tmp_path / "binary.toml"
    binary.write_bytes(b"\xff\xfe\x00")
    huge = tmp_path / "huge.toml"
    huge.write_bytes(b"#" * 70_000)
    for path in (tmp_path / "missing.toml", binary, huge, tmp_path):
        with pytest.raises(ConfigFaults):
            load(path, dict(os.environ))


@given(st.text(max_size=200))
def test_any_text_parses_or_is_a_list_of_faults(source: str) -> None:
    try:
        config = parse(source)
    except ConfigFaults as faults:
        assert faults.render()
    else:
        assert parse(render(config)) == config


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
keys = st.sampled_from(
    [
        (section.name, key.name)
        for section in dataclasses.fields(Config)
        for key in dataclasses.fields(getattr(Config(), section.name))
    ]
)


@given(keys, values)
def test_any_value_is_taken_whole_or_refused(key: tuple[str, str], value: object) -> None:
    section, name = key
    config, problems = from_table({section: {name: value}})
    if problems:
        assert config == Config()
        assert problems[0][0] == f"{section}.{name}"
    else:
        assert parse_or_conflict(render(config)) in (config, None)


def parse_or_conflict(source: str) -> Config | None:
    """The settings of `source`, None when they contradict each other."""
    try:
        return parse(source)
    except ConfigFaults:
        return None


def _written(directory: Path, text: str, mode: int) -> Path:
    path = directory / "telemed.toml"
    path.write_text(text)
    path.chmod(mode)
    return path
