"""A head that sees several stages of a trunk, and of these the lungs alone."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any, NamedTuple

from lungseg.backend import keras
from lungseg.networks.further_trunk import further_prefix
from lungseg.networks.lung_pooling import LungPooling

layers = keras.layers


class Look(NamedTuple):
    """What a trunk makes of the picture at one size.

    Parameters
    ----------
    stages : sequence of symbolic tensors of shape (batch, rows, columns, channels)
        The last is the end of the trunk; each is as large as the picture halved some times.
    lungs : symbolic tensor of shape (batch, rows, columns, 1)
        0 to 1, in the grid of the picture.
    """

    stages: Sequence[Any]
    lungs: Any


def lung_logits(
    trunks: Sequence[Sequence[Look]], classes: int, *, dropout: float, zero: bool = False
) -> Any:
    """Pool feature maps of several stages over the lungs and go on to logits.

    Parameters
    ----------
    trunks : sequence of sequence of Look
        Of each trunk one for each size at which it looks at the picture.
    classes : int
    dropout : float
        Before the last layer.
    zero : bool
        Start the last layer at zero.

    Returns
    -------
    symbolic tensor of shape (batch, classes)

    Raises
    ------
    ValueError
        If a stage is no halving of the picture.

    Examples
    --------
    >>> look = Look([keras.Input((4, 4, 5))], keras.Input((8, 8, 1)))
    >>> lung_logits([[look]], 3, dropout=0.1).shape
    (None, 3)
    """
    joined = [_join(looks, further_prefix(number)) for number, looks in enumerate(trunks)]
    x = joined[0]
    if len(joined) > 1:
        x = layers.Concatenate(name="head_trunks", dtype="float32")(joined)
    x = layers.Dropout(dropout, name="dropout", dtype="float32")(x)
    start = "zeros" if zero else "glorot_uniform"
    return layers.Dense(classes, kernel_initializer=start, name="logits", dtype="float32")(x)


def _join(looks: Sequence[Look], trunk: str) -> Any:
    """Pool and join the stages of all looks of one trunk."""
    pooled: list[Any] = []
    for number, look in enumerate(looks):
        prefix = f"head_{trunk}look{number}_" if number else f"head_{trunk}"
        sizes = _halvings(look.lungs)
        # The end of the trunk comes first: there the head starts.
        names = ["pool" if prefix == "head_" else f"{prefix}pool_end"]
        names += [f"{prefix}pool{stage}" for stage in range(len(look.stages) - 1)]
        for name, maps in zip(names, [look.stages[-1], *look.stages[:-1]], strict=True):
            shape = tuple(maps.shape[1:3])
            if shape not in sizes:
                raise ValueError(f"maps of {shape} are no halving of the picture")
            pooled.append(LungPooling(name=name, dtype="float32")([maps, sizes[shape]]))
    return layers.Concatenate(name=f"head_{trunk}stages", dtype="float32")(pooled)


def stages_of(model: Any) -> tuple[tuple[int, ...], ...]:
    """Count what a head joins of each stage of each trunk; nothing where it joins none.

    Parameters
    ----------
    model : keras.Model

    Returns
    -------
    tuple of tuple of int
        In the order in which the features enter the last layer.

    Examples
    --------
    >>> from lungseg.networks import build
    >>> stages_of(build("efficientnetb0", (32, 32, 2), head="lungs"))
    ((3840, 72, 120, 240, 336, 576),)
    """
    names = (f"head_{further_prefix(number)}stages" for number in itertools.count())
    known = {layer.name: layer for layer in model.layers}
    joints = (known[name] for name in itertools.takewhile(known.__contains__, names))
    return tuple(tuple(part.shape[-1] for part in joint.input) for joint in joints)


def first_maps(model: Any) -> list[Any]:
    """Return the maps of the first stage that a head pools, of each look at the picture.

    All that the head sees of the lungs passes through them.

    Parameters
    ----------
    model : keras.Model

    Returns
    -------
    list of symbolic tensors
        Empty where the network has another head.

    Examples
    --------
    >>> first_maps(keras.Sequential([keras.Input((3,)), layers.Dense(2)]))
    []
    """
    first = [layer for layer in model.layers if layer.name.endswith("pool0")]
    return [layer.input[0] for layer in first]


def _halvings(lungs: Any) -> dict[tuple[int, ...], Any]:
    """Halve the lungs as often as they can be, by size."""
    sizes = {tuple(lungs.shape[1:3]): lungs}
    while min(lungs.shape[1:3]) > 1:
        lungs = layers.AveragePooling2D(2, padding="same")(lungs)
        sizes[tuple(lungs.shape[1:3])] = lungs
    return sizes
