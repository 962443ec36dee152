"""From the packets of a recorded track to whole frames on the clock of the recording. Pure: no files, no keys, no containers."""
