"""Answers about the clinic's sign-in provider (protocol section 1.10)."""

from __future__ import annotations

from telemed.web.response_models import Answer, Time


class ProviderAddress(Answer):
    """Where the browser goes."""

    url: str


class ProviderState(Answer):
    """Whether there is a provider, what it is called, and since when one's account is joined with an identity there."""

    is_on: bool
    label: str
    since: Time | None
