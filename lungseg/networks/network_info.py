"""What is known of a network before it is built."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any, Literal

Task = Literal["classify", "segment"]


@dataclass(frozen=True)
class NetworkInfo:
    """A network's name, and what it takes to use it.

    Parameters
    ----------
    name : str
    function : str or callable
        ``module.function`` within `lungseg.networks`, or the function itself.
    task : {"classify", "segment"}
        A classifier takes grey 0…255, a segmenter 0…1.
    input_shape : tuple of int
        (rows, columns, channels) of the published network.
    classes : int
        Outputs of the published network.
    parameters : int
        For that input and as many outputs, biases and batch norms included.
    smallest : int
        Pixels of the smallest side that the network takes.
    source : str
        The paper or project that it comes from.
    systems : tuple of str
        Those of the five systems that use it: "S0" to "S4".
    multiple : int
        What sides must be divisible by.
    outputs : {"logits", "probabilities"}
    imagenet : bool
        Whether it takes ``weights="imagenet"``.
    any_size : bool
        Whether one ONNX export takes pictures of any size; layers that enlarge by
        repeating pixels are exported for one.
    options : mapping
        What the name stands for, as options of the function.
    """

    name: str
    function: str | Callable[..., Any]
    task: Task
    input_shape: tuple[int, int, int]
    classes: int
    parameters: int
    smallest: int
    source: str
    systems: tuple[str, ...] = ()
    multiple: int = 1
    outputs: Literal["logits", "probabilities"] = "logits"
    imagenet: bool = False
    any_size: bool = True
    options: Mapping[str, Any] = field(default_factory=dict)

    def find_function(self) -> Any:
        """Import the function that builds the network, and Keras with it."""
        if not isinstance(self.function, str):
            return self.function
        module, name = self.function.rsplit(".", 1)
        return getattr(import_module(f"lungseg.networks.{module}"), name)
