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
