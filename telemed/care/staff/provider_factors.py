"""Whether a sign-in provider asked for more than one factor, as far as its words tell."""

from __future__ import annotations

from collections.abc import Collection

# Authentication method references (RFC 8176 section 2) by what they show. `mfa` says by itself that there were several.
_KNOWN = frozenset({"pwd", "pin", "kba"})
_HELD = frozenset({"otp", "sms", "tel", "hwk", "swk", "sc"})
_INBORN = frozenset({"face", "fpt", "iris", "retina", "vbm"})
MULTI_FACTOR = "mfa"

# Classes that stand for several factors: OpenID EAP ACR values 1.0, REFEDS MFA profile, PAPE policies, NIST assurance levels.
MULTI_FACTOR_CLASSES = frozenset(
    {
        "phr",
        "phrh",
        "https://refeds.org/profile/mfa",
        "http://schemas.openid.net/pape/policies/2007/06/multi-factor",
        "http://idmanagement.gov/ns/assurance/aal/2",
        "http://idmanagement.gov/ns/assurance/aal/3",
    }
)


def says_multi_factor(methods: Collection[str], context_class: str) -> bool:
    """Whether `amr` or `acr` of a sign-in (OpenID Connect Core section 2) says that two different kinds of factor were shown."""
    named = frozenset(methods)
    if MULTI_FACTOR in named or context_class in MULTI_FACTOR_CLASSES:
        return True
    return sum(bool(named & kind) for kind in (_KNOWN, _HELD, _INBORN)) > 1
