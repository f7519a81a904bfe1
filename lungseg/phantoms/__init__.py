"""Synthetic chests whose anatomy, and so whose mask, is known."""

from __future__ import annotations

from lungseg.phantoms.phantom import phantom

__all__ = ["phantom"]
