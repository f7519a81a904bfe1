"""A network of one's own: give it a name, and every estimator takes it."""

from __future__ import annotations

import lungseg
from lungseg.backend import keras

layers = keras.layers


def tiny(input_shape=(224, 224, 1), classes=2, *, dropout=0.0, width=8):
    inputs = keras.Input(input_shape, name="picture")
    x = layers.Rescaling(1 / 255)(inputs)
    for filters in (width, 2 * width, 4 * width):
        x = layers.SeparableConv2D(filters, 3, strides=2, padding="same", activation="relu")(x)
    x = layers.GlobalMaxPooling2D(name="pool", dtype="float32")(x)
    x = layers.Dropout(dropout, dtype="float32")(x)
    return keras.Model(inputs, layers.Dense(classes, name="logits", dtype="float32")(x))


def main() -> None:
    print(lungseg.networks.register("tiny", tiny, smallest=8))
    scans = [lungseg.phantom(1, 96, opacities=6 * (seed % 2), seed=seed) for seed in range(8)]
    labels = ["ill" if seed % 2 else "healthy" for seed in range(8)]
    classifier = lungseg.CTClassifier(
        "tiny", network_options={"width": 16}, input_size=96, epochs=3
    )
    pipeline = lungseg.Pipeline(classifier=classifier).fit(scans, labels)
    print(pipeline.predict_proba(scans[:2]), pipeline.explain(scans[:1]))


if __name__ == "__main__":
    main()
