"""The small process that `telemed serve` is: it starts control and media workers, and starts them again when they die.

It holds the listening sockets, so that a restart of control refuses nobody, and imports neither web, media nor database
libraries: what is not there cannot crash it.

Closures: the supervisor owns its children; a child dies with it (PR_SET_PDEATHSIG), so none is ever left behind. It stops control
first (which closes rooms and the store in order), then the workers, and kills what has not ended by its deadline.
"""

from __future__ import annotations
