"""``lungseg fit`` with recipes of the five systems: trained, saved, loaded, used."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import lungseg
from lungseg.cli.fit import fit
from lungseg.preprocess.window import Window
from tests.eagerly import eagerly

pytestmark = pytest.mark.usefixtures("quick_masks")


@pytest.fixture(scope="module", autouse=True)
def quick_to_start():
    """Trace nothing and export nothing: a recipe is trained for a step or two here."""
    with eagerly(), pytest.MonkeyPatch.context() as patch:
        patch.setattr("lungseg.networks.export.can_export", lambda: False)
        yield


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """Eight pictures of eight patients: a manifest of labels, one of infection, one of lungs."""
    folder = tmp_path_factory.mktemp("scans")
    labels, infection, lungs = (
        ["file,label,patient,split"],
        ["file,mask,case"],
        ["file,mask,patient"],
    )
    for number in range(8):
        scan, mask = lungseg.phantom(
            slices=1, size=96, seed=number, opacities=5 * (number % 2), return_mask=True
        )
        grey = Window().apply(scan.voxels[0])
        ill = mask.lungs[0] & (grey > 80)
        for name, values in (("scan", grey), ("ill", ill * 255), ("lungs", mask.lungs[0] * 255)):
            Image.fromarray(values.astype(np.uint8)).save(folder / f"{name}-{number}.png")
        split = {6: "val", 7: "val", 4: "test", 5: "test"}.get(number, "train")
        labels.append(f"scan-{number}.png,{'ill' if number % 2 else 'well'},p{number},{split}")
        infection.append(f"scan-{number}.png,ill-{number}.png,c{number}")
        lungs.append(f"scan-{number}.png,lungs-{number}.png,p{number}")
    for name, lines in (("labels", labels), ("infection", infection), ("lungs", lungs)):
        (folder / f"{name}.csv").write_text("\n".join(lines))
    return folder


def trained(recipe: str, manifest: Path, out: Path) -> Path:
    fit(manifest, out, recipe, epochs=1, test=0.25, validation=0.25)
    card = (out / "card.md").read_text("utf-8")
    assert "**test**" in card
    assert "Not a medical device" in card
    return out


@pytest.mark.parametrize(
    "recipe",
    [
        "s0-simple@nobackg+input_size=32",
        "s1-halves+input_size=32+network=simple+network_options=null",
        "s3-slices+input_size=32",
    ],
)
def test_recipes_of_classifiers(recipe, folder, tmp_path) -> None:
    out = trained(recipe, folder / "labels.csv", tmp_path / "out")
    pipeline = lungseg.Pipeline.load(out)
    assert pipeline.classes_.tolist() == ["ill", "well"]
    assert pipeline.predict_proba([folder / "scan-0.png"]).sum() == pytest.approx(1)


def test_epochs_bound_those_with_the_trunk_frozen_too(folder, tmp_path, capsys) -> None:
    trained(
        "s0-simple@nobackg+input_size=32+frozen_epochs=20", folder / "labels.csv", tmp_path / "out"
    )
    epochs = [line for line in capsys.readouterr().err.splitlines() if line.startswith("epoch ")]
    assert 1 <= len(epochs) <= 2


@pytest.mark.parametrize(
    "recipe",
    [
        "s3-infection+input_size=32+batch_size=4",
        pytest.param("s4-mobilenetv2+input_size=64+batch_size=4", marks=pytest.mark.slow),
    ],
)
def test_recipes_that_mark_the_infection(recipe, folder, tmp_path) -> None:
    out = trained(recipe, folder / "infection.csv", tmp_path / "out")
    (mask,) = lungseg.InfectionSegmenter.from_pretrained(out).predict([folder / "scan-1.png"])
    assert mask.shape == (1, 96, 96)


def test_the_recipe_that_finds_the_lungs(folder, tiny_network, tmp_path) -> None:
    recipe = f"s3-lungs+network={tiny_network}+input_size=32+batch_size=4"
    out = trained(recipe, folder / "lungs.csv", tmp_path / "out")
    masker = lungseg.LungMasker.from_pretrained(out)
    assert masker.network == tiny_network
    assert masker.predict([folder / "scan-1.png"])[0].shape == (1, 96, 96)
