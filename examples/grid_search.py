"""Choose the focal loss's gamma by grouped cross-validation, as with any estimator."""

from __future__ import annotations

from sklearn.model_selection import GridSearchCV, StratifiedGroupKFold

import lungseg


def main() -> None:
    # Healthy and ill phantoms, two scans of each of six patients; paths work as well.
    scans = [
        lungseg.phantom(slices=2, size=64, seed=seed, opacities=6 * (seed % 2))
        for seed in range(6)
        for _ in range(2)
    ]
    labels = ["healthy" if number // 2 % 2 == 0 else "ill" for number in range(12)]
    patients = [number // 2 for number in range(12)]
    classifier = lungseg.CTClassifier("simple", input_size=64, epochs=3)
    # The search fits five times; kept masks are made once.
    masker = lungseg.LungMasker.from_pretrained().set_params(cache="example-out/masks")
    pipeline = lungseg.Pipeline(masker, classifier=classifier)
    search = GridSearchCV(pipeline, {"classifier__gamma": [0.0, 2.0]}, cv=StratifiedGroupKFold(2))
    search.fit(scans, labels, groups=patients)
    print("best gamma:", search.best_params_["classifier__gamma"])


if __name__ == "__main__":
    main()
