"""Asking a time-stamp service (RFC 3161, over HTTP as its section 3.4 has it) and judging the answer.

What reads and writes these messages is loaded with the first `Stamper`: few installations have such a service, all of them start.
"""

from __future__ import annotations

import hashlib
import importlib
from pathlib import Path
from typing import TYPE_CHECKING

import aiohttp
from cryptography import x509

from telemed.errors import ConfigError, TelemedError

if TYPE_CHECKING:
    from rfc3161_client import TimeStampRequest, TimeStampResponse

SECONDS = 30.0  # for the whole exchange
MAX_ANSWER_BYTES = 64 * 1024  # a stamp with its certificates has about 6 KiB
GRANTED = (0, 1)  # PKIStatus granted, grantedWithMods (RFC 3161 section 2.4.2)
QUERY, REPLY = "application/timestamp-query", "application/timestamp-reply"


class BadTimestamp(TelemedError):
    """The service refused, or what it sent is no stamp of what was asked."""

    code = "bad_timestamp"


class Stamper:
    """One service. `authority`: PEM file with its root certificates; without one the signature of its answers is not checked."""

    def __init__(self, url: str, authority: Path | None = None) -> None:
        importlib.import_module("rfc3161_client")  # now, at start: the first stamp must not hold up the event loop
        importlib.import_module("pyasn1_modules.rfc3161")
        self._url = url
        self._roots = _certificates(authority) if authority is not None else []

    async def stamp(self, content: bytes) -> bytes:
        """Return the service's answer (DER) for `content`. Raises BadTimestamp, aiohttp.ClientError, OSError, TimeoutError."""
        from rfc3161_client import HashAlgorithm, TimestampRequestBuilder  # see above

        request = TimestampRequestBuilder(content, HashAlgorithm.SHA256).build()
        answer = await self._ask(request.as_bytes())
        self._check(request, answer, content)
        return answer

    async def _ask(self, query: bytes) -> bytes:
        timeout = aiohttp.ClientTimeout(total=SECONDS)
        async with (
            aiohttp.ClientSession(timeout=timeout, auto_decompress=False) as session,
            session.post(self._url, data=query, headers={"Content-Type": QUERY}, allow_redirects=False) as answer,
        ):
            if answer.status != 200 or answer.content_type != REPLY:
                raise BadTimestamp("The time-stamp service did not answer with a time stamp.")
            content = bytearray()
            async for chunk in answer.content.iter_any():
                content += chunk
                if len(content) > MAX_ANSWER_BYTES:
                    raise BadTimestamp("The answer of the time-stamp service is too large.")
            return bytes(content)

    def _check(self, request: TimeStampRequest, answer: bytes, content: bytes) -> None:
        from rfc3161_client import VerificationError, VerifierBuilder, decode_timestamp_response  # see above

        try:
            response = decode_timestamp_response(_in_order(answer))
            _check_imprint(request, response, content)
            if self._roots:
                builder = VerifierBuilder.from_request(request)
                for root in self._roots:
                    builder = builder.add_root_certificate(root)
                builder.build().verify_message(response, content)
        except (ValueError, VerificationError) as error:
            raise BadTimestamp("The answer of the time-stamp service is no stamp of what was asked.") from error


def _in_order(answer: bytes) -> bytes:
    """The answer in DER. Services send certificates as a SET in any order (BER; OpenSSL's do); no signature covers that order.

    Raises ValueError.
    """
    from pyasn1.codec.ber import decoder  # see above
    from pyasn1.codec.der import encoder
    from pyasn1.error import PyAsn1Error
    from pyasn1_modules import rfc3161

    try:
        found, rest = decoder.decode(answer, asn1Spec=rfc3161.TimeStampResp(), decodeOpenTypes=True)
        ordered: bytes = encoder.encode(found)
    except PyAsn1Error as error:
        raise ValueError("no answer of RFC 3161") from error
    if rest:
        raise ValueError("more than an answer")
    return ordered


def _check_imprint(request: TimeStampRequest, response: TimeStampResponse, content: bytes) -> None:
    """It was granted, for these bytes, and as the answer to this very question. Raises ValueError."""
    if response.status not in GRANTED:
        raise ValueError("not granted")
    info = response.tst_info
    if info.message_imprint.message != hashlib.sha256(content).digest() or info.nonce != request.nonce:
        raise ValueError("a stamp of something else")


def _certificates(path: Path) -> list[x509.Certificate]:
    try:
        found = x509.load_pem_x509_certificates(path.read_bytes())
    except (OSError, ValueError) as error:
        raise ConfigError("audit.timestamp_authority_file holds no certificates.") from error
    return found
