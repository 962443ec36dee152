"""The relay (coturn): its configuration made from ours, and a small client that tries it."""
