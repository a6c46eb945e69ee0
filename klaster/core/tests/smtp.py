"""A mail server for tests, on a real socket, that can be told to misbehave."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage


@dataclass
class Sink:
    """What arrived, and how the server answers: `replies` by command, `"hang up"` to cut the line instead.

    `before_answer` is called when a text has come and nothing has been said to it yet.
    """

    replies: dict[str, str] = field(default_factory=dict)
    before_answer: Callable[[], None] = lambda: None
    arrived: list[EmailMessage] = field(default_factory=list)
    connections: int = 0
    port: int = 0


class Handler(socketserver.StreamRequestHandler):
    def say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())

    def handle(self) -> None:
        sink: Sink = self.server.sink  # type: ignore[attr-defined]
        sink.connections += 1
        self.say("220 sink")
        while line := self.rfile.readline():
            command = line.decode().split(":")[0].split()[0].upper()
            if command == "QUIT":
                return self.say("221 bye")
            if command == "DATA" and command not in sink.replies:
                self.say("354 go on")
                sink.arrived.append(self.read_message())
                sink.before_answer()
                command = "TEXT"
            reply = sink.replies.get(command, "250 ok")
            if reply == "hang up":
                return None
            self.say(reply)
        return None

    def read_message(self) -> EmailMessage:
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        return message_from_bytes(b"".join(lines), policy=policy.default)  # type: ignore[return-value]


@contextmanager
def serving() -> Iterator[Sink]:
    sink = Sink()
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        server.sink = sink  # type: ignore[attr-defined]
        sink.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield sink
        server.shutdown()
        thread.join()
