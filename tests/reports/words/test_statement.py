"""No sentence claims more than is shown."""

import re
from dataclasses import replace

import numpy as np
import pytest

from reports.comparison.outcome import Outcome
from reports.comparison.runs import BudgetRuns
from reports.comparison.verdict import Verdict, compare
from reports.words.phrases import Basis, listed, question
from reports.words.statement import Statement, outcome_of_all, so_far, statement, tied

EXAMPLES = 4_000
TWO = Basis(
    on="on surnames",
    scope="cell",
    cells=("lstm", "gru"),
    searches=4,
    trials=48,
    seeds=2,
    failures={"lstm": (0, 24), "gru": (2, 24)},
)


def verdict(accuracies: dict[str, list[float]], *, budgets: int = 1, shift: float = 0.0) -> Verdict:
    """Of cells with these accuracies, search by search; `shift` is the first cell's at others."""

    def rows(levels: list[float]) -> np.ndarray:
        rights = [np.arange(EXAMPLES) < round(level * EXAMPLES) for level in levels]
        return np.array([[right, right] for right in rights])

    runs = [
        BudgetRuns(
            20_736 // 4**step,
            {
                cell: rows([level + (shift if step and not place else 0) for level in levels])
                for place, (cell, levels) in enumerate(accuracies.items())
            },
        )
        for step in range(budgets)
    ]
    return compare(runs, 0.005, majority=np.arange(EXAMPLES) < 0.1 * EXAMPLES)


def several(*cells: str) -> Basis:
    return replace(TWO, cells=cells, failures={})


BETTER = {"lstm": [0.800, 0.802, 0.801, 0.803], "gru": [0.780, 0.781, 0.782, 0.783]}
SMALL = {"lstm": [0.8010, 0.8011, 0.8012, 0.8011], "gru": [0.800, 0.800, 0.800, 0.800]}
UNSURE = {"lstm": [0.80, 0.83, 0.79, 0.82], "gru": [0.80, 0.80, 0.80, 0.80]}


def test_better_names_budget_size_interval_and_effort() -> None:
    found = verdict(BETTER)
    assert found.outcome is Outcome.BETTER
    told = statement(found, TWO)
    assert told.claim == (
        "At 20,736 cell parameters LSTM is more accurate than GRU on surnames by 2.0 points"
    )
    assert re.fullmatch(
        r"\(95 % interval 1\.\d to 2\.\d; 4 searches of 48 trials, 2 seeds each\)\.", told.grounds
    )


def test_the_leader_is_named_first_and_its_lead_is_positive() -> None:
    turned = {"lstm": BETTER["gru"], "gru": BETTER["lstm"]}
    told = str(statement(verdict(turned), TWO))
    assert "GRU is more accurate than LSTM on surnames by 2.0 points (95 % interval 1." in told
    assert "the difference (GRU minus LSTM) would lie between 1." in told


def test_what_is_small_is_called_so() -> None:
    found = verdict(SMALL)
    told = str(statement(found, TWO))
    assert found.outcome in {Outcome.EQUIVALENT, Outcome.NEGLIGIBLE}
    assert "0.5" in told
    assert "undecided" not in told


def test_undecided_says_what_would_decide() -> None:
    found = verdict(UNSURE)
    assert found.outcome is Outcome.UNDECIDED
    told = statement(found, TWO)
    assert "it is undecided whether LSTM or GRU" in told.claim
    assert "LSTM minus GRU: 1.0 points, 95 % interval" in told.grounds
    needed = found.searches_needed
    remedy = told.further[-1]
    assert (f"With {needed} searches" if needed else "Not even 100 searches") in remedy


def test_one_search_has_no_interval_and_asks_for_another() -> None:
    found = verdict({cell: levels[:1] for cell, levels in BETTER.items()})
    told = statement(found, replace(TWO, searches=1))
    assert "no interval; 1 search of 48 trials, 2 seeds each" in told.grounds
    assert told.further == ("One search shows nothing of luck: at least two are needed.",)


def test_seeds_stand_for_searches_where_nothing_was_searched() -> None:
    told = statement(verdict(UNSURE), replace(TWO, trials=0, seeds=1))
    assert told.grounds.endswith("; 4 seeds).")
    assert "search" not in str(told)


def test_before_the_first_look_nothing_is_claimed() -> None:
    told = str(so_far(verdict(BETTER), TWO, 6))
    assert told.startswith("No verdict yet: 4 of 6 searches are complete. So far LSTM minus GRU")
    for word in ("interval", "more accurate", "Asked again", "Mean"):
        assert word not in told


def test_the_mean_is_called_a_mean_and_differing_budgets_are_named() -> None:
    alike = str(statement(verdict(BETTER, budgets=3), TWO))
    assert "Mean over the 3 budgets, LSTM minus GRU: 2.0 points (95 % interval" in alike
    assert "the budgets differ" not in alike
    apart = str(statement(verdict(BETTER, budgets=3, shift=0.05), TWO))
    assert "; the budgets differ (p " in apart
    assert "Mean" not in str(statement(verdict(BETTER), TWO))


@pytest.mark.parametrize(("failed", "said"), [(2, False), (3, True)])
def test_failures_come_first_where_they_are_many(failed: int, said: bool) -> None:
    basis = replace(TWO, failures={"lstm": (0, 24), "gru": (failed, 24)})
    told = str(statement(verdict(BETTER), basis))
    assert told.startswith(f"GRU failed in {failed} of 24 confirmed runs") == said


def test_what_is_not_above_the_baseline_is_named_and_not_called_equal() -> None:
    level = {"lstm": [0.1] * 4, "gru": [0.1] * 4}
    told = statement(verdict(level), TWO)
    assert told.cautions[-1].startswith(
        "LSTM and GRU are not above the majority baseline, the 10.0 % of"
    )
    assert "undecided" in told.claim


def test_the_best_of_several_is_named() -> None:
    cells = {**BETTER, "simple-rnn": [0.70, 0.701, 0.702, 0.703]}
    told = statement(verdict(cells), several("lstm", "gru", "simple-rnn"))
    assert "LSTM is the most accurate of 3 cells on surnames, 2.0 points ahead of GRU" in told.claim


def test_those_that_cannot_be_told_apart_are_named() -> None:
    cells = {**UNSURE, "simple-rnn": [0.70, 0.70, 0.70, 0.70]}
    found = verdict(cells)
    assert tied(found) == ["lstm", "gru"]
    told = statement(found, several("lstm", "gru", "simple-rnn"))
    assert "LSTM and GRU cannot be told apart on surnames; SimpleRNN is less accurate" in told.claim


def test_better_than_the_next_best_but_not_than_a_third_is_not_the_best() -> None:
    cells = {**BETTER, "simple-rnn": [0.72, 0.83, 0.73, 0.82]}
    found = verdict(cells)
    assert found.winner == "lstm"
    assert found.cells == ("lstm", "gru")
    assert tied(found) == ["lstm", "simple-rnn"]
    assert outcome_of_all(found) is Outcome.UNDECIDED
    told = statement(found, several("lstm", "gru", "simple-rnn"))
    assert "LSTM and SimpleRNN cannot be told apart on surnames; GRU is less" in told.claim
    assert told.grounds.startswith("(LSTM minus GRU: 2.0 points, ")
    assert outcome_of_all(verdict(BETTER)) is Outcome.BETTER


def test_nothing_of_what_misled_before_is_said() -> None:
    told = " ".join(
        str(statement(verdict(each, budgets=budgets), TWO))
        for each in (BETTER, SMALL, UNSURE)
        for budgets in (1, 3)
    )
    for word in ("doubling", "halving", "would help", "probably", "seeds at each"):
        assert word not in told


def test_sentences_stand_in_their_order() -> None:
    told = Statement("Claim", "(grounds).", ("Caution.",), ("Again.", "Mean."))
    assert str(told) == "Caution. Claim (grounds). Again. Mean."
    assert str(Statement("Claim.")) == "Claim."


def test_names_are_listed() -> None:
    assert [listed(names) for names in (["a"], ["a", "b"], ["a", "b", "c"], [])] == [
        "a",
        "a and b",
        "a, b and c",
        "",
    ]
    assert question(("lstm", "gru"), "9 parameters", "on x") == (
        "At an equal budget of 9 parameters, which is more accurate on x: LSTM or GRU?"
    )
    assert "which is most accurate on x: LSTM, GRU or SimpleRNN?" in question(
        ("lstm", "gru", "simple-rnn"), "9", "on x"
    )
