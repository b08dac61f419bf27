"""A TCP wire to the store that can fail."""

import socket
import threading
from contextlib import suppress


class Proxy:
    """Carries bytes to a server on 127.0.0.1 and back."""

    def __init__(self, port: int) -> None:
        self._target = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._pairs: set[tuple[socket.socket, socket.socket]] = set()
        self._lock = threading.Lock()
        self.losing = False
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def reset(self) -> None:
        """Cut every connection that there is now."""
        with self._lock:
            pairs = [*self._pairs]
        for pair in pairs:
            self._end(*pair)

    def close(self) -> None:
        self._listener.close()
        self.reset()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            try:
                far = socket.create_connection(("127.0.0.1", self._target), 2)
            except OSError:
                near.close()
                continue
            far.settimeout(None)
            with self._lock:
                self._pairs.add((near, far))
            for source, sink, back in ((near, far, False), (far, near, True)):
                threading.Thread(target=self._carry, args=(source, sink, back, near, far), daemon=True).start()

    def _carry(
        self, source: socket.socket, sink: socket.socket, back: bool, near: socket.socket, far: socket.socket
    ) -> None:
        with suppress(OSError):
            while data := source.recv(1 << 16):
                if back and self.losing:
                    break  # the server has done it, and the reply is lost
                sink.sendall(data)
        self._end(near, far)

    def _end(self, near: socket.socket, far: socket.socket) -> None:
        with self._lock:
            self._pairs.discard((near, far))
        for each in (near, far):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()
