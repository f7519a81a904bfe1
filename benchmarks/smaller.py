"""Measure whether the masker's network is faster in 8 bits or on LiteRT, and still right.

python benchmarks/smaller.py --data DATA [--slices 32] [--json FILE]

The validation slices of kmader_lungs are marked by the network as it ships on OpenVINO, by the
same quantised to 8 bits (static, calibrated on training slices) on OpenVINO and on ONNX
Runtime, and on LiteRT in 32 bits and with 8-bit weights.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import lungseg
from lungseg.cli.training import three_splits
from lungseg.evaluation.bootstrap import bootstrap_estimate
from lungseg.evaluation.dice import dice
from lungseg.inference.engine import to_input
from lungseg.inference.mark import fit
from lungseg.inference.onnx_engine import OnnxEngine
from lungseg.inference.openvino_engine import OpenVinoEngine
from lungseg.io.masks import read_mask
from lungseg.manifest import Manifest, read_manifest
from lungseg.networks import build
from lungseg.networks.export import to_onnx
from lungseg.preprocess.letterbox import Letterbox

Mark = Callable[[NDArray[np.uint8]], NDArray[np.float32]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--slices", type=int, default=32, help="That are timed.")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    rows = read_manifest(given.data / "kmader_lungs/manifest.csv", need=("mask",))
    train, val, _ = three_splits(rows, test=0.15, validation=0.1, seed=0)
    masker = lungseg.LungMasker.from_pretrained()
    network = fixed(masker)
    calibration, _ = frames(train.take(range(0, len(train), 4)), masker.input_size)
    grey, truth = frames(val, masker.input_size)
    exported = to_onnx(network)
    small = quantised(exported, calibration)
    engines: dict[str, Mark] = {
        "OpenVINO, as it ships": OpenVinoEngine(exported),
        "OpenVINO, 8 bits": OpenVinoEngine(small),
        "ONNX Runtime, 32 bits": OnnxEngine(exported),
        "ONNX Runtime, 8 bits": OnnxEngine(small),
        "LiteRT, 32 bits": lite(network, small=False),
        "LiteRT, 8-bit weights": lite(network, small=True),
    }
    result: dict[str, Any] = {}
    timed = np.resize(grey, (given.slices, *grey.shape[1:]))
    for name, engine in engines.items():
        marked = engine(grey) >= 0.5
        mean = bootstrap_estimate(np.mean, val.patients, [*map(dice, marked, truth)])
        start = time.perf_counter()
        engine(timed)
        seconds = (time.perf_counter() - start) / len(timed)
        result[name] = {"Dice": mean.to_dict(), "seconds a slice": seconds}
        first = next(iter(result.values()))["seconds a slice"]
        print(f"{name}: Dice {mean}; {first / seconds:.2f} times as fast as the first", flush=True)
    if given.json:
        given.json.write_text(json.dumps(result, indent=2), "utf-8")


def fixed(masker: lungseg.LungMasker) -> Any:
    """Rebuild the masker's network for frames of one size, which LiteRT wants."""
    side = masker.input_size
    network = build(masker.network, (side, side, 1), 1, filters=masker.filters)
    network.set_weights(masker.model_.get_weights())
    return network


def frames(part: Manifest, side: int) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    """Slices and their masks in a square frame."""
    grey, truth = [], []
    for file, mask in zip(part.files, part.masks, strict=True):
        scan = lungseg.read(file)
        view = Letterbox((scan.shape[1], scan.shape[2]), side)
        grey.append(fit(scan.axial(), [0], view)[0])
        truth.append(view.apply(read_mask(mask, scan)[0].astype(np.uint8), label=True) > 0)
    return np.stack(grey), np.stack(truth)


def quantised(exported: bytes, grey: NDArray[np.uint8]) -> bytes:
    """Quantise weights and activations to 8 bits, with ranges from real slices."""
    import onnxruntime.quantization as quantization

    class Reader(quantization.CalibrationDataReader):  # type: ignore[misc]
        def __init__(self, name: str) -> None:
            self.items = ({name: to_input(one[None])} for one in grey)

        def get_next(self) -> Any:
            return next(self.items, None)

    with tempfile.TemporaryDirectory() as scratch:
        whole, small = Path(scratch) / "whole.onnx", Path(scratch) / "small.onnx"
        whole.write_bytes(exported)
        import onnx

        name = onnx.load(whole).graph.input[0].name
        quantization.quantize_static(
            whole,
            small,
            Reader(name),
            quant_format=quantization.QuantFormat.QDQ,
            per_channel=True,
        )
        return small.read_bytes()


def lite(network: Any, *, small: bool) -> Mark:
    """Run a network on LiteRT, on all cores."""
    import os

    import tensorflow as tf

    converter = tf.lite.TFLiteConverter.from_keras_model(network)
    if small:
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
    interpreter = tf.lite.Interpreter(
        model_content=converter.convert(), num_threads=len(os.sched_getaffinity(0))
    )
    interpreter.allocate_tensors()
    entry = interpreter.get_input_details()[0]["index"]
    exit_ = interpreter.get_output_details()[0]["index"]

    def mark(grey: NDArray[np.uint8]) -> NDArray[np.float32]:
        found = np.empty(grey.shape, np.float32)
        for number, one in enumerate(grey):
            interpreter.set_tensor(entry, to_input(one[None]))
            interpreter.invoke()
            found[number] = interpreter.get_tensor(exit_)[0, ..., 0]
        return found

    return mark


if __name__ == "__main__":
    main()
