"""Errors typed by who is at fault and who may read them; `web` and `signaling` map them to the wire in one place each.

`code` is stable and machine-readable; clients translate it. `message` is a plain English sentence without any value that came
from outside (no names, tokens, addresses or text), so it may be logged and shown.
"""

from __future__ import annotations


class TelemedError(Exception):
    """Root of every error we raise on purpose."""

    status = 500
    code = "internal"

    def __init__(self, message: str, *, code: str | None = None, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or type(self).code
        self.field = field


class InvalidInput(TelemedError):
    """The request has the wrong shape, type or size: the client is at fault."""

    status = 400
    code = "invalid_input"


class NotSignedIn(TelemedError):
    """No valid identity came with the request."""

    status = 401
    code = "not_signed_in"


class NotAllowed(TelemedError):
    """The identity is known and may not do this. One fixed phrase, whatever the reason."""

    status = 403
    code = "not_allowed"

    def __init__(self, message: str = "You may not do this.", *, code: str | None = None) -> None:
        super().__init__(message, code=code)


class NotFound(TelemedError):
    """No such thing, or it belongs to someone else: the answer is the same."""

    status = 404
    code = "not_found"

    def __init__(self, message: str = "Not found.", *, code: str | None = None) -> None:
        super().__init__(message, code=code)


class Conflict(TelemedError):
    """The thing is in a state that does not allow this now."""

    status = 409
    code = "conflict"


class AttemptRefused(Conflict):
    """The number of a PeerConnection is not next: `next_attempt` would be accepted now, whatever the client's clock says."""

    def __init__(self, message: str, *, code: str, next_attempt: int) -> None:
        super().__init__(message, code=code)
        self.next_attempt = next_attempt


class TooEarly(Conflict):
    """The thing will be there later: `retry_after` seconds from now."""

    code = "too_early"

    def __init__(self, message: str = "It is too early.", *, retry_after: float) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Gone(TelemedError):
    """It existed and has ended: an expired or revoked link, an ended visit."""

    status = 410
    code = "gone"


class TooLarge(TelemedError):
    """The request is bigger than we accept."""

    status = 413
    code = "too_large"


class TooMany(TelemedError):
    """Too many requests; `retry_after` is in seconds."""

    status = 429
    code = "too_many"

    def __init__(self, message: str = "Too many requests. Please wait.", *, retry_after: float = 1.0) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Unavailable(TelemedError):
    """A part of the server is not there right now; trying again soon is right."""

    status = 503
    code = "unavailable"

    def __init__(self, message: str = "Not available right now.", *, code: str | None = None, retry_after: float = 1.0) -> None:
        super().__init__(message, code=code)
        self.retry_after = retry_after


class ProtocolError(TelemedError):
    """A peer of ours (browser, worker, control) broke the protocol; its connection may be closed."""

    status = 400
    code = "protocol_error"


class ConfigError(TelemedError):
    """The configuration is wrong: the operator can mend it."""

    code = "config"
