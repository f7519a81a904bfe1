from __future__ import annotations

from lungseg.pipeline.variant import split_variant, variants


def test_a_file_with_a_plus_in_its_name_is_taken_whole(tmp_path) -> None:
    path = tmp_path / "mine+yours.yaml"
    path.write_text("")
    assert split_variant(path) == (str(path), {})


def test_values_are_read_as_yaml() -> None:
    changes = split_variant("a+augment=false+alpha=[1, 2]+weights=null")[1]
    assert changes == {"augment": False, "alpha": [1, 2], "weights": None}


def test_a_grid_names_each_of_its_points_once() -> None:
    grid = {"stage": ["original", "lungs"], "augment": ["true", "false"]}
    made = variants("s0-tiny+epochs=2", grid)
    assert len(set(made)) == 4
    assert made[0] == "s0-tiny@original+epochs=2+augment=true"
    assert split_variant(made[3]) == (
        "s0-tiny",
        {"preprocess": "lungs", "epochs": 2, "augment": False},
    )
