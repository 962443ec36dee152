"""RTP and RTCP wire formats: pure parsing and building."""
