"""The secret by which an SMS gateway proves itself when it reports what became of messages. No cookie, nothing in the path."""

from __future__ import annotations

import hmac
from collections.abc import Mapping

from telemed.care.notify.records import Route
from telemed.errors import NotFound, NotSignedIn
from telemed.web.settings import WebSettings


def check_report_secret(headers: Mapping[str, str], settings: WebSettings) -> None:
    """Raise NotFound while no secret is configured, NotSignedIn unless the request carries one. Compared in constant time."""
    if not _tokens(settings):
        raise NotFound()
    if not reported_routes(headers, settings):
        raise NotSignedIn("This needs the secret that was agreed on.", code="wrong_secret")


def reported_routes(headers: Mapping[str, str], settings: WebSettings) -> frozenset[Route]:
    """Return the routes whose secret the request carries: each gateway reports on what it was given and on nothing else."""
    given = headers.get("Authorization", "").encode(errors="surrogateescape")
    matches = [(route, hmac.compare_digest(given, f"Bearer {token}".encode())) for route, token in _tokens(settings)]
    return frozenset(route for route, is_same in matches if is_same)


def _tokens(settings: WebSettings) -> list[tuple[Route, str]]:
    """The secrets that are configured."""
    both = ((Route.FIRST, settings.report_token), (Route.SECOND, settings.second_report_token))
    return [(route, token) for route, token in both if token]
