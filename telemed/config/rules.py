"""What one value of the configuration may be: type, bounds, and the words that tell the operator how to mend it."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

Value = str | int | bool | tuple[str, ...]
# RFC 1123 section 2.1; a last label of digits alone would be a mistyped address.
HOST_NAME = re.compile(r"(?!(?:.*\.)?[0-9]+$)(?!-)[A-Za-z0-9-]{1,63}(?<!-)(\.(?!-)[A-Za-z0-9-]{1,63}(?<!-))*")
EMERGENCY_NUMBER = re.compile(r"[0-9]{2,15}")
PHONE = re.compile(r"(?=(?:[^0-9]*[0-9]){3})[0-9+()/ .-]{3,32}")  # as people write them; dialled without all but + and digits
INSTALLATION_KEY = re.compile(r"[\x21-\x7e]{43,256}")  # 43 characters of base64 are 256 bits (HS256, RFC 7518 section 3.2)
SIGNER = re.compile(r"telemed-signer-[A-Za-z0-9_-]{43}")  # base64url of a 32-byte Ed25519 private key
RECIPIENT = re.compile(r"telemed-recipient-[A-Za-z0-9_-]{43}")  # base64url of a 32-byte X25519 public key
METRICS_TOKEN = re.compile(r"[\x21-\x7e]{16,256}")
TURN_SECRET = re.compile(r"[A-Za-z0-9_-]{32,256}")  # nothing that coturn's file or a shell would take for something else
REPORT_TOKEN = re.compile(r"[\x21-\x7e]{24,256}")  # asked for from the whole internet
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
# RFC 5321 section 4.1.2, without quoted local parts and address literals
MAIL_ADDRESS = re.compile(rf"(?=.{{3,254}}$)(?=.{{1,64}}@){_ATOM}(?:\.{_ATOM})*@{_LABEL}(?:\.{_LABEL})*")
MAX_TEXT = 512  # characters of any text value: longer is a paste error
TYPE_NAMES: dict[type, str] = {
    bool: "true or false",
    int: "a number",
    float: "a decimal number",
    str: "a text",
    list: "a list",
    dict: "a table",
}
MAX_ITEMS = 32  # entries of any list


class BadValue(Exception):
    """The value breaks its rule. The text says what is wanted."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One key's rule. `read` turns what TOML gave into the value, or raises BadValue; `wanted` is the fix to show."""

    read: Callable[[object], Value]
    wanted: str


def text(low: int, high: int) -> Rule:
    """A string of `low` to `high` characters without control characters."""
    wanted = f'a text in quotes of {low} to {high} characters, for example "..."'

    def read(value: object) -> Value:
        string = _string(value)
        if not low <= len(string) <= high or string != string.strip() or not string.isprintable():
            raise BadValue("has the wrong length, or white space or control characters at its ends")
        return string

    return Rule(read, wanted)


def matching(pattern: re.Pattern[str], wanted: str, *, optional: bool = False) -> Rule:
    """A string that `pattern` matches as a whole, or the empty string when `optional`."""

    def read(value: object) -> Value:
        string = _string(value)
        if string == "" and optional:
            return string
        if not pattern.fullmatch(string):
            raise BadValue("has the wrong form")
        return string

    return Rule(read, wanted)


def integer(low: int, high: int, unit: str) -> Rule:
    """A whole number from `low` to `high`; `unit` is for the message."""

    def read(value: object) -> Value:
        if isinstance(value, bool) or not isinstance(value, int):
            raise BadValue(f"is {type_name(value)} where a whole number is wanted")
        if not low <= value <= high:
            raise BadValue("is out of bounds")
        return value

    return Rule(read, f"a whole number from {low} to {high} ({unit}), without quotes")


def boolean() -> Rule:
    """true or false."""

    def read(value: object) -> Value:
        if not isinstance(value, bool):
            raise BadValue(f"is {type_name(value)} where true or false is wanted")
        return value

    return Rule(read, "true or false, without quotes")


def choice(*allowed: str) -> Rule:
    """One of a few words."""
    wanted = "one of " + ", ".join(f'"{word}"' for word in allowed)

    def read(value: object) -> Value:
        string = _string(value)
        if string not in allowed:
            raise BadValue("is none of the allowed words")
        return string

    return Rule(read, wanted)


def each(item: Callable[[str], bool], wanted: str) -> Rule:
    """A list of different strings, all of which `item` accepts."""

    def read(value: object) -> Value:
        if not isinstance(value, (list, tuple)):
            raise BadValue(f"is {type_name(value)} where a list is wanted")
        items = tuple(_string(entry) for entry in value)
        if len(items) > MAX_ITEMS or len(set(items)) != len(items):
            raise BadValue("is too long or names something twice")
        wrong = [index + 1 for index, entry in enumerate(items) if not item(entry)]
        if wrong:
            raise BadValue(f"has a wrong entry at place {wrong[0]}")
        return items

    return Rule(read, wanted)


def host(wanted: str = 'an address such as "127.0.0.1" or "::", or a host name', *, optional: bool = False) -> Rule:
    """An address to listen on or to speak to, or a name that resolves to one; or the empty string when `optional`."""

    def read(value: object) -> Value:
        string = _string(value)
        if not (optional and string == "") and not is_address(string) and not HOST_NAME.fullmatch(string):
            raise BadValue("is neither an address nor a host name")
        return string

    return Rule(read, wanted)


def origin() -> Rule:
    """Scheme, host and port as people type them, nothing after; or empty."""

    def read(value: object) -> Value:
        string = _string(value)
        if string and not is_origin(string):
            raise BadValue("is not the start of a web address")
        return string

    return Rule(read, '"https://care.example.org" (scheme and host, a port if it is not the usual one, no path)')


def web_address() -> Rule:
    """An address to post to: scheme, host, path and query, no user name; or empty."""

    def read(value: object) -> Value:
        string = _string(value)
        if string and not _is_web_address(string):
            raise BadValue("is not a web address")
        return string

    return Rule(read, '"https://sms.example.org/send" (no user name or fragment in it)')


def _is_web_address(string: str) -> bool:
    try:
        parts = urlsplit(string)
        bare = not (parts.fragment or parts.username or parts.password)
        origin_part = f"{parts.scheme}://{parts.netloc}"
    except ValueError:
        return False
    return bare and is_origin(origin_part) and string.isascii() and string.isprintable() and " " not in string


def is_origin(string: str) -> bool:
    """True for `http(s)://host[:port]` and nothing else."""
    try:
        parts = urlsplit(string)
        port_ok = parts.port is None or 0 < parts.port <= 65535
    except ValueError:
        return False
    bare = not (parts.path or parts.query or parts.fragment or parts.username or parts.password)
    name = parts.hostname or ""
    known_host = is_address(name) or HOST_NAME.fullmatch(name) is not None
    return port_ok and bare and parts.scheme in ("http", "https") and known_host


def is_address(string: str) -> bool:
    """True for an IPv4 or IPv6 address without a zone."""
    try:
        return not getattr(ipaddress.ip_address(string), "scope_id", None)
    except ValueError:
        return False


def is_announceable(string: str) -> bool:
    """True for an address that a client could send to."""
    if not is_address(string):
        return False
    address = ipaddress.ip_address(string)
    return not (address.is_unspecified or address.is_multicast)


def is_loopback_host(string: str) -> bool:
    """True when only this machine can reach what listens on `string`."""
    if string == "localhost":
        return True
    return is_address(string) and ipaddress.ip_address(string).is_loopback


def type_name(value: object) -> str:
    """What an operator calls the type of a TOML value."""
    return TYPE_NAMES.get(type(value), "a date or time")


def _string(value: object) -> str:
    if not isinstance(value, str):
        raise BadValue(f"is {type_name(value)} where a text is wanted")
    if len(value) > MAX_TEXT or "\x00" in value:
        raise BadValue("is too long")
    return value
