import pytest

from bikefit.io.names import CHANNELS, canonical_names, meaning_of


@pytest.mark.parametrize(
    ("name", "channel", "unit"),
    [
        ("time_s", "time", "s"),
        ("Time (ms)", "time", "ms"),
        ("timestamp", "time", None),
        ("left_heel_rotation_rad", "left_heel_rotation", "rad"),
        ("Right Heel-Rotation [°]", "right_heel_rotation", "deg"),
        ("gyr_x_deg_s", "gyr_x", "deg_s"),
        ("Left Acc X (m/s²)", "left_acc_x", "m_s2"),
        ("acc_z_g", "acc_z", "g"),
        ("cadence_rpm", "cadence", "rpm"),
        ("speed (km/h)", "speed", "km_h"),
        ("lap", "lap", None),
    ],
)
def test_names_are_understood(name, channel, unit):
    meaning = meaning_of(name)
    assert meaning is not None
    assert (meaning.channel, meaning.unit) == (channel, unit)


@pytest.mark.parametrize("name", ["", "heel", "time_furlong", "left_heel_rotation (rpm)", "x" * 100_000, "_deg", "(s)"])
def test_other_names_are_not(name):
    assert meaning_of(name) is None


def test_every_canonical_name_means_itself():
    for name in canonical_names():
        meaning = meaning_of(name)
        assert meaning is not None
        assert meaning.channel in CHANNELS
        assert meaning.canonical == name
