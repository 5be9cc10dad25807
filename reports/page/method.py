"""How a study was decided beforehand, and what its test split is used for."""

from reports.comparison.looks import overall_after
from reports.findings.answer import Answer
from reports.findings.confirmation import ended_runs, runs_with_less_effort
from reports.words.formatting import count, percent, points
from reports.words.labels import unit_of
from reports.words.phrases import plural
from study.terminal.words import number_of, utc
from study.trials.record import StudyRecord


def margin(record: StudyRecord) -> str:
    """Which differences do not matter, and when that was declared."""
    small = f"Differences below {points(record.margin)} points"
    if not record.registrations:
        return f"{small} count as none: fixed in the settings; no plan was stored."
    return f"{small} were declared not to matter: plan.json, stored {_when(record)}."


def declared(record: StudyRecord) -> str:
    """When the rule of the verdict was fixed."""
    size = f"margin of {points(record.margin)} points"
    if not record.registrations:
        return f"The {size} is fixed in the settings, the rule in the program; no plan was stored."
    return f"Declared in plan.json, stored {_when(record)}, with a {size}."


def _when(record: StudyRecord) -> str:
    """The first plan, beside the trainings."""
    begun = record.registrations[0].trainings
    if not begun:
        return "before the first training"
    return f"after {number_of(begun, 'training')} had begun"


def plans(record: StudyRecord) -> list[str]:
    """When each plan was stored, with its digest."""
    told = []
    for plan in record.registrations:
        name = "plan.json" if plan.number == 1 else f"plan-{plan.number}.json, a change"
        before = (
            f"after {number_of(plan.trainings, 'training')} had begun"
            if plan.trainings
            else "before the first training"
        )
        told.append(f"{name}, stored {utc(plan.stored)}, {before}: SHA-256 {plan.sha256}.")
    return told or ["None was stored before the study began."]


def looks(record: StudyRecord, answer: Answer) -> str:
    """How often the verdict was looked at, and what that costs."""
    planned, unit = record.planned_searches, unit_of(record)
    if planned.least == planned.most:
        told = f"One look at the verdict was planned, after {plural(planned.least, unit)}."
    else:
        told = (
            f"Looks at the verdict were planned after each search from {planned.least:,} to "
            f"{planned.most:,}; the study ends with the first that decides. The chance of a false "
            "alarm, 5 % in all, is spent over them with the square of the share of searches done."
            " A difference with which a study ends early is on average too large: the interval "
            "allows for the looks, the difference is not corrected."
        )
    if answer.level and record.looks:
        told += (
            f" Made: {number_of(len({look.searches for look in record.looks}), 'look')}; the last "
            f"has the level {100 * answer.level.alpha:.3g} %, and so has each of its two "
            "one-sided tests."
        )
        if answer.level.extended:
            told += (
                " The study was extended after its plan had ended: the chance of a false alarm "
                f"over all looks is {percent(answer.level.overall)}."
            )
    return told


def going_on(record: StudyRecord, answer: Answer) -> str:
    """What a look after those that were made costs."""
    assert answer.level is not None
    overall = overall_after(answer.level, record.looks[-1])
    if overall == answer.level.overall:
        return (
            "One look then replaces those that are still planned; the chance of a false alarm over "
            f"all looks stays {percent(overall)}."
        )
    return (
        "Going on after the planned looks is one more look. It is recorded and shown here, its "
        "level is stricter (which the number proposed leaves out), and still the chance of a "
        f"false alarm over all looks rises from {percent(answer.level.overall)} to "
        f"{percent(overall)}. Each further extension adds half of what the one before added: at "
        "most 10 % in all."
    )


def test_split(record: StudyRecord) -> str:
    """What is asked of the test examples, and what depends on the answers."""
    ended, less = len(ended_runs(record)), runs_with_less_effort(record)
    runs = number_of(ended, "confirmed run")
    if less:
        runs += (
            f" ({count(ended - less)} of winners, {count(less)} of what had won with less effort)"
        )
    linear = " and the linear model" if record.baseline else ""
    told = [
        f"{runs}{linear} are scored on the same {count(record.dataset.test)} examples, each "
        "once. They choose no model: validation does."
    ]
    if record.planned_searches.least < record.planned_searches.most:
        told.append("They say at each look at the verdict whether the study ends.")
    if len(record.cells) > 2:
        told.append(
            "They say which cell is the best and which the next best, whose difference is the "
            "larger for it: hence Holm's procedure over all pairs."
        )
    told.append(
        "All results share the luck of these examples, which the intervals allow for. Who takes "
        "a cell because of this verdict, and wants to know the accuracy of its model, needs "
        "examples that were not used here."
    )
    return " ".join(told)
