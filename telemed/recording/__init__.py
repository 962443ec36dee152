"""Recordings on the disk: keys, sealed files, the journal's writer and reader."""
