"""The commands that go on with a study, as its report shows them."""

import re
import shlex
from dataclasses import dataclass
from pathlib import Path

from study.machine.program import typed
from study.storage.folder import RunFolder
from study.storage.passwords import VARIABLES
from study.trials.record import StudyRecord

_FILE = "sqlite:///"
_PASSWORD = re.compile(r"(?<=://)([^:/@]*):[^/@]*@")


@dataclass(frozen=True)
class Commands:
    """Command lines for one study.

    Attributes:
        folder: `runs/<study-name>`.
    """

    record: StudyRecord
    folder: Path

    def resume(self) -> str:
        """Go on with the study."""
        return f"{self.record.resume}{self._storage()}"

    def on_this_run(self, command: str) -> str:
        """Run a command on the study's folder."""
        return f"{typed(command)} {shlex.quote(str(self.folder))}{self._storage()}"

    def more_searches(self, searches: int) -> str:
        """Go on until there are so many searches."""
        return f"{self.record.resume} --searches {searches}{self._storage()}"

    def dashboard(self) -> str:
        """Look at the trials."""
        if self._url is None:
            return self.on_this_run("dashboard")
        return f"optuna-dashboard {shlex.quote(self._url)}"

    @property
    def stored_in(self) -> str:
        """The storage, without its password; within the folder, its file's name alone.

        A report is passed on: where its author's files lie is nobody's business.
        """
        return self._url or f"{RunFolder(self.folder).database.name} beside this report"

    @property
    def password_variable(self) -> str | None:
        """Where a server looks for the user's password; None if the storage names no user."""
        found = re.match(r"(\w+)://[^/@]+@", self._url or "")
        return VARIABLES.get(found[1]) if found else None

    @property
    def _url(self) -> str | None:
        """The storage, without its password; None where it lies in the folder."""
        url = self.record.storage
        own = RunFolder(self.folder).database
        if url.startswith(_FILE) and Path(url.removeprefix(_FILE)).resolve() == own.resolve():
            return None
        return _PASSWORD.sub(r"\1@", url)

    def _storage(self) -> str:
        return f" --storage {shlex.quote(self._url)}" if self._url else ""
