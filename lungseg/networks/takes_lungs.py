"""Which networks take the lungs beside the picture."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def takes_lungs(options: Mapping[str, Any] | None) -> bool:
    """Tell whether a classifier of these options takes the lungs as a second channel.

    Parameters
    ----------
    options : mapping, optional
        As ``network_options`` of `lungseg.CTClassifier`.

    Examples
    --------
    >>> takes_lungs({"head": "lungs"}), takes_lungs(None)
    (True, False)
    """
    return (options or {}).get("head") == "lungs"
