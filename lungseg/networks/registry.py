"""Name → network. Building one imports Keras; listing them does not."""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib import import_module
from typing import Any


@dataclass(frozen=True)
class _Entry:
    """A function that builds a network, and the options its name stands for."""

    function: str
    options: dict[str, Any] = field(default_factory=dict)

    def build(self, **options: Any) -> Any:
        module, name = self.function.rsplit(".", 1)
        return getattr(import_module(f"lungseg.networks.{module}"), name)(
            **{**self.options, **options}
        )


_NETWORKS = {
    "bcdunet-d1": _Entry("bcdunet.bcdunet", {"depth": 1}),
    "bcdunet-d3": _Entry("bcdunet.bcdunet", {"depth": 3}),
    "efficientnetb0": _Entry("efficientnet.efficientnet", {"variant": "b0"}),
    "simple": _Entry("simple.simple"),
    "unet-efficientnetb0": _Entry(
        "efficientnet_unet.efficientnet_unet", {"top": False, "filters": 8}
    ),
    "unet-mobilenetv2": _Entry("mobilenet_unet.mobilenet_unet"),
    "unet-s3": _Entry("unet.unet"),
}


def names() -> list[str]:
    """Names that `build` takes.

    Examples
    --------
    >>> "bcdunet-d3" in names()
    True
    """
    return sorted(_NETWORKS)


def build(
    name: str,
    input_shape: tuple[int | None, int | None, int] | None = None,
    classes: int | None = None,
    **options: Any,
) -> Any:
    """Build a network of the library, freshly initialised.

    Parameters
    ----------
    name : str
        One of `names`.
    input_shape : tuple of int, optional
        (rows, columns, channels); the published size where it is not given.
    classes : int, optional
        Number of outputs; the published number where it is not given.
    **options
        What the network itself takes, for example ``filters`` of BCDU-Net.

    Returns
    -------
    keras.Model

    Raises
    ------
    ValueError
        If the name is not known, or the size does not suit the network.

    Examples
    --------
    >>> build("bcdunet-d1", (64, 64, 1), filters=4).output_shape
    (None, 64, 64, 1)
    """
    if name not in _NETWORKS:
        raise ValueError(f"no network is named {name!r}; there are: {', '.join(names())}")
    if input_shape is not None:
        options["input_shape"] = input_shape
    if classes is not None:
        options["classes"] = classes
    return _NETWORKS[name].build(**options)
