from __future__ import annotations

import pytest

import lungseg
from lungseg.stored import read_section


@pytest.mark.parametrize(
    ("kind", "name", "held"),
    [
        (lungseg.LungMasker, "ct", "trunk"),
        (lungseg.LungMasker, "infection", "infection"),
        (lungseg.CTClassifier, "lungs", "masker"),
        (lungseg.InfectionSegmenter, "covid-ct", "pipeline"),
    ],
)
def test_weights_of_something_else_are_refused_by_name(kind, name, held) -> None:
    with pytest.raises(lungseg.InputError, match=rf"{name}: these weights \({held}\) hold no "):
        kind.from_pretrained(name)


def test_each_stage_can_be_taken_out_of_a_pipeline(tmp_path) -> None:
    pipeline = lungseg.Pipeline.from_pretrained()
    folder = pipeline.save(tmp_path / "whole")
    assert lungseg.LungMasker.from_pretrained(folder).filters == pipeline.masker_.filters
    classifier = lungseg.CTClassifier.from_pretrained(folder)
    assert classifier.classes_.tolist() == pipeline.classes_.tolist()
    with pytest.raises(lungseg.InputError, match="hold no infection"):
        lungseg.InfectionSegmenter.from_pretrained(folder)


def test_what_was_a_tuple_is_one_again(tmp_path) -> None:
    classifier = lungseg.CTClassifier.from_pretrained()
    classifier.set_params(threshold=("sensitivity", 0.9))
    again = lungseg.CTClassifier.from_pretrained(classifier.save(tmp_path / "own"))
    assert again.threshold == ("sensitivity", 0.9)


def test_only_its_own_section_is_read() -> None:
    assert set(read_section("covid-ct", "masker")) == {"params", "sharpness", "confidence"}
