"""The training loop that every stage uses."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from lungseg.backend import keras
from lungseg.errors import InputError
from lungseg.training.average import WeightAverage
from lungseg.training.checkpoint import Checkpoint


def train(
    model: Any,
    data: Any,
    validation: Any,
    *,
    epochs: int,
    monitor: str | None,
    mode: str = "max",
    folder: Path | None = None,
    average: float = 0.0,
    patience: int | None = None,
    tensorboard: Path | None = None,
    verbose: int = 0,
) -> list[dict[str, float]]:
    """Train a compiled model and leave it with the weights of its best epoch.

    A training whose ``folder`` holds a state goes on from there, and ends as it would
    have ended uninterrupted.

    Parameters
    ----------
    model : keras.Model
        Compiled.
    data, validation : keras.utils.PyDataset
        ``validation`` may be None. ``data`` has an attribute ``epoch`` that decides its
        order and augmentation.
    epochs : int
    monitor : str or None
        Figure on the validation data that picks the best epoch; None keeps the last.
    mode : {"max", "min"}
    folder : Path, optional
        Where checkpoints go.
    average : float
        Momentum of a `WeightAverage`; 0 for none.
    patience : int, optional
        Epochs without a better figure after which the training stops.
    tensorboard : Path, optional
        Folder for TensorBoard's logs.
    verbose : int

    Returns
    -------
    list of dict
        Figures of every epoch.

    Raises
    ------
    lungseg.InputError
        If the weights are no numbers any more; what was kept is the epoch before.
    """
    mean = WeightAverage(average) if average else None
    checkpoint = Checkpoint(folder, monitor=monitor, mode=mode, average=mean, verbose=verbose)
    callbacks = [_Diverged()] if mean is None else [_Diverged(), mean]
    callbacks += [checkpoint]
    if mean is not None:
        mean.attach(model)
    if patience is not None:
        callbacks += [_Patience(checkpoint, patience)]
    if tensorboard is not None:
        callbacks += [_tensorboard(tensorboard)]
    done = checkpoint.resume(model)
    data.epoch = done
    if done < epochs and not (patience and checkpoint.epochs_since_best() >= patience):
        # Within the first step it would be built while that is traced, which is then traced twice.
        model.optimizer.build(model.trainable_variables)
        model.fit(
            data,
            validation_data=validation,
            initial_epoch=done,
            epochs=epochs,
            # The data set shuffles itself, by its seed and epoch.
            shuffle=False,
            verbose=0,
            callbacks=callbacks,
        )
    checkpoint.restore_best(model)
    return checkpoint.history


def _tensorboard(folder: Path) -> Any:
    if find_spec("tensorboard") is None:
        raise ImportError('logs for TensorBoard need it: pip install "lungseg[tensorboard]"')
    return keras.callbacks.TensorBoard(str(folder))


class _Diverged(keras.callbacks.Callback):
    """Refuse weights that are no numbers, before they are kept."""

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        # A loss alone may be none: in half precision the step of such a batch is left out.
        if np.isfinite((logs or {}).get("loss", np.nan)):
            return
        if not all(np.isfinite(weight).all() for weight in self.model.get_weights()):
            cause = f"the training diverged: its weights are no numbers after epoch {epoch + 1}"
            raise InputError(self.model.name, cause, "lower learning_rate")


class _Patience(keras.callbacks.Callback):
    """Stop where the best epoch lies long back."""

    def __init__(self, checkpoint: Checkpoint, epochs: int) -> None:
        super().__init__()
        self.checkpoint = checkpoint
        self.epochs = epochs

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        if self.checkpoint.epochs_since_best() >= self.epochs:
            self.model.stop_training = True


def cosine_decay(
    learning_rate: float, steps: int, *, warmup: float = 0.05, floor: float = 0.01
) -> Any:
    """Learning rate that rises linearly, then falls along a cosine.

    Parameters
    ----------
    learning_rate : float
        The highest value.
    steps : int
        Steps of the whole training.
    warmup : float
        Share of the steps in which it rises.
    floor : float
        Where it ends, as a share of the highest value.

    Returns
    -------
    keras.optimizers.schedules.LearningRateSchedule

    References
    ----------
    Loshchilov and Hutter, "SGDR", ICLR 2017.

    Examples
    --------
    >>> round(float(cosine_decay(1e-3, 100)(100)), 6)
    1e-05
    """
    rise = max(1, int(warmup * steps))
    return keras.optimizers.schedules.CosineDecay(
        learning_rate / 100,
        max(1, steps - rise),
        alpha=floor,
        warmup_target=learning_rate,
        warmup_steps=rise,
    )
