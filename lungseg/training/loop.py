"""The training loop that every stage uses."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from lungseg.backend import keras
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
    verbose : int

    Returns
    -------
    list of dict
        Figures of every epoch.
    """
    checkpoint = Checkpoint(folder, monitor=monitor, mode=mode, verbose=verbose)
    done = checkpoint.resume(model)
    data.epoch = done
    if done < epochs:
        model.fit(
            data,
            validation_data=validation,
            initial_epoch=done,
            epochs=epochs,
            # The data set shuffles itself, by its seed and epoch.
            shuffle=False,
            verbose=0,
            callbacks=[checkpoint],
        )
    checkpoint.restore_best(model)
    return checkpoint.history


def cosine_decay(learning_rate: float, steps: int, *, warmup: float = 0.05) -> Any:
    """Learning rate that rises linearly, then falls to a hundredth along a cosine.

    Parameters
    ----------
    learning_rate : float
        The highest value.
    steps : int
        Steps of the whole training.
    warmup : float
        Share of the steps in which it rises.

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
        alpha=0.01,
        warmup_target=learning_rate,
        warmup_steps=rise,
    )
