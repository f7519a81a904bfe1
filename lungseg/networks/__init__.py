"""The networks of the library, by name."""

from lungseg.networks.registry import build, names

__all__ = ["build", "names"]
