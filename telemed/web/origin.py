"""Cross-site requests: may this request change state? Origin (RFC 6454) and Sec-Fetch-Site (Fetch Metadata) decide.

Browsers send Origin with every request that is not GET or HEAD. A request without one comes from another program; it may carry a
bearer token, but no cookie, which is the only thing another site could make a browser lend.
"""

from __future__ import annotations

from collections.abc import Mapping

SAFE_METHODS = frozenset({"GET", "HEAD"})
CLIENT_HEADER = "X-Telemed-Client"  # protocol 1.1: "1" from clients that are no browser


def may_change_state(headers: Mapping[str, str], origins: frozenset[str]) -> bool:
    """Tell whether a state-changing request with these headers may go on. `origins`: those under which we are reached."""
    if headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
        return False
    origin = headers.get("Origin")
    if origin is not None:
        return origin in origins
    return "Cookie" not in headers


def is_other_program(headers: Mapping[str, str]) -> bool:
    """Tell whether the client says it is no browser and nothing contradicts it: it gets its token in the body."""
    return headers.get(CLIENT_HEADER) == "1" and "Origin" not in headers and "Sec-Fetch-Site" not in headers
