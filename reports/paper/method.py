"""The method of a study as a paragraph to paste: every figure is the record's."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from reports.findings.answer import Answer
from reports.findings.search import trial_counts
from reports.paper.tex import UNICODE, tex, wrapped
from reports.words.formatting import count, percent, points, shown_value
from reports.words.labels import budget_label, metric_name
from reports.words.phrases import confidence, listed, plural
from search_spaces.cells import cell_name
from search_spaces.spaces import SpaceName, ranges_of
from study.datasets.metric import Metric
from study.machine.program import version
from study.question.sampler_name import SamplerName
from study.terminal.words import number_of
from study.trials.record import StudyRecord

_CITED = re.compile(r"\[\[([\w,-]+)\]\]")
_PACKAGES = {
    "python": "Python",
    "keras": "Keras [[keras]]",
    "tensorflow": "TensorFlow",
    "jax": "JAX",
    "optuna": "Optuna [[akiba2019]]",
    "numpy": "NumPy",
    "scipy": "SciPy",
}
# By the origin that a built-in data set names; a user's own names its path.
DATA = {"the surnames": "[[faker]]", "imdb": "[[maas2011]]", "reuters": "[[lewis1997]]"}


def method(record: StudyRecord, answer: Answer) -> str:
    """The paragraph as LaTeX, with citations of what `bibliography` holds."""
    told = " ".join(sentence for sentence in _sentences(record, answer) if sentence)
    return f"{UNICODE}\n{wrapped(_CITED.sub(_cite, tex(told)))}\n"


def cited(text: str) -> set[str]:
    """The keys that LaTeX cites."""
    return {key for keys in re.findall(r"\\cite\{([^}]*)\}", text) for key in keys.split(",")}


def _cite(found: re.Match[str]) -> str:
    return f"\\cite{{{found[1]}}}"


def _sentences(record: StudyRecord, answer: Answer) -> Iterator[str]:
    yield _data(record)
    yield _question(record)
    yield _plan(record)
    yield from _searching(record)
    yield _training(record)
    yield from _confirming(record)
    yield from _statistics(record, answer)
    yield _software(record)


def _data(record: StudyRecord) -> str:
    data = record.dataset
    given = data.facts.given
    whence = (
        f"the {listed(given)} split given by the data"
        if given
        else "drawn, every class in its proportion"
    )
    return (
        f"Data: {data.name} {DATA.get(data.facts.origin.name, '')}".rstrip()
        + f", {len(data.labels)} classes; {count(data.test)} test examples, and "
        f"{count(data.train + data.validation)} that every search and every confirmed run splits "
        f"afresh into about {count(data.train)} for training and {count(data.validation)} for "
        f"validation ({whence}). A model reads the last "
        f"{number_of(data.sequence_length, data.level)} of a {_example(record)}. Always answering "
        "with the most frequent class gives "
        f"{percent(data.facts.majority_baseline(record.metric))} {metric_name(record)}."
    )


def _example(record: StudyRecord) -> str:
    if record.task.has_embedding:
        return "text"
    features = number_of(record.task.embedding, "feature")
    return f"series of {features}, each standardised by its mean and deviation in training"


def _question(record: StudyRecord) -> str:
    limits = listed([count(limit) for limit in record.limits])
    scope = "of the recurrent layers" if record.budget.scope == "cell" else "of the whole model"
    smaller = f", and at {limits.partition(', ')[2] or limits}" if len(record.limits) > 2 else ""
    if len(record.limits) == 2:
        smaller = f", and at {count(record.limits[1])}"
    cells = listed([cell_name(cell) for cell in record.cells])
    return (
        f"{cells} were compared at an equal budget of at most {budget_label(record)} (trainable "
        f"parameters {scope}){smaller}. The smallest difference that matters was declared to be "
        f"{points(record.margin)} percentage points."
    )


def _plan(record: StudyRecord) -> str:
    if not record.registrations:
        return ""
    first, *changes = record.registrations
    begun = f"{number_of(first.trainings, 'training')} had begun"
    when = "before the first training" if not first.trainings else f"when {begun}"
    changed = f"; it was changed {_times(len(changes))} later" * bool(changes)
    return (
        f"All this, the search and the rule of the verdict were written down on "
        f"{first.stored:%Y-%m-%d}, {when} (SHA-256 {first.sha256}){changed}."
    )


def _searching(record: StudyRecord) -> Iterator[str]:
    if not record.trials_per_search:
        return
    counts, settings = trial_counts(record), record.settings
    each = round(record.trials_per_search / (len(record.cells) * len(record.limits)))
    searches = plural(len({trial.search for trial in record.trials}), "search")
    budgets = number_of(len(record.limits), "budget")
    yield (
        f"The unit of the comparison is the search [[bouthillier2021]]: {searches}, each with a "
        "seed and a train/validation split of its own, learning nothing from the others, tuned "
        f"each cell with {number_of(each, 'trial')} at each of {budgets}, "
        f"{number_of(record.trials_per_search, 'trial')} a search, {count(counts['planned'])} in "
        f"all ({count(counts['complete'])} complete, {count(counts['pruned'])} pruned, "
        f"{count(counts['failed'])} failed)."
    )
    yield _space(settings)
    yield _sampling(settings)


def _space(settings: Mapping[str, Any]) -> str:
    if "space" not in settings:
        return ""
    space = SpaceName(settings["space"])
    told = [
        f"{name.replace('_', ' ')} from {shown_value(within.low)} to {shown_value(within.high)}"
        f"{' on a logarithmic scale' * within.log}"
        for name, within in ranges_of(space).items()
    ]
    if space is SpaceName.WIDE:
        told += ["one or two layers", "one or both directions", "batches of 32, 64 or 128"]
        told += ["the embedding's width"] * (settings.get("budget-scope") == "model")
    return (
        "Searched were the units, from the next smaller budget's width to the budget's own on a "
        f"logarithmic scale, {listed(told)} (the space {space})."
    )


def _sampling(settings: Mapping[str, Any]) -> str:
    sampler = settings.get("sampler", "tpe")
    if sampler == "tpe":
        told = (
            "A cell's first eight trials of a search were scrambled Sobol points [[owen1998]], the "
            "same for all cells; then a tree-structured Parzen estimator [[bergstra2011]] chose, "
            "from the trials of that cell in that search only, all but the size."
        )
    else:
        told = f"What to try was chosen by {SamplerName(sampler).words}."
    if settings.get("pruning", True):
        told += (
            " A trial was pruned when one and a half times what the second half of its looks had "
            "gained would not have brought its validation loss to the best of its search, cell and "
            "budget."
        )
    return told


def _training(record: StudyRecord) -> str:
    settings = record.settings
    told = "Models (recurrent layers below a dense output"
    if record.task.has_embedding:
        told += f", above an embedding of {count(record.task.vocabulary)} tokens"
        if settings.get("embedding") and settings.get("space") != "wide":
            told += f" in width {settings['embedding']}"
    told += ") were trained with Adam [[kingma2015]]"
    if "batch-size" in settings and settings.get("space") != "wide":
        told += f" on batches of {number_of(settings['batch-size'], 'example')}"
    if "epochs" in settings:
        told += f" for at most {number_of(settings['epochs'], 'epoch')}"
    if "patience" in settings:
        patience = f"{settings['patience']:g}"
        epochs = "epoch" if patience == "1" else "epochs"
        told += f", until validation loss had not fallen for {patience} {epochs}"
    return f"{told}; the weights of the lowest validation loss were kept."


def _confirming(record: StudyRecord) -> Iterator[str]:
    if record.trials_per_search:
        yield (
            "The winner of a cell at a budget of a search, its trial of lowest validation loss, "
            "was trained afresh at the largest widths of the cells whose parameters differ by at "
            f"most 1 %, on {number_of(record.replicates, 'seed')} that no trial had, and scored "
            "once on the test split, which no search reads."
        )
    failed = sum(run.test_accuracy is None for run in record.confirmations)
    yield (
        f"Of {number_of(len(record.confirmations), 'confirmed run')} {count(failed)} failed; a run "
        "that fails counts as one that always answers with the most frequent class."
    )
    if "seed" in record.settings:
        yield f"All seeds derive from {record.settings['seed']}."


def _statistics(record: StudyRecord, answer: Answer) -> Iterator[str]:
    unit = "search" if record.trials_per_search else "seed"
    score = "Accuracy" if record.metric is Metric.ACCURACY else record.metric.display_name
    yield (
        f"{score.capitalize()} is compared. A difference is the mean over "
        f"{plural(answer.searches, unit)}; its interval has crossed random effects of searches and "
        "test examples [[searle1992]], with the quantile of Cochran [[cochran1964]]."
    )
    planned = record.planned_searches
    if planned.least == planned.most and len(record.looks) < 2:
        yield f"The verdict was looked at once, after {plural(planned.least, unit)}, at 5 %."
    else:
        yield (
            f"The verdict was looked at {_times(len(record.looks))}, as planned after each search "
            f"from {planned.least} to {planned.most} until it was decided; a chance of false "
            f"alarms of {percent(answer.level.overall if answer.level else 0.05, 2)} in all was "
            "spent over the looks [[lan1983,kim1987]]."
        )
    if answer.verdict:
        yield f"The verdict's interval has a confidence of {confidence(answer.verdict.headline)}."
    if len(record.cells) > 2:
        yield "Several pairs of cells at a budget are paid for by Holm's procedure [[holm1979]]."
    yield (
        "One cell is called more accurate where the interval excludes zero and the difference is "
        "at least the margin; the difference negligible or the cells equivalent where the interval "
        "of two one-sided tests lies within the margin; and anything else undecided."
    )


def _times(number: int) -> str:
    return {1: "once", 2: "twice"}.get(number, f"{number} times")


def _software(record: StudyRecord) -> str:
    environment = record.environment
    versions = [f"isoparam {environment.get('isoparam', version())} [[isoparam]]"]
    versions += [
        " ".join([*name.split()[:1], environment[package], *name.split()[1:]])
        for package, name in _PACKAGES.items()
        if package in environment
    ]
    where = environment.get("processor", "")
    return f"Software: {listed(versions)}{f'; on {where}' * bool(where)}."
