"""A bounded load: so many bodies over so many kept-open connections to 127.0.0.1, and how long that took."""

import http.client
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Measured:
    """What a load took: requests, seconds, and the sorted seconds of each request."""

    requests: int
    seconds: float
    latencies: tuple[float, ...]

    def percentile(self, share: float) -> float:
        """The latency, in seconds, that `share` of the requests stay within."""
        return self.latencies[min(len(self.latencies) - 1, int(share * len(self.latencies)))]


def run(port: int, path: str, bodies: Sequence[bytes], *, connections: int, headers: dict[str, str]) -> Measured:
    """Send every body once.

    Raises:
        RuntimeError: an answer was not 200, or said that an item failed.
    """
    shares = [bodies[at::connections] for at in range(connections)]
    latencies: list[list[float]] = [[] for _ in shares]
    faults: list[str] = []
    begin = threading.Barrier(connections + 1)

    def work(mine: Sequence[bytes], took: list[float]) -> None:
        link = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        link.connect()
        begin.wait()
        for body in mine:
            started = time.perf_counter()
            link.request("POST", path, body, headers)
            answer = link.getresponse()
            content = answer.read()
            took.append(time.perf_counter() - started)
            if answer.status != 200 or b'"error":' in content:
                faults.append(f"{path} answered {answer.status}")
                break
        link.close()

    threads = [threading.Thread(target=work, args=pair) for pair in zip(shares, latencies, strict=True)]
    for thread in threads:
        thread.start()
    begin.wait()
    started = time.perf_counter()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - started
    if faults:
        raise RuntimeError(faults[0])
    return Measured(len(bodies), seconds, tuple(sorted(latency for one in latencies for latency in one)))
