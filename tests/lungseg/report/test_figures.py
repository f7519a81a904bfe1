from __future__ import annotations

import cv2
import numpy as np

from lungseg.report.figures import classifier_figures


def test_figures_of_three_classes_are_drawn_twice_alike(tmp_path) -> None:
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 3, 60)
    scores = rng.dirichlet((1, 1, 1), 60)
    folders = [tmp_path / name for name in "ab"]
    for folder in folders:
        folder.mkdir()
        classifier_figures(folder, truth, scores, ["a", "b", "c"])
    names = sorted(path.name for path in folders[0].iterdir())
    assert len(names) == 8
    for name in names:
        first, second = ((folder / name).read_bytes() for folder in folders)
        assert len(first) > 1000
        if name.endswith("png"):
            assert first == second
    assert cv2.imread(str(folders[0] / "confusion.png")).shape[0] > 400
