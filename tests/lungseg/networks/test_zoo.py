"""Every network of the library, tested alike."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from lungseg.backend import compute_type, keras
from lungseg.explain import grad_cam
from lungseg.networks import NetworkInfo, build, info, names
from lungseg.networks.export import can_export, to_onnx
from lungseg.training.focal import focal_loss

#: B3 and B7 are B0 in all but their numbers, as are others of which a smaller one is trained
#: and run: `pytest -m slow` does it with all.
_BETWEEN = ("efficientnetb3", "efficientnetb7")
_LARGE = (*_BETWEEN, "bcdunet-d3", "cbr-largew", "efficientnetb0-s2", "resnet50")

#: Exports take long: of BCDU-Nets, U-Nets and EfficientNets, other tests run what ships, and its
#: sums and depthwise convolutions are those of other trunks.
_SLOW_EXPORTS = (
    *_LARGE,
    "bcdunet-d1",
    "cbr-larget",
    "efficientnetb0",
    "mobilenetv2",
    "resnet18",
    "unet-efficientnetb0",
    "unet-mobilenetv2",
)

#: Smaller maps leave batch norms in a deep trunk next to nothing to average.
_SIDE = 64


def marked(slow: tuple[str, ...], task: str | None = None) -> list[Any]:
    return [pytest.param(n, marks=[pytest.mark.slow] if n in slow else []) for n in names(task)]


@dataclass
class Sample:
    """A network after one step of training on a batch, and what it makes of the batch."""

    known: NetworkInfo
    model: Any
    inputs: np.ndarray
    losses: list[float]
    outputs: np.ndarray

    def build_again(self) -> Any:
        return build(self.known.name, self.model.input_shape[1:], self.model.output_shape[-1])

    def close_to(self, outputs: np.ndarray, share: float) -> bool:
        return np.abs(outputs - self.outputs).max() < share * np.abs(self.outputs).max()

    def heat(self, model: Any, target: int) -> np.ndarray:
        return grad_cam(model, self.inputs[:1, ..., 0].astype(np.uint8), target)[0]


def run(model: Any, inputs: np.ndarray) -> np.ndarray:
    # Eager: tracing hundreds of layers takes longer than running them.
    return np.asarray(model(inputs, training=False))


@pytest.fixture(scope="module", params=marked(_LARGE))
def sample(request) -> Iterator[Sample]:
    known = info(request.param)
    rng = np.random.default_rng(0)
    keras.utils.set_random_seed(0)
    loss = focal_loss(2.0)
    if known.task == "classify":
        side = max(known.smallest, _SIDE)
        model = build(known.name, (side, side, 1), 3, dropout=0.0)
        inputs, targets = rng.uniform(0, 255, (6, side, side, 1)), np.arange(6) % 3
    else:
        side = 4 * known.smallest
        model = build(known.name, (side, side, known.input_shape[2]))
        inputs = rng.uniform(0, 1, (2, *model.input_shape[1:]))
        targets = (rng.uniform(size=(2, *model.output_shape[1:])) < 0.5).astype(np.float32)
        loss = keras.losses.BinaryCrossentropy(from_logits=known.outputs == "logits")
    inputs = inputs.astype(np.float32)
    for layer in model.layers:
        if isinstance(layer, keras.layers.Dropout):
            layer.rate = 0.0  # chance could hide what one step does
    # Along the gradient, by a length that suits deep and shallow alike.
    optimizer = keras.optimizers.SGD(1.0, global_clipnorm=0.01)
    model.compile(optimizer, loss, run_eagerly=True)
    losses = [float(model.train_on_batch(inputs, targets))]
    losses += [float(loss(targets, model(inputs, training=True)))]
    yield Sample(known, model, inputs, losses, run(model, inputs))
    keras.backend.clear_session()


@pytest.mark.parametrize("name", marked(("efficientnetb7",)))
def test_it_has_its_published_size(name) -> None:
    known, model = info(name), build(name)
    assert model.count_params() == known.parameters
    assert model.input_shape == (None, *known.input_shape)
    assert model.output_shape[-1] == known.classes
    assert not [layer for layer in model.layers if isinstance(layer, keras.Model)]


@pytest.mark.parametrize("name", marked(_BETWEEN))
def test_it_runs_at_its_smallest_size_and_refuses_less(name) -> None:
    known = info(name)
    side, channels = known.smallest, known.input_shape[2]
    model = build(name, (side, side, channels), 2)
    output = run(model, np.ones((1, side, side, channels), np.float32))
    assert output.shape[-1] == 2
    assert np.isfinite(output).all()
    for shape in ((side - 1, side, channels), (side, side - 1, channels)):
        with pytest.raises(ValueError, match=r"needs .*\d.*, got .*\d"):
            build(name, shape)


def test_a_step_of_training_lowers_the_loss(sample) -> None:
    before, after = sample.losses
    assert after < before


def test_it_saves_and_loads(sample, tmp_path) -> None:
    path = str(tmp_path / "network.weights.h5")
    sample.model.save_weights(path)
    loaded = sample.build_again()
    loaded.load_weights(path)
    assert np.array_equal(run(loaded, sample.inputs), sample.outputs)


@pytest.mark.slow  # bfloat16 takes the same way, and is coarser
def test_it_computes_in_float16(sample) -> None:
    check_half_precision(sample, "mixed_float16", 0.01)


def test_it_computes_in_bfloat16(sample) -> None:
    check_half_precision(sample, "mixed_bfloat16", 0.05)


def check_half_precision(sample: Sample, policy: str, share: float) -> None:
    with compute_type(policy):
        half = sample.build_again()
    half.set_weights(sample.model.get_weights())
    convolution = next(layer for layer in half.layers if isinstance(layer, keras.layers.Conv2D))
    assert convolution.compute_dtype == policy.removeprefix("mixed_")
    assert convolution.variable_dtype == "float32"
    outputs = run(half, sample.inputs)
    assert outputs.dtype == np.float32
    assert sample.close_to(outputs, share)
    if sample.known.task == "classify":
        assert np.isfinite(sample.heat(half, 0)).all()


@pytest.mark.parametrize("sample", marked(_SLOW_EXPORTS), indirect=True)
def test_its_export_computes_the_same(sample) -> None:
    runtime = pytest.importorskip("onnxruntime")
    if not can_export():
        pytest.skip("tf2onnx is not installed")
    providers = ["CPUExecutionProvider"]
    session = runtime.InferenceSession(to_onnx(sample.model), providers=providers)
    (source,) = session.get_inputs()
    assert sample.close_to(session.run(None, {source.name: sample.inputs})[0], 1e-4)


@pytest.mark.parametrize("sample", marked(_LARGE, "classify"), indirect=True)
def test_it_can_be_explained(sample) -> None:
    heat = sample.heat(sample.model, 0)
    if not heat.any():
        # All speaks against the class, and so for its opposite.
        logits = sample.model.get_layer("logits")
        before = logits.get_weights()
        logits.set_weights([-weight for weight in before])
        heat = sample.heat(sample.model, 0)
        logits.set_weights(before)
    assert heat.shape == sample.inputs.shape[1:3]
    assert heat.min() >= 0
    assert heat.max() == pytest.approx(1)
    assert heat.std() > 1e-3  # it says where
