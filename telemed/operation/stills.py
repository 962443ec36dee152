"""The stills of an installation, put together from its configuration."""

from __future__ import annotations

from collections.abc import Callable

from telemed.layout import Layout
from telemed.operation.recordings import FreshMasterKeys, master_keys
from telemed.recording.keys import RecordingKeys
from telemed.recording.still_files import StillFiles
from telemed.recording.still_vault import FileStillVault


def open_stills(layout: Layout, takes_more: Callable[[], bool]) -> FileStillVault:
    """The vault; whoever has it closes it. Nothing is read yet: a missing key is a fault of pictures alone."""
    fresh = FreshMasterKeys(master_keys(layout))
    return FileStillVault(StillFiles(layout.stills, lambda: RecordingKeys(layout.still_keys, fresh)), takes_more)
