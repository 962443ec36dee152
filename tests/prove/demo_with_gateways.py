"""`telemed` whose demo sends SMS to the providers at the first two arguments ("-": none)."""

from __future__ import annotations

import dataclasses
import sys
from typing import Any

from telemed import demo
from telemed.cli import main
from telemed.config import Config, SecondSms, Sms


def with_gateways(first: str, second: str) -> None:
    """Let every demo of this process have them."""
    plain = demo.demo_config

    def config(*arguments: Any) -> Config:
        made = plain(*arguments)
        other = SecondSms(url=second) if second != "-" else SecondSms()
        return dataclasses.replace(made, sms=Sms(url=first), sms_second=other)

    demo.demo_config = config


if __name__ == "__main__":
    with_gateways(sys.argv[1], sys.argv[2])
    sys.exit(main(sys.argv[3:]))
