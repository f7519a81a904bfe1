"""Validation of constructor parameters, with one form of message."""

from __future__ import annotations

from typing import Any

import numpy as np


def check_params(estimator: Any, **allowed: tuple[Any, ...]) -> None:
    """Check parameters of an estimator, as `fit` does before anything else.

    Parameters
    ----------
    estimator : object
    **allowed : tuple
        For each parameter its choices (strings), or its bounds (low, high), where None
        is no bound.

    Raises
    ------
    ValueError
        Naming the parameter, its value and what is allowed.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> check_params(SimpleNamespace(epochs=0), epochs=(1, None))
    Traceback (most recent call last):
    ValueError: epochs of SimpleNamespace must be at least 1, got 0
    """
    for name, rule in allowed.items():
        value = getattr(estimator, name)
        if any(isinstance(choice, str) for choice in rule):
            fits, wanted = value in rule, f"one of {', '.join(map(repr, rule))}"
        else:
            fits, wanted = _within(value, *rule)
        if not fits:
            owner = type(estimator).__name__
            raise ValueError(f"{name} of {owner} must be {wanted}, got {value!r}")


def check_scales(estimator: Any) -> None:
    """Check ``scales``: how many times its size a scan is looked at.

    Parameters
    ----------
    estimator : object

    Raises
    ------
    ValueError
        If it is no tuple of positive numbers, or an empty one.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> check_scales(SimpleNamespace(scales=1.2))
    Traceback (most recent call last):
    ValueError: scales of SimpleNamespace must be one or more positive numbers, got 1.2
    """
    scales = estimator.scales
    several = isinstance(scales, (tuple, list)) and len(scales) > 0
    if not several or not all(_within(one, None, None)[0] and one > 0 for one in scales):
        owner = type(estimator).__name__
        raise ValueError(f"scales of {owner} must be one or more positive numbers, got {scales!r}")


def _within(value: Any, low: float | None, high: float | None) -> tuple[bool, str]:
    wanted = {
        (True, False): f"at least {low}",
        (False, True): f"at most {high}",
        (True, True): f"between {low} and {high}",
        (False, False): "a number",
    }[low is not None, high is not None]
    if not isinstance(value, (int, float, np.integer, np.floating)) or isinstance(value, bool):
        return False, wanted
    return bool((low is None or value >= low) and (high is None or value <= high)), wanted
