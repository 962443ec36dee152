"""The systemd unit. Every restriction has its reason beside it; what is left out has one, too."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from telemed import exits
from telemed.config import Limits

WATCHDOG_SECONDS = 60  # the supervisor reports four times in this span; it watches the other processes itself
SPARE_SECONDS = 30  # beyond drain and stop, before systemd kills
LOWEST_FREE_PORT = 1024  # below it CAP_NET_BIND_SERVICE is needed

TEMPLATE = """\
# Written by `telemed install`. Change it with `systemctl edit telemed` (a drop-in), not here: the next install writes it anew.
[Unit]
Description=telemed, video consultations
Documentation=man:systemd.service(5)
After=network-online.target time-sync.target
Wants=network-online.target
StartLimitIntervalSec=300
StartLimitBurst=5

[Service]
Type=notify
NotifyAccess=main
User={user}
Group={user}
ExecStart={program} serve --config {config}
ExecReload=/bin/kill -HUP $MAINPID
Restart=always
RestartSec=2
# A faulty configuration, or a database that could not be brought up to date: starting again is no use.
RestartPreventExitStatus={config_fault}
WatchdogSec={watchdog}
# SIGTERM goes to the supervisor alone, which waits for running calls and then stops in order.
KillMode=mixed
TimeoutStopSec={stop_seconds}
TimeoutStartSec=600
# One killed media worker is started again by the supervisor; its calls come back by themselves.
OOMPolicy=continue
LimitNOFILE=65536
TasksMax=1024
UMask=0077

# Files: everything read-only but what is ours.
ProtectSystem=strict
ReadWritePaths={writable}
ProtectHome={protect_home}
PrivateTmp=yes
PrivateDevices=yes
ProtectProc=invisible
RemoveIPC=yes

# Rights: none to gain, none to keep.
NoNewPrivileges=yes
CapabilityBoundingSet={capabilities}
AmbientCapabilities={capabilities}
RestrictSUIDSGID=yes
LockPersonality=yes
RestrictNamespaces=yes
RestrictRealtime=yes
KeyringMode=private

# The kernel: nothing of it may be changed.
ProtectKernelTunables=yes
ProtectKernelModules=yes
ProtectKernelLogs=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectClock=yes

# AF_NETLINK: the addresses of this machine are read from it (getifaddrs(3)).
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged @obsolete
SystemCallErrorNumber=EPERM
# MemoryDenyWriteExecute= is left out: the DTLS library (pyOpenSSL) makes its callbacks with cffi, which needs such memory.

[Install]
WantedBy=multi-user.target
"""


@dataclass(frozen=True, slots=True)
class Service:
    """What the unit depends on."""

    user: str
    program: Path  # the `telemed` command
    config: Path
    writable: tuple[Path, ...]
    port: int
    limits: Limits


def render(service: Service) -> str:
    """The unit's text."""
    capabilities = "CAP_NET_BIND_SERVICE" if 0 < service.port < LOWEST_FREE_PORT else ""
    return TEMPLATE.format(
        user=service.user,
        program=_quoted(service.program),
        config=_quoted(service.config),
        config_fault=exits.CONFIG,
        watchdog=WATCHDOG_SECONDS,
        stop_seconds=service.limits.drain_seconds + service.limits.stop_seconds + SPARE_SECONDS,
        writable=" ".join(_quoted(path) for path in service.writable),
        protect_home="read-only" if _is_at_home(service.program) else "yes",
        capabilities=capabilities,
    )


def _quoted(path: Path) -> str:
    """A path as systemd reads it (systemd.syntax(7)): % doubled, quoted when it holds white space."""
    text = str(path).replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return f'"{text}"' if any(char.isspace() for char in text) else text


def _is_at_home(program: Path) -> bool:
    return program.is_relative_to("/home") or program.is_relative_to("/root") or program.is_relative_to("/run/user")
