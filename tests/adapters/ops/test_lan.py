"""The local authority of --lan: its leaf verifies by ssl, its limits hold, and it is renewed when it must be."""

from __future__ import annotations

import asyncio
import datetime as dt
import ssl
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from telemed import lan
from telemed.errors import ConfigError

NOW = dt.datetime.now(dt.UTC)


async def handshake(certificate: Path, key: Path, authority: Path, name: str) -> str:
    """Connect over TLS to a server with these files, trusting `authority` only; returns the TLS version."""
    server_side = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server_side.load_cert_chain(certificate, key)

    async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=server_side)
    try:
        client_side = ssl.create_default_context(cafile=str(authority))
        client_side.verify_flags |= ssl.VERIFY_X509_STRICT
        port = server.sockets[0].getsockname()[1]
        _, writer = await asyncio.open_connection("127.0.0.1", port, ssl=client_side, server_hostname=name)
        version = writer.get_extra_info("ssl_object").version()
        writer.close()
        return str(version)
    finally:
        server.close()


@pytest.mark.parametrize("address", ["192.168.1.20", "10.0.0.7", "192.0.2.2", "fd00::2"])
async def test_the_chain_verifies_for_the_address_and_localhost(tmp_path: Path, address: str) -> None:
    tls = lan.prepare(tmp_path / "ca", address, NOW)
    for name in (address, "localhost", "127.0.0.1"):
        assert (await handshake(tls.certificate, tls.key, tls.authority, name)) == "TLSv1.3"
    with pytest.raises(ssl.SSLCertVerificationError):
        await handshake(tls.certificate, tls.key, tls.authority, "192.168.77.77")


def test_files_are_private_and_kept(tmp_path: Path) -> None:
    first = lan.prepare(tmp_path / "ca", "192.168.1.20", NOW)
    before = {path.name: path.read_bytes() for path in (tmp_path / "ca").iterdir()}
    assert (tmp_path / "ca").stat().st_mode & 0o777 == 0o700
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in (tmp_path / "ca").iterdir())
    again = lan.prepare(tmp_path / "ca", "192.168.1.20", NOW + dt.timedelta(days=300))
    assert again == first
    assert {path.name: path.read_bytes() for path in (tmp_path / "ca").iterdir()} == before


@pytest.mark.parametrize(("address", "days"), [("192.168.1.21", 0), ("192.168.1.20", 380)])
def test_the_leaf_is_renewed_for_another_address_and_near_its_end(tmp_path: Path, address: str, days: int) -> None:
    first = lan.prepare(tmp_path / "ca", "192.168.1.20", NOW)
    leaf = first.certificate.read_bytes()
    second = lan.prepare(tmp_path / "ca", address, NOW + dt.timedelta(days=days))
    assert second.fingerprint == first.fingerprint, "phones trust the authority already"
    assert second.certificate.read_bytes() != leaf


def test_a_damaged_authority_is_made_anew(tmp_path: Path) -> None:
    first = lan.prepare(tmp_path / "ca", "192.168.1.20", NOW)
    (tmp_path / "ca" / "telemed-ca.key").write_text("nonsense")
    assert lan.prepare(tmp_path / "ca", "192.168.1.20", NOW).fingerprint != first.fingerprint


async def test_the_authority_cannot_vouch_for_other_names(tmp_path: Path) -> None:
    tls = lan.prepare(tmp_path / "ca", "192.168.1.20", NOW)
    authority, authority_key = lan._authority(tmp_path / "ca", lan.ipaddress.ip_address("192.168.1.20"), NOW)
    key = ec.generate_private_key(ec.SECP256R1())
    forged = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "bank")]))
        .issuer_name(authority.subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(NOW - dt.timedelta(days=1))
        .not_valid_after(NOW + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("bank.example")]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key()), critical=False)
        .sign(authority_key, hashes.SHA256())
    )
    (tmp_path / "forged.crt").write_bytes(lan._pem(forged))
    (tmp_path / "forged.key").write_bytes(lan._pem_key(key))
    with pytest.raises(ssl.SSLCertVerificationError, match="permitted subtree"):
        await handshake(tmp_path / "forged.crt", tmp_path / "forged.key", tls.authority, "bank.example")


@pytest.mark.parametrize("address", ["127.0.0.1", "8.8.8.8", "0.0.0.0", "nonsense", "::", "224.0.0.1"])
def test_addresses_that_are_no_private_network_are_refused(address: str) -> None:
    with pytest.raises(ConfigError):
        lan.lan_address(address)
