"""The networks of the library, as data."""

from __future__ import annotations

from typing import Any

from lungseg.networks.network_info import NetworkInfo

_GREY = (224, 224, 1)
_RESNET = "He et al., CVPR 2016"


def _bcdunet(depth: int, parameters: int) -> NetworkInfo:
    return NetworkInfo(
        name=f"bcdunet-d{depth}",
        function="bcdunet.bcdunet",
        task="segment",
        input_shape=(512, 512, 1),
        classes=1,
        parameters=parameters,
        smallest=8,
        multiple=8,
        outputs="probabilities",
        source="Azad et al., ICCV Workshops 2019",
        systems=("S2",),
        options={"depth": depth},
    )


def _unet(
    encoder: str,
    function: str,
    input_shape: tuple[int, int, int],
    classes: int,
    parameters: int,
    multiple: int,
    source: str,
    **others: Any,
) -> NetworkInfo:
    return NetworkInfo(
        name=f"unet-{encoder}",
        function=function,
        task="segment",
        input_shape=input_shape,
        classes=classes,
        parameters=parameters,
        smallest=multiple,
        multiple=multiple,
        outputs="probabilities",
        source=source,
        **others,
    )


def _classifier(
    name: str, function: str, parameters: int, smallest: int, source: str, **others: Any
) -> NetworkInfo:
    return NetworkInfo(
        name=name,
        function=function,
        task="classify",
        parameters=parameters,
        smallest=smallest,
        source=source,
        **{"input_shape": _GREY, "classes": 3, **others},
    )


def _cbr(member: str, parameters: int, smallest: int, note: str = "", **others: Any) -> NetworkInfo:
    source = f"Raghu et al., Transfusion, NeurIPS 2019{note}"
    options = {"member": member}
    return _classifier(
        f"cbr-{member}", "cbr.cbr", parameters, smallest, source, options=options, **others
    )


def _efficientnet(
    variant: str, parameters: int, smallest: int = 32, head: str = "pool", **others: Any
) -> NetworkInfo:
    return _classifier(
        f"efficientnet{variant}" if head == "pool" else f"efficientnet{variant}-{head}",
        "efficientnet.efficientnet",
        parameters,
        smallest,
        "Tan and Le, ICML 2019" + ("" if head == "pool" else f"; head of {head.upper()}"),
        imagenet=True,
        options={"variant": variant, "head": head},
        **others,
    )


#: In the order in which `lungseg networks` shows them.
NETWORKS = (
    # === Segmenters ===
    _bcdunet(1, 8_861_189),
    _bcdunet(3, 20_659_717),
    _unet("s3", "unet.unet", (224, 224, 1), 1, 7_765_281, 16, "S3", systems=("S3",)),
    _unet(
        "mobilenetv2",
        "mobilenet_unet.mobilenet_unet",
        (224, 224, 3),
        3,
        16_192_163,
        32,
        "Sandler et al., CVPR 2018; Iakubovskii, Segmentation Models, 2019",
        systems=("S4",),
        any_size=False,
    ),
    _unet(
        "efficientnetb0",
        "efficientnet_unet.efficientnet_unet",
        _GREY,
        1,
        4_377_196,
        32,
        "Tan and Le, ICML 2019",
        any_size=False,
        options={"top": False, "filters": 8},
    ),
    # === Classifiers ===
    _classifier("simple", "simple.simple", 25_475, 22, "S0", systems=("S0",)),
    _cbr("larget", 8_537_987, 217, systems=("S0",)),
    _cbr("largew", 8_439_043, 121, systems=("S0",)),
    _cbr("small", 2_112_131, 121, systems=("S0",)),
    _cbr("tiny", 4_308_739, 91, ": by its text", systems=("S0",)),
    _cbr("tiny-published", 1_079_171, 91, ": by its count"),
    _classifier(
        "resnet18",
        "resnet.resnet",
        11_180_866,
        32,
        _RESNET,
        classes=2,
        systems=("S1",),
        options={"depth": 18},
    ),
    _classifier(
        "resnet50",
        "resnet.resnet",
        23_593_859,
        32,
        _RESNET,
        systems=("S0", "S1"),
        imagenet=True,
        options={"depth": 50},
    ),
    _efficientnet("b0", 4_052_133, input_shape=(224, 224, 3), classes=2, systems=("S0", "S2")),
    _efficientnet(
        "b0", 9_294_500, 161, "s2", input_shape=(512, 512, 3), classes=1, systems=("S2",)
    ),
    _efficientnet("b3", 10_788_146, input_shape=(300, 300, 1), systems=("S0",)),
    _efficientnet("b7", 64_105_370, input_shape=(600, 600, 1), systems=("S0",)),
    _classifier(
        "mobilenetv2",
        "mobilenet.mobilenet",
        2_260_546,
        32,
        "Sandler et al., CVPR 2018",
        classes=2,
        systems=("S4",),
        imagenet=True,
    ),
    _classifier("cnn-s3", "cnn_s3.cnn_s3", 730_641, 16, "S3", classes=1, systems=("S3",)),
)
