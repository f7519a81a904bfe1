"""The weights that ship with lungseg, checked by SHA-256 when they are loaded."""

from lungseg.weights.registry import default, folder_of, names

__all__ = ["default", "folder_of", "names"]
