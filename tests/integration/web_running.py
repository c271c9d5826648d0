# SPDX-License-Identifier: GPL-2.0-or-later
"""A running lanterne-web on a made exchange, and raw connections to it."""
import http.client
import os
import re
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path


class Web:
    """The program on a port of its own; web_keys are more keys of `web`."""

    def __init__(self, program, make_exchange, web_keys="", minutes=30,
                 wrapper=(), more=""):
        self.folder = tempfile.TemporaryDirectory()
        end = int(time.time()) // 60 * 60
        subprocess.run([make_exchange, self.folder.name, str(end),
                        str(minutes)], check=True)
        self.config = Path(self.folder.name, "lanterne.yaml")
        text = self.config.read_text()
        self.config.write_text(text.replace("access: open", "access: open" +
                                            web_keys) + more)
        self.log = open(Path(self.folder.name, "log"), "w+b")
        self.process = subprocess.Popen(
            [*wrapper, program, "-c", self.config, "--listen", "127.0.0.1:0"],
            stdout=subprocess.PIPE, stderr=self.log)
        url = self.process.stdout.readline().decode()
        if not url:
            raise SystemExit(f"lanterne-web did not start: {self.said()}")
        self.pid = self.process.pid
        if wrapper:
            children = Path(f"/proc/{self.pid}/task/{self.pid}/children")
            self.pid = int((children.read_text().split() or [self.pid])[0])
        self.looks = 0
        self.scheme = url.split(":")[0]
        self.port = int(url.rstrip("/\n").rsplit(":", 1)[1])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            os.kill(self.pid, signal.SIGTERM)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                os.kill(self.pid, signal.SIGKILL)
                self.process.wait()
        self.process.stdout.close()
        self.log.close()
        self.folder.cleanup()

    def said(self):
        self.log.seek(0)
        return self.log.read().decode(errors="replace")

    def dial(self, source=None, receive=None):
        """A connection from a loopback address, with so large a buffer."""
        s = socket.socket()
        s.settimeout(20)
        if receive:
            s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive)
        if source:
            s.bind((source, 0))
        s.connect(("127.0.0.1", self.port))
        return s

    def exchange(self, data, source=None):
        """Send bytes; what comes back until the server closes."""
        with self.dial(source) as s:
            try:
                s.sendall(data)
            except OSError:
                pass
            return read_all(s)

    def get(self, target, headers=None, source=None, timeout=30):
        connection = http.client.HTTPConnection(
            "127.0.0.1", self.port, timeout=timeout,
            source_address=(source, 0) if source else None)
        try:
            connection.request("GET", target, headers=headers or {})
            answer = connection.getresponse()
            return answer, answer.read()
        finally:
            connection.close()

    def counters(self):
        """The rows of /health's table of requests, by their order."""
        self.looks += 1
        _, body = self.get(f"/health?look={self.looks}", source="127.0.0.99")
        section = re.search(r'<section id="requests">.*?</section>',
                            body.decode(), re.S)
        rows = re.findall(r'<th scope="row">(.*?)</th>'
                          r'<td class="number">(.*?)</td>', section.group(0))
        return {name: int(re.sub(r"\D", "", value)) for name, value in rows}

    def resident_kib(self):
        status = Path(f"/proc/{self.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s*(\d+)", status).group(1))

    def is_sanitized(self):
        return "libasan" in Path(f"/proc/{self.pid}/maps").read_text()

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.pid}/fd"))


def read_all(s):
    """To the end, also where that is a reset."""
    got = b""
    try:
        while True:
            some = s.recv(65536)
            if not some:
                return got
            got += some
    except ConnectionResetError:
        return got


def is_over(s, patience=20):
    """Whether the server has ended a connection, waiting for that."""
    s.settimeout(patience)
    try:
        while s.recv(65536):
            pass
    except socket.timeout:
        return False
    except OSError:
        pass
    return True


def p99(seconds):
    return sorted(seconds)[max(0, -(-99 * len(seconds) // 100) - 1)]
