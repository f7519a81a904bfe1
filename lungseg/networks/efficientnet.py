"""EfficientNet as one flat graph, so that Grad-CAM reaches every layer."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

from lungseg.backend import keras
from lungseg.networks.efficientnet_trunk import efficientnet_trunk
from lungseg.networks.further_trunk import rename_trunk
from lungseg.networks.lung_head import lung_logits
from lungseg.networks.lung_looks import lung_looks
from lungseg.networks.lung_rim import LungRim
from lungseg.networks.parts import check_input, pooled_logits
from lungseg.networks.s2_head import SMALLEST_MAPS, s2_head

#: Smallest side of a picture: the trunk halves it five times.
_SMALLEST = 32


def efficientnet(
    input_shape: tuple[int, int, int] = (224, 224, 3),
    classes: int = 2,
    *,
    variant: str = "b0",
    head: Literal["pool", "lungs", "s2"] = "pool",
    scales: Sequence[float] = (1.0,),
    trunks: int = 1,
    rim: float | None = None,
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
        channel is repeated three times. The trunk holds its own rescaling. The head "lungs"
        needs two channels: grey, and 255 where there is lung.
    classes : int
        Number of logits.
    variant : {"b0", "b3", "b7"}
    head : {"pool", "lungs", "s2"}
        Global average pooling and one layer; what `lung_logits` makes of the second to the
        sixth stage and of the last; or what `s2_head` makes.
    scales : sequence of float
        For the head "lungs": sizes at which the trunk looks at the picture, as shares of its
        own, the first of them 1. Each gives features of its own, of the same weights.
    trunks : int
        For the head "lungs": trunks that look at the picture, each with weights of its own.
        Those after the first end with the sixth stage, see `lung_looks`; start them from what
        learned another task than the first.
    rim : float, optional
        For the head "lungs": beside the lungs, their rim and what lies deeper are pooled, each
        by itself; the rim is this share of the picture deep, see `LungRim`.
    dropout : float
        Before the last layer; in the head of S2, at three places.
    zero_head : bool
        Start the last layer at zero; not for the head "s2".
    norm_momentum : float
        As in `efficientnet_trunk`.
    weights : {"imagenet"} or path, optional
        Of the first trunk: those that Keras downloads, or a file of such weights.

    Returns
    -------
    keras.Model
        Its output are logits, without a softmax. Of its parameters 4,049,571 are the
        trunk's in B0, 10,783,535 in B3 and 64,097,687 in B7.

    Raises
    ------
    ValueError
        If the input is too small or has neither one nor three channels, there is no such
        variant or head, scales or trunks are none, or a rim is none of the picture.
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
    if head not in ("pool", "lungs", "s2"):
        raise ValueError(f"head of EfficientNet must be 'pool', 'lungs' or 's2', got {head!r}")
    smallest = _SMALLEST if head != "s2" else _SMALLEST * (SMALLEST_MAPS - 1) + 1
    check_input(
        f"EfficientNet with head {head!r}", input_shape, smallest, rgb=True, masked=head == "lungs"
    )

    _check_scales(head, scales)
    _check_trunks(head, trunks)
    if rim is not None and head != "lungs":
        raise ValueError(f"a rim needs the head 'lungs', got {head!r}")

    # === Trunks ===
    inputs = keras.Input(input_shape, name="picture")
    grey = inputs[..., :1] if head == "lungs" else inputs
    seen = []
    for number in range(trunks):
        start = None if number else weights
        trunk = efficientnet_trunk(grey, variant, norm_momentum=norm_momentum, weights=start)
        seen.append(rename_trunk(trunk, number))

    # === Head ===
    if head == "s2":
        outputs = s2_head(seen[0].output, classes, dropout=dropout)
    elif head == "lungs":
        lungs = keras.layers.Rescaling(1 / 255, name="lungs")(inputs[..., 1:])
        if rim is not None:
            lungs = LungRim(rim, name="rim", dtype="float32")(lungs)
        looks = lung_looks(seen, grey, lungs, scales)
        outputs = lung_logits(looks, classes, dropout=dropout, zero=zero_head)
    else:
        outputs = pooled_logits(seen[0].output, classes, dropout=dropout, zero=zero_head)
    suffix = "" if head == "pool" else f"-{head}"
    return keras.Model(inputs, outputs, name=f"efficientnet{variant}{suffix}")


def _check_scales(head: str, scales: Sequence[float]) -> None:
    if not scales or scales[0] != 1 or any(not 0 < scale <= 1 for scale in scales):
        raise ValueError(f"scales are shares of the picture's size from 1 down, got {scales!r}")
    if len(scales) > 1 and head != "lungs":
        raise ValueError(f"several scales need the head 'lungs', got {head!r}")


def _check_trunks(head: str, trunks: int) -> None:
    if trunks < 1:
        raise ValueError(f"trunks must be 1 or more, got {trunks!r}")
    if trunks > 1 and head != "lungs":
        raise ValueError(f"several trunks need the head 'lungs', got {head!r}")
