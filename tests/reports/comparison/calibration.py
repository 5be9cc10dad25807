"""Does the verdict keep its word? Simulated studies of which the truth is known.

`python -m tests.reports.comparison.calibration` prints the table of `DESIGN.md`, in Markdown.

A simulated study has four budgets. At each of them the difference on example `i` in run `s`
is first-only, second-only or neither right, with the mean `truth + seed[s] + example[i]`:

- A cell's standard deviation over seeds is drawn from 0.3 to 0.8 points at every budget.
- A third of the examples is contested; the others are never answered differently. Of the
  contested ones 20 % favour either cell whatever its seed, and an example mostly (70 %)
  keeps its kind from one budget to the next, as both see the same test split. Two runs then
  differ on about 14 % of the examples.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import fmean

import numpy as np

from reports.comparison.estimate import Estimate
from reports.comparison.runs import PairedRuns
from reports.comparison.verdict import EQUIVALENCE, Outcome, Verdict, compare

TRUTHS = (0.0, 0.003, 0.005, 0.01)
SEEDS = (3, 5, 12)
EXAMPLES = (2_400, 25_000)
LIMITS = (16_000, 32_000, 64_000, 128_000)
CELLS = ("first", "second")
MARGIN = 0.005

CONTESTED = 0.35
KEEPS_KIND = 0.7
KIND_SHARES = (0.2, 0.2, 0.6)
FIRST_ONLY = np.array([0.45, 0.06, 0.17], dtype=np.float32)  # probability, by kind
SECOND_ONLY = np.array([0.06, 0.45, 0.17], dtype=np.float32)
SEED_DEVIATIONS = (0.003, 0.008)


@dataclass
class Tally:
    """Shares of the studies of one condition, summed up."""

    studies: int = 0
    sums: dict[str, float] = field(default_factory=dict)

    def add(self, verdict: Verdict, truth: float) -> None:
        """Count one study whose true difference is `truth` at every budget."""
        self.studies += 1
        for event, share in _events(verdict, truth).items():
            self.sums[event] = self.sums.get(event, 0.0) + share

    def rate(self, event: str) -> float:
        """Share of the studies (for intervals of one budget, of the budgets) with `event`."""
        return self.sums[event] / self.studies


def _events(verdict: Verdict, truth: float) -> dict[str, float]:
    """What happened in one study, by the table's headings: 0, 1, or the share of budgets."""
    budgets, outcome = verdict.budgets, verdict.outcome
    # At equality either cell is the wrong winner.
    wrong = CELLS if truth == 0 else CELLS[1:]
    winners = [
        CELLS[budget.difference < 0] for budget in budgets if budget.outcome is Outcome.BETTER
    ]
    small = outcome in (Outcome.EQUIVALENT, Outcome.NEGLIGIBLE)
    return {
        "budget, seeds": fmean(_covers(budget.over_seeds, truth) for budget in budgets),
        "budget, both": fmean(_covers(budget.deciding, truth) for budget in budgets),
        "overall, 95 %": _covers(verdict.overall, truth),
        "overall, 90 %": _covers(verdict.overall, truth, EQUIVALENCE),
        **{str(possible): outcome is possible for possible in Outcome},
        "falsely better": verdict.winner in wrong,
        "same, any budget": not set(wrong).isdisjoint(winners),
        "falsely small": small and truth >= verdict.margin,
    }


def _covers(estimate: Estimate | None, truth: float, confidence: float = 0.95) -> bool:
    bounds = estimate.interval(confidence) if estimate else None
    return bounds is not None and bounds.low <= truth <= bounds.high


def simulate(
    random: np.random.Generator, truth: float, seeds: int, examples: int
) -> list[PairedRuns]:
    """One study: correctness of both cells, (seeds, examples), at every budget."""
    contested = int(random.binomial(examples, CONTESTED))
    kinds = random.choice(len(KIND_SHARES), size=contested, p=KIND_SHARES)
    budgets = []
    for limit in LIMITS:
        deviation = np.sqrt(2) * random.uniform(*SEED_DEVIATIONS)
        shifts = random.normal(truth, deviation, size=seeds) / (2 * CONTESTED)
        fresh = random.choice(len(KIND_SHARES), size=contested, p=KIND_SHARES)
        kind = np.where(random.random(contested, np.float32) < KEEPS_KIND, kinds, fresh)
        draws = random.random((seeds, contested), np.float32)
        draws -= shifts.astype(np.float32)[:, None]
        first = np.ones((seeds, examples), np.bool_)
        second = np.ones((seeds, examples), np.bool_)
        first[:, :contested] = draws < 1 - SECOND_ONLY[kind]
        second[:, :contested] = draws >= FIRST_ONLY[kind]
        budgets.append(PairedRuns(limit, first, second))
    return budgets


def calibrate(
    studies: int, examples: int, seed: int = 0
) -> Iterator[tuple[float, Mapping[int, Tally]]]:
    """For every true difference, the tallies by number of seeds.

    The studies with fewer seeds are the first runs of those with the most.
    """
    random = np.random.default_rng([seed, examples])
    for truth in TRUTHS:
        tallies = {seeds: Tally() for seeds in SEEDS}
        for _ in range(studies):
            full = simulate(random, truth, max(SEEDS), examples)
            for seeds, tally in tallies.items():
                budgets = [
                    PairedRuns(budget.limit, budget.first[:seeds], budget.second[:seeds])
                    for budget in full
                ]
                tally.add(compare(budgets, CELLS, MARGIN), truth)
        yield truth, tallies


def table(studies: int = 2_000) -> str:
    """The calibration table in Markdown: coverage of intervals, then verdicts, in per cent."""
    lines: list[str] = []
    for examples in EXAMPLES:
        for truth, tallies in calibrate(studies, examples):
            for seeds, tally in tallies.items():
                if not lines:
                    headings = ["test examples", "truth, points", "seeds", *tally.sums]
                    lines += [_row(headings), _row(["---:"] * len(headings))]
                rates = [f"{100 * tally.rate(event):.1f}" for event in tally.sums]
                lines.append(_row([f"{examples:,}", f"{100 * truth:.1f}", f"{seeds}", *rates]))
    return "\n".join(lines)


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    print(table())
