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


class Checkpoint(keras.callbacks.Callback):
    """Write network, optimizer and random state after each epoch; keep the best weights.

    Parameters
    ----------
    folder : Path or None
        Where to write; None keeps the best weights in memory only.
    monitor : str or None
        The figure that picks the best epoch; None keeps the last.
    mode : {"max", "min"}
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
        self, folder: Path | None, *, monitor: str | None, mode: str = "max", verbose: int = 0
    ) -> None:
        super().__init__()
        self.folder = folder
        self.monitor = monitor
        self.sign = 1 if mode == "max" else -1
        self.verbose = verbose
        self.history: list[dict[str, float]] = []
        self.best: float | None = None
        self._best_weights: list[Any] | None = None

    def resume(self, model: Any) -> int:
        """Load the last state into ``model``; return the number of epochs that are done."""
        if self.folder is None or not (self.folder / "state.json").is_file():
            return 0
        state = json.loads((self.folder / "state.json").read_text())
        model.optimizer.build(model.trainable_variables)
        _load(self.folder / "last.h5", _variables(model))
        self.history, self.best = state["history"], state["best"]
        return len(self.history)

    def restore_best(self, model: Any) -> None:
        """Give ``model`` the weights of its best epoch."""
        if self.folder is not None and (self.folder / "best.h5").is_file():
            _load(self.folder / "best.h5", model.variables)
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
        if self.folder is None:
            if better:
                self._best_weights = self.model.get_weights()
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        if better:
            _save(self.folder / "best.h5", self.model.variables)
        _save(self.folder / "last.h5", _variables(self.model))
        # Last, so that a state never names weights that are not there.
        with atomic_path(self.folder / "state.json") as path:
            path.write_text(json.dumps({"history": self.history, "best": self.best}, indent=1))


def _variables(model: Any) -> list[Any]:
    """Everything that training changes: weights, seeds of dropout, the optimizer."""
    return [*model.variables, *model.optimizer.variables]


def _save(path: Path, variables: list[Any]) -> None:
    with atomic_path(path) as temporary, h5py.File(temporary, "w") as file:
        for index, variable in enumerate(variables):
            file.create_dataset(str(index), data=np.asarray(keras.ops.convert_to_numpy(variable)))


def _load(path: Path, variables: list[Any]) -> None:
    with h5py.File(path) as file:
        if len(file) != len(variables):
            raise ValueError(f"{path} was written by another network; start in a new folder")
        for index, variable in enumerate(variables):
            variable.assign(file[str(index)][()])
