"""ResNet-18 and ResNet-50 as one flat graph each."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from lungseg.backend import keras
from lungseg.networks.applications import application_trunk, load_trunk
from lungseg.networks.parts import as_rgb, check_input, pooled_logits
from lungseg.networks.resnet18_trunk import resnet18_trunk

layers = keras.layers

#: What ImageNet's pictures show on average, in the order blue, green, red.
_MEAN = (103.939, 116.779, 123.68)


def resnet(
    input_shape: tuple[int, int, int] = (224, 224, 1),
    classes: int = 2,
    *,
    depth: int = 50,
    hidden: int | None = None,
    dropout: float = 0.0,
    zero_head: bool = False,
    norm_momentum: float = 0.9,
    weights: str | Path | None = None,
) -> Any:
    """Build a ResNet that classifies display grey 0…255.

    Both are of the first version (batch norm and ReLU after a convolution): ResNet-18 as
    in torchvision, ResNet-50 as in ``keras.applications``, whose ImageNet weights it takes.

    Parameters
    ----------
    input_shape : tuple of int
        (rows, columns, channels) of at least 32 pixels. For ResNet-50 one channel is
        repeated three times; three are red, green and blue.
    classes : int
        Number of logits.
    depth : {18, 50}
    hidden : int, optional
        Width of a layer between pooling and logits: 128 in the S1 project.
    dropout : float
        Before the last layer: .3 in S1's ResNet-18.
    zero_head : bool
        Start the last layer at zero, as S0 does.
    norm_momentum : float
        Momentum of every batch normalisation.
    weights : {"imagenet"} or path, optional
        Of the trunk: those that Keras downloads, for ResNet-50 alone, or a file of such
        weights.

    Returns
    -------
    keras.Model
        Of its parameters 23,587,712 are ResNet-50's trunk, and 11,179,840 ResNet-18's for
        one channel.

    Raises
    ------
    ValueError
        If the input is too small, there is no such depth, or no ImageNet weights for it.
    lungseg.InputError
        If weights cannot be downloaded, or a file of weights does not fit.

    Notes
    -----
    S0 used the ResNet-50 of Big Transfer, which has group norms and standardised
    convolutions; its weights are not to be had through Keras.

    References
    ----------
    He et al., "Deep Residual Learning for Image Recognition", CVPR 2016. Kolesnikov et
    al., "Big Transfer", ECCV 2020 (the zero head).

    Examples
    --------
    >>> resnet((32, 32, 1), 2, depth=18, hidden=128, dropout=0.3).output_shape
    (None, 2)
    """
    if depth not in (18, 50):
        raise ValueError(f"ResNet has depth 18 or 50, got {depth}")
    check_input(f"ResNet-{depth}", input_shape, 32, rgb=depth == 50)
    if depth == 18 and weights == "imagenet":
        raise ValueError("Keras has no ImageNet weights of ResNet-18; start it from none")
    inputs = keras.Input(input_shape, name="picture")
    if depth == 18:
        grey = layers.Rescaling(1 / 255, name="rescale")(inputs)
        maps = resnet18_trunk(grey, norm_momentum=norm_momentum)
        if weights is not None:
            load_trunk(keras.Model(inputs, maps, name="resnet18"), weights)
    else:
        colours = as_rgb(inputs) if input_shape[2] == 1 else keras.ops.flip(inputs, axis=-1)
        centred = layers.Rescaling(1.0, [-mean for mean in _MEAN], name="centre")(colours)
        trunk = application_trunk("ResNet50", centred, norm_momentum=norm_momentum, weights=weights)
        maps = trunk.output
    outputs = pooled_logits(maps, classes, dropout=dropout, hidden=hidden, zero=zero_head)
    return keras.Model(inputs, outputs, name=f"resnet{depth}")
