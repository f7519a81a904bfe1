"""The OpenAPI description is complete, and the service keeps to it."""

from __future__ import annotations

import pytest

from tests.lungseg.serve.running import serving

schemathesis = pytest.importorskip("schemathesis", reason="schemathesis is not installed")
hypothesis = pytest.importorskip("hypothesis")


@pytest.fixture(scope="module")
def server(pipeline, tmp_path_factory):
    with serving(pipeline, tmp_path_factory.mktemp("scratch")) as running:
        yield running


@pytest.fixture(scope="module")
def described(server):
    return schemathesis.openapi.from_url(f"{server.url}/openapi.json")


def test_every_status_is_described_and_every_answer_has_an_example(server) -> None:
    document = server.client.get("/openapi.json").json()
    assert set(document["paths"]) == {
        "/v1/predict", "/v1/mask", "/v1/models", "/healthz", "/metrics",
    }  # fmt: skip
    for path, methods in document["paths"].items():
        for method in methods.values():
            statuses = set(method["responses"])
            assert {"200", "403", "413", "500"} <= statuses
            assert method["summary"]
            if path in ("/v1/predict", "/v1/mask"):
                assert {"400", "401", "408", "422", "503"} <= statuses
                assert "Retry-After" in method["responses"]["503"]["headers"]
            for answer in method["responses"].values():
                assert answer["description"]
    for name in ("PredictionAnswer", "Problem", "ModelsAnswer", "HealthAnswer"):
        assert document["components"]["schemas"][name]["examples"]
    assert "Not a medical device" in document["info"]["description"]


SCANS = ("/v1/predict", "/v1/mask")


@pytest.mark.parametrize(
    ("path", "mode"),
    [
        *((path, "positive") for path in (*SCANS, "/v1/models", "/healthz", "/metrics")),
        # The others take no parameter that could be wrong.
        *((path, "negative") for path in SCANS),
    ],
)
def test_the_service_keeps_to_it(described, path, mode) -> None:
    from schemathesis.specs.openapi.checks import positive_data_acceptance

    (operation,) = described[path].values()
    modes = schemathesis.GenerationMode(mode)

    @hypothesis.given(case=operation.as_strategy(generation_mode=modes))
    @hypothesis.settings(max_examples=6, deadline=None, derandomize=True, database=None)
    def ask(case) -> None:
        # What hypothesis makes up is no scan: the right answer to it is an error.
        case.call_and_validate(excluded_checks=[positive_data_acceptance], timeout=60)

    ask()
