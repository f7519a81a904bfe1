"""Estimators with one network, which are saved to a folder and made from one."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from lungseg.artifact import Precision, load_weights, read_artifact, sums_of, write_artifact
from lungseg.errors import InputError
from lungseg.inference.graph_network import GraphNetwork
from lungseg.inference.stored_graphs import graph_files, stored_graphs

if TYPE_CHECKING:
    from typing_extensions import Self

Section = Literal["masker", "classifier", "infection"]


class StoredEstimator(BaseEstimator, ABC):
    """What `LungMasker`, `CTClassifier` and `InfectionSegmenter` share.

    A subclass names the section of ``config.json`` that is its own, says what it learned
    beside its network (`_learned`), and takes that back (`_restore`).
    """

    _section: ClassVar[Section]
    #: Parameters that say how to run and not what was learned; an artefact leaves them out.
    _runtime: ClassVar[tuple[str, ...]]

    weights: str | Path | Sequence[str | Path] | None
    engine: Any

    #: The network, and, until it is first asked for, the artefact that holds it.
    _model: Any = None
    _folder: Path | None = None
    _sums: str = ""

    #: What runs it without Keras, by the side of pictures; empty without graphs.
    _graphs: Mapping[int, GraphNetwork] = MappingProxyType({})

    #: What tells without Keras where the network sees a class, likewise.
    _evidence: Mapping[int, GraphNetwork] = MappingProxyType({})

    def save(
        self,
        folder: str | Path,
        *,
        documents: dict[str, str] | None = None,
        precision: Precision = "single",
    ) -> Path:
        """Write parameters, what was learned and the network to a folder.

        Parameters
        ----------
        folder : str or Path
            New, or an artefact that is to be replaced; it appears whole or not at all.
        documents : dict of str to str, optional
            Other text files, as a card.
        precision : {"single", "half"}
            "half" rounds the weights to 11 bits and takes about a third less.

        Returns
        -------
        Path
            For `from_pretrained`.

        Raises
        ------
        lungseg.InputError
            If the folder exists and is something else.
        sklearn.exceptions.NotFittedError
            If nothing was trained or loaded.
        """
        self._ensure_network()
        return write_artifact(
            folder,
            config={"kind": self._section, self._section: self._config()},
            models={self._section: self.model_},
            files=self._files(precision),
            documents=documents,
            precision=precision,
        )

    @classmethod
    def from_pretrained(cls, name: str | Path | None = None) -> Self:
        """Make an estimator with trained weights.

        Parameters
        ----------
        name : str or Path, optional
            A name of `lungseg.weights.names`, or a folder written by `save` or by
            `Pipeline.save`. The default weights without it.

        Returns
        -------
        LungMasker, CTClassifier or InfectionSegmenter
            Of the class that was asked.

        Raises
        ------
        lungseg.InputError
            If there are no such weights, they are of something else, or a file differs
            from its SHA-256.
        """
        from lungseg.weights import default, folder_of

        name = name or default(cls._section)
        stored = read_section(name, cls._section)
        # JSON knows no tuples, and no parameter has to be a list.
        params = {k: tuple(v) if isinstance(v, list) else v for k, v in stored["params"].items()}
        estimator = cls(**params, weights=name)
        # Not `_ensure_network`: it would read and check every file again.
        estimator._restore(stored, folder_of(name))
        return estimator

    @property
    def model_(self) -> Any:
        """The network as a ``keras.Model``; loaded when it is first asked for."""
        self._ensure_network()
        if self._model is None:
            assert self._folder is not None  # noqa: S101 - set with the weights
            if not self._is_intact(self._folder):
                cause = "it holds other weights than when it was loaded"
                raise InputError(str(self._folder), cause, "load it again with from_pretrained")
            self._model = self._load(self._folder)
        return self._model

    @model_.setter
    def model_(self, model: Any) -> None:
        self._model, self._folder, self._sums = model, None, ""
        self._graphs, self._evidence = {}, {}

    def _load(self, folder: Path) -> Any:
        """Build the network, with the weights of an artefact."""
        model = self._build(None)
        load_weights(model, folder, self._section)
        return model

    def _remember(self, folder: Path) -> None:
        """Note where the network is, to load it later."""
        self._model, self._folder, self._sums = None, folder, sums_of(folder)

    def _take_network(self, folder: Path, sides: Iterable[int]) -> None:
        """Take the graphs of an artefact, or, where it lacks one, the network itself."""
        self._graphs, self._evidence = stored_graphs(folder, self._section, sides)
        if self._graphs:
            self._remember(folder)
        else:
            self.model_ = self._load(folder)

    def _without_keras(self, graphs: Mapping[int, GraphNetwork], side: int) -> GraphNetwork | None:
        """Return the graph that takes pictures of this side, unless Keras is asked for."""
        return graphs.get(side) if self.engine == "auto" else None

    def _is_intact(self, folder: Path) -> bool:
        """Whether a folder holds what was loaded from it: it may have been written to since."""
        return sums_of(folder) == self._sums

    def _config(self) -> dict[str, Any]:
        """Everything that ``config.json`` says of this estimator."""
        params = {k: v for k, v in self.get_params(deep=False).items() if k not in self._runtime}
        return {"params": params, **self._learned()}

    def _ensure_network(self) -> None:
        """Take trained weights, where they have not been taken yet."""
        from lungseg.weights import folder_of

        check_is_fitted(self)
        if not self._is_loaded() and isinstance(self.weights, (str, Path)):
            stored = read_section(self.weights, self._section)
            self._restore(stored, folder_of(self.weights))

    def __sklearn_is_fitted__(self) -> bool:
        # Several weights are what a training starts from, and none of them is the whole.
        trained = isinstance(self.weights, (str, Path)) and self.weights != "imagenet"
        return self._is_loaded() or trained

    def _files(self, precision: Precision) -> dict[str, bytes]:
        """Other files of the artefact: graphs, which hold no weights that could be rounded."""
        evidence = graph_files(self._section, self._evidence, "evidence")
        return graph_files(self._section, self._graphs) | evidence

    def _is_loaded(self) -> bool:
        """Whether what was learned is in memory."""
        return self._model is not None or self._folder is not None

    @abstractmethod
    def _build(self, start: Any) -> Any:
        """Build the network untrained; what ``start`` is, the subclass says."""

    @abstractmethod
    def _learned(self) -> dict[str, Any]:
        """Say what was learned beside the network, for JSON."""

    @abstractmethod
    def _restore(self, stored: dict[str, Any], folder: Path) -> None:
        """Take back what `_config` and `save` stored in a folder."""


def read_section(name: str | Path, section: Section) -> dict[str, Any]:
    """Read what trained weights say of one estimator.

    Parameters
    ----------
    name : str or Path
        A name of `lungseg.weights.names`, or a folder.
    section : {"masker", "classifier", "infection"}

    Returns
    -------
    dict
        What the estimator's ``_config`` wrote.

    Raises
    ------
    lungseg.InputError
        If there are no such weights, they are of something else, or a file differs from
        its SHA-256.

    Examples
    --------
    >>> sorted(read_section("lungs", "masker"))
    ['confidence', 'params', 'sharpness']
    """
    from lungseg.weights import folder_of

    config = read_artifact(folder_of(name))
    if section not in config:
        cause = f"these weights ({config.get('kind')}) hold no {section}"
        raise InputError(str(name), cause, "give others that hold one, or call fit")
    stored: dict[str, Any] = config[section]
    return stored
