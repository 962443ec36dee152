"""Headers that tell browsers what our pages may do. They go on every answer of the server, Socket.IO's included."""

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
    "microphone",
    "picture-in-picture",
    "screen-wake-lock",
)
_FEATURES_FOR_NOBODY = ("geolocation", "payment", "usb")


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


def security_headers(settings: WebSettings) -> dict[str, str]:
    """Return the headers of every answer."""
    headers = {
        "Content-Security-Policy": content_security_policy(settings),
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": permissions_policy(),
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",  # for browsers that do not know frame-ancestors
    }
    if settings.secure and not settings.demo:  # a demo's own certificate goes away; a browser's memory of HSTS would stay
        headers["Strict-Transport-Security"] = f"max-age={HSTS_SECONDS}"
    return headers


def add_security_headers(app: web.Application, settings: WebSettings) -> None:
    """Put the headers on every response of `app`; API answers may not be kept by any cache."""
    headers = security_headers(settings)

    async def prepare(request: web.Request, response: web.StreamResponse) -> None:
        response.headers.update(headers)
        response.headers.pop("Server", None)
        if "Cache-Control" not in response.headers:
            response.headers["Cache-Control"] = "no-store"

    app.on_response_prepare.append(prepare)
