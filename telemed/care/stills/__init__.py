"""Stills: pictures at sensor resolution, taken during a visit. Pure rules; the bytes are the vault's."""
