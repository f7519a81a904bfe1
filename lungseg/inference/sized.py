"""One network for squares of several sizes."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from lungseg.inference.pixel_classes import classes_of


class Sized:
    """Run a network over slices of whatever size: the same layers, laid out once for each.

    A network whose sides are not known when it is built would do for all of them, but not
    all layers can do without (bilinear upsampling in TensorFlow).

    Parameters
    ----------
    model : keras.Model
        A flat graph of layers, for squares of one size.

    Examples
    --------
    >>> from lungseg.networks import build
    >>> sized = Sized(build("unet-s3", (32, 32, 1), 3))
    >>> sized(np.zeros((1, 64, 64), np.uint8)).shape
    (1, 64, 64, 3)
    """

    def __init__(self, model: Any) -> None:
        self.model = model
        self._laid_out = {model.inputs[0].shape[1]: model}

    def __call__(self, grey: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Give the probability of each class of each pixel; see `classes_of`."""
        return classes_of(self.at(grey.shape[1]), grey)

    def at(self, size: int) -> Any:
        """Return the network for squares of a size, as a ``keras.Model``."""
        if size not in self._laid_out:
            self._laid_out[size] = self._for(size)
        return self._laid_out[size]

    def __reduce__(self) -> tuple[type[Sized], tuple[Any]]:
        # Pickled one by one, the other sizes would have weights of their own.
        return Sized, (self.model,)

    def _for(self, size: int) -> Any:
        from lungseg.backend import keras
        from lungseg.networks.regrow import regrow

        (start,), ends = self.model.inputs, self.model.outputs
        inputs = keras.Input((size, size, start.shape[-1]))
        return keras.Model(inputs, regrow(self.model, start, inputs, ends)[0])
