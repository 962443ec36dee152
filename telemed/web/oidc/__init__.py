"""Sign-in of staff by the clinic's own provider: OpenID Connect Core 1.0, authorization code with PKCE (RFC 7636, RFC 9700)."""
