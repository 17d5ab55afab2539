"""A network between a browser and a server that a test can cut, or that loses answers.

open    everything passes
cut     connections are closed as soon as they come: no network
deaf    what is posted reaches the server, and its answer is lost on the way back
"""

from __future__ import annotations

import socket
import threading

TIMEOUT = 30.0


class Wire:
    def __init__(self, port: int) -> None:
        self.behind = port
        self.mode = "open"
        self.lost = 0  # answers lost
        self.posts = 0
        self.door = socket.create_server(("127.0.0.1", 0))
        self.door.settimeout(0.2)
        self.port: int = self.door.getsockname()[1]
        self.origin = f"http://127.0.0.1:{self.port}"
        self.pairs: set[tuple[socket.socket, socket.socket]] = set()
        self.closed = threading.Event()
        threading.Thread(target=self._take, name="wire", daemon=True).start()

    def set(self, mode: str) -> None:
        """Change the mode; connections that stand are closed."""
        self.mode = mode
        for pair in list(self.pairs):
            self._drop(pair)

    def close(self) -> None:
        self.closed.set()
        self.set("cut")
        self.door.close()

    def _take(self) -> None:
        while not self.closed.is_set():
            try:
                client, _ = self.door.accept()
            except TimeoutError:
                continue
            except OSError:
                return
            client.settimeout(TIMEOUT)
            if self.mode == "cut":
                client.close()
                continue
            try:
                server = socket.create_connection(("127.0.0.1", self.behind), timeout=TIMEOUT)
            except OSError:
                client.close()
                continue
            pair = (client, server)
            self.pairs.add(pair)
            posted = threading.Event()
            threading.Thread(target=self._there, args=(pair, posted), daemon=True).start()
            threading.Thread(target=self._back, args=(pair, posted), daemon=True).start()

    def _there(self, pair: tuple[socket.socket, socket.socket], posted: threading.Event) -> None:
        try:
            while data := pair[0].recv(65536):
                if data.startswith(b"POST "):
                    self.posts += 1
                    posted.set()
                pair[1].sendall(data)
        except OSError:
            pass
        self._drop(pair)

    def _back(self, pair: tuple[socket.socket, socket.socket], posted: threading.Event) -> None:
        try:
            while data := pair[1].recv(65536):
                if self.mode == "deaf" and posted.is_set():  # the server answers after it has committed
                    self.lost += 1
                    break
                pair[0].sendall(data)
        except OSError:
            pass
        self._drop(pair)

    def _drop(self, pair: tuple[socket.socket, socket.socket]) -> None:
        self.pairs.discard(pair)
        for end in pair:
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            end.close()
