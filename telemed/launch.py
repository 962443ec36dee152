"""What the supervisor tells a child at its start, as JSON on the child's standard input: nothing secret in arguments or files."""

from __future__ import annotations

import dataclasses
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from telemed.config import Config, from_table
from telemed.errors import ConfigError

MAX_LAUNCH_BYTES = 60 * 1024  # below the capacity of a pipe (64 KiB), so that writing it never waits


@dataclass(frozen=True, slots=True)
class Launch:
    """One child's orders. `config` is complete: paths absolute, ports and certificates chosen."""

    config: Config
    base_url: str  # what links begin with
    run_directory: str  # sockets; 0700
    workers: int  # number of media workers
    demo: bool = False
    examples: bool = False  # of a demo: something to try besides its accounts
    config_path: str = ""  # of the configuration file, for reloading; "" for a demo
    accounts_file: str = ""  # demo accounts to provide; "" when not a demo
    authority_file: str = ""  # local certificate authority that phones may fetch; "" without --lan
    http_descriptors: tuple[int, ...] = ()  # listening TCP sockets inherited by control
    worker: int = 0  # index of a media worker
    udp_port: int = 0  # of a media worker; 0 takes a free one
    tcp_port: int = 0  # of a media worker; 0 takes the UDP port's number if it is free
    notify_descriptor: int = -1  # pipe to the supervisor, -1: none

    @property
    def run_path(self) -> Path:
        """The directory of the sockets."""
        return Path(self.run_directory)

    def control_sockets(self) -> list[Path]:
        """The Unix sockets on which the media workers listen, by index."""
        return [worker_socket(self.run_path, index) for index in range(self.workers)]


def worker_socket(run_directory: Path, index: int) -> Path:
    """Where media worker `index` listens for control."""
    return run_directory / f"media-{index}.sock"


def admin_socket(run_directory: Path) -> Path:
    """Where control listens for commands of `telemed user add` and the like."""
    return run_directory / "admin.sock"


def encode(launch: Launch) -> bytes:
    """JSON bytes of `launch`."""
    raw = json.dumps(dataclasses.asdict(launch)).encode()
    if len(raw) > MAX_LAUNCH_BYTES:
        raise ConfigError("The configuration is too large to hand on.")
    return raw


def decode(raw: bytes) -> Launch:
    """The orders in `raw`. Raises ConfigError when they are not ours."""
    try:
        table: dict[str, Any] = json.loads(raw)
        config, problems = from_table(table.pop("config"))
        descriptors = tuple(int(number) for number in table.pop("http_descriptors"))
        launch = Launch(config=config, http_descriptors=descriptors, **table)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise ConfigError("The launch orders cannot be read.") from error
    if problems:
        raise ConfigError("The launch orders hold settings of another version.")
    return launch


def read(stream: BinaryIO | None = None) -> Launch:
    """Read the orders from standard input up to its end. Raises ConfigError."""
    return decode((stream or sys.stdin.buffer).read(MAX_LAUNCH_BYTES + 1))
