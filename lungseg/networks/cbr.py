"""The CBR family: convolution, batch norm, ReLU."""

from __future__ import annotations

from typing import Any, NamedTuple

from lungseg.backend import keras
from lungseg.networks.parts import check_input, pooled_logits

layers = keras.layers


class _Member(NamedTuple):
    """Side of the kernels, width of each block, and how many blocks pool."""

    kernel: int
    filters: tuple[int, ...]
    pools: int

    @property
    def smallest(self) -> int:
        """Side of the smallest input: what leaves one place after the last block."""
        side = 1
        for block in range(len(self.filters), 0, -1):
            if block <= self.pools:
                side = 2 * (side - 1) + 3
            side += self.kernel - 1
        return side


_FAMILY = {
    "larget": _Member(7, (32, 64, 128, 256, 512), 4),
    "largew": _Member(7, (64, 128, 256, 512), 4),
    "small": _Member(7, (32, 64, 128, 256), 4),
    "tiny": _Member(5, (64, 128, 256, 512), 4),
    "tiny-published": _Member(5, (32, 64, 128, 256), 4),
}


def cbr(
    input_shape: tuple[int, int, int] = (224, 224, 1),
    classes: int = 3,
    *,
    member: str = "larget",
    dropout: float = 0.0,
    norm_momentum: float = 0.9,
) -> Any:
    """Build a network of the CBR family, which classifies display grey 0…255.

    Parameters
    ----------
    input_shape : tuple of int
        (rows, columns, channels) of at least 217 pixels for LargeT, 121 for LargeW and
        Small, 91 for Tiny: convolutions and pooling take their margins off.
    classes : int
        Number of logits.
    member : {"larget", "largew", "small", "tiny", "tiny-published"}
    dropout : float
        Before the last layer; none in the original.
    norm_momentum : float
        Momentum of every batch normalisation.

    Returns
    -------
    keras.Model
        For one channel and three classes 8,537,987 parameters (LargeT), 8,439,043
        (LargeW), 2,112,131 (Small), 4,308,739 (Tiny).

    Raises
    ------
    ValueError
        If the input is too small, or there is no such member.

    Notes
    -----
    The text of the paper gives Tiny 64, 128, 256 and 512 filters, and its table a count
    of parameters that fits half as many. "tiny" follows the text, as the S0 project did;
    "tiny-published" follows the count and has 1,079,171.

    References
    ----------
    Raghu et al., "Transfusion: Understanding Transfer Learning for Medical Imaging",
    NeurIPS 2019.

    Examples
    --------
    >>> cbr(member="small").count_params()
    2112131
    """
    if member not in _FAMILY:
        raise ValueError(f"member of CBR must be one of {', '.join(_FAMILY)}, got {member!r}")
    plan = _FAMILY[member]
    check_input(f"CBR {member}", input_shape, plan.smallest)
    inputs = keras.Input(input_shape, name="picture")
    x = layers.Rescaling(1 / 255, name="rescale")(inputs)
    for block, filters in enumerate(plan.filters, 1):
        x = layers.Conv2D(filters, plan.kernel, name=f"conv{block}")(x)
        x = layers.BatchNormalization(momentum=norm_momentum, name=f"norm{block}")(x)
        x = layers.ReLU(name=f"relu{block}")(x)
        if block <= plan.pools:
            x = layers.MaxPooling2D(3, strides=2, name=f"pool{block}")(x)
    outputs = pooled_logits(x, classes, dropout=dropout)
    return keras.Model(inputs, outputs, name=f"cbr-{member}")
