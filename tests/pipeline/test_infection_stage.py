from __future__ import annotations

import numpy as np
import pytest
from sklearn.exceptions import NotFittedError

import lungseg
from lungseg import InfectionSegmenter, Pipeline
from lungseg.infection_mask import InfectionMask
from lungseg.postprocess.join_infection import join_infection
from lungseg.scan import LungMask

pytestmark = pytest.mark.usefixtures("quick_masks")


@pytest.fixture(scope="module")
def pipeline() -> Pipeline:
    whole = Pipeline.from_pretrained()
    return whole.set_params(infection=InfectionSegmenter.from_pretrained())


@pytest.fixture(scope="module")
def scan() -> lungseg.Scan:
    return lungseg.phantom(slices=2, size=96)


def test_analyze_fills_in_infection_and_severity(pipeline, scan) -> None:
    (prediction,) = pipeline.analyze([scan])
    assert prediction.infection.shape == scan.shape
    assert 0 <= prediction.severity.lungs.share <= 1
    assert prediction.to_dict()["severity"]["lungs"]["lung_ml"] > 0


def test_without_the_stage_both_are_missing(scan) -> None:
    (prediction,) = Pipeline.from_pretrained().analyze([scan])
    assert prediction.infection is None
    assert prediction.severity is None


def test_saved_and_loaded_it_marks_the_same(pipeline, scan, tmp_path) -> None:
    loaded = Pipeline.load(pipeline.save(tmp_path / "whole"))
    (before,), (after,) = pipeline.analyze([scan]), loaded.analyze([scan])
    assert np.array_equal(before.infection.voxels, after.infection.voxels)
    assert before.infection.interval == after.infection.interval


def test_a_plain_stage_gets_the_default_weights_and_another_must_bring_its_own() -> None:
    plain = Pipeline(infection=InfectionSegmenter())
    assert plain.infection_.weights == "infection"
    with pytest.raises(NotFittedError, match="holds no trained weights"):
        Pipeline(infection=InfectionSegmenter("unet-s3")).infection_  # noqa: B018


def test_infection_beside_the_lungs_counts_as_lung() -> None:
    lungs = np.zeros((2, 8, 12), np.uint8)
    lungs[:, 2:6, 1:4], lungs[:, 2:6, 8:11] = 1, 2
    ill = np.zeros_like(lungs)
    ill[0, 2:6, 4] = ill[1, 2:6, 7] = 2
    joined = join_infection(LungMask(lungs), InfectionMask(ill)).voxels
    assert set(joined[0, 2:6, 4]) == {1}
    assert set(joined[1, 2:6, 7]) == {2}
    assert np.array_equal(joined[lungs > 0], lungs[lungs > 0])
