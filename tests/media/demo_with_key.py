"""`telemed` whose demo has the master key of its recordings in the file that the first argument names."""

from __future__ import annotations

import dataclasses
import sys
from typing import Any

from telemed import demo
from telemed.cli import main
from telemed.config import Config


def with_key(file: str) -> None:
    """Let every demo of this process have it."""
    plain = demo.demo_config

    def config(*arguments: Any) -> Config:
        made = plain(*arguments)
        return dataclasses.replace(made, recording=dataclasses.replace(made.recording, master_key_file=file))

    demo.demo_config = config


if __name__ == "__main__":
    with_key(sys.argv[1])
    sys.exit(main(sys.argv[2:]))
