"""The files of an installation on Debian, each as it should be, written only where it is not."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from telemed.errors import InvalidInput
from telemed.install import unit
from telemed.sfu.udp_socket import BUFFER_BYTES

UNIT = Path("/etc/systemd/system/telemed.service")
SYSUSERS = Path("/etc/sysusers.d/telemed.conf")
TMPFILES = Path("/etc/tmpfiles.d/telemed.conf")
SYSCTL = Path("/etc/sysctl.d/60-telemed.conf")
FILE_MODE = 0o644  # none of them holds a secret
USER_NAME = re.compile(r"[a-z_][a-z0-9_-]{0,30}")


@dataclass(frozen=True, slots=True)
class File:
    """One file and what it should say."""

    path: Path
    content: str


def files(service: unit.Service) -> Iterator[File]:
    """All files. Raises InvalidInput for a user's name that Debian would refuse."""
    if not USER_NAME.fullmatch(service.user):
        raise InvalidInput("This is no name for a system user.", field="user")
    account = f'u {service.user} - "telemed server" /var/lib/telemed'
    yield File(SYSUSERS, f"# The user telemed runs as: no password, no shell.\n{account}\n")
    yield File(TMPFILES, _directories(service))
    yield File(SYSCTL, _buffers())
    yield File(UNIT, unit.render(service))


def put(file: File, root: Path, dry_run: bool) -> str:
    """Bring one file below `root` to its content; "unchanged", "written" or "replaced" (or what it would be)."""
    target = root / file.path.relative_to("/")
    try:
        present = target.read_text("utf-8")
    except FileNotFoundError:
        present = None
    if present == file.content:
        return "unchanged"
    if not dry_run:
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary = target.with_name(f".{target.name}.new")
        temporary.write_text(file.content, "utf-8")
        temporary.chmod(FILE_MODE)
        os.replace(temporary, target)
    return "written" if present is None else "replaced"


def _directories(service: unit.Service) -> str:
    """tmpfiles.d(5): made at boot and at install, rights put right each time."""
    user = service.user
    places = [service.config.parent, *service.writable]
    lines = [f"d {_escaped(place)} 0700 {user} {user} -" for place in dict.fromkeys(places)]
    return "\n".join(["# Directories of telemed: its user's alone.", *lines, ""])


def _buffers() -> str:
    """Bursts of video packets need more than the kernel grants by default (212992 bytes)."""
    return f"# Socket buffers of the media workers.\nnet.core.rmem_max = {BUFFER_BYTES}\nnet.core.wmem_max = {BUFFER_BYTES}\n"


def _escaped(path: Path) -> str:
    return str(path).replace("%", "%%").replace(" ", "\\x20")
