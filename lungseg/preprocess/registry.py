"""Name → transform: what recipes and saved pipelines speak of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lungseg.preprocess.scan_transform import ScanTransform

_TRANSFORMS = {
    "active_contour": "ActiveContour",
    "blur_mask": "BlurMask",
    "body_crop": "BodyCrop",
    "clahe": "Clahe",
    "halves": "Halves",
    "hu_window": "HUWindow",
    "lung_crop": "LungCrop",
    "remove_background": "RemoveBackground",
    "standardise": "Standardise",
    "trim": "Trim",
}


def names() -> list[str]:
    """Names that `build` takes.

    Examples
    --------
    >>> "clahe" in names()
    True
    """
    return sorted(_TRANSFORMS)


def class_of(name: str) -> type[ScanTransform]:
    """Class of a transform by its name.

    Raises
    ------
    ValueError
        If the name is not known.

    Examples
    --------
    >>> class_of("trim").__name__
    'Trim'
    """
    if name not in _TRANSFORMS:
        raise ValueError(f"no transform is named {name!r}; there are: {', '.join(names())}")
    found: type[ScanTransform] = getattr(
        import_module(f"lungseg.preprocess.{name}"), _TRANSFORMS[name]
    )
    return found


def build(name: str, **params: Any) -> ScanTransform:
    """Make a transform by its name.

    Parameters
    ----------
    name : str
        One of `names`.
    **params
        What its constructor takes.

    Examples
    --------
    >>> build("trim", share=0.2)
    Trim(share=0.2)
    """
    return class_of(name)(**params)


def build_all(described: Iterable[Mapping[str, Mapping[str, Any]]]) -> list[ScanTransform]:
    """Make transforms of what `describe` wrote.

    Examples
    --------
    >>> build_all([{"trim": {"share": 0.2}}, {"halves": {}}])
    [Trim(share=0.2), Halves()]
    """
    return [build(name, **params) for step in described for name, params in step.items()]


def describe(transform: ScanTransform) -> dict[str, dict[str, Any]]:
    """Describe a transform by its name and parameters, in types that JSON knows.

    Raises
    ------
    ValueError
        If it is none of the library's: it could not be made again from its name.

    Examples
    --------
    >>> describe(build("trim", share=0.2))
    {'trim': {'share': 0.2}}
    """
    for name in names():
        if type(transform) is class_of(name):
            return {name: transform.get_params()}
    raise ValueError(
        f"{type(transform).__name__} is no transform of lungseg.preprocess, and cannot be saved "
        f"with a pipeline; there are: {', '.join(names())}"
    )
