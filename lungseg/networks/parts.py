"""What the classifiers of the library share: checks of the input, ways into and out of a trunk."""

from __future__ import annotations

from typing import Any

from lungseg.backend import keras

layers = keras.layers


def check_input(
    network: str,
    input_shape: tuple[int, int, int],
    smallest: int,
    *,
    rgb: bool = False,
    masked: bool = False,
) -> None:
    """Refuse an input that a network cannot take.

    Parameters
    ----------
    network : str
        As the message names it.
    input_shape : tuple of int
        (rows, columns, channels).
    smallest : int
        Smallest side in pixels.
    rgb : bool
        Whether the network was made for three channels, so that one or three will do.
    masked : bool
        Whether the network takes the lungs as a second channel beside grey.

    Raises
    ------
    ValueError
        Naming what is needed.

    Examples
    --------
    >>> check_input("Simple", (16, 64, 1), 22)
    Traceback (most recent call last):
    ValueError: Simple needs 22 pixels or more each way, got 16×64
    """
    rows, columns, channels = input_shape
    if rows is None or columns is None:
        raise ValueError(f"{network} needs a fixed size, got {rows}×{columns}")
    if min(rows, columns) < smallest:
        raise ValueError(
            f"{network} needs {smallest} pixels or more each way, got {rows}×{columns}"
        )
    if masked:
        if channels != 2:
            raise ValueError(f"{network} needs 2 channels, grey and lungs, got {channels}")
    elif rgb and channels not in (1, 3):
        raise ValueError(f"{network} needs 1 or 3 channels, got {channels}")


def as_rgb(tensor: Any) -> Any:
    """Repeat a single channel three times; leave three as they are."""
    if tensor.shape[-1] != 1:
        return tensor
    return layers.Concatenate(name="grey_to_rgb")([tensor] * 3)


def pooled_logits(
    maps: Any,
    classes: int,
    *,
    dropout: float,
    hidden: int | None = None,
    zero: bool = False,
) -> Any:
    """Pool feature maps over all places and go on to logits.

    Parameters
    ----------
    maps : symbolic tensor of shape (batch, rows, columns, channels)
    classes : int
    dropout : float
        Before the last layer.
    hidden : int, optional
        Width of a layer with ReLU between pooling and dropout.
    zero : bool
        Start the last layer at zero, so that all classes are equally likely at first.

    Returns
    -------
    symbolic tensor of shape (batch, classes)

    Examples
    --------
    >>> pooled_logits(keras.Input((4, 4, 8)), 3, dropout=0.1).shape
    (None, 3)
    """
    # In single precision whatever the trunk computes in: softmax and loss need it.
    x = layers.GlobalAveragePooling2D(name="pool", dtype="float32")(maps)
    if hidden is not None:
        x = layers.Dense(hidden, activation="relu", name="dense", dtype="float32")(x)
    x = layers.Dropout(dropout, name="dropout", dtype="float32")(x)
    start = "zeros" if zero else "glorot_uniform"
    return layers.Dense(classes, kernel_initializer=start, name="logits", dtype="float32")(x)
