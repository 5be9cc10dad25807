"""Plans that cannot be carried out are refused before any work."""

import re

import pytest

from search_spaces.cells import Cell
from study.errors import UserError
from study.question.flag_values import Searches
from study.question.plan import resolve
from study.question.settings import QuestionSettings, SearchSettings, Settings
from tests.support.commands import call


def test_trials_are_shared_equally() -> None:
    assert resolve(Settings()).n_trials == 6 * 2 * 2
    three = QuestionSettings(cells=(Cell.LSTM, Cell.GRU, Cell.SIMPLE_RNN), budgets=3)
    assert resolve(Settings(question=three)).n_trials == 6 * 3 * 3
    with pytest.raises(
        UserError, match=re.escape("a multiple of 4, but 22 was given. Choose 20 or 24")
    ):
        resolve(Settings(search=SearchSettings(n_trials=22)))
    with pytest.raises(UserError, match=re.escape("but 2 was given. Choose 4.")):
        resolve(Settings(search=SearchSettings(n_trials=2)))


@pytest.mark.parametrize("cells", [(), (Cell.GRU,), (Cell.GRU, Cell.LSTM, Cell.GRU)])
def test_cells_are_two_or_more_different_ones(cells: tuple[Cell, ...]) -> None:
    with pytest.raises(UserError, match="--cells takes two or more different cells"):
        Settings(question=QuestionSettings(cells=cells))


@pytest.mark.parametrize(
    ("text", "read"), [("1", (1, 1)), ("4", (4, 4)), ("4..12", (4, 12)), ("3..3", (3, 3))]
)
def test_searches_are_a_number_or_a_range(text: str, read: tuple[int, int]) -> None:
    from study.question.settings_file import saved_flags

    searches = Searches(*read)
    flags = saved_flags(Settings(search=SearchSettings(searches=searches)))
    assert flags["searches"] == str(searches)
    assert str(searches) in (text, text.split("..", maxsplit=1)[0])


@pytest.mark.parametrize("text", ["0", "12..4", "4..", "..4", "4.5", "four", "1..1000", ""])
def test_other_searches_are_refused_in_a_sentence(text: str) -> None:
    from study.search import app

    done = call(app, "--searches", text, "--dry-run")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert "for --searches: expected a number from 1 to 100, or" in re.sub(
        r"[│\s]+", " ", done.stderr
    )
