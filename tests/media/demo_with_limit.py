"""`telemed` whose demo has one media worker that may send as many packets a second as the first argument says."""

from __future__ import annotations

import dataclasses
import sys
from typing import Any

from telemed import demo
from telemed.cli import main
from telemed.config import Config


def with_limit(packets: int) -> None:
    """Let every demo of this process have it."""
    plain = demo.demo_config

    def config(*arguments: Any) -> Config:
        made = plain(*arguments)
        media = dataclasses.replace(made.media, workers=1)
        return dataclasses.replace(made, media=media, limits=dataclasses.replace(made.limits, media_packets_per_second=packets))

    demo.demo_config = config


if __name__ == "__main__":
    with_limit(int(sys.argv[1]))
    sys.exit(main(sys.argv[2:]))
