"""Serving Optuna's dashboard on loopback, unable to change anything."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import TYPE_CHECKING
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from optuna.artifacts import FileSystemArtifactStore
from optuna_dashboard import wsgi

from study.errors import UserError
from study.storage.folder import RunFolder
from study.storage.sqlite import FileStore

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

_HOST = "127.0.0.1"
_READING = {"GET", "HEAD"}


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    """Does not print a line for each of the dashboard's many polls."""

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


def serve(run: Path, port: int, announce: Callable[[str], None] = print) -> None:
    """Serve a run's studies until interrupted.

    Raises:
        UserError: The folder holds no database, or the port is taken.
    """
    folder = RunFolder(run)
    folder.require(folder.database, "For a study kept elsewhere use optuna-dashboard with its URL.")
    with suppress(OSError):  # a folder that cannot be written is read without pictures
        folder.artifacts.mkdir(exist_ok=True)
    storage = FileStore(folder.database).reader()
    app = wsgi(storage, artifact_store=FileSystemArtifactStore(str(folder.artifacts)))
    try:
        server = make_server(_HOST, port, read_only(app), _Server, _Quiet)
    except OSError as error:
        raise UserError(
            f"Port {port} of this machine cannot be listened on ({error.strerror}). "
            "Choose another --port."
        ) from error
    with server:
        announce(f"http://{_HOST}:{server.server_port}/dashboard (Ctrl-C ends it)")
        server.serve_forever()


def read_only(app: "WSGIApplication") -> "WSGIApplication":
    """Answer only requests that read, and only those addressed to this machine.

    The dashboard has no authentication: a web page elsewhere could otherwise point its own
    host name at this server and talk to it.
    """

    def guarded(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        host = environ.get("HTTP_HOST", "").rsplit(":", 1)[0]
        if host not in {_HOST, "localhost"}:
            return _refuse(start_response, "403 Forbidden", "This server answers this machine.")
        if environ["REQUEST_METHOD"] not in _READING:
            return _refuse(start_response, "405 Method Not Allowed", "This dashboard is read-only.")
        return app(environ, start_response)

    return guarded


def _refuse(start_response: "StartResponse", status: str, reason: str) -> Iterable[bytes]:
    start_response(status, [("Content-Type", "text/plain; charset=utf-8")])
    return [reason.encode()]
