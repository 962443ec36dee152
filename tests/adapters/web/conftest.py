"""A real store with one account per role, and servers in front of it."""

from __future__ import annotations

import asyncio
import datetime as dt
import shutil
import ssl
from collections.abc import AsyncIterator
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from telemed.store import Store
from telemed.web.passwords import hash_password
from telemed.web.settings import ConnectionLimits
from tests.adapters.web.fake_vault import a_vault
from tests.adapters.web.people import PASSWORD, People, settle
from tests.adapters.web.site import Site, running_site, settings_for, write_templates


@pytest.fixture(scope="session")
def settled_database(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, People]:
    """A migrated database with its people, made once and copied for each test."""
    path = tmp_path_factory.mktemp("database") / "telemed.db"

    async def make() -> People:
        store = await Store.open(path)
        try:
            return await settle(store, hash_password(PASSWORD))
        finally:
            await store.close()

    return path, asyncio.run(make())


@pytest.fixture
async def store(tmp_path: Path, settled_database: tuple[Path, People]) -> AsyncIterator[Store]:
    path = tmp_path / "telemed.db"
    shutil.copy(settled_database[0], path)
    opened = await Store.open(path)
    yield opened
    await opened.close()


@pytest.fixture
def people(store: Store, settled_database: tuple[Path, People]) -> People:
    return People(store, dict(settled_database[1].users))


@pytest.fixture
def static_root(tmp_path: Path) -> Path:
    root = tmp_path / "static"
    write_templates(root)
    return root


@pytest.fixture
async def site(store: Store, static_root: Path) -> AsyncIterator[Site]:
    async with running_site(store, settings_for(static_root), ports={"vault": a_vault()}) as running:
        yield running


@pytest.fixture
async def quick_site(store: Store, static_root: Path) -> AsyncIterator[Site]:
    """A server with little patience and few places."""
    limits = ConnectionLimits(head=0.3, request=0.5, lingering=0.2, per_address=30)
    async with running_site(store, settings_for(static_root, limits=limits)) as running:
        yield running


@pytest.fixture
async def tls_site(store: Store, static_root: Path, tmp_path: Path) -> AsyncIterator[Site]:
    settings = settings_for(static_root, base_url="https://127.0.0.1:8443", demo=False)
    async with running_site(store, settings, server_tls(tmp_path)) as running:
        yield running


def server_tls(folder: Path) -> ssl.SSLContext:
    """Return a server context with a certificate of its own."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    form = serialization.PrivateFormat.PKCS8
    (folder / "key.pem").write_bytes(key.private_bytes(serialization.Encoding.PEM, form, plain))
    (folder / "cert.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return context
