"""The media worker: sockets, DTLS, SRTP and the packet-forwarding path."""
