from __future__ import annotations

import numpy as np
import pytest

import lungseg
from lungseg.io.shown_cache import ShownCache
from lungseg.preprocess.chain import Chain
from lungseg.preprocess.clahe import Clahe
from lungseg.preprocess.halves import Halves
from lungseg.scan import LungMask


@pytest.fixture
def chest() -> tuple[lungseg.Scan, LungMask]:
    return lungseg.phantom(slices=3, size=64, return_mask=True)


def test_what_was_kept_is_what_was_made(chest, tmp_path) -> None:
    scan, mask = chest
    made = Chain([Clahe(), Halves()], lungseg.RoiMultiply()).show(scan, mask).scan
    cache = ShownCache(tmp_path, "clahe, halves")
    cache.put(scan, mask, made)
    kept = cache.get(scan, mask)
    assert np.array_equal(kept.axial(), made.axial())
    assert (kept.units, kept.parts, kept.source) == (made.units, made.parts, scan.source)


def test_another_mask_or_another_chain_is_not_known(chest, tmp_path) -> None:
    scan, mask = chest
    cache = ShownCache(tmp_path, "one")
    cache.put(scan, mask, scan)
    doubtful = LungMask(mask.voxels, mask.affine, confidence=0.1)
    assert cache.get(scan, doubtful) is None
    assert cache.get(scan, None) is None
    assert ShownCache(tmp_path, "two").get(scan, mask) is None


def test_a_pipeline_transforms_a_scan_once(tmp_path, monkeypatch) -> None:
    scans = [lungseg.phantom(slices=1, size=64, seed=s, opacities=4 * s) for s in (0, 1)]
    calls = []
    apply = Clahe.transform

    def counted(self, scan, mask=None):
        calls.append(scan)
        return apply(self, scan, mask)

    monkeypatch.setattr(Clahe, "transform", counted)
    classifier = lungseg.CTClassifier("simple", input_size=32, epochs=1)
    plain = lungseg.Pipeline("passthrough", classifier=classifier, preprocess=[Clahe()])
    expected = plain.fit(scans, ["well", "ill"]).predict_proba(scans)
    calls.clear()
    cached = plain.set_params(cache=tmp_path).fit(scans, ["well", "ill"])
    assert np.array_equal(cached.predict_proba(scans), expected)
    assert len(calls) == len(scans)
