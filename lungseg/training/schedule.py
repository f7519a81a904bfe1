"""How a classifier's training proceeds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Schedule:
    """Length, rate and order of a training.

    Parameters
    ----------
    epochs : int
        Of the network, after the head's own.
    batch_size : int
    learning_rate : float
        The highest of a cosine decay.
    frozen_epochs : int
        In which the head learns alone, at first.
    unfreeze : float
        Share of the trunk that learns afterwards; see `lungseg.training.freezing.freeze`.
    freeze_norm : bool
        Keep the statistics of every batch norm.
    average : float
        Momentum of the average of the weights; 0 takes the weights themselves.
    mixup : float
        How strongly pictures are blended; see `PictureData`.
    patience : int, optional
        Epochs without a better validation figure after which it stops.

    Examples
    --------
    >>> Schedule(epochs=10).frozen_epochs
    0
    """

    epochs: int
    batch_size: int = 16
    learning_rate: float = 5e-4
    frozen_epochs: int = 0
    unfreeze: float = 1.0
    freeze_norm: bool = False
    average: float = 0.0
    mixup: float = 0.0
    patience: int | None = None
