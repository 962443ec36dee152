"""The secret by which an SMS gateway proves itself when it reports what became of messages. No cookie, nothing in the path."""

from __future__ import annotations

import hmac
from collections.abc import Mapping

from telemed.errors import NotFound, NotSignedIn
from telemed.web.settings import WebSettings


def check_report_secret(headers: Mapping[str, str], settings: WebSettings) -> None:
    """Raise NotFound while no secret is configured, NotSignedIn unless the request carries it. Compared in constant time."""
    tokens = [token for token in (settings.report_token, settings.second_report_token) if token]
    if not tokens:
        raise NotFound()
    given = headers.get("Authorization", "").encode(errors="surrogateescape")
    if not any([hmac.compare_digest(given, f"Bearer {token}".encode()) for token in tokens]):
        raise NotSignedIn("This needs the secret that was agreed on.", code="wrong_secret")
