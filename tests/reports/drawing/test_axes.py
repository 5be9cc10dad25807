import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.drawing import axes

NUMBERS = st.floats(-1e6, 1e6).filter(lambda value: value == 0 or abs(value) > 1e-6)


@given(st.lists(NUMBERS, min_size=1))
def test_a_linear_axis_holds_its_numbers_and_has_ticks(numbers: list[float]) -> None:
    axis = axes.linear_axis("", numbers)
    assert axis.low < min(numbers) <= max(numbers) < axis.high
    assert 2 <= len(axis.ticks) <= 9
    excess = 1e-9 * (axis.high - axis.low)  # a tick may lie on the end, but for rounding
    assert all(axis.low - excess <= tick.value <= axis.high + excess for tick in axis.ticks)
    assert len({tick.label for tick in axis.ticks}) == len(axis.ticks)


@given(st.lists(st.integers(1, 10**9), min_size=1))
def test_a_logarithmic_axis_holds_its_numbers_and_has_ticks(numbers: list[int]) -> None:
    axis = axes.log_axis("", numbers)
    assert 0 < axis.low < min(numbers) <= max(numbers) < axis.high
    assert 1 <= len(axis.ticks) <= 7
    assert all(axis.low <= tick.value <= axis.high for tick in axis.ticks)


@given(st.floats(1e-6, 1e8), st.floats(1.0, 1e5))
def test_ticks_of_a_logarithmic_axis_are_labelled_with_their_values(low: float, by: float) -> None:
    for tick in axes.log_axis("", [low, by * low]).ticks:
        assert float(tick.label.replace(",", "")) == pytest.approx(tick.value)


@given(st.lists(st.floats(0, 1)))
def test_an_axis_of_accuracies_stays_within_what_is_possible(values: list[float]) -> None:
    axis = axes.accuracy_axis("", values)
    assert 0 <= axis.low < axis.high <= 1
    assert all(axis.low <= value <= axis.high for value in values)


def test_ticks_are_round() -> None:
    assert [tick.label for tick in axes.accuracy_axis("", [0.62, 0.79]).ticks] == [
        "65 %",
        "70 %",
        "75 %",
        "80 %",
    ]
    assert [tick.label for tick in axes.points_axis("", [-0.013, 0.005]).ticks] == [
        "\N{MINUS SIGN}1.0",
        "\N{MINUS SIGN}0.5",
        "0",
        "+0.5",
    ]
