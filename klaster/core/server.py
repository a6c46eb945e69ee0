"""A small threaded server for trying the platform on one machine; production uses granian (deploy/)."""

from __future__ import annotations

import socketserver
import threading
from typing import Any

from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler

ADDRESS = "127.0.0.1"


class Handler(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Quiet: the site itself logs what goes wrong."""


class Server(ThreadedWSGIServer):
    """Reserves its port when it is made, answers after `start()`. Raises OSError where the port is taken."""

    request_queue_size = 64

    def __init__(self, port: int):
        super().__init__((ADDRESS, port), Handler, bind_and_activate=False)
        try:
            self.server_bind()
        except OSError:
            self.server_close()
            raise

    def server_bind(self) -> None:
        socketserver.TCPServer.server_bind(self)  # not HTTPServer's, which asks the name server who we are
        self.server_name, self.server_port = "localhost", self.server_address[1]  # type: ignore[misc]
        self.setup_environ()

    def start(self, application: Any) -> None:
        self.set_app(application)
        self.server_activate()
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.1}, name="server", daemon=True).start()

    def stop(self) -> None:
        self.shutdown()
        self.server_close()
