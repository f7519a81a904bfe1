"""What ``lungseg predict`` does with one input, on whichever machine."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lungseg.cluster.place import check_place
from lungseg.cluster.weights import Weights, load_once


@dataclass(frozen=True)
class PredictJob:
    """Classify a scan, and write what there is to show of it.

    Parameters
    ----------
    pipeline : Weights
    infection : Weights, optional
        Of the stage that marks the infection, where the pipeline has none of its own.
    out : str, optional
        Folder in which each input gets one of its own.
    marker : str, optional
        See `lungseg.cluster.place.check_place`.
    """

    pipeline: Weights
    infection: Weights | None = None
    out: str | None = None
    marker: str | None = None

    def load(self) -> Any:
        """Load the pipeline, once in a process."""
        return load_once(_load, self.pipeline, self.infection)

    def __call__(self, task: tuple[str, str]) -> dict[str, Any]:
        """Classify one input.

        Parameters
        ----------
        task : tuple of (path, name)
            The name is that of its folder.

        Returns
        -------
        dict
            As `Prediction.to_dict` has it; ``input`` is the path.
        """
        path, name = task
        check_place(path, self.marker)
        (prediction,) = self.load().analyze([path])
        if self.out is not None:
            prediction.save(Path(self.out) / name)
        result: dict[str, Any] = {**prediction.to_dict(), "input": path}
        return result


def _load(pipeline: str, infection: str | None) -> Any:
    from lungseg.infection import InfectionSegmenter
    from lungseg.pipeline.pipeline import Pipeline

    loaded = Pipeline.from_pretrained(pipeline)
    if infection is not None and loaded.infection is None:
        loaded.infection = InfectionSegmenter.from_pretrained(infection)
    return loaded
