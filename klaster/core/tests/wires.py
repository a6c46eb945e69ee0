"""A connection that can be cut, for pages that are read without one."""

import contextlib
import socket
import socketserver
import threading

CONTROLLED = """navigator.serviceWorker.controller ? 1 :
    new Promise(done => navigator.serviceWorker.addEventListener("controllerchange", () => done(1)))"""


class Wire(socketserver.ThreadingTCPServer):
    """Leads to the server until it is cut: a browser that is told to be offline is online while a page loads."""

    daemon_threads = True

    def __init__(self, port):
        super().__init__(("localhost", 0), None)
        self.port, self.is_cut, self.ends = port, False, []
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def finish_request(self, request, client_address):
        if self.is_cut:
            return
        with socket.create_connection(("localhost", self.port)) as server:
            self.ends += [request, server]
            back = threading.Thread(target=self.lead, args=[server, request])
            back.start()
            self.lead(request, server)
            back.join()

    @staticmethod
    def lead(source, target):
        with contextlib.suppress(OSError):  # cut
            while some := source.recv(65_536):
                target.sendall(some)
            target.shutdown(socket.SHUT_WR)

    def cut(self):
        self.is_cut = True
        for end in self.ends:
            with contextlib.suppress(OSError):  # over by itself
                end.shutdown(socket.SHUT_RDWR)

    def mend(self):
        self.is_cut = False
