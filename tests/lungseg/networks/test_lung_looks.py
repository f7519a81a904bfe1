from __future__ import annotations

from lungseg.backend import keras
from lungseg.networks.efficientnet_trunk import efficientnet_trunk
from lungseg.networks.further_trunk import rename_trunk
from lungseg.networks.lung_looks import lung_looks


def test_sizes_can_be_halved_five_times_and_stages_come_in_order() -> None:
    grey, lungs = keras.Input((160, 96, 1)), keras.Input((160, 96, 1))
    trunks = [rename_trunk(efficientnet_trunk(grey), number) for number in range(2)]
    first, second = lung_looks(trunks, grey, lungs, scales=(1, 0.7))
    assert [look.lungs.shape[1:3] for look in first] == [(160, 96), (128, 64)]
    channels = [24, 40, 80, 112, 192]
    assert [maps.shape[-1] for maps in first[1].stages] == [*channels, 1280]
    assert [maps.shape[-1] for maps in second[1].stages] == channels
    assert second[1].stages[0].shape[1:3] == (32, 16)
