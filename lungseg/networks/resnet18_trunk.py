"""The convolutions of ResNet-18, grown onto a tensor."""

from __future__ import annotations

from typing import Any

from lungseg.backend import keras

layers = keras.layers


def resnet18_trunk(tensor: Any, *, norm_momentum: float = 0.9) -> Any:
    """Grow the trunk of ResNet-18 onto a tensor.

    The first version, layer for layer that of torchvision: no bias in a convolution,
    stride in the first 3×3 of a block, zeros on all four sides.

    Parameters
    ----------
    tensor : symbolic tensor of shape (batch, rows, columns, channels)
    norm_momentum : float
        Momentum of every batch normalisation.

    Returns
    -------
    symbolic tensor of shape (batch, rows / 32, columns / 32, 512)

    References
    ----------
    He et al., "Deep Residual Learning for Image Recognition", CVPR 2016.

    Examples
    --------
    >>> resnet18_trunk(keras.Input((64, 64, 1))).shape
    (None, 2, 2, 512)
    """

    def convolve(x: Any, filters: int, kernel: int, stride: int, name: str) -> Any:
        if kernel > 1:
            # Keras pads an even side at its end alone where it strides.
            x = layers.ZeroPadding2D(kernel // 2, name=f"{name}_pad")(x)
        x = layers.Conv2D(
            filters,
            kernel,
            strides=stride,
            use_bias=False,
            kernel_initializer="he_normal",
            name=f"{name}_conv",
        )(x)
        return layers.BatchNormalization(momentum=norm_momentum, epsilon=1e-5, name=f"{name}_norm")(
            x
        )

    def add_block(x: Any, filters: int, stride: int, name: str) -> Any:
        short = x if stride == 1 else convolve(x, filters, 1, stride, f"{name}_short")
        x = convolve(x, filters, 3, stride, f"{name}_1")
        x = layers.ReLU(name=f"{name}_1_relu")(x)
        x = convolve(x, filters, 3, 1, f"{name}_2")
        x = layers.Add(name=f"{name}_add")([short, x])
        return layers.ReLU(name=f"{name}_relu")(x)

    x = layers.ReLU(name="stem_relu")(convolve(tensor, 64, 7, 2, "stem"))
    # Nothing is below zero after a ReLU, so that zeros pad a maximum too.
    x = layers.ZeroPadding2D(1, name="stem_pool_pad")(x)
    x = layers.MaxPooling2D(3, strides=2, name="stem_pool")(x)
    for stage in range(4):
        for block in range(2):
            stride = 2 if stage > 0 and block == 0 else 1
            x = add_block(x, 64 * 2**stage, stride, f"stage{stage + 1}_block{block + 1}")
    return x
