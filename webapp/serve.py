"""Octant as a server on one machine."""

import logging
import socket
import sys
from collections.abc import Callable
from typing import Any

from gunicorn.app.base import BaseApplication

from webapp.errors import WithoutLinks

HOST = "127.0.0.1"
THREADS = 8


class PortTaken(OSError):
    """Another program listens there already."""


class Server(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    """Gunicorn, set up from here instead of from its command line."""

    def __init__(self, application: Callable[..., Any], port: int) -> None:
        self.application = application
        self.port = port
        super().__init__()

    def load_config(self) -> None:
        """One process with threads: SQLite takes one writer at a time, and a small machine has few cores."""
        for name, value in {
            "bind": f"{HOST}:{self.port}",
            "worker_class": "gthread",
            "threads": THREADS,
            "accesslog": None,
            "loglevel": "warning",
            "control_socket_disable": True,
            "when_ready": lambda _: print(f"Octant is at http://{HOST}:{self.port}/", flush=True),
        }.items():
            if name in self.cfg.settings:
                self.cfg.set(name, value)

    def load(self) -> Callable[..., Any]:
        """The WSGI application."""
        return self.application


def serve(application: Callable[..., Any], port: int) -> None:
    """Serves until stopped. Raises PortTaken at once where the port is in use, instead of trying again and again."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise PortTaken(error.errno, error.strerror) from None
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING)
    for handler in (*logging.getLogger().handlers, *logging.getLogger("gunicorn.error").handlers):
        handler.addFilter(WithoutLinks())
    Server(application, port).run()
