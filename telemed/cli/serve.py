"""`telemed serve`: works out what to run and hands it to the supervisor."""

from __future__ import annotations

import argparse
import asyncio
import dataclasses
import fcntl
import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from telemed import demo, logs
from telemed.cli import DEFAULT_CONFIG, banner
from telemed.config import Config, ConfigFaults, Fault, load, rules
from telemed.config.conflicts import conflicts
from telemed.config.files import KEY_VARIABLE, RECORDING_KEY_VARIABLE, is_too_long
from telemed.errors import ConfigError
from telemed.files import make_private_directory
from telemed.launch import Launch, encode
from telemed.layout import Layout
from telemed.supervisor.ports import check_tcp, check_udp, listen, media_ports
from telemed.supervisor.process import Command
from telemed.supervisor.service import Plan, Supervisor

LOOPBACK_HOSTS = ("127.0.0.1", "::1")  # browsers take either for localhost
DEMO_DIRECTORY = Path("var")
# Of the environment: the key goes by the orders, and only the supervisor speaks to systemd.
OURS_ALONE = frozenset({KEY_VARIABLE, "NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"})
NO_WORKERS = OURS_ALONE | {RECORDING_KEY_VARIABLE}  # workers write under the key of one recording, and read what anybody sends


class InUse(ConfigError):
    """Another server works in this directory."""

    code = "in_use"


@dataclass(frozen=True, slots=True)
class Service:
    """What is to be served, before any port is opened. `hosts` are the addresses to listen on."""

    config: Config
    hosts: tuple[str, ...]
    is_demo: bool
    address: str = ""  # of the LAN, for links; "" without --lan
    trust: banner.Trust | None = None
    path: str = ""  # of the configuration file
    examples: bool = False  # of a demo


def run(chosen: argparse.Namespace) -> int:
    """Serve until stopped; returns the exit code."""
    service = demo_service(chosen) if chosen.demo else configured_service(chosen)
    service = dataclasses.replace(service, examples=service.is_demo and chosen.examples)
    layout = Layout(service.config)
    _check_paths(layout, chosen.ready_file)
    make_private_directory(layout.root)
    make_private_directory(layout.run)
    logs.configure("supervisor", service.config.logging.level, form=service.config.logging.format)
    with _only_one(layout.supervisor_lock):
        sockets = listen(service.hosts, service.config.server.port)
        try:
            plan = _plan(service, layout, sockets, chosen.ready_file)
            return asyncio.run(_serve(plan))
        finally:
            for entry in sockets:
                entry.close()


def configured_service(chosen: argparse.Namespace) -> Service:
    """The service of a configuration file, with what the command line changes. Raises ConfigFaults."""
    if chosen.lan is not None:
        raise ConfigError("--lan belongs to --demo. With a configuration, set server.host, base_url and your certificate.")
    path = chosen.config or DEFAULT_CONFIG
    if chosen.config is None and not path.exists():
        raise ConfigError("There is no telemed.toml here. Make one with `telemed init`, or try `telemed serve --demo`.")
    written = load(path, os.environ)
    config = _overridden(written, chosen)
    known = conflicts(written)  # a key read from its file looks like a second source
    found = [problem for problem in conflicts(config) if problem not in known]
    if found:
        raise ConfigFaults([Fault(0, key, problem, fix) for key, problem, fix in found], "command line")
    hosts = LOOPBACK_HOSTS if config.server.host == "localhost" else (config.server.host,)
    return Service(config, hosts, is_demo=False, path=str(path.resolve()))


def demo_service(chosen: argparse.Namespace) -> Service:
    """The service of `--demo`: loopback, or the LAN address by HTTPS. Raises ConfigError."""
    directory = (chosen.var or DEMO_DIRECTORY).resolve()
    config = _overridden(demo.demo_config(directory, chosen.port, chosen.udp_port), chosen)
    if chosen.lan is None:
        if chosen.host and not rules.is_loopback_host(chosen.host):
            raise ConfigError("The demo serves this machine only. For phones on your network use --lan.")
        hosts = (chosen.host,) if chosen.host and chosen.host != "localhost" else LOOPBACK_HOSTS
        return Service(config, hosts, is_demo=True)
    return _lan_service(config, chosen.lan)


def _lan_service(config: Config, wanted: str) -> Service:
    from telemed import lan  # loads cryptography, which only --lan needs here

    address = lan.lan_address(wanted)
    tls = lan.prepare(Layout(config).local_ca, address, datetime.now(UTC))
    server = dataclasses.replace(config.server, tls_certificate=str(tls.certificate), tls_key=str(tls.key))
    trust = banner.Trust(tls.authority, tls.fingerprint)
    return Service(dataclasses.replace(config, server=server), (address, *LOOPBACK_HOSTS), True, address, trust)


def _overridden(config: Config, chosen: argparse.Namespace) -> Config:
    """`config` with what the command line says instead. Raises ConfigError for values out of bounds."""
    server, media, store, logging = config.server, config.media, config.store, config.logging
    if chosen.host is not None:
        server = dataclasses.replace(server, host=_checked(server, "host", chosen.host))
    if chosen.port is not None:
        server = dataclasses.replace(server, port=_checked(server, "port", chosen.port))
    if chosen.udp_port is not None:
        media = dataclasses.replace(media, udp_port=_checked(media, "udp_port", chosen.udp_port))
    if chosen.tcp_port is not None:
        media = dataclasses.replace(media, tcp_port=_checked(media, "tcp_port", chosen.tcp_port))
    if chosen.workers is not None:
        media = dataclasses.replace(media, workers=_checked(media, "workers", chosen.workers))
    if chosen.var is not None:
        store = dataclasses.replace(store, directory=str(chosen.var.resolve()))
    if chosen.log_level is not None:
        logging = dataclasses.replace(logging, level=_checked(logging, "level", chosen.log_level))
    if chosen.log_format is not None:
        logging = dataclasses.replace(logging, format=_checked(logging, "format", chosen.log_format))
    return dataclasses.replace(config, server=server, media=media, store=store, logging=logging)


def _checked(section: Any, key: str, value: object) -> Any:
    rule: rules.Rule = next(entry for entry in dataclasses.fields(section) if entry.name == key).metadata["rule"]
    try:
        return rule.read(value)
    except rules.BadValue as bad:
        raise ConfigError(f"--{key.replace('_', '-')} {bad}. Wanted: {rule.wanted}.") from None


def _plan(service: Service, layout: Layout, sockets: list[socket.socket], ready_file: Path | None) -> Plan:
    config = service.config
    workers = config.media.workers or max(1, (os.cpu_count() or 1) - 1)
    ports = media_ports(config, workers)
    check_udp([udp for udp, _ in ports])
    check_tcp([tcp for _, tcp in ports])
    launch = Launch(
        config=config,
        base_url=_base_url(service, int(sockets[0].getsockname()[1])),
        run_directory=str(layout.run),
        workers=workers,
        demo=service.is_demo,
        examples=service.examples,
        config_path=service.path,
        accounts_file=str(layout.demo_accounts) if service.is_demo else "",
        authority_file=str(service.trust.authority) if service.trust else "",
    )
    descriptors = tuple(entry.fileno() for entry in sockets)
    return Plan(
        control=_child("control", "telemed.app", dataclasses.replace(launch, http_descriptors=descriptors)),
        workers=tuple(
            _child(
                f"media-{index}",
                "telemed.worker",
                dataclasses.replace(launch, worker=index, udp_port=udp, tcp_port=tcp),
                NO_WORKERS,
            )
            for index, (udp, tcp) in enumerate(ports)
        ),
        run_directory=layout.run,
        faults_directory=layout.faults,
        facts=lambda: _facts(launch),
        stop_seconds=float(config.limits.stop_seconds),
        drain_seconds=float(config.limits.drain_seconds),
        reloads=bool(service.path),
        ready_file=ready_file,
        announce=lambda details: banner.show(details, service.trust),
    )


def _child(name: str, module: str, launch: Launch, hidden: frozenset[str] = OURS_ALONE) -> Command:
    environment = {key: value for key, value in os.environ.items() if key not in hidden}
    return Command(
        name=name,
        arguments=(sys.executable, "-m", module),
        orders=lambda descriptor: encode(dataclasses.replace(launch, notify_descriptor=descriptor)),
        descriptors=launch.http_descriptors,
        environment=environment,
    )


def _base_url(service: Service, port: int) -> str:
    if service.address:
        host = f"[{service.address}]" if ":" in service.address else service.address
        return f"https://{host}:{port}"
    return service.config.server.base_url or f"http://localhost:{port}"


def _facts(launch: Launch) -> dict[str, Any]:
    """What the ready file says besides ports; the accounts file is there when control is ready."""
    accounts = demo.read_accounts(Path(launch.accounts_file)) if launch.accounts_file else []
    facts = {"base_url": launch.base_url, "accounts": [dataclasses.asdict(account) for account in accounts]}
    return facts | ({"walk_in": f"{launch.base_url}/w#{demo.WALK_IN_TOKEN}"} if launch.examples else {})


async def _serve(plan: Plan) -> int:
    return await Supervisor(plan).run()


def _check_paths(layout: Layout, ready_file: Path | None) -> None:
    if is_too_long(str(layout.root)):
        raise ConfigError("The directory's path is too long for the names of sockets in it. Choose one below 80 bytes.")
    if ready_file is not None and not ready_file.resolve().parent.is_dir():
        raise ConfigError("The directory of --ready-file is not there.")


@contextmanager
def _only_one(path: Path) -> Iterator[None]:
    """Hold the lock of this directory. Raises InUse."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise InUse("Another telemed serves from this directory. Stop it, or name another: --var DIR.") from None
        yield
    finally:
        os.close(descriptor)
