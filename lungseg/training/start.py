"""What a training starts from."""

from __future__ import annotations

from typing import Any


class Start:
    """A network before it learns, from which several last layers may be fitted.

    Parameters
    ----------
    model : keras.Model
        From grey 0…255 to logits.
    trained : bool
        It was trained before.

    Examples
    --------
    >>> from lungseg.networks import build
    >>> start = Start(build("simple", (32, 32, 1)), trained=False)
    >>> before = start.model.layers[-1].get_weights()
    >>> start.model.layers[-1].set_weights([0 * part for part in before])
    >>> bool((start.again().layers[-1].get_weights()[0] == before[0]).all())
    True
    """

    def __init__(self, model: Any, *, trained: bool) -> None:
        self.model = model
        self.trained = trained
        self._head = model.layers[-1].get_weights()

    def again(self) -> Any:
        """Return the network with the last layer that it came with."""
        self.model.layers[-1].set_weights(self._head)
        return self.model
