"""What is configured about the provider."""

from __future__ import annotations

from dataclasses import dataclass, field

from telemed.config.model import Oidc

CALLBACK = "/auth/oidc/callback"  # below our base URL: what is registered with the provider


@dataclass(frozen=True, slots=True)
class OidcSettings:
    """The provider and how far it is trusted. `issuer` is compared as a string (OpenID Connect Core section 3.1.3.7)."""

    issuer: str
    client_id: str
    redirect_uri: str
    client_secret: str = field(default="", repr=False)  # empty: a public client
    label: str = ""
    authority_file: str = ""  # PEM; empty: the authorities of this machine
    link_by_email: bool = False
    trust_factors: bool = False

    @classmethod
    def configured(cls, given: Oidc, base_url: str) -> OidcSettings | None:
        """Those of the configuration; None when the clinic has no provider."""
        if not given.issuer:
            return None
        return cls(
            issuer=given.issuer,
            client_id=given.client_id,
            redirect_uri=base_url + CALLBACK,
            client_secret=given.client_secret,
            label=given.label,
            authority_file=given.authority_file,
            link_by_email=given.link_by_email,
            trust_factors=given.trust_provider_factors,
        )

    @property
    def is_plain(self) -> bool:
        """Spoken to without TLS; the configuration allows that on loopback only."""
        return self.issuer.startswith("http://")

    @property
    def scope(self) -> str:
        """What is asked for: no more than is used."""
        return "openid email" if self.link_by_email else "openid"
