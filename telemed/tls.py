"""The server's own TLS: TLS 1.2 or later with the configured files, which may be renewed while it runs."""

from __future__ import annotations

import logging
import ssl

from telemed.config import Config, Server
from telemed.errors import ConfigError

log = logging.getLogger(__name__)


class OwnTls:
    """One context for the life of the process. `context` is None when a proxy speaks TLS, or nobody does."""

    def __init__(self, server: Server) -> None:
        """Read certificate and key. Raises ConfigError."""
        self._server = server
        self.context: ssl.SSLContext | None = None
        if not server.tls_certificate:
            return
        self.context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self.context.minimum_version = ssl.TLSVersion.TLSv1_2
        _load(self.context, server)

    def renew(self, _: Config) -> None:
        """Read the files again: connections made from now on get them. Files that do not fit leave everything as it is."""
        if self.context is None:
            return
        try:
            _load(ssl.create_default_context(ssl.Purpose.CLIENT_AUTH), self._server)  # a trial: half a pair would stay behind
            _load(self.context, self._server)
        except ConfigError as error:
            log.error("certificate not renewed: %s", error.message)  # noqa: TRY400 - the operator's files, no place in code


def _load(context: ssl.SSLContext, server: Server) -> None:
    try:
        context.load_cert_chain(server.tls_certificate, server.tls_key)
    except (OSError, ssl.SSLError) as error:
        raise ConfigError("The TLS certificate or key cannot be used. `telemed doctor` says what is wrong.") from error
