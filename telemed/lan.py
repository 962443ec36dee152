"""HTTPS on a local network without a public name: a certificate authority of this installation, and one leaf for the LAN address.

The authority is limited by name constraints to private networks, `localhost` and `.local` (and the very address, if it is of
another special-purpose network): a phone that trusts it trusts it for nothing else (RFC 5280 section 4.2.1.10). Leaves live 397
days and carry serverAuth, as phones demand of them.
"""

from __future__ import annotations

import datetime as dt
import ipaddress
import socket
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from telemed.errors import ConfigError
from telemed.files import make_private_directory, write_private

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
CA_DAYS = 3650
LEAF_DAYS = 397  # the most that phones accept of a server certificate
RENEW_DAYS = 30  # before its end
BACKDATE = dt.timedelta(hours=1)  # phones whose clock is a little behind
PERMITTED = (
    "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "100.64.0.0/10", "127.0.0.0/8",
    "fc00::/7", "fe80::/10", "::1/128",
)  # fmt: skip
ROUTE_PROBES = ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1"))  # documentation addresses: nothing is sent


@dataclass(frozen=True, slots=True)
class LanTls:
    """Files to serve with, and what people compare before they trust the authority."""

    certificate: Path  # leaf and authority, PEM
    key: Path
    authority: Path  # PEM, to be installed on phones
    fingerprint: str  # SHA-256 of the authority, pairs of hex digits


def lan_address(wanted: str = "") -> str:
    """Return the address under which phones on the network reach this machine; `wanted` overrides the search.

    Raises ConfigError when there is none, or when it is not an address of a private network.
    """
    found = wanted or _routed_address()
    if not found:
        raise ConfigError("No network address was found for --lan. Connect to the network, or name one: --lan 192.168.1.20")
    try:
        address = ipaddress.ip_address(found)
    except ValueError as error:
        raise ConfigError("--lan takes an IP address such as 192.168.1.20.") from error
    if address.is_loopback or address.is_unspecified or address.is_multicast or address.is_global:
        raise ConfigError("--lan is for private networks (10.x, 172.16-31.x, 192.168.x and the like). Use your own certificate.")
    return str(address)


def prepare(directory: Path, address: str, now: dt.datetime) -> LanTls:
    """Return certificate files for `address`, made or renewed as needed. `now` is aware UTC."""
    make_private_directory(directory)
    authority, authority_key = _authority(directory, ipaddress.ip_address(address), now)
    files = LanTls(directory / "server.crt", directory / "server.key", directory / "telemed-ca.crt", _fingerprint(authority))
    if not _still_good(files, authority, address, now):
        key = ec.generate_private_key(ec.SECP256R1())
        leaf = _leaf(authority, authority_key, key.public_key(), ipaddress.ip_address(address), now)
        write_private(files.key, _pem_key(key))
        write_private(files.certificate, _pem(leaf) + _pem(authority))
    return files


def _routed_address() -> str:
    """The address this machine would send from, without sending anything."""
    for family, target in ROUTE_PROBES:
        try:
            with socket.socket(family, socket.SOCK_DGRAM) as probe:
                probe.connect((target, 9))
                found = str(probe.getsockname()[0])
        except OSError:
            continue
        if not ipaddress.ip_address(found).is_loopback:
            return found
    return ""


def _permitted(address: Address) -> bool:
    return any(address in ipaddress.ip_network(network) for network in PERMITTED)


def _permits(authority: x509.Certificate, address: Address) -> bool:
    """The name constraints of `authority` allow `address`."""
    constraints = authority.extensions.get_extension_for_class(x509.NameConstraints).value
    subtrees = [name.value for name in constraints.permitted_subtrees or () if isinstance(name, x509.IPAddress)]
    return any(address in subtree for subtree in subtrees if isinstance(subtree, (ipaddress.IPv4Network, ipaddress.IPv6Network)))


def _lasts(certificate: x509.Certificate, days: int, now: dt.datetime) -> bool:
    """Valid now and for `days` more."""
    return certificate.not_valid_before_utc <= now < certificate.not_valid_after_utc - dt.timedelta(days=days)


def _authority(directory: Path, address: Address, now: dt.datetime) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    """The authority of this installation; made at the first use, made anew near its end or when damaged."""
    certificate_file, key_file = directory / "telemed-ca.crt", directory / "telemed-ca.key"
    try:
        certificate = x509.load_pem_x509_certificate(certificate_file.read_bytes())
        key = serialization.load_pem_private_key(key_file.read_bytes(), None)
        fits = certificate.public_key() == key.public_key() and _permits(certificate, address)
        if fits and isinstance(key, ec.EllipticCurvePrivateKey) and _lasts(certificate, LEAF_DAYS, now):
            return certificate, key
    except (OSError, ValueError, TypeError, x509.ExtensionNotFound):
        pass  # missing or damaged: made anew
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = _new_authority(key, address, now)
    write_private(key_file, _pem_key(key))
    write_private(certificate_file, _pem(certificate))
    return certificate, key


def _new_authority(key: ec.EllipticCurvePrivateKey, address: Address, now: dt.datetime) -> x509.Certificate:
    permitted = PERMITTED if _permitted(address) else (*PERMITTED, str(address))
    networks = [x509.IPAddress(ipaddress.ip_network(network)) for network in permitted]
    names = [x509.DNSName("localhost"), x509.DNSName("local")]
    usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)  # keyCertSign, cRLSign
    return (
        _builder("telemed local CA on " + _host_name(), now, CA_DAYS)
        .public_key(key.public_key())
        .issuer_name(_name("telemed local CA on " + _host_name()))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.NameConstraints([*networks, *names], None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )


def _leaf(
    authority: x509.Certificate,
    authority_key: ec.EllipticCurvePrivateKey,
    key: ec.EllipticCurvePublicKey,
    address: Address,
    now: dt.datetime,
) -> x509.Certificate:
    loopback = [x509.IPAddress(ipaddress.ip_address(entry)) for entry in ("127.0.0.1", "::1")]
    names = [x509.IPAddress(address), *loopback, x509.DNSName("localhost")]
    usage = x509.KeyUsage(True, False, False, False, False, False, False, False, False)  # digitalSignature
    return (
        _builder("telemed on this network", now, LEAF_DAYS)
        .public_key(key)
        .issuer_name(authority.subject)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key()), critical=False)
        .sign(authority_key, hashes.SHA256())
    )


def _builder(name: str, now: dt.datetime, days: int) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(_name(name))
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - BACKDATE)
        .not_valid_after(now - BACKDATE + dt.timedelta(days=days))
    )


def _still_good(files: LanTls, authority: x509.Certificate, address: str, now: dt.datetime) -> bool:
    """The leaf on disk is of this authority, for this address, and not near its end; its key belongs to it."""
    try:
        leaf = x509.load_pem_x509_certificate(files.certificate.read_bytes())
        key = serialization.load_pem_private_key(files.key.read_bytes(), None)
        leaf.verify_directly_issued_by(authority)
        names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (OSError, ValueError, TypeError, InvalidSignature, x509.ExtensionNotFound):
        return False  # missing or damaged: made anew
    addresses = names.get_values_for_type(x509.IPAddress)
    fits = ipaddress.ip_address(address) in addresses and key.public_key() == leaf.public_key()
    return fits and _lasts(leaf, RENEW_DAYS, now)


def _fingerprint(certificate: x509.Certificate) -> str:
    return certificate.fingerprint(hashes.SHA256()).hex(":").upper()


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _host_name() -> str:
    return socket.gethostname().split(".")[0][:32] or "this machine"


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _pem_key(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
