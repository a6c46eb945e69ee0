"""Asks one address again and again over a few connections, and says how often it was answered in a second.

python benchmarks/load.py PORT PATH SECONDS [CONNECTIONS]
"""

from __future__ import annotations

import selectors
import socket
import sys
import time


def main(port: int, path: str, seconds: float, connections: int = 4) -> None:
    question = f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
    chosen, missing = selectors.DefaultSelector(), {}
    for _ in range(connections):
        link = socket.create_connection(("127.0.0.1", port))
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        chosen.register(link, selectors.EVENT_READ)
        link.sendall(question)
        missing[link] = -1
    answered, begun = 0, time.perf_counter()
    while time.perf_counter() - begun < seconds:
        for key, _events in chosen.select(1):
            link = key.fileobj
            data = link.recv(262_144)  # type: ignore[union-attr]
            if not data:
                sys.exit("The server closed the connection.")
            if missing[link] < 0:
                head, _gap, body = data.partition(b"\r\n\r\n")
                if not head.startswith(b"HTTP/1.1 200"):
                    sys.exit(head[:200].decode(errors="replace"))
                length = head.lower().partition(b"content-length:")[2].split(b"\r\n")[0]
                missing[link] = int(length) - len(body)
            else:
                missing[link] -= len(data)
            if missing[link] <= 0:
                answered += 1
                missing[link] = -1
                link.sendall(question)  # type: ignore[union-attr]
    print(answered / (time.perf_counter() - begun))


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], float(sys.argv[3]), *map(int, sys.argv[4:]))
