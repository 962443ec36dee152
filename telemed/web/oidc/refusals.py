"""What can go wrong with a provider, as errors for the person and as one word in the log for the operator."""

from __future__ import annotations

import logging

from telemed.errors import NotSignedIn, Unavailable

log = logging.getLogger("telemed.web.oidc")

RETRY_SECONDS = 5.0


class ProviderUnreachable(Unavailable):
    """The provider does not answer, or not as one. `reason`: a word of ours, never of the provider."""

    def __init__(self, reason: str) -> None:
        super().__init__("The sign-in provider does not answer.", code="provider_unreachable", retry_after=RETRY_SECONDS)
        self.reason = reason


def unreachable(reason: str) -> ProviderUnreachable:
    """Try again later; the log says why."""
    log.warning("single sign-on is not available reason=%s", reason)
    return ProviderUnreachable(reason)


def refused(reason: str) -> NotSignedIn:
    """The provider said no: cancelled there, not allowed there, or the code was not good any more."""
    log.info("single sign-on was refused by the provider reason=%s", reason)
    return NotSignedIn("The sign-in provider did not let you in.", code="provider_refused")


def mistrusted(reason: str) -> NotSignedIn:
    """Its answer failed a check: somebody interferes, or it is set up wrongly."""
    log.warning("an answer of the sign-in provider was not trusted reason=%s", reason)
    return NotSignedIn("The answer of the sign-in provider was not accepted.", code="provider_mistrusted")
