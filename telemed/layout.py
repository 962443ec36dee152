"""Where things lie inside the directory of an installation (`store.directory`, `var/` in the demo)."""

from __future__ import annotations

from pathlib import Path

from telemed.config import Config


class Layout:
    """Paths of one installation. Nothing is created here."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self.root = Path(config.store.directory)

    @property
    def database(self) -> Path:
        """The SQLite file; its lock file stands beside it."""
        return self.root / "telemed.sqlite3"

    @property
    def run(self) -> Path:
        """Sockets and process ids; emptied by nobody, refilled at each start."""
        return self.root / "run"

    @property
    def faults(self) -> Path:
        """Last words of processes that died."""
        return self.root / "faults"

    @property
    def keys(self) -> Path:
        """Keys of files, one each: outside the database and its back-ups, so that erasing a key erases the file."""
        return self.root / "keys"

    @property
    def recordings(self) -> Path:
        """Journals and sealed segments of recordings, one directory each."""
        elsewhere = self.config.recording.directory
        return Path(elsewhere) if elsewhere else self.root / "recordings"

    @property
    def recording_keys(self) -> Path:
        """Wrapped data keys of recordings, one file each."""
        return self.keys / "recordings"

    @property
    def emergency_keys(self) -> Path:
        """Wrapped data keys of recordings made without prior consent, until somebody decides to keep them."""
        return self.keys / "emergency"

    @property
    def stills(self) -> Path:
        """Pictures taken during visits, sealed, one directory each."""
        return self.root / "stills"

    @property
    def still_keys(self) -> Path:
        """Their wrapped data keys, one file each."""
        return self.keys / "stills"

    @property
    def work(self) -> Path:
        """Copies under way, and the copies of databases before an upgrade."""
        return self.root / "work"

    @property
    def supervisor_lock(self) -> Path:
        """Held while `telemed serve` runs, so that a second one is refused."""
        return self.run / "serve.lock"

    @property
    def demo_accounts(self) -> Path:
        """Accounts of the demo with their passwords, 0600."""
        return self.root / "demo-accounts.json"

    @property
    def local_ca(self) -> Path:
        """Directory of the local certificate authority of `--lan`."""
        return self.root / "ca"
