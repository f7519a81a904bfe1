"""EfficientNet as one flat graph, so that Grad-CAM reaches every layer."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from lungseg.backend import keras
from lungseg.networks.efficientnet_trunk import efficientnet_trunk
from lungseg.networks.parts import check_input, pooled_logits
from lungseg.networks.s2_head import SMALLEST_MAPS, s2_head

#: The trunk halves a picture five times, and rounds up.
_STRIDE = 32


def efficientnet(
    input_shape: tuple[int, int, int] = (224, 224, 3),
    classes: int = 2,
    *,
    variant: str = "b0",
    head: Literal["pool", "stages", "s2"] = "pool",
    dropout: float = 0.4,
    zero_head: bool = False,
    norm_momentum: float = 0.9,
    weights: str | Path | None = None,
) -> Any:
    """Build an EfficientNet that classifies display grey 0…255.

    Parameters
    ----------
    input_shape : tuple of int
        (rows, columns, channels) of at least 32 pixels, or 161 with the head of S2; one
        channel is repeated three times. The trunk holds its own rescaling.
    classes : int
        Number of logits.
    variant : {"b0", "b3", "b7"}
    head : {"pool", "stages", "s2"}
        Global average pooling and one layer; the same with the means of the fourth, fifth
        and sixth stage beside those of the last, for a trunk that is not trained further;
        or what `s2_head` makes.
    dropout : float
        Before the last layer; in the head of S2, at three places.
    zero_head : bool
        Start the last layer at zero; not for the head "s2".
    norm_momentum : float
        As in `efficientnet_trunk`.
    weights : {"imagenet"} or path, optional
        Of the trunk: those that Keras downloads, or a file of such weights.

    Returns
    -------
    keras.Model
        Its output are logits, without a softmax. Of its parameters 4,049,571 are the
        trunk's in B0, 10,783,535 in B3 and 64,097,687 in B7.

    Raises
    ------
    ValueError
        If the input is too small or has neither one nor three channels, or there is no
        such variant or head.
    lungseg.InputError
        If weights cannot be downloaded, or a file of weights does not fit.

    References
    ----------
    Tan and Le, "EfficientNet", ICML 2019.

    Examples
    --------
    >>> efficientnet((64, 64, 1), 3).output_shape
    (None, 3)
    """
    if head not in ("pool", "stages", "s2"):
        raise ValueError(f"head of EfficientNet must be 'pool', 'stages' or 's2', got {head!r}")
    smallest = _STRIDE if head != "s2" else _STRIDE * (SMALLEST_MAPS - 1) + 1
    check_input(f"EfficientNet with head {head!r}", input_shape, smallest, rgb=True)

    # === Trunk ===
    inputs = keras.Input(input_shape, name="picture")
    trunk = efficientnet_trunk(inputs, variant, norm_momentum=norm_momentum, weights=weights)
    maps = trunk.output

    # === Head ===
    if head == "s2":
        outputs = s2_head(maps, classes, dropout=dropout)
    else:
        beside = _stages(trunk) if head == "stages" else ()
        outputs = pooled_logits(maps, classes, dropout=dropout, zero=zero_head, beside=beside)
    suffix = "" if head == "pool" else "-s2"
    return keras.Model(inputs, outputs, name=f"efficientnet{variant}{suffix}")


def _stages(trunk: Any) -> list[Any]:
    """Return the last maps of the fourth, fifth and sixth stage."""
    ends = {}
    for layer in trunk.layers:
        if layer.name.startswith(("block4", "block5", "block6")) and layer.name.endswith("_add"):
            ends[layer.name[:6]] = layer.output
    return list(ends.values())
