"""`python -m telemed` is the `telemed` command."""

from __future__ import annotations

import sys

from telemed.cli import main

sys.exit(main())
