"""The loss of a network that marks lungs and infection."""

from __future__ import annotations

from typing import Any, Literal

from lungseg.backend import keras

ops = keras.ops

#: What stands for a mask that is not known.
UNKNOWN = -1.0

PixelLoss = Literal["dice-ce", "dice-focal", "focal-tversky"]


@keras.saving.register_keras_serializable(package="lungseg")
class InfectionLoss(keras.losses.Loss):
    """Infection, lungs and kinds of infection, each where it is known.

    A softmax over background, lung and infection is compared with labels that may know
    the infection alone: the probabilities of the classes that a label does not tell apart
    are added up.

    Parameters
    ----------
    kind : {"dice-ce", "dice-focal", "focal-tversky"}
        Half Dice and half cross-entropy; half Dice and half focal loss; the focal Tversky
        loss, which minds what is missed more than what is added.
    lungs, kinds : float
        Weights of the lungs and of ground glass against consolidation; that of the
        infection is 1.
    gamma : float
        Of the focal losses.

    References
    ----------
    Fang and Yan, "Multi-organ Segmentation over Partially Labeled Datasets", IEEE TMI
    2020 (marginal probabilities); Lin et al., "Focal Loss", ICCV 2017; Abraham and Khan,
    "A Novel Focal Tversky Loss Function", ISBI 2019.

    Examples
    --------
    >>> import numpy as np
    >>> truth = np.full((1, 4, 4, 3), UNKNOWN, "float32")
    >>> truth[..., 0] = 1
    >>> found = np.zeros((1, 4, 4, 3), "float32")
    >>> found[..., 2] = 1
    >>> float(InfectionLoss()(truth, found)) < 1e-3
    True
    """

    def __init__(
        self,
        kind: PixelLoss = "dice-ce",
        *,
        lungs: float = 0.5,
        kinds: float = 0.5,
        gamma: float = 2.0,
        **kwargs: Any,
    ) -> None:
        super().__init__(**{"name": "infection_loss", **kwargs})
        self.kind = kind
        self.lungs = lungs
        self.kinds = kinds
        self.gamma = gamma

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Loss of each picture.

        Parameters
        ----------
        y_true : tensor of shape (batch, rows, columns, 3)
            Share of each pixel that is infected, that is lung (infected or not), and, of
            what is infected, the share that is consolidated; `UNKNOWN` where it is not
            known.
        y_pred : tensor of shape (batch, rows, columns, classes)
            1 class: infection. 3: background, lung, infection. 4: ground glass and
            consolidation in place of infection.

        Returns
        -------
        tensor of shape (batch,)
        """
        classes = y_pred.shape[-1]
        loss = self._term(y_true[..., 0], infection_of(y_pred))
        if classes >= 3:
            loss = loss + self.lungs * self._term(y_true[..., 1], 1 - y_pred[..., 0])
        if classes == 4:
            loss = loss + self.kinds * _kind_entropy(y_true, y_pred)
        return loss

    def _term(self, truth: Any, found: Any) -> Any:
        known = ops.cast(truth[:, 0, 0] >= 0, found.dtype)
        truth = ops.maximum(truth, 0.0)
        if self.kind == "focal-tversky":
            return known * (1 - _tversky(truth, found)) ** 0.75
        gamma = self.gamma if self.kind == "dice-focal" else 0.0
        return known * 0.5 * (1 - _dice(truth, found) + _entropy(truth, found, gamma))

    def get_config(self) -> dict[str, Any]:
        """Return what the constructor takes."""
        own = {name: getattr(self, name) for name in ("kind", "lungs", "kinds", "gamma")}
        return {**super().get_config(), **own}


def infection_of(y_pred: Any) -> Any:
    """Probability of infection, of whichever kind.

    Parameters
    ----------
    y_pred : tensor or array of shape (…, classes)
        As in `InfectionLoss.call`.

    Returns
    -------
    tensor or array of shape (…)

    Examples
    --------
    >>> import numpy as np
    >>> infection_of(np.array([[0.1, 0.2, 0.7]])).tolist()
    [0.7]
    """
    if y_pred.shape[-1] == 1:
        return y_pred[..., 0]
    found = y_pred[..., 2]
    return found if y_pred.shape[-1] == 3 else found + y_pred[..., 3]


@keras.saving.register_keras_serializable(package="lungseg")
def infection_dice(y_true: Any, y_pred: Any) -> Any:
    """Dice of the infection in each picture at a threshold of ½; 1 where both are empty."""
    truth = ops.cast(y_true[..., 0] > 0.5, "float32")
    found = ops.cast(infection_of(y_pred) > 0.5, "float32")
    overlap = ops.sum(truth * found, (1, 2))
    total = ops.sum(truth, (1, 2)) + ops.sum(found, (1, 2))
    return (2 * overlap + 1e-6) / (total + 1e-6)


#: Added above and below a Dice fraction, in pixels, so that an empty slice has a gradient.
_SMOOTH = 10.0


def _dice(truth: Any, found: Any) -> Any:
    overlap = ops.sum(truth * found, (1, 2))
    total = ops.sum(truth, (1, 2)) + ops.sum(found, (1, 2))
    return (2 * overlap + _SMOOTH) / (total + _SMOOTH)


def _tversky(truth: Any, found: Any, missed: float = 0.7) -> Any:
    overlap = ops.sum(truth * found, (1, 2))
    absent = ops.sum(truth * (1 - found), (1, 2))
    added = ops.sum((1 - truth) * found, (1, 2))
    total = overlap + missed * absent + (1 - missed) * added
    return (overlap + _SMOOTH) / (total + _SMOOTH)


def _entropy(truth: Any, found: Any, gamma: float) -> Any:
    """Mean cross-entropy of soft labels, its certain pixels played down by ``gamma``."""
    found = ops.clip(found, 1e-6, 1 - 1e-6)
    entropy = -truth * ops.log(found) - (1 - truth) * ops.log(1 - found)
    if gamma:
        entropy = entropy * ops.abs(truth - found) ** gamma
    return ops.mean(entropy, (1, 2))


def _kind_entropy(y_true: Any, y_pred: Any) -> Any:
    """Cross-entropy of consolidation against ground glass, over what is infected."""
    share = y_true[..., 2]
    weight = ops.cast(share >= 0, y_pred.dtype) * ops.maximum(y_true[..., 0], 0.0)
    glass, dense = y_pred[..., 2] + 1e-6, y_pred[..., 3] + 1e-6
    share = ops.maximum(share, 0.0)
    entropy = -share * ops.log(dense / (glass + dense)) - (1 - share) * ops.log(
        glass / (glass + dense)
    )
    return ops.sum(weight * entropy, (1, 2)) / (ops.sum(weight, (1, 2)) + _SMOOTH)
