"""Colours of outlines and figures, told apart with any colour vision (Okabe and Ito, 2008)."""

from __future__ import annotations

RGB = tuple[int, int, int]

#: By label of a `LungMask`: right and left lung.
LUNGS: dict[int, RGB] = {1: (0, 158, 115), 2: (230, 159, 0)}

#: By class of an `InfectionMask`: infection, or ground glass; consolidation.
INFECTION: dict[int, RGB] = {2: (204, 121, 167), 3: (86, 180, 233)}


def hexadecimal(colour: RGB) -> str:
    """Write a colour as CSS does.

    Examples
    --------
    >>> hexadecimal(LUNGS[1])
    '#009e73'
    """
    return "#{:02x}{:02x}{:02x}".format(*colour)
