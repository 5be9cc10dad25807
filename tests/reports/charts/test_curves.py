"""Learning curves stand at the epochs of their looks."""

from reports.charts.trial import curve_line, epoch_axis, training_curve, validation_curve
from reports.drawing.theme import Colour
from study.training.curve import CurvePoint

CURVE = [CurvePoint(look / 4, 0.5, look / 10, 0.6, look / 20) for look in range(1, 9)]


def test_looks_within_an_epoch_stand_between_the_epochs() -> None:
    validation = curve_line(validation_curve(CURVE), Colour.FIRST)
    assert validation.x == (0.25, 0.5, 0.75, 1, 1.25, 1.5, 1.75, 2)
    assert validation.y == (0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4)
    training = curve_line(training_curve(CURVE[3::4]), Colour.FIRST)
    assert (training.x, training.y) == ((1, 2), (0.4, 0.8))


def test_the_axis_shows_every_look_and_has_ticks_at_whole_epochs() -> None:
    short, long = (curve_line(validation_curve(CURVE[:looks]), Colour.FIRST) for looks in (3, 8))
    axis = epoch_axis([short, long])
    assert axis.low <= 0.25
    assert axis.high >= 2
    assert [tick.value for tick in axis.ticks] == [1, 2]
    assert [tick.label for tick in epoch_axis([]).ticks] == ["1", "2"]
    assert epoch_axis([short], "Trial 3").label == "Epoch, Trial 3"
