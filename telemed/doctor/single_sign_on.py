"""Single sign-on: does the clinic's provider answer, is it who it should be, and has it keys that we accept?"""

from __future__ import annotations

import asyncio

from telemed.clock import SystemClock
from telemed.config import Config
from telemed.doctor.findings import Finding, fault, ok
from telemed.web.oidc.provider import DOCUMENT, Described, Provider
from telemed.web.oidc.refusals import ProviderUnreachable
from telemed.web.oidc.settings import OidcSettings

SUBJECT = "sign-on"
LONGEST_SECONDS = 12.0  # two answers of at most 4 s each
CLOSING_SECONDS = 0.05  # a connection ends a moment after it was closed, and the loop must live for it

ADVICE = {
    "no_connection": ("the provider cannot be reached", "check oidc.issuer, the name service, and whether a firewall is between"),
    "too_slow": ("the provider does not answer within 4 s", "check oidc.issuer, and whether a firewall is between"),
    "tls": ("the provider's certificate is not accepted", "name the PEM file of its authority in oidc.authority_file"),
    "issuer": (
        "the provider calls itself something else than oidc.issuer",
        f"copy `issuer` exactly as it stands in its {DOCUMENT}",
    ),
    "redirects": ("the provider sends us elsewhere, which is not followed", "write oidc.issuer as the provider itself does"),
    "not_https": ("the provider names an address without TLS", "set up TLS at the provider"),
    "no_json": ("what answers is no provider of OpenID Connect", "check oidc.issuer"),
    "too_large": ("the provider's answer is larger than 256 KiB", "check oidc.issuer"),
}
MISSING = ("the provider's description lacks what we need", "check oidc.issuer; the provider must speak OpenID Connect Discovery")
NOT_THERE = ("there is no description of a provider below oidc.issuer", f"correct it: {DOCUMENT} below it must answer 200")
NO_KEYS = ("the provider has no key that we accept", "let it sign ID tokens with RS256 (2048 bits), ES256 or EdDSA")


def single_sign_on(config: Config) -> list[Finding]:
    """One line for the provider, one with the redirect address to register there. Asks the provider; nobody is signed in."""
    base_url = config.server.base_url or f"http://localhost:{config.server.port}"
    settings = OidcSettings.configured(config.oidc, base_url)
    if settings is None:
        return [ok(SUBJECT, "not configured: staff sign in with passwords and passkeys")]
    return [asyncio.run(_asked(settings)), ok(SUBJECT, f"redirect address to register there: {settings.redirect_uri}")]


async def _asked(settings: OidcSettings) -> Finding:
    provider = Provider(settings, SystemClock())
    try:
        async with asyncio.timeout(LONGEST_SECONDS):
            return _judged(await provider.describe())
    except TimeoutError:
        return fault(SUBJECT, *ADVICE["too_slow"])
    except ProviderUnreachable as error:
        text, fix = ADVICE.get(error.reason, NOT_THERE if error.reason.startswith("status_") else MISSING)
        return fault(SUBJECT, f"{text} (reason={error.reason})", fix)
    finally:
        await provider.close()
        await asyncio.sleep(CLOSING_SECONDS)


def _judged(described: Described) -> Finding:
    if not len(described.keys):
        return fault(SUBJECT, *NO_KEYS)
    return ok(SUBJECT, f"the provider answers, is the configured issuer, and has {len(described.keys)} keys that we accept")
