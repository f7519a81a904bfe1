"""Names for the layers of a second trunk beside the first."""

from __future__ import annotations

from typing import Any

from lungseg.backend import keras


def further_prefix(number: int) -> str:
    """Return what the names of the layers of a trunk begin with; nothing for the first, 0.

    Examples
    --------
    >>> further_prefix(0), further_prefix(1)
    ('', 'trunk2_')
    """
    return f"trunk{number + 1}_" if number else ""


def rename_trunk(trunk: Any, number: int) -> Any:
    """Give the layers of a trunk names of their own, so that one graph can hold several.

    Parameters
    ----------
    trunk : keras.Model
        Changed in place; its inputs keep their names.
    number : int
        Which it is, from 0.

    Returns
    -------
    keras.Model
        The same.

    Examples
    --------
    >>> model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2, name="wide")])
    >>> rename_trunk(model, 1).layers[-1].name
    'trunk2_wide'
    """
    for layer in trunk.layers:
        if not isinstance(layer, keras.layers.InputLayer):
            layer.name = further_prefix(number) + layer.name
    return trunk
