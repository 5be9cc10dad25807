"""Jobs worked off by several training processes, where no queue or storage is needed."""

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from multiprocessing.connection import Connection, wait

from study.errors import UserError
from study.processes.limits import Crew, TrainingBugError
from study.processes.training_process import (
    Blocked,
    Crashed,
    Died,
    EpochEnded,
    Finished,
    Job,
    Message,
    Refused,
    Trainer,
)

_TICK = 0.5  # seconds between looks at signals


def work_off(
    jobs: Mapping[str, Job], crew: Crew, stopping: Callable[[], bool]
) -> Iterator[tuple[str, EpochEnded | Finished | Refused]]:
    """Do the jobs, first come first served, and tell of each what happens as it happens.

    Args:
        jobs: By name.
        stopping: Asked often; once true, nothing more is done and nothing more told.

    Raises:
        UserError: The machine kept a job from being done.
        TrainingBugError: A job failed by a bug.
    """
    waiting = deque(jobs.items())
    trainers: list[Trainer] = []
    busy: dict[Connection, tuple[Trainer, str]] = {}
    try:
        while (waiting or busy) and not stopping():
            while waiting and len(busy) < crew.jobs:
                name, job = waiting.popleft()
                trainer = _idle(trainers, busy, crew)
                with suppress(OSError):  # it died; what is received next says so
                    trainer.send(job)
                busy[trainer.connection] = trainer, name
            for connection in wait(list(busy), timeout=_TICK):
                assert isinstance(connection, Connection)  # nothing else is waited for
                trainer, name = busy[connection]
                message = trainer.receive()
                if isinstance(message, EpochEnded):
                    with suppress(OSError):
                        trainer.answer(proceed=True)
                else:
                    del busy[connection]
                if isinstance(message, Died):
                    trainers.remove(trainer)
                yield name, _told(message, trainer)
    finally:
        for trainer in trainers:
            trainer.kill()


def _idle(
    trainers: list[Trainer], busy: Mapping[Connection, tuple[Trainer, str]], crew: Crew
) -> Trainer:
    """A process with nothing to do, started where there is none."""
    for trainer in trainers:
        if trainer.connection not in busy:
            return trainer
    trainers.append(Trainer(crew.threads, crew.log))
    return trainers[-1]


def _told(message: Message, trainer: Trainer) -> EpochEnded | Finished | Refused:
    match message:
        case Crashed(trace):
            raise TrainingBugError(trace)
        case Blocked(reason):
            raise UserError(
                f"A training process could not go on ({reason}). Mend this, and give the same "
                "command again; what is finished is kept."
            )
        case Died():
            return Refused(f"its training process died ({trainer.exit_status()})")
        case _:
            return message
