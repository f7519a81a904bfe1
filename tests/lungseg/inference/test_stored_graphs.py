from __future__ import annotations

import pytest

from lungseg.inference.stored_graphs import stored_graphs

pytest.importorskip("openvino")
pytest.importorskip("tf2onnx")


def test_graphs_of_some_sizes_alone_are_not_taken(graph, model, tmp_path) -> None:
    (tmp_path / "classifier.32.graph.xz").write_bytes(graph)
    model.save_weights(str(tmp_path / "classifier.weights.h5"))
    graphs, evidence = stored_graphs(tmp_path, "classifier", [32])
    assert (set(graphs), evidence) == ({32}, {})
    assert stored_graphs(tmp_path, "classifier", [32, 64]) == ({}, {})
    (tmp_path / "classifier.32.evidence.xz").write_bytes(graph)
    assert [set(some) for some in stored_graphs(tmp_path, "classifier", [32])] == [{32}, {32}]


def test_without_openvino_there_is_none(graph, tmp_path, monkeypatch) -> None:
    (tmp_path / "classifier.32.graph.xz").write_bytes(graph)
    monkeypatch.setattr("lungseg.inference.stored_graphs.find_spec", lambda name: None)
    assert stored_graphs(tmp_path, "classifier", [32]) == ({}, {})
