"""A head that sees several stages of a trunk, and of these the lungs alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lungseg.backend import keras
from lungseg.networks.lung_pooling import LungPooling

layers = keras.layers

#: What joins the stages; its inputs are the groups that `lungseg.training.fit_head` weighs.
JOINT = "head_stages"


def lung_logits(
    stages: Sequence[Any], lungs: Any, classes: int, *, dropout: float, zero: bool = False
) -> Any:
    """Pool feature maps of several stages over the lungs and go on to logits.

    Parameters
    ----------
    stages : sequence of symbolic tensors of shape (batch, rows, columns, channels)
        The last is the end of the trunk; each is as large as the picture halved some times.
    lungs : symbolic tensor of shape (batch, rows, columns, 1)
        0 to 1, in the grid of the picture.
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
    >>> picture = keras.Input((8, 8, 1))
    >>> lung_logits([keras.Input((4, 4, 5))], picture, 3, dropout=0.1).shape
    (None, 3)
    """
    sizes = {tuple(lungs.shape[1:3]): lungs}
    while min(lungs.shape[1:3]) > 1:
        number = len(sizes)
        lungs = layers.AveragePooling2D(2, padding="same", name=f"lungs_half{number}")(lungs)
        sizes[tuple(lungs.shape[1:3])] = lungs
    # The end of the trunk comes first: there the head starts.
    names = ["pool", *(f"head_pool{number}" for number in range(len(stages) - 1))]
    pooled = []
    for name, maps in zip(names, [stages[-1], *stages[:-1]], strict=True):
        shape = tuple(maps.shape[1:3])
        if shape not in sizes:
            raise ValueError(f"maps of {shape} are no halving of the picture")
        pooled.append(LungPooling(name=name, dtype="float32")([maps, sizes[shape]]))
    x = layers.Concatenate(name=JOINT, dtype="float32")(pooled)
    x = layers.Dropout(dropout, name="dropout", dtype="float32")(x)
    start = "zeros" if zero else "glorot_uniform"
    return layers.Dense(classes, kernel_initializer=start, name="logits", dtype="float32")(x)
