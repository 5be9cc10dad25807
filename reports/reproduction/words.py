"""What a reproduction of the notebook found, in words."""

from reports.comparison.estimate import FLOAT_NOISE
from reports.comparison.verdict import Outcome
from reports.reproduction.blocks import Definition
from reports.reproduction.findings import Findings
from reports.words.formatting import count, percent, points
from reports.words.statement import Statement, statement
from study.reproduction.protocols import GRU_154, LSTM_128, PATIENCE, Measured, model_name
from study.terminal.words import number_of

FIRST, SECOND = LSTM_128.name, GRU_154.name

CURVES_CAPTION = (
    "By the notebook's protocol: test accuracy after each epoch, for as long as it trained each "
    "model. Its conclusion compares the last point of the LSTM with the last of GRU(154)."
)


def question(findings: Findings) -> str:
    """What is asked of the notebook's models."""
    name = findings.record.plan.dataset.name
    return (
        f"The notebook, run again: at equal size, is {FIRST} more accurate than {SECOND} on {name}?"
    )


def badge(findings: Findings) -> str:
    """The outcome in a word or two."""
    match findings.verdict.outcome:
        case Outcome.BETTER:
            return f"{findings.verdict.winner} is more accurate"
        case Outcome.NEGLIGIBLE:
            return "Detectable, but negligible"
        case Outcome.EQUIVALENT:
            return "Equally accurate"
        case Outcome.UNDECIDED:
            return "Undecided"


def answer(findings: Findings) -> Statement:
    """The fair protocol's answer."""
    return statement(findings.verdict, findings.record.plan.dataset.name, str)


def remarks(findings: Findings) -> list[str]:
    """What must be said next to the answer."""
    return [text for text in (conclusion(findings), incomplete(findings)) if text]


def conclusion(findings: Findings) -> str:
    """What became of the notebook's conclusion."""
    if findings.reported is None:
        return (
            "The notebook's own figures are for 25,000 + 25,000 film reviews, so they are not "
            "compared with these."
        )
    found = (
        f"The notebook found {FIRST} {_standing(findings.reported)} {SECOND} and concluded that "
        "the LSTM seems more accurate."
    )
    match findings.verdict.outcome:
        case Outcome.UNDECIDED:
            return f"{found} On equal terms these runs neither confirm nor refute that."
        case Outcome.BETTER if findings.verdict.winner == FIRST:
            return f"{found} On equal terms that is confirmed."
        case Outcome.BETTER:
            return f"{found} On equal terms it is the other way round."
        case _:
            return f"{found} On equal terms no difference that matters is left."


def incomplete(findings: Findings) -> str:
    """Which runs are missing."""
    failures = findings.record.failures
    if not failures:
        return ""
    reasons = "; ".join(f"{run.name}: {reason}" for run, reason in failures.items())
    return f"{len(failures)} of {len(findings.record.plan.runs)} runs have no result ({reasons})."


def attribution(findings: Findings) -> list[str]:
    """Where the notebook's difference came from, as far as the runs tell."""
    told = (_another_run(findings), _epochs(findings), _tuning(findings), _seeds(findings))
    return [text for text in told if text]


def _another_run(findings: Findings) -> str:
    reported, repeated, luck = findings.reported, findings.repeated, findings.luck
    if reported is None or repeated is None:
        return ""
    gap = abs(reported - repeated)
    text = (
        f"Another run: its protocol, run here, puts {FIRST} {_standing(repeated)} {SECOND}; the "
        f"notebook's difference is {points(reported, 2)} points. The {points(gap, 2)} points "
        "between the two lie in what the runs do not share: the seed, the versions of the "
        f"software{', its full number of epochs' if _is_cut(findings) else ''}."
    )
    if luck is None:
        return text
    verb = "can" if gap <= luck else "cannot"
    return (
        f"{text} Judged by {len(findings.differences)} seeds of the fair protocol, two such "
        f"differences are up to {points(luck, 2)} points apart by their seeds (95 %), so seeds "
        f"alone {verb} explain it."
    )


def _is_cut(findings: Findings) -> bool:
    return findings.record.plan.epochs < LSTM_128.epochs


def _epochs(findings: Findings) -> str:
    lstm, gru = findings.by_its_protocol(LSTM_128), findings.by_its_protocol(GRU_154)
    equal = findings.at_equal_epochs
    if lstm is None or gru is None or equal is None:
        return ""
    long, short = len(lstm.curve), len(gru.curve)
    if long == short:
        cut = number_of(short, "epoch")
        return f"With both cut to {cut}, these runs cannot tell what its epochs did."
    early = lstm.curve[short - 1].validation_accuracy
    return (
        f"Epochs: after {number_of(short, 'epoch')}, as long as {SECOND} was trained, {FIRST} was "
        f"{percent(early, 2)} accurate on test, {_standing(equal)} {SECOND}. Training it on to "
        f"{number_of(long, 'epoch')} {_change(lstm.test_accuracy - early)}; so much of the "
        "difference is due to unequal epochs in these runs."
    )


def _tuning(findings: Findings) -> str:
    lstm = findings.by_its_protocol(LSTM_128)
    if lstm is None or len(lstm.curve) < 2:
        return _optimism(findings)
    by_epoch = [point.validation_accuracy for point in lstm.curve]
    best = max(by_epoch)
    gain = best - lstm.test_accuracy
    epoch = by_epoch.index(best) + 1
    looked = (
        f"the epoch that is best on test, number {epoch}, is {points(gain, 2)} points above the "
        "last: so much could be gained by looking."
        if gain > FLOAT_NOISE
        else "the last epoch is also the best on test: nothing could be gained by looking."
    )
    return f"Test set as validation: in the run of {FIRST}, {looked} {_optimism(findings)}".strip()


def _optimism(findings: Findings) -> str:
    gaps = [
        run.validation_accuracy - run.test_accuracy
        for run in _fair_runs(findings)
        if run.validation_accuracy is not None
    ]
    if not gaps:
        return ""
    mean = sum(gaps) / len(gaps)
    where = "above" if mean >= 0 else "below"
    return (
        f"By the fair protocol the accuracy on the split that chose the epoch is on average "
        f"{points(abs(mean), 2)} points {where} that on the test split "
        f"({number_of(len(gaps), 'run')})."
    )


def _fair_runs(findings: Findings) -> list[Measured]:
    return [run for model in (LSTM_128, GRU_154) for run in findings.fair(model).values()]


def _seeds(findings: Findings) -> str:
    differences = findings.differences
    if len(differences) < 2:
        return "One seed does not tell how much of a difference is luck; --replicates adds more."
    low, high = float(differences.min()), float(differences.max())
    if low < -FLOAT_NOISE and high > FLOAT_NOISE:
        lead = "with one seed either could have come out ahead"
    elif low > FLOAT_NOISE or high < -FLOAT_NOISE:
        lead = f"{FIRST if low > 0 else SECOND} came out ahead with every one"
    else:
        lead = "some pairs came out level"
    return (
        f"One seed: by the fair protocol {FIRST} minus {SECOND} ranges from {points(low, 2)} to "
        f"{points(high, 2)} points over {len(differences)} seeds (standard deviation "
        f"{points(float(differences.std(ddof=1)), 2)}); {lead}."
    )


def sizes(findings: Findings) -> str:
    """Whether the notebook's sizes hold."""
    first, second = (findings.arithmetic(m.candidate).cell for m in (LSTM_128, GRU_154))
    apart = (
        f"{FIRST} and {SECOND} differ by {count(abs(first - second))} of {count(first)} cell "
        f"parameters ({percent(abs(first - second) / first)})"
    )
    if not findings.record.counted:
        return f"The notebook's widths match: {apart}. Keras' own counts are missing."
    if findings.sizes_agree:
        return f"The notebook's widths match: {apart}. Keras counts the same as the arithmetic."
    return f"By the arithmetic {apart}, but Keras counts otherwise; see the tables."


def second_bias(findings: Findings) -> list[str]:
    """The answer to the notebook's guess, by Keras' counts."""
    told = [
        "The notebook expected 3u(d + u + 1) parameters of a GRU of u units on d inputs, found "
        "3u(d + u + 2), and guessed at a second bias."
    ]
    for both, one in findings.second_biases:
        name, units = model_name(both.candidate), both.candidate.units
        more = both.cell_parameters - one.cell_parameters
        right = more == len(findings.arithmetic(both.candidate).gates) * units
        told.append(
            f"{name}: Keras counts {count(both.cell_parameters)} with reset_after=True, its "
            f"default, and {count(one.cell_parameters)} with reset_after=False, {count(more)} "
            + (
                f"fewer: 3 \N{MULTIPLICATION SIGN} {units}, one bias vector for each gate. The "
                "guess is right."
                if right
                else "fewer, which one bias vector for each gate does not explain."
            )
        )
    if findings.second_biases:
        told.append(
            "The reason: with reset_after=True the reset gate scales the recurrent product of the "
            "candidate state together with its bias, so that this bias cannot be merged with the "
            "input's. In the update and reset gates the two biases only ever occur as a sum."
        )
    return told


def facts(findings: Findings) -> tuple[Definition, ...]:
    """On what the answer rests."""
    plan = findings.record.plan
    sizes = plan.dataset.sizes
    cut = f", cut here to {number_of(plan.epochs, 'epoch')}" if _is_cut(findings) else ""
    return (
        Definition(
            "Data set",
            f"{plan.dataset.name}, {plan.task.classes} classes: {count(sizes['train'])} train, "
            f"{count(sizes['validation'])} validation, {count(sizes['test'])} test examples",
        ),
        Definition(
            "Its protocol", f"LSTM {number_of(LSTM_128.epochs, 'epoch')}{cut}; GRUs 1; one seed"
        ),
        Definition(
            "Fair protocol",
            f"up to {number_of(plan.epochs, 'epoch')} for each model; "
            f"{number_of(plan.replicates, 'seed')}",
        ),
        Definition("Last tokens read", count(plan.dataset.sequence_length)),
    )


def results_caption(findings: Findings) -> str:
    """What the chart of the three figures shows."""
    fair = "The fair protocol's mean is given with its 95 % interval over seeds."
    if findings.reported is None:
        return fair
    return (
        f"{fair} Where the notebook's figure and that of its protocol, run here, lie apart, the "
        "notebook's did not come back."
    )


def method(findings: Findings) -> tuple[Definition, ...]:
    """How it was done."""
    return (
        Definition(
            "Models",
            f"Embedding ({count(findings.record.plan.task.vocabulary)} to "
            f"{LSTM_128.candidate.embedding}), one recurrent layer with dropout and recurrent "
            "dropout 0.2, dense output; Adam with a learning rate of 0.001, batches of 32; "
            "everything else as Keras has it by default.",
        ),
        Definition(
            "The notebook's protocol",
            "Trained on all training examples, with the test split as validation; the figure is "
            "the last epoch's accuracy on the test split.",
        ),
        Definition(
            "Fair protocol",
            "The same most epochs for every model; a validation split drawn from training for "
            f"each seed; training stops after {PATIENCE} epochs without a better validation "
            "accuracy and keeps the best epoch's weights; the test split is scored once. The "
            "three models of a seed share it, the data order and the split.",
        ),
        Definition(
            "Intervals",
            "Those of one model are over seeds. The one of the difference, which decides, is over "
            "seeds and test examples; a difference below 0.5 points does not matter.",
        ),
    )


def _standing(difference: float) -> str:
    if abs(difference) < FLOAT_NOISE:
        return "level with"
    where = "ahead of" if difference > 0 else "behind"
    return f"{points(abs(difference), 2)} points {where}"


def _change(gained: float) -> str:
    if abs(gained) < FLOAT_NOISE:
        return "changed nothing"
    return f"{'raised' if gained > 0 else 'lowered'} that by {points(abs(gained), 2)} points"
