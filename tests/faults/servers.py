"""Faults of a database server and of the network before it."""

import signal
from pathlib import Path

from study.trials import attributes as attrs
from tests.faults.gang import Gang, gang
from tests.faults.outcome import Outcome
from tests.faults.worker import Orders
from tests.support.servers.server import Server


def connections_terminated(folder: Path, server: Server, database: str, times: int) -> Outcome:
    """Every session is ended, again and again."""
    with gang(Orders(folder, server.url(database)), 4 * times) as workers:
        workers.start(2)
        ended, seconds = 0, [0.0]
        for _ in range(times):
            workers.seconds_to_next_job()
            ended += server.terminate_sessions()
            seconds.append(workers.seconds_to_next_job())
        return _completed(workers, ended, max(seconds))


def restarted(folder: Path, server: Server, database: str, times: int) -> Outcome:
    """The server is stopped and started again."""
    with gang(Orders(folder, server.url(database), seconds=0.2), 20) as workers:
        workers.start(2)
        seconds = [0.0]
        for _ in range(times):
            workers.seconds_to_next_job()
            server.stop()
            server.start()
            seconds.append(workers.seconds_to_next_job())
        return _completed(workers, times, max(seconds))


def paused(folder: Path, server: Server, database: str, seconds: float) -> Outcome:
    """Nothing comes from the server for a while."""
    with gang(Orders(folder, server.url(database)), 20) as workers:
        workers.start(2)
        workers.seconds_to_next_job()
        server.signal(signal.SIGSTOP)
        try:
            workers.pause(seconds)
        finally:
            server.signal(signal.SIGCONT)
        return _completed(workers, 1, workers.seconds_to_next_job())


def _completed(workers: Gang, injected: int, recovery: float) -> Outcome:
    losses = workers.complete(2)
    assert losses == 0, workers.errors()
    trials = workers.study.get_trials(deepcopy=False)
    assert not [trial for trial in trials if attrs.REQUEUED in trial.user_attrs]
    assert workers.started() == workers.trials  # nothing was run again
    return workers.outcome(injected, recovery)
