"""Pure rules of the media plane: SDP, loss recovery, key frames, rooms' control records."""
