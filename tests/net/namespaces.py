"""Network namespaces joined by veth pairs, removed at the end whatever happened. Needs root."""

from __future__ import annotations

import contextlib
import itertools
import os
import pathlib
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field

_numbers = itertools.count(1)


def run(*command: str) -> str:
    """Run a command; raises AssertionError with what it said when it fails."""
    done = subprocess.run(command, capture_output=True, text=True, timeout=10, check=False)
    if done.returncode:
        raise AssertionError(f"{' '.join(command)}: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout


@dataclass(frozen=True)
class Namespace:
    """One network namespace with its loopback up."""

    name: str

    @property
    def prefix(self) -> tuple[str, ...]:
        """What to put before a command to run it inside."""
        return ("ip", "netns", "exec", self.name)

    def ip(self, *arguments: str) -> str:
        """`ip` inside."""
        return run("ip", "-n", self.name, *arguments)

    def add_address(self, interface: str, address: str) -> None:
        """Give `interface` an address with prefix length; IPv6 ones may be used at once."""
        self.ip("address", "add", address, "dev", interface, *(("nodad",) if ":" in address else ()))

    def wrapper(self, folder: pathlib.Path, program: pathlib.Path) -> pathlib.Path:
        """An executable file that runs `program` inside, for callers that take only a path."""
        path = folder / f"{self.name}-{program.name}"
        path.write_text(f'#!/bin/sh\nexec {" ".join(self.prefix)} {program} "$@"\n')
        path.chmod(0o700)
        return path


@dataclass
class Network:
    """Namespaces by the role they play in a test."""

    namespaces: dict[str, Namespace] = field(default_factory=dict)

    def add(self, role: str) -> Namespace:
        """A new namespace; its name carries our pid, so that runs do not meet."""
        made = Namespace(f"telemed-{os.getpid()}-{next(_numbers)}-{role}"[:60])
        run("ip", "netns", "add", made.name)
        self.namespaces[role] = made
        made.ip("link", "set", "lo", "up")
        return made

    def join(self, one: Namespace, interface: str, other: Namespace, other_interface: str) -> None:
        """A cable between two interfaces that are thereby made, and switched on."""
        one.ip("link", "add", interface, "type", "veth", "peer", "name", other_interface, "netns", other.name)
        one.ip("link", "set", interface, "up")
        other.ip("link", "set", other_interface, "up")

    def remove(self) -> None:
        """Take everything away; the veth pairs go with their namespaces."""
        for made in self.namespaces.values():
            with contextlib.suppress(AssertionError):
                run("ip", "netns", "delete", made.name)
        self.namespaces.clear()


@contextlib.contextmanager
def network(*roles: str) -> Iterator[Network]:
    """A network of empty namespaces, one for each role."""
    made = Network()
    try:
        for role in roles:
            made.add(role)
        yield made
    finally:
        made.remove()
