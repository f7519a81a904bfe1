"""What trunks make of a picture, at several sizes, for the head that sees the lungs alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lungseg.backend import keras
from lungseg.networks.lung_head import Look
from lungseg.networks.regrow import regrow

#: A trunk halves a picture five times, and rounds up.
_STRIDE = 32


def lung_looks(
    trunks: Sequence[Any], grey: Any, lungs: Any, scales: Sequence[float] = (1.0,)
) -> list[list[Look]]:
    """Let trunks of EfficientNet look at a picture.

    Parameters
    ----------
    trunks : sequence of keras.Model
        Grown onto ``grey``. Of the first all stages from the second on are seen; of the
        others what follows the sixth is not: networks that mark pixels have no use for it,
        so that it is random in a trunk that was taken from one.
    grey : symbolic tensor of shape (batch, rows, columns, 1)
    lungs : symbolic tensor of the same shape
        0 to 1.
    scales : sequence of float
        Sizes at which each trunk looks at the picture, as shares of its own, the first of
        them 1.

    Returns
    -------
    list of list of Look
        Of each trunk one for each size.

    Examples
    --------
    >>> from lungseg.networks.efficientnet_trunk import efficientnet_trunk
    >>> grey, lungs = keras.Input((64, 64, 1)), keras.Input((64, 64, 1))
    >>> (looks,) = lung_looks([efficientnet_trunk(grey)], grey, lungs, scales=(1, 0.5))
    >>> [(len(look.stages), look.lungs.shape[1]) for look in looks]
    [(6, 64), (6, 32)]
    """
    seen = []
    for number, trunk in enumerate(trunks):
        stages = _stages(trunk)
        first = Look(stages if number else [*stages, trunk.output], lungs)
        seen.append([first, *(_look_again(trunk, grey, first, scale) for scale in scales[1:])])
    return seen


def _stages(trunk: Any) -> list[Any]:
    """Return the last maps of the second to the sixth stage."""
    ends = {}
    for layer in trunk.layers:
        block = layer.name[layer.name.find("block") :]
        if block[5:6] in {"2", "3", "4", "5", "6"} and block.endswith("_add"):
            ends[block[5]] = layer.output
    return list(ends.values())


def _look_again(trunk: Any, grey: Any, first: Look, scale: float) -> Look:
    """Let the same trunk look at the picture at another size."""
    # Sides that can be halved five times, so that nothing is padded on one side alone.
    size = [max(1, round(scale * side / _STRIDE)) * _STRIDE for side in grey.shape[1:3]]
    # The layer for it trains unless it is told not to, and so would all that comes after it.
    smaller, lungs = (keras.ops.image.resize(part, size) for part in (grey, first.lungs))
    return Look(regrow(trunk, grey, smaller, first.stages), lungs)
