"""`telemed doctor`: a report, worst news first in the exit code."""

from __future__ import annotations

import argparse
import os
from datetime import UTC, datetime
from pathlib import Path

from telemed import exits, logs
from telemed.cli import DEFAULT_CONFIG
from telemed.config import Config, ConfigFaults, load
from telemed.demo import DEMO_UDP_PORT
from telemed.doctor import audit, backups, machine, network, recordings, relay, single_sign_on, tls, ways_in, ways_out
from telemed.doctor.findings import Finding, Level, fault, ok
from telemed.layout import Layout


def run(chosen: argparse.Namespace) -> int:
    """Print one line per check; exit code 1 when there is a fault."""
    logs.configure("doctor", "error")
    config, found = _configuration(chosen)
    found += report(config)
    print("\n".join(finding.render() for finding in found))
    return exits.FAILED if any(finding.level is Level.FAULT for finding in found) else exits.OK


def report(config: Config) -> list[Finding]:
    """All checks on an installation with these settings (or the defaults)."""
    layout = Layout(config)
    now = datetime.now(UTC)
    return [
        *machine.versions(),
        *network.ports(config, layout),
        *network.addresses(config),
        *(ways_in.ways_in(config) if network.is_serving(layout) else [ok("ways in", "are tried while the server runs")]),
        *network.buffers(),
        *tls.certificate(config.server, now),
        *relay.relay(config, now),
        *ways_out.ways_out(config),
        *single_sign_on.single_sign_on(config),
        *audit.checkpoints(config, now),
        *machine.privacy(layout.root),
        *machine.disk(layout.root, config.limits),
        *recordings.recordings(layout),
        *backups.backups(config.backup, layout.root, now),
        *machine.clock(now),
        *machine.descriptors(),
        *machine.media_library(),
    ]


def _configuration(chosen: argparse.Namespace) -> tuple[Config, list[Finding]]:
    """The settings to check; without a file those of the demo."""
    if chosen.config == DEFAULT_CONFIG and not DEFAULT_CONFIG.exists():
        return _demo_settings(chosen.var or Path("var")), [ok("config", "no telemed.toml here: the demo's settings are checked")]
    try:
        return load(chosen.config, os.environ), [ok("config", "good")]
    except ConfigFaults as faults:
        texts = [entry.render(chosen.config.name).removesuffix(f" Fix: {entry.fix}.") for entry in faults.faults]
        lines = [fault("config", text, entry.fix) for text, entry in zip(texts, faults.faults, strict=True)]
        return _demo_settings(Path("var")), lines


def _demo_settings(directory: Path) -> Config:
    from telemed.config import Media, Store

    media = Media(udp_port=DEMO_UDP_PORT, announce_loopback=True)
    return Config(media=media, store=Store(directory=str(directory.resolve())))
