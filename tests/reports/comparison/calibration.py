"""Does the verdict keep its word? Simulated studies of which the truth is known.

`python -m tests.reports.comparison.calibration` prints the table of `DESIGN.md`, in Markdown.

A simulated study has three budgets, two seeds a search, and up to twelve searches. On example `i`
a run answers first-only, second-only or neither rightly, with the mean
`truth + search[r] + seed[r, s] + example[i]`:

- The standard deviation of the searches' differences is drawn from 0.3 to 1.4 points at the
  budget asked for, and grows up to twofold at smaller ones. Half of a search's luck is shared by
  its budgets. That of the seeds' differences is drawn from 0.5 to 1.5 points.
- The smaller budgets' true differences lie about the one asked for, with a standard deviation of
  0.5 points.
- A third of the examples is contested; the others are never answered differently. Of the
  contested ones 20 % favour either cell whatever its seed, and an example mostly (70 %)
  keeps its kind from one budget to the next, as all see the same test split. Two runs then
  differ on about 15 % of the examples.
- With tails, 2 % of the first cell's runs lose 30 points; their part in the truth is made up for
  by the others. With failures, 2 % of either cell's runs answer with the majority class.

Columns: coverage of the headline's interval; of the first cell's usual runs, those that do not
collapse; of the mean over budgets; of the predictions for one more study and one more search on
the same test split; the outcomes; "falsely better" is *better* with the wrong cell or none;
"falsely small" is *equivalent* or *negligible* when the truth is at or beyond the margin. A plan
of 4..12 ends with the first look that decides.
"""

import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from reports.comparison.estimate import Interval
from reports.comparison.looks import look_levels
from reports.comparison.outcome import Outcome, says_small
from reports.comparison.runs import BudgetRuns
from reports.comparison.verdict import Verdict, compare

TRUTHS = (0.0, 0.003, 0.005, 0.01)
EXAMPLES = (2_400, 25_000)
SEARCHES = (3, 4, 6, 12)
LEAST, MOST = 4, 12
SEEDS = 2
LIMITS = (128_000, 32_000, 8_000)
CELLS = ("first", "second")
MARGIN = 0.005

CONTESTED = 0.35
KEEPS_KIND = 0.7
KIND_SHARES = (0.2, 0.2, 0.6)
FIRST_ONLY = np.array([0.45, 0.12, 0.17], dtype=np.float32)  # probability, by kind
SECOND_ONLY = np.array([0.12, 0.45, 0.17], dtype=np.float32)
SEARCH_DEVIATIONS = (0.003, 0.014)
SEED_DEVIATIONS = (0.005, 0.015)
BUDGET_DEVIATION = 0.005
ACCIDENTS = 0.02
COLLAPSE = 0.3
RIGHT = 0.9  # of a run that is well


class Kind(NamedTuple):
    """What happens to runs."""

    name: str
    collapse: float = 0.0  # chance of a run of the first cell
    fail: float = 0.0  # chance of any run


PLAIN = Kind("plain")
TAILS = Kind("tails", collapse=ACCIDENTS)
FAILURES = Kind("failures", fail=ACCIDENTS)
KINDS = (PLAIN, TAILS, FAILURES)

_COLUMNS = (
    "searches",
    "headline",
    "usual",
    "mean",
    "next study",
    "next search",
    *map(str, Outcome),
    "falsely better",
    "falsely small",
)


class Condition(NamedTuple):
    """A row's studies."""

    examples: int
    truth: float
    kind: Kind = PLAIN


class Study(NamedTuple):
    """Runs at all budgets, (searches, seeds, examples), and what is true of them."""

    budgets: list[BudgetRuns]
    following: NDArray[np.float64]  # differences of as many further searches where it was asked
    majority: NDArray[np.bool_]
    truths: NDArray[np.float64]  # at each budget
    usual: float  # at the budget asked for, where no run collapses

    def first(self, searches: int, budgets: int = len(LIMITS)) -> list[BudgetRuns]:
        """The first searches at the largest budgets."""
        return [
            BudgetRuns(b.limit, {cell: runs[:searches] for cell, runs in b.correct.items()})
            for b in self.budgets[:budgets]
        ]


def simulate(random: np.random.Generator, condition: Condition, searches: int = MOST) -> Study:
    """One study, and the searches of one more on the same test split."""
    examples, truth, kind = condition
    contested = int(random.binomial(examples, CONTESTED))
    kinds = random.choice(len(KIND_SHARES), size=contested, p=KIND_SHARES)
    spread = random.uniform(*SEARCH_DEVIATIONS) * np.linspace(1, random.uniform(1, 2), len(LIMITS))
    by_seed = random.uniform(*SEED_DEVIATIONS)
    common = random.normal(0, np.sqrt(0.5), 2 * searches)
    majority = random.random(examples) < 0.5
    lost = kind.collapse * COLLAPSE
    truths = truth + np.append(0.0, random.normal(0, BUDGET_DEVIATION, len(LIMITS) - 1))
    found: list[dict[str, NDArray[np.bool_]]] = []
    for mean, deviation in zip(truths, spread, strict=True):
        count = searches if found else 2 * searches
        luck = deviation * (common[:count] + random.normal(0, np.sqrt(0.5), count))
        seeds = random.normal(0, by_seed, (count, SEEDS))
        fresh = random.choice(len(KIND_SHARES), size=contested, p=KIND_SHARES)
        same = np.where(random.random(contested, np.float32) < KEEPS_KIND, kinds, fresh)
        shifts = (mean + lost + luck[:, None] + seeds) / (2 * CONTESTED)
        correct = _answers(random, shifts, same, examples)
        befall(random, correct, kind, majority)
        found.append(correct)
    first, second = (found[0][cell][searches:].mean(axis=(1, 2)) for cell in CELLS)
    found[0] = {cell: runs[:searches] for cell, runs in found[0].items()}
    budgets = [BudgetRuns(limit, runs) for limit, runs in zip(LIMITS, found, strict=True)]
    return Study(budgets, first - second, majority, truths, truth + lost)


def _answers(
    random: np.random.Generator, shifts: NDArray[np.float64], kind: NDArray[np.intp], examples: int
) -> dict[str, NDArray[np.bool_]]:
    draws = random.random((*shifts.shape, len(kind)), np.float32)
    draws -= shifts.astype(np.float32)[..., None]
    first, second = np.ones((2, *shifts.shape, examples), np.bool_)
    first[..., : len(kind)] = draws < 1 - SECOND_ONLY[kind]
    second[..., : len(kind)] = draws >= FIRST_ONLY[kind]
    return {CELLS[0]: first, CELLS[1]: second}


def befall(
    random: np.random.Generator,
    correct: dict[str, NDArray[np.bool_]],
    kind: Kind,
    majority: NDArray[np.bool_],
) -> None:
    """Let runs of each cell, (searches, seeds, examples), collapse and fail in place."""
    for cell, runs in correct.items():
        shape = runs.shape[:2]
        collapsed = random.random(shape) < (kind.collapse if cell == CELLS[0] else 0)
        for where in zip(*np.nonzero(collapsed), strict=True):
            runs[where] &= random.random(len(majority)) >= COLLAPSE / RIGHT
        runs[random.random(shape) < kind.fail] = majority


@dataclass
class Tally:
    """Shares of the studies of one row, summed up."""

    studies: int = 0
    sums: dict[str, float] = field(default_factory=dict)

    def add(self, events: dict[str, float]) -> None:
        """Count one study."""
        self.studies += 1
        for event, share in events.items():
            self.sums[event] = self.sums.get(event, 0.0) + share

    def merge(self, other: "Tally") -> None:
        """Count the studies of another."""
        self.studies += other.studies
        for event, share in other.sums.items():
            self.sums[event] = self.sums.get(event, 0.0) + share

    def rate(self, event: str) -> float:
        """Share of the studies with `event`; the mean number of `searches`."""
        return self.sums[event] / self.studies

    def shown(self, event: str) -> str:
        """For the table."""
        if event not in self.sums:
            return ""
        return f"{self.rate(event) * (1 if event == 'searches' else 100):.1f}"


def _planned(study: Study, searches: int, truth: float) -> dict[str, float]:
    """What comes of a plan of so many searches and one look."""
    verdict = compare(study.first(searches), MARGIN, majority=study.majority)
    headline, means = verdict.headline, verdict.mean_over_budgets
    assert means is not None
    following = study.following[:searches]
    return {
        "searches": searches,
        "headline": _covers(headline.interval, truth),
        "usual": _covers(headline.interval, study.usual),
        "mean": _covers(means.interval, float(study.truths.mean())),
        "next study": _covers(headline.prediction, float(following.mean())),
        "next search": _covers(headline.search_prediction, float(following[0])),
        **_outcome(verdict, truth),
    }


def _looked(study: Study, truth: float) -> dict[str, float]:
    """What comes of a plan that ends when it is decided."""
    for searches, level in enumerate(look_levels(LEAST, MOST), LEAST):
        verdict = compare(study.first(searches, 1), MARGIN, majority=study.majority, alpha=level)
        if verdict.outcome is not Outcome.UNDECIDED:
            break
    interval = verdict.headline.interval
    return {
        "searches": searches,
        "headline": _covers(interval, truth),
        "usual": _covers(interval, study.usual),
        **_outcome(verdict, truth),
    }


def _outcome(verdict: Verdict, truth: float) -> dict[str, float]:
    """At equality either cell is the wrong winner."""
    wrong = CELLS if truth == 0 else CELLS[1:]
    return {
        **{str(possible): verdict.outcome is possible for possible in Outcome},
        "falsely better": verdict.winner in wrong,
        "falsely small": says_small(verdict.outcome) and truth >= verdict.margin,
    }


def _covers(interval: Interval | None, truth: float) -> bool:
    return interval is not None and interval.low <= truth <= interval.high


def calibrate(condition: Condition, studies: int, seed: int = 0) -> dict[str, Tally]:
    """Tallies by plan. Studies with fewer searches are the first searches of those with most."""
    place = [seed, condition.examples, round(1e4 * condition.truth), KINDS.index(condition.kind)]
    random = np.random.default_rng(place)
    tallies = {plan: Tally() for plan in (*map(str, SEARCHES), f"{LEAST}..{MOST}")}
    for _ in range(studies):
        study = simulate(random, condition)
        for plan, tally in tallies.items():
            found = (
                _planned(study, int(plan), condition.truth)
                if plan.isdecimal()
                else _looked(study, condition.truth)
            )
            tally.add(found)
    return tallies


def conditions() -> Iterator[Condition]:
    """The table's, in its order."""
    for kind in KINDS:
        for examples in EXAMPLES:
            for truth in TRUTHS if kind is PLAIN else (0.0, MARGIN):
                yield Condition(examples, truth, kind)


def table(studies: int = 1_000, parts: int = 4) -> str:
    """The calibration table in Markdown, in per cent, computed on all cores."""
    work = [(condition, part) for condition in conditions() for part in range(parts)]
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        done = pool.map(_part, [(*job, studies // parts) for job in work])
        rows: dict[Condition, dict[str, Tally]] = {}
        for (condition, _), tallies in zip(work, done, strict=True):
            known = rows.setdefault(condition, tallies)
            for plan, tally in tallies.items() if known is not tallies else ():
                known[plan].merge(tally)
    headings = ["runs", "test examples", "truth, points", "plan", *_COLUMNS]
    lines = [_row(headings), _row(["---", *["---:"] * (len(headings) - 1)])]
    for condition, plans in rows.items():
        head = [condition.kind.name, f"{condition.examples:,}", f"{100 * condition.truth:.1f}"]
        lines += [_row([*head, plan, *map(tally.shown, _COLUMNS)]) for plan, tally in plans.items()]
    return "\n".join(lines)


def _part(job: tuple[Condition, int, int]) -> dict[str, Tally]:
    condition, part, studies = job
    return calibrate(condition, studies, part)


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    print(table(*map(int, sys.argv[1:])))
