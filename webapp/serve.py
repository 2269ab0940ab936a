"""Octant as a server on one machine."""

import logging
import os
import socket
import sys
from collections.abc import Callable

from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.config import Config
from gunicorn.glogging import Logger

from webapp import current
from webapp.errors import WithoutLinks
from webapp.report.background import WAITING, background

HOST = "127.0.0.1"
THREADS = 2 * WAITING
"""So that half of them answer pages however many wait for PDFs."""
TELLTALES = ("weasyprint", "fontTools")
"""Packages whose warnings quote what regions wrote, character by character."""
SECONDS_TO_FINISH = 5
"""How long requests may go on after the server was told to stop."""


class PortTaken(OSError):
    """Another program listens there already, or the system keeps the port for others."""


class Log(Logger):  # type: ignore[misc]  # gunicorn has no types
    """Gunicorn's log, without what it quotes from broken requests: that may be an address, a name or a password."""

    def setup(self, cfg: Config) -> None:
        super().setup(cfg)
        _hide_links(self.error_log)

    def warning(self, msg: str, *arguments: object, **options: object) -> None:
        """Of a request that cannot be read, only that there was one."""
        if msg.startswith("Invalid request"):
            msg, arguments = "A request could not be read and was refused.", ()
        super().warning(msg, *arguments, **options)

    def exception(self, msg: str, *arguments: object, **options: object) -> None:
        """Of a request that broke the server itself, only that there was one."""
        if msg.startswith("Error handling request"):
            super().error("A request could not be answered.")
        else:
            super().exception(msg, *arguments, **options)


class Server(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    """Gunicorn, set up from here instead of from its command line."""

    def __init__(self, app: Flask, listening: socket.socket) -> None:
        self.app = app
        self.listening = listening
        super().__init__()

    def load_config(self) -> None:
        """One process with threads: SQLite takes one writer at a time, and a small machine has few cores."""
        address = "http://{}:{}/".format(*self.listening.getsockname())
        for name, value in {
            "bind": f"fd://{self.listening.detach()}",
            "worker_class": "gthread",
            "threads": THREADS,
            "graceful_timeout": SECONDS_TO_FINISH,
            "accesslog": None,
            "forwarder_headers": "",  # nobody but this server says where its pages are
            "loglevel": "warning",
            "logger_class": Log,
            "control_socket_disable": True,
            "worker_exit": lambda _server, _worker: self._stop(),
            "when_ready": lambda _: print(f"Octant is at {address}", flush=True),
        }.items():
            self.cfg.set(name, value)

    def _stop(self) -> None:
        """Ends what is being made, for which the process would wait otherwise."""
        with self.app.app_context():
            background().close()

    def load(self) -> Flask:
        """The WSGI application."""
        return self.app


def serve(make_app: Callable[[], Flask], port: int) -> None:
    """Serves what `make_app` makes, until stopped. Raises PortTaken before anything is made."""
    with _listening(port) as listening:
        logging.basicConfig(stream=sys.stderr, level=logging.WARNING)
        for name in TELLTALES:
            logging.getLogger(name).setLevel(logging.CRITICAL)
        _hide_links(logging.getLogger())
        app = make_app()
        with app.app_context():
            current.database().close()  # connections must not be shared with the process that answers
        Server(app, listening).run()


def _listening(port: int) -> socket.socket:
    try:
        return socket.create_server((HOST, port))
    except OSError as error:
        raise PortTaken(error.errno, os.strerror(error.errno or 0)) from None


def _hide_links(logger: logging.Logger) -> None:
    for handler in logger.handlers:
        handler.addFilter(WithoutLinks())
