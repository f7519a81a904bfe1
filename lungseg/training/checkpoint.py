"""The state of a training on disk, so that a killed one goes on where it was."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from lungseg.backend import keras
from lungseg.io.atomic import atomic_path
from lungseg.training.average import WeightAverage


class Checkpoint(keras.callbacks.Callback):
    """Write network, optimizer and random state after each epoch; keep the best weights.

    Parameters
    ----------
    folder : Path or None
        Where to write; None keeps the best weights in memory only.
    monitor : str or None
        The figure that picks the best epoch; None keeps the last.
    mode : {"max", "min"}
    average : WeightAverage, optional
        Whose weights are kept in place of the model's own.
    verbose : int
        With 1, one line an epoch on standard error.

    Attributes
    ----------
    history : list of dict
        The figures of each epoch.
    best : float or None
        Best value of ``monitor`` so far.
    """

    def __init__(
        self,
        folder: Path | None,
        *,
        monitor: str | None,
        mode: str = "max",
        average: WeightAverage | None = None,
        verbose: int = 0,
    ) -> None:
        super().__init__()
        self.folder = folder
        self.average = average
        self.monitor = monitor
        self.sign = 1 if mode == "max" else -1
        self.verbose = verbose
        self.history: list[dict[str, float]] = []
        self.best: float | None = None
        self._best_weights: list[Any] | None = None

    def resume(self, model: Any) -> int:
        """Load the last state into ``model``; return the number of epochs that are done."""
        if self.folder is None or not (self.folder / "last.h5").is_file():
            return 0
        model.optimizer.build(model.trainable_variables)
        values, state = _load(self.folder / "last.h5")
        variables = _variables(model)
        wanted = [*variables, *([] if self.average is None else model.weights)]
        if [value.shape for value in values] != [tuple(variable.shape) for variable in wanted]:
            raise ValueError(
                f"{self.folder} was written by another network or training; start in a new folder"
            )
        for variable, value in zip(variables, values, strict=False):
            variable.assign(value)
        if self.average is not None:
            self.average.steps, self.average.values = state["steps"], values[len(variables) :]
        self.history, self.best = state["history"], state["best"]
        return len(self.history)

    def restore_best(self, model: Any) -> None:
        """Give ``model`` the weights of its best epoch."""
        if self.folder is not None and (self.folder / "best.h5").is_file():
            model.set_weights(_load(self.folder / "best.h5")[0])
        elif self._best_weights is not None:
            model.set_weights(self._best_weights)

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Note the time."""
        self._started = time.monotonic()

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Write the state, and the weights where they are the best yet."""
        figures = {name: float(value) for name, value in (logs or {}).items()}
        self.history.append(figures)
        better = self._is_better(figures)
        self._write(better)
        if self.verbose:
            seconds = time.monotonic() - self._started
            shown = "  ".join(f"{name} {number:.4f}" for name, number in figures.items())
            mark = " *" if better else ""
            print(f"epoch {epoch + 1}  {shown}  {seconds:.0f} s{mark}", file=sys.stderr, flush=True)

    def _is_better(self, figures: dict[str, float]) -> bool:
        if self.monitor is None:
            return True
        value = figures[self.monitor]
        if self.best is not None and self.sign * value <= self.sign * self.best:
            return False
        self.best = value
        return True

    def _write(self, better: bool) -> None:
        weights = self.model.get_weights() if self.average is None else self.average.values
        if self.folder is None:
            if better:
                self._best_weights = [np.array(value) for value in weights]
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        if better:
            _save(self.folder / "best.h5", weights)
        average = self.average
        state = {
            "history": self.history,
            "best": self.best,
            "steps": 0 if average is None else average.steps,
        }
        # One file for all of it: a kill between two would leave states of two epochs.
        values = [*_variables(self.model), *([] if average is None else average.values)]
        _save(self.folder / "last.h5", values, state)

    def epochs_since_best(self) -> int:
        """Epochs since ``monitor`` was at its best; 0 where nothing is monitored."""
        if self.monitor is None or self.best is None:
            return 0
        values = [figures[self.monitor] for figures in self.history]
        return len(values) - 1 - values.index(self.best)


def _variables(model: Any) -> list[Any]:
    """Everything that training changes: weights, seeds of dropout, the optimizer."""
    return [*model.variables, *model.optimizer.variables]


def _save(path: Path, values: list[Any], state: dict[str, Any] | None = None) -> None:
    with atomic_path(path) as temporary, h5py.File(temporary, "w") as file:
        file.attrs["state"] = json.dumps(state)
        for index, value in enumerate(values):
            array = value if isinstance(value, np.ndarray) else keras.ops.convert_to_numpy(value)
            file.create_dataset(str(index), data=np.asarray(array))


def _load(path: Path) -> tuple[list[Any], Any]:
    with h5py.File(path) as file:
        return [file[str(index)][()] for index in range(len(file))], json.loads(file.attrs["state"])
