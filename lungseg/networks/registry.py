"""Name → network. Building one imports Keras; listing them does not."""

from __future__ import annotations

import inspect
from collections.abc import Callable
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


def register(
    name: str,
    function: Callable[..., Any],
    *,
    task: Task = "classify",
    input_shape: tuple[int, int, int] = (224, 224, 1),
    classes: int = 2,
    smallest: int = 1,
    multiple: int = 1,
) -> NetworkInfo:
    """Give a network of one's own a name, so that `build` and every estimator take it.

    The name holds for this process: whoever loads weights that were trained with it calls
    `register` first.

    Parameters
    ----------
    name : str
        Not one of the library's.
    function : callable
        Takes ``input_shape`` and ``classes``, and options by keyword, of a classifier
        ``dropout`` among them; returns one flat ``keras.Model``. A classifier takes grey
        0…255 and gives logits; its head begins with a layer named ``pool``, or with one
        whose name starts with ``head``. What marks pixels is shown grey 0…1 and gives
        probabilities: of one class a sigmoid, of several a softmax over them.
    task : {"classify", "segment"}
    input_shape : tuple of int
        (rows, columns, channels) that `build` takes without another.
    classes : int
        Outputs that `build` takes without another number.
    smallest, multiple : int
        Pixels of the smallest side, and what sides must be divisible by.

    Returns
    -------
    NetworkInfo
        With its parameters counted: the network is built once.

    Raises
    ------
    ValueError
        If the library has a network of this name, or a classifier takes no ``dropout``.

    Examples
    --------
    >>> from lungseg.networks.simple import simple
    >>> register("doctest-mine", simple, smallest=22).parameters
    25442
    >>> del _NETWORKS["doctest-mine"]
    """
    if any(name == known.name for known in NETWORKS):
        raise ValueError(f"the library has a network named {name!r}: take another name")
    if task == "classify" and "dropout" not in inspect.signature(function).parameters:
        raise ValueError(f"the function of {name!r} takes no dropout, which every classifier does")
    _NETWORKS[name] = NetworkInfo(
        name=name,
        function=function,
        task=task,
        input_shape=input_shape,
        classes=classes,
        parameters=int(function(input_shape, classes).count_params()),
        smallest=smallest,
        multiple=multiple,
        outputs="logits" if task == "classify" else "probabilities",
        source="registered by its user",
    )
    return _NETWORKS[name]


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
