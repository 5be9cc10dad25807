from hypothesis import given
from hypothesis import strategies as st

from reports.findings.frontier import Sized, frontier

MODELS = st.lists(st.builds(Sized, st.integers(1, 20), st.integers(0, 20)), max_size=40)


def dominates(one: Sized, other: Sized) -> bool:
    """The definition, word for word."""
    no_worse = one.parameters <= other.parameters and one.accuracy >= other.accuracy
    return no_worse and one != other


@given(MODELS)
def test_the_frontier_is_what_nothing_dominates(models: list[Sized]) -> None:
    oracle = {m for m in models if not any(dominates(other, m) for other in models)}
    found = frontier(models)
    assert set(found) == oracle
    assert len(found) == len(oracle)


@given(MODELS)
def test_it_climbs_with_size(models: list[Sized]) -> None:
    found = frontier(models)
    assert found == sorted(found)
    assert [m.accuracy for m in found] == sorted({m.accuracy for m in found})
