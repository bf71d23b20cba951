"""The columns of each version."""

from farebox.exports.focus.columns import Version, columns_of


def test_version_1_3_adds_who_sells_and_who_hosts() -> None:
    old, new = ({one.name for one in columns_of(version)} for version in Version)

    assert new - old == {"HostProviderName", "ServiceProviderName"}
    assert old < new


def test_own_columns_have_a_prefix_and_come_last() -> None:
    names = [one.name for one in columns_of(Version.V1_3)]
    own = [name for name in names if name.startswith("x_")]

    assert names[-len(own) :] == own == sorted(own)
    assert len(set(names)) == len(names)
