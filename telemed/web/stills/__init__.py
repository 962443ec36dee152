"""Stills by HTTP: tus 1.0 uploads, and pictures sent again."""
