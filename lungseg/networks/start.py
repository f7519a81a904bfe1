"""A network that starts from shipped or saved weights."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from lungseg.artifact import load_weights, read_artifact
from lungseg.errors import InputError
from lungseg.infection_mask import PIXEL_CLASSES
from lungseg.networks.further_trunk import further_prefix
from lungseg.networks.registry import build
from lungseg.networks.takes_lungs import takes_lungs
from lungseg.networks.transfer import copy_weights, trunk_of
from lungseg.weights import folder_of


def start_from(model: Any, name: str | Path | Sequence[str | Path]) -> int:
    """Take over what fits, by name and shape, from trained weights.

    A trunk, a classifier and an infection segmenter of one family of networks share their
    convolutions, so that any of them can start another.

    Parameters
    ----------
    model : keras.Model
    name : str, Path or sequence of them
        A name of `lungseg.weights.names`, or a folder that `save` wrote; of several, one for
        each trunk of the network.

    Returns
    -------
    int
        Number of layers whose weights were taken.

    Raises
    ------
    lungseg.InputError
        If there are no such weights, they hold a masker alone, or a file differs from its
        SHA-256.

    Examples
    --------
    >>> start_from(build("efficientnetb0", (32, 32, 1), 3), "ct") > 100
    True
    """
    several = [name] if isinstance(name, (str, Path)) else name
    return sum(
        copy_weights(_trained(one, model), model, prefix=further_prefix(number))
        for number, one in enumerate(several)
    )


def _trained(name: str | Path, model: Any) -> Any:
    """Build the network whose weights another one is to start from."""
    folder = folder_of(name)
    config = read_artifact(folder)
    if "trunk" in config:
        size = config["trunk"]["input_size"]
        source = trunk_of(build(config["trunk"]["network"], (size, size, 1), 2))
        load_weights(source, folder, "trunk")
        return source
    kinds = sorted({"classifier", "infection"} & config.keys())
    if not kinds:
        cause = f"these weights ({config.get('kind')}) hold no trunk, classifier or infection"
        raise InputError(str(name), cause, "give others that hold one")
    # Of a pipeline, what does the same: networks that mark pixels have rows and columns.
    kind = kinds[-1] if model.output_shape[1:-1] else kinds[0]
    params = config[kind]["params"]
    size, options = params["input_size"], params.get("network_options") or {}
    channels = 2 if takes_lungs(options) else 1
    source = build(params["network"], (size, size, channels), _classes(config[kind]), **options)
    load_weights(source, folder, kind)
    return source


def _classes(stored: dict[str, Any]) -> int:
    """Count the outputs of a stored network."""
    if "classes" in stored:
        return len(stored["classes"])
    return PIXEL_CLASSES[stored["params"]["target"]]
