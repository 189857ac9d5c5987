"""`jnst web`: the page, on this machine."""

import errno
import socket
import threading
import webbrowser
from pathlib import Path

import platformdirs

from jnst.commands.options.web import Options
from jnst.errors import InputError
from jnst.runs.signals import interrupted, signals
from jnst.system.disk import guarded
from jnst.system.streams import notice, say


def run(options: Options) -> int:
    """Serve until Ctrl-C or SIGTERM, and return the exit status; what was begun can go on later.

    Raises `InputError` where the port or the folder is in use, or a package is missing.
    """
    try:
        import uvicorn

        from jnst.web import connections, guard, server, store, worker
    except ModuleNotFoundError as missing:
        if str(missing.name).partition(".")[0] not in ("fastapi", "starlette", "uvicorn"):
            raise
        raise InputError("the page needs more packages: pip install 'jnst[web]'") from None
    folder = options.folder or _own_folder()
    with listening(options.host, options.port) as listener, store.opened(folder) as kept:
        if kept.left_out:
            notice(f"cannot read {kept.left_out} of the runs and pictures; none of them is removed")
        painter = worker.Worker(kept)
        try:
            app = server.create_app(kept, painter, host=options.host)
            tell(listener, options, guard.local(options.host))
            uvicorn.Server(connections.configured(app)).run(sockets=[listener])
        except KeyboardInterrupt as interruption:  # uvicorn raises the signal again in the end
            return interrupted(interruption)
        finally:
            with signals(lambda number: painter.end()):
                if painter.current() is not None:
                    notice(
                        "stopping the run, which ends with its step; Ctrl-C again ends it at once"
                    )
                painter.close()
    return 0


def listening(host: str, port: int) -> socket.socket:
    """Return a socket that listens; raise `InputError` where that cannot be."""
    with guarded(f"cannot listen on {host} port {port}"):
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        try:
            return socket.create_server(address[:2], family=family)
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
            raise InputError(
                "it is in use, perhaps by another jnst web; choose another with --port"
            ) from None


def _own_folder() -> Path:
    """Return the folder of the page in the user's data folder."""
    try:
        return platformdirs.user_data_path("jnst", appauthor=False) / "web"
    except (RuntimeError, KeyError):  # no HOME, and a user without an entry
        raise InputError("there is no home folder to keep the runs in; give --folder") from None


def tell(listener: socket.socket, options: Options, is_local: bool) -> None:
    """Say where the page is, and who else can use it; open it if asked to."""
    host = f"[{options.host}]" if ":" in options.host else options.host
    address = f"http://{host}:{listener.getsockname()[1]}/"
    say(f"jnst: the page is at {address} (Ctrl-C ends it)")
    if not is_local:
        notice("anyone who can reach this address can use the page")
    if options.open:
        threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()
