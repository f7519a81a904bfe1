"""Fixtures for all tests."""

from __future__ import annotations

import hashlib
import os
import random
from collections.abc import Iterator
from dataclasses import fields
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import lungseg
from lungseg.inference.finder import Finder
from lungseg.inference.graph_network import GraphNetwork
from lungseg.inference.openvino_engine import OpenVinoEngine
from lungseg.networks import register, registry
from lungseg.training.calibrate import fit_confidence

# As many workers as cores: threads of TensorFlow's own on top of them only wait for each other.
if "PYTEST_XDIST_WORKER" in os.environ:
    for name in ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "OMP_NUM_THREADS"):
        os.environ.setdefault(name, "1")


@pytest.fixture(scope="session")
def data() -> Path:
    """Folder of the real data; tests that need it skip where it is absent."""
    beside = Path(__file__).resolve().parents[1].parent / "shared" / "data"
    folder = Path(os.environ.get("LUNGSEG_DATA", beside))
    if not folder.is_dir():
        pytest.skip("the real data are not here: set LUNGSEG_DATA")
    return folder


@pytest.fixture(autouse=True)
def seeded() -> None:
    """Start each test alike: Keras draws the seeds of its initial weights from `random`."""
    random.seed(0)


@pytest.fixture(scope="session", autouse=True)
def compiled_once() -> Iterator[None]:
    """Let all tests of a process share what OpenVINO made of the same graph and weights.

    Most tests of a pipeline load the shipped one, and to make it ready takes seconds each time.
    """
    kept: dict[bytes, Any] = {}
    compile_anew = GraphNetwork._compile

    def compile_once(self: GraphNetwork) -> Any:
        digest = hashlib.sha256(self.graph)
        for name, array in sorted(self._weights.items()):
            digest.update(name.encode() + np.ascontiguousarray(array).tobytes())
        key = digest.digest()
        if key not in kept:
            kept[key] = compile_anew(self)
        return kept[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(GraphNetwork, "_compile", compile_once)
        yield


@pytest.fixture(scope="session")
def _found() -> dict[str, lungseg.LungMask]:
    return {}


@pytest.fixture(scope="module")
def quick_masks(_found) -> Iterator[None]:
    """Mark once and remember masks, for tests of what is made of them and not of how good they are.

    A slice of the shipped masker takes seconds otherwise. Remembered is what OpenVINO found, by
    what decides it: network, parameters and scan.
    """
    start, find = OpenVinoEngine.__init__, Finder.find

    def note(self: OpenVinoEngine, exported: bytes, **options: Any) -> None:
        start(self, exported, **options)
        self._digest = hashlib.sha256(exported).hexdigest()

    def remember(self: Finder, scan: lungseg.Scan) -> lungseg.LungMask:
        digest = getattr(self.engine, "_digest", None)
        if digest is None:
            return find(self, scan)
        how = [repr(getattr(self, f.name)) for f in fields(self) if f.name != "engine"]
        voxels = hashlib.sha256(np.ascontiguousarray(scan.voxels)).hexdigest()
        key = repr((digest, voxels, scan.voxels.dtype, scan.affine, scan.source, scan, how))
        if key not in _found:
            _found[key] = find(self, scan)
        return _found[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(OpenVinoEngine, "__init__", note)
        patch.setattr(Finder, "find", remember)
        patch.setattr("lungseg.inference.finder.count_turns", lambda turns, slices: 1)
        patch.setattr("lungseg.inference.finder.is_few", lambda slices: False)
        yield


@pytest.fixture
def few_spoilt(monkeypatch) -> None:
    """Learn the confidence of a new masker from few pictures, where it need not be right."""
    few = partial(fit_confidence, spoilt=2, others=4)
    monkeypatch.setattr("lungseg.training.calibrate.fit_confidence", few)


@pytest.fixture(scope="session")
def chest() -> tuple[lungseg.Scan, lungseg.LungMask]:
    """A small phantom with its true mask; all three axes differ in length."""
    scan, mask = lungseg.phantom(slices=12, size=96, return_mask=True)
    part = np.s_[:, :, 2:92]
    return (
        scan.with_voxels(np.ascontiguousarray(scan.voxels[part]), scan.affine),
        lungseg.LungMask(np.ascontiguousarray(mask.voxels[part]), scan.affine, "phantom"),
    )


@pytest.fixture(scope="session")
def masker() -> lungseg.LungMasker:
    return lungseg.LungMasker.from_pretrained()


@pytest.fixture(scope="session")
def quick_masker() -> lungseg.LungMasker:
    """Marks once, in small frames: for tests of what hangs on a mask and not on how good it is."""
    return lungseg.LungMasker.from_pretrained().set_params(turns=1, scales=(1.0,), input_size=128)


@pytest.fixture(scope="session")
def pictures() -> tuple[list[np.ndarray], list[str], list[str]]:
    """Twelve pictures of six patients in two classes that are easy to tell apart."""
    rng = np.random.default_rng(0)
    X, y, groups = [], [], []
    for number in range(12):
        ill = number % 2
        picture = rng.integers(0, 90, (64, 72), np.uint8)
        if ill:
            picture[16:48, 16:56] += 150
        X.append(picture)
        y.append("ill" if ill else "healthy")
        groups.append(f"patient {number // 2 // 1}")
    return X, y, groups


@pytest.fixture(scope="module")
def tiny_network() -> Iterator[str]:
    """Name of a network that marks pixels and learns in seconds."""
    # Not above: TensorFlow counts its threads when it is loaded, before they are set there.
    from tests.tiny_unet import tiny_unet

    size = {"input_shape": (32, 32, 1), "classes": 1, "smallest": 2, "multiple": 2}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(registry, "_NETWORKS", dict(registry._NETWORKS))
        yield register("tiny-unet", tiny_unet, task="segment", **size).name
