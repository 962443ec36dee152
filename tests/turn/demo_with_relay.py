"""`telemed` whose demo has the [turn] of the configuration file that is the first argument: demos have no file of their own."""

from __future__ import annotations

import dataclasses
import os
import pathlib
import sys
from typing import Any

from telemed import demo
from telemed.cli import main
from telemed.config import Config, load


def with_relay(path: pathlib.Path) -> None:
    """Let every demo of this process have it."""
    given, plain = load(path, os.environ), demo.demo_config

    def config(*arguments: Any) -> Config:
        return dataclasses.replace(plain(*arguments), turn=given.turn)

    demo.demo_config = config


if __name__ == "__main__":
    with_relay(pathlib.Path(sys.argv[1]))
    sys.exit(main(sys.argv[2:]))
