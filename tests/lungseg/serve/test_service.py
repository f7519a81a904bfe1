"""The service over HTTP: the same answers as the library, one upload at a time or many."""

from __future__ import annotations

import copy
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from io import BytesIO

import numpy as np
import pytest
import SimpleITK as sitk
from PIL import Image

import lungseg
from lungseg.serve.service import Service, Task
from lungseg.serve.settings import Limits, Settings
from tests.lungseg.serve.files import nifti, png, series
from tests.lungseg.serve.running import Running, serving

pytestmark = pytest.mark.usefixtures("quick_masks")

TOKEN = "a token of some length"


@pytest.fixture(scope="module")
def server(pipeline, tmp_path_factory):
    with serving(pipeline, tmp_path_factory.mktemp("scratch")) as running:
        yield running


@pytest.mark.parametrize("infection", [False, True])
def test_it_answers_what_the_command_prints(server, pipeline, tmp_path, infection) -> None:
    content = nifti(tmp_path, slices=2)
    answer = server.post(f"/v1/predict?infection={infection}", content, "../my scan.nii.gz")
    scan = replace(lungseg.read(tmp_path / "made.nii.gz"), source="my scan.nii.gz")
    alone = copy.copy(pipeline).set_params(infection=pipeline.infection if infection else None)
    (expected,) = alone.analyze([scan])
    assert answer.status_code == 200
    assert answer.json() == json.loads(json.dumps(expected.to_dict()))
    assert (answer.json()["severity"] is not None) is infection
    assert server.left() == []


def test_a_zip_of_a_series_is_a_scan(server, tmp_path) -> None:
    found = server.post("/v1/predict", series(tmp_path), "patient.zip").json()
    assert found["input"] == "patient.zip"
    assert found["roi"]["lung_volume_ml"] > 0
    assert server.left() == []


def test_masks_are_files_in_the_grid_of_the_scan(server, pipeline, tmp_path, picture) -> None:
    answer = server.post("/v1/mask", picture, "slice.png")
    assert answer.headers["content-type"] == "image/png"
    (tmp_path / "slice.png").write_bytes(picture)
    (mask,) = pipeline.masker_.predict([tmp_path / "slice.png"])
    assert np.array_equal(np.asarray(Image.open(BytesIO(answer.content))), mask.voxels[0])
    assert float(answer.headers["lungseg-confidence"]) == mask.confidence
    assert json.loads(answer.headers["lungseg-warnings"]) == []
    volume = server.post("/v1/mask?what=infection", nifti(tmp_path, 2), "a.nii.gz")
    assert volume.headers["content-type"] == "application/gzip"
    (tmp_path / "mask.nii.gz").write_bytes(volume.content)
    written = sitk.ReadImage(str(tmp_path / "mask.nii.gz"))
    assert written.GetSize() == (96, 96, 2)
    assert written.GetSpacing() == pytest.approx((3, 3, 150))
    assert set(np.unique(sitk.GetArrayFromImage(written))) <= {0, 1, 2, 3}
    refused = server.post("/v1/mask?format=png", nifti(tmp_path, 2), "a.nii.gz")
    assert refused.status_code == 422
    assert "cannot hold the 2 slices" in refused.json()["cause"]
    assert server.left() == []


def test_many_at_once_get_each_their_own_answer(server, pipeline) -> None:
    pictures = [png(seed) for seed in range(2)]

    def ask(number: int) -> tuple[int, int, dict]:
        content = b"broken" if number % 3 == 2 else pictures[number % 3]
        answer = server.post("/v1/predict", content, f"{number}.png")
        return number, answer.status_code, answer.json()

    with ThreadPoolExecutor(6) as clients:
        answers = list(clients.map(ask, range(6)))
    for number, status, found in answers:
        assert found["input"] == f"{number}.png"
        assert status == (422 if number % 3 == 2 else 200)
    alike = [found["probabilities"] for number, _, found in answers if number % 3 == 0]
    assert alike[0] == alike[1]
    assert alike[0] != answers[1][2]["probabilities"]
    counted = server.client.get("/metrics").text
    assert 'lungseg_scans_total{kind="predict",outcome="refused"}' in counted
    assert "lungseg_taken_in_requests 0.0" in counted
    # Fewer batches than scans: some were done together.
    lines = dict(line.rsplit(" ", 1) for line in counted.splitlines() if line[0] != "#")
    assert float(lines["lungseg_batch_scans_count"]) < float(lines["lungseg_batch_scans_sum"])


def test_a_fault_in_one_does_not_touch_the_others(pipeline, monkeypatch, caplog) -> None:
    chest = lungseg.phantom(slices=1, size=96)
    odd = lungseg.phantom(slices=1, size=80)
    find = type(pipeline.masker_).predict

    def fails(masker, scans):
        if scans[0] is odd:
            raise MemoryError("/secret/path")
        return find(masker, scans)

    monkeypatch.setattr(type(pipeline.masker_), "predict", fails)
    service = Service(pipeline, "tiny", Limits())
    futures = [service.submit(Task(scan)) for scan in (chest, odd, chest)]
    with service:
        assert futures[0].result().probabilities == futures[2].result().probabilities
        with pytest.raises(MemoryError):
            futures[1].result()
    assert "could not be analysed" in caplog.text


def test_a_fault_is_answered_without_its_reason(pipeline, monkeypatch, tmp_path, picture) -> None:
    def fails(*_any):
        raise RuntimeError("/secret/path")

    monkeypatch.setattr(type(pipeline.masker_), "predict", fails)
    with serving(pipeline, tmp_path) as server:
        answer = server.post("/v1/predict", picture)
        assert answer.status_code == 500
        assert answer.json()["cause"] == "the server is at fault"
        assert "secret" not in answer.text
        assert server.left() == []


def test_what_runs_here_is_named_without_its_place(server) -> None:
    (model,) = server.client.get("/v1/models").json()["models"]
    assert model["name"] == "tiny"
    assert set(model["classes"]) == {"COVID", "NonCOVID"}
    assert set(model["stages"]) == {"masker", "infection", "classifier"}
    assert len(model["stages"]["classifier"]["files"]["classifier.weights.h5"]) == 64
    assert "/" not in json.dumps(model)


def test_every_answer_keeps_browsers_in(server) -> None:
    for path in ("/healthz", "/nothing", "/openapi.json"):
        answer = server.client.get(path)
        assert "default-src 'self'" in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "server" not in answer.headers or "uvicorn" in answer.headers["server"]
    # Their pages would load scripts from elsewhere.
    assert server.client.get("/docs").status_code == server.client.get("/redoc").status_code == 404


@pytest.fixture(scope="module")
def guarded(pipeline, tmp_path_factory):
    settings = Settings("0.0.0.0", 0, TOKEN)
    with serving(pipeline, tmp_path_factory.mktemp("guarded"), settings) as running:
        yield running


@pytest.mark.parametrize("path", ["/v1/models", "/metrics", "/openapi.json", "/", "/page/", "/no"])
def test_nothing_is_said_without_the_token(guarded, path) -> None:
    for header in (None, "Bearer wrong", f"Bearer {TOKEN}x", "Basic !!", "Bearer", TOKEN):
        headers = {"Authorization": header} if header else {"Authorization": ""}
        answer = guarded.client.get(path, headers=headers)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"].startswith("Basic")
        assert answer.json()["cause"] == "the token is missing or wrong"


def test_the_token_opens_and_browsers_can_send_it(guarded, picture) -> None:
    assert guarded.client.get("/v1/models").status_code == 200
    assert guarded.client.get("/v1/models", auth=("anybody", TOKEN)).status_code == 200
    assert guarded.client.get("/healthz", headers={"Authorization": ""}).status_code == 200
    refused = guarded.post("/v1/predict", picture, headers={"Authorization": "Bearer wrong"})
    assert refused.status_code == 401
    schema = guarded.client.get("/openapi.json").json()
    assert schema["security"] == [{"token": []}]


def test_pages_of_others_cannot_ask_through_a_browser(server, picture) -> None:
    answer = server.post("/v1/predict", picture, headers={"Origin": "https://evil.example"})
    assert answer.status_code == 403
    rebound = server.client.get("/v1/models", headers={"Host": "evil.example"})
    assert rebound.status_code == 403
    own = server.client.get("/healthz", headers={"Host": "localhost:1234"})
    assert own.status_code == 200


def hold(server: Running):
    """Keep the worker busy until the event is set."""
    import threading

    go = threading.Event()
    run = server.service._batcher.run
    server.service._batcher.run = lambda tasks: (go.wait(20), run(tasks))[1]
    return go


def test_a_full_queue_says_when_to_come_again(pipeline, tmp_path, picture) -> None:
    settings = Settings(port=0, limits=Limits(queue=2))
    with serving(pipeline, tmp_path, settings) as server, ThreadPoolExecutor(2) as clients:
        go = hold(server)
        first = [clients.submit(server.post, "/v1/predict", picture) for _ in range(2)]
        from tests.lungseg.serve.running import until

        until(lambda: "lungseg_taken_in_requests 2.0" in server.client.get("/metrics").text)
        refused = server.post("/v1/predict", picture)
        assert refused.status_code == 503
        assert 1 <= int(refused.headers["retry-after"]) <= 60
        assert refused.json()["cause"] == "the queue is full"
        go.set()
        assert [future.result().status_code for future in first] == [200, 200]
        assert server.post("/v1/predict", b"broken").status_code == 422


def test_too_large_is_refused_by_its_length_and_by_its_bytes(pipeline, tmp_path) -> None:
    settings = Settings(port=0, limits=Limits(upload_bytes=100_000, idle_seconds=0.5))
    with serving(pipeline, tmp_path, settings) as server:
        assert server.post("/v1/predict", bytes(200_000)).status_code == 413

        def chunks(count: int):
            # No length is known before: the bytes themselves are counted.
            yield b"--x\r\nContent-Disposition: form-data; name=file; filename=a.png\r\n\r\n"
            for _ in range(count):
                yield bytes(20_000)
            yield b"\r\n--x--\r\n"

        kind = {"Content-Type": "multipart/form-data; boundary=x"}
        ask = server.client.post
        assert ask("/v1/predict", content=chunks(7), headers=kind).status_code == 413
        assert ask("/v1/predict", content=chunks(2), headers=kind).status_code == 422
        assert ask("/v1/models", content=bytes(70_000)).status_code == 413
        assert server.left() == []


def test_a_client_that_goes_away_leaves_nothing(pipeline, tmp_path, picture) -> None:
    import socket

    from tests.lungseg.serve.running import until

    settings = Settings(port=0, limits=Limits(idle_seconds=1))
    with serving(pipeline, tmp_path, settings) as server:
        go = hold(server)
        host, port = server.url.removeprefix("http://").split(":")
        part = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n'
        body = part + picture + b"\r\n--x--\r\n"
        head = (
            f"POST /v1/predict HTTP/1.1\r\nHost: {host}\r\nContent-Length: {len(body)}\r\n"
            "Content-Type: multipart/form-data; boundary=x\r\n\r\n"
        ).encode()
        # One waits, one has sent half, one falls silent.
        waits, half, silent = (socket.create_connection((host, int(port))) for _ in range(3))
        waits.sendall(head + body)
        until(lambda: server.left() != [])
        half.sendall(head + body[:500])
        silent.sendall(head + body[:500])
        waits.close()
        half.close()
        assert b"408 Request Timeout" in silent.recv(1000)
        silent.close()
        go.set()
        until(lambda: "lungseg_taken_in_requests 0.0" in server.client.get("/metrics").text)
        until(lambda: server.left() == [])
