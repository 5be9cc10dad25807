"""What a study of several searches is, how it grows and where it ends: simulated trainings."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import count
from pathlib import Path
from threading import Timer
from typing import Any

import pytest
from optuna.trial import TrialState

from search_spaces.cells import Cell
from study.phases.search import SearchWork, open_search, search_slots
from study.pipeline import confirm_what_is_searched
from study.question.flag_values import Searches
from study.trials import attributes as attrs
from study.trials.queue import Queue
from study.trials.record import Look, Status, StudyRecord
from tests.support.simulated.stubs import SilentReporter, no_picture
from tests.support.simulated.studies import run, settings, study_of

pytestmark = pytest.mark.usefixtures("simulated")
CELLS = ("lstm", "gru")
ONE = Searches(1, 1)


def found(record: StudyRecord) -> list[object]:
    """What a study has found, without where and when; a retry has another number."""
    trials = {
        t.slot: (t.status, t.candidate, t.validation_loss) for t in record.trials if t.finished
    }
    winners = [
        {cell: won.candidate for cell, won in winners.items()}
        for search in record.searches
        for winners in (
            *(budget.winners for budget in search.budgets),
            *(effort.winners for effort in search.effort),
        )
    ]
    tested = {
        (c.search, c.budget, c.replicate, c.cell, c.candidate): (c.test_accuracy, c.weights)
        for c in record.confirmations
        if c.status is Status.COMPLETE
    }
    return [trials, winners, tested]


def test_every_search_has_the_planned_trials(two: Path, texts: Path) -> None:
    record = study_of(settings(texts, two)).record()
    kinds = Counter((trial.search, trial.cell, trial.budget) for trial in record.trials)
    assert kinds == {
        (search, cell, limit): 2 for search in (1, 2) for cell in CELLS for limit in (900, 225)
    }
    assert all(trial.finished for trial in record.trials)
    assert all(trial.excess is not None and trial.excess <= 0 for trial in record.trials)
    assert (record.planned, record.trials_per_search) == (16, 8)


def test_the_lowest_validation_loss_wins_and_is_matched(two: Path, texts: Path) -> None:
    record = study_of(settings(texts, two)).record()
    assert [search.number for search in record.searches] == [1, 2]
    for search in record.searches:
        for budget in search.budgets:
            for cell, won in budget.winners.items():
                losses = {
                    t.number: t.validation_loss
                    for t in record.trials
                    if (t.search, t.cell, t.budget) == (search.number, cell, budget.limit)
                    and t.status is Status.COMPLETE
                    and t.validation_loss is not None
                }
                assert won.trial in losses
                assert losses[won.trial] == min(losses.values())
            smaller, larger = sorted(budget.counts.values())
            assert budget.within_tolerance == (larger - smaller <= 0.01 * larger)
            assert larger <= budget.limit
        assert search.budgets[0].within_tolerance


def test_a_searchs_trials_share_a_split_that_nothing_else_has(texts: Path, tmp_path: Path) -> None:
    archive = study_of(settings(texts, tmp_path, searches=Searches(3, 3)))
    plan, work = archive.plan, SearchWork(archive.plan, archive.folder, no_picture)
    archive.folder.create()
    study = open_search(archive.store, plan)
    queue = Queue(study, archive.store, "me")
    queue.enqueue([slot for number in (1, 2, 3) for slot in search_slots(plan, number)])
    splits: dict[int, set[int]] = {}
    seeds = []
    while trial := queue.ask():
        training = work.job(trial).training
        splits.setdefault(trial.user_attrs[attrs.SEARCH], set()).add(training.split_seed)
        seeds.append(training.seed)
        queue.finish(trial, TrialState.COMPLETE, 0.5)
    assert [len(shared) for shared in splits.values()] == [1, 1, 1]
    of_all = {seed for shared in splits.values() for seed in shared}
    assert len(of_all) == 3
    assert len(set(seeds)) == len(seeds) == 24
    assert not of_all & set(seeds)


class Killed(BaseException):
    """As SIGKILL: nothing is requeued any more."""


@contextmanager
def killed_at(moment: int) -> Iterator[None]:
    """This process ends when it would tell a trial's result for the so-manieth time."""
    moments, finish = count(1), Queue.finish

    def dying(*arguments: Any, **named: Any) -> bool:
        if next(moments) == moment:
            raise Killed
        return finish(*arguments, **named)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Queue, "finish", dying)
        patch.setattr(Queue, "requeue", lambda *arguments: None)
        with pytest.raises(Killed):
            yield


def test_a_killed_study_finds_what_an_uninterrupted_one_finds(texts: Path, tmp_path: Path) -> None:
    plan = {"budgets": 1, "n_trials": 24, "epochs": 5, "searches": ONE}  # enough to learn from
    asked = settings(texts, tmp_path / "killed", **plan)
    for moment in (2, 19, 4):  # two of them in the search, and one in its confirmation
        with killed_at(moment):
            run(asked)
    record = run(asked).record()
    assert [trial.status for trial in record.trials].count(Status.REQUEUED) >= 2
    assert found(record) == found(run(settings(texts, tmp_path / "whole", **plan)).record())


def test_a_search_that_is_added_later_changes_nothing_of_before(runs: Path, texts: Path) -> None:
    before = study_of(settings(texts, runs)).record()
    after = run(settings(texts, runs, searches=Searches(3, 3))).record()
    assert after.looks == (Look(2, 2, 2), Look(3, 3, 3))
    assert after.trials[:16] == before.trials
    assert after.confirmations[: len(before.confirmations)] == before.confirmations
    assert after.searches[:2] == before.searches
    assert len(after.searches) == 3
    fewer = run(settings(texts, runs)).record()  # nothing to do, and no new look
    assert found(fewer) == found(after)
    assert fewer.looks == after.looks


@pytest.mark.parametrize(("decides_after", "searches"), [(2, 2), (3, 3), (9, 4)])
def test_a_study_ends_when_it_is_decided(
    decides_after: int, searches: int, texts: Path, tmp_path: Path
) -> None:
    asked = settings(texts, tmp_path, searches=Searches(2, 4), n_trials=4)
    reporter = SilentReporter(decides_after)
    record = run(asked, reporter).record()
    assert reporter.published == list(range(1, searches + 1))
    assert record.planned == 4 * searches
    assert record.looks == tuple(Look(count, 2, 4) for count in range(2, searches + 1))
    again = SilentReporter(decides_after)
    assert found(run(asked, again).record()) == found(record)


def test_time_that_is_up_closes_each_search(texts: Path, tmp_path: Path) -> None:
    asked = settings(texts, tmp_path, timeout=1e-9)
    record = run(asked).record()
    assert len(record.trials) == 16
    assert {trial.reason for trial in record.trials} == {"not begun: the time was up"}
    assert [search.budgets for search in record.searches] == [(), ()]  # nothing was found
    longer = run(replace(asked, search=replace(asked.search, timeout=None))).record()
    assert longer.trials == record.trials


def test_what_other_processes_have_begun_is_waited_for(
    texts: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = settings(texts, tmp_path, searches=ONE, timeout=1e-9, quiet=False)
    archive = study_of(asked)
    archive.folder.create()
    with archive.store.lease() as owner:
        other = Queue(open_search(archive.store, archive.plan), archive.store, owner)
        other.enqueue(search_slots(archive.plan, 1))
        trial = other.ask()
        assert trial
        end = Timer(2.0, other.finish, (trial, TrialState.COMPLETE, 0.5))
        end.start()
        record = run(asked).record()
        end.join()
    assert [one.status for one in record.trials] == [Status.COMPLETE] + 7 * [Status.FAILED]
    assert "Waiting for 1 trial of search 1, at work in other processes." in capsys.readouterr().out


def test_three_cells(texts: Path, tmp_path: Path) -> None:
    cells = (Cell.LSTM, Cell.GRU, Cell.SIMPLE_RNN)
    record = run(settings(texts, tmp_path, cells=cells, n_trials=12, max_params=2000)).record()
    assert record.cells == ("lstm", "gru", "simple-rnn")
    kinds = {(c.search, c.budget, c.cell) for c in record.confirmations}
    assert kinds == {
        (search, limit, cell) for search in (1, 2) for limit in (2000, 500) for cell in cells
    }
    assert {trial.cell for trial in record.trials} == set(cells)
    models = {path.name for path in (tmp_path / "moods" / "models").iterdir()}
    assert models >= {f"{cell}.{kind}" for cell in cells for kind in ("json", "keras")}


def test_what_was_searched_only_is_confirmed_afterwards(texts: Path, tmp_path: Path) -> None:
    only = run(settings(texts, tmp_path, confirm=False))
    assert only.confirmation() is None
    longer = run(settings(texts, tmp_path, confirm=False, n_trials=12))
    assert longer.record().planned == 24
    whole = run(settings(texts, tmp_path, n_trials=12), phases=confirm_what_is_searched).record()
    assert len(whole.searches) == 2
    assert whole.looks == (Look(2, 2, 2),)
    assert whole.trials == longer.record().trials
