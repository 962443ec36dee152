"""Headers that tell browsers what our pages may do, on every answer of the server, Socket.IO's included.

What only governs a document (its policy, its features, who may frame it) goes on documents alone: 1 KiB on each small file that
a page is made of costs a phone on a slow line seconds.
"""

from __future__ import annotations

from aiohttp import web

from telemed.web.settings import WebSettings

# Names of the Trusted Types policies the client creates. Preact and htm write no HTML strings, so none is needed.
TRUSTED_TYPES_POLICIES: tuple[str, ...] = ()

HSTS_SECONDS = 365 * 24 * 3600

_FEATURES_FOR_SELF = (
    "autoplay",
    "camera",
    "display-capture",
    "fullscreen",
    "geolocation",
    "microphone",
    "picture-in-picture",
    "screen-wake-lock",
)
# Types of which a browser makes no document that can run or frame anything. SVG is left out: opened by itself it runs scripts.
_INERT = frozenset(
    {
        "application/json",
        "application/manifest+json",
        "image/png",
        "image/webp",
        "image/x-icon",
        "text/css",
        "text/javascript",  # a page's scripts obey the page; ours start no workers, which would obey their own headers
    }
)
_INERT_KINDS = frozenset({"audio", "font", "video"})

_FEATURES_FOR_NOBODY = ("payment", "usb")


def _socket_origin(origin: str) -> str:
    """Return the WebSocket form of an origin; older Safari does not count it as 'self'."""
    return origin.replace("http", "ws", 1)


def content_security_policy(settings: WebSettings) -> str:
    """Return the policy (CSP level 3): everything from this server, nothing inline, no frames, no HTML from strings."""
    named = (origin for origin in settings.origins if "[" not in origin)  # CSP knows no IPv6 addresses; 'self' covers them
    sockets = " ".join(sorted(_socket_origin(origin) for origin in named))
    directives = (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "media-src 'self' blob: mediastream:",
        f"connect-src 'self' {sockets}",
        "font-src 'self'",
        "worker-src 'self'",
        "manifest-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        f"trusted-types {' '.join(TRUSTED_TYPES_POLICIES) or chr(39) + 'none' + chr(39)}",
    )
    return "; ".join(directives)


def permissions_policy() -> str:
    """Return the Permissions-Policy: what a call needs is ours alone, the rest is off."""
    own = [f"{feature}=(self)" for feature in _FEATURES_FOR_SELF]
    return ", ".join([*own, *(f"{feature}=()" for feature in _FEATURES_FOR_NOBODY)])


def common_headers(settings: WebSettings) -> dict[str, str]:
    """Return the headers of every answer: no type is guessed, no other site reads it, and TLS stays."""
    headers = {
        "Cross-Origin-Resource-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
    }
    if settings.secure and not settings.demo:  # a demo's own certificate goes away; a browser's memory of HSTS would stay
        headers["Strict-Transport-Security"] = f"max-age={HSTS_SECONDS}"
    return headers


def document_headers(settings: WebSettings) -> dict[str, str]:
    """Return what a browser obeys when it shows an answer as a document, besides the common headers."""
    return {
        "Content-Security-Policy": content_security_policy(settings),
        "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": permissions_policy(),
        "Referrer-Policy": "no-referrer",
        "X-Frame-Options": "DENY",  # for browsers that do not know frame-ancestors
    }


def is_inert(content_type: str) -> bool:
    """Tell whether no browser makes a document with rights of its own of such an answer; a type we did not think of is none."""
    return content_type in _INERT or content_type.partition("/")[0] in _INERT_KINDS


def add_security_headers(app: web.Application, settings: WebSettings) -> None:
    """Put the headers on every response of `app`; API answers may not be kept by any cache."""
    common, document = common_headers(settings), document_headers(settings)

    async def prepare(_: web.Request, response: web.StreamResponse) -> None:
        response.headers.update(common)
        if not is_inert(response.content_type):
            response.headers.update(document)
        response.headers.pop("Server", None)
        if "Cache-Control" not in response.headers:
            response.headers["Cache-Control"] = "no-store"

    app.on_response_prepare.append(prepare)
