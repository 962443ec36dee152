"""Exit codes of our processes, after sysexits(3) where it has one."""

from __future__ import annotations

OK = 0
FAILED = 1  # something broke; the lines before say what
USAGE = 2  # wrong command line (argparse)
DATA = 65  # EX_DATAERR: a file that was given is not what it should be
UNAVAILABLE = 69  # EX_UNAVAILABLE: a port or a lock is taken by someone else
CONFIG = 78  # EX_CONFIG: the operator must mend something; starting again is no use
