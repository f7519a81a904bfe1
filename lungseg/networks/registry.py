"""Name → network. Building one imports Keras; listing them does not."""

from __future__ import annotations

import inspect
from typing import Any

from lungseg.networks.catalogue import NETWORKS
from lungseg.networks.network_info import NetworkInfo, Task

_NETWORKS = {network.name: network for network in NETWORKS}


def names(task: Task | None = None) -> list[str]:
    """Names that `build` takes.

    Parameters
    ----------
    task : {"classify", "segment"}, optional
        Only networks for this task.

    Returns
    -------
    list of str

    Raises
    ------
    ValueError
        If there is no such task.

    Examples
    --------
    >>> "bcdunet-d3" in names(), "bcdunet-d3" in names("classify")
    (True, False)
    """
    if task not in ("classify", "segment", None):
        raise ValueError(f"task must be 'classify' or 'segment', got {task!r}")
    return sorted(name for name, known in _NETWORKS.items() if task in (None, known.task))


def info(name: str) -> NetworkInfo:
    """Tell what is known of a network, without building it.

    Parameters
    ----------
    name : str
        One of `names`.

    Returns
    -------
    NetworkInfo

    Raises
    ------
    ValueError
        If the name is not known.

    Examples
    --------
    >>> info("simple").parameters, info("simple").smallest
    (25475, 22)
    """
    if name not in _NETWORKS:
        raise ValueError(f"no network is named {name!r}; there are: {', '.join(names())}")
    return _NETWORKS[name]


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
        If the name is not known, the size does not suit the network, or it has no such
        option.

    Examples
    --------
    >>> build("bcdunet-d1", (64, 64, 1), filters=4).output_shape
    (None, 64, 64, 1)
    """
    known = info(name)
    function = known.find_function()
    check_options(name, options)
    return function(
        known.input_shape if input_shape is None else input_shape,
        known.classes if classes is None else classes,
        **{**known.options, **options},
    )


def option_names(name: str) -> list[str]:
    """Names of the options that a network takes.

    Examples
    --------
    >>> option_names("unet-s3")
    ['dropout']
    """
    parameters = inspect.signature(info(name).find_function()).parameters.values()
    return [one.name for one in parameters if one.kind is one.KEYWORD_ONLY]


def check_options(name: str, options: Any) -> None:
    """Refuse options that a network does not have, naming those it has.

    Examples
    --------
    >>> check_options("simple", {"filters": 4})
    Traceback (most recent call last):
    ValueError: simple has no option 'filters'; it has: dropout
    """
    allowed = option_names(name)
    for option in options:
        if option not in allowed:
            raise ValueError(f"{name} has no option {option!r}; it has: {', '.join(allowed)}")
