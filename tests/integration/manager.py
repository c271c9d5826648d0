# SPDX-License-Identifier: GPL-2.0-or-later
"""A service manager as systemd is one, as far as a daemon sees it: sockets that
are handed over, and a socket that it tells how it is."""
import fcntl
import os
import socket
import subprocess
import time

HIGH = 100  # where sockets are out of the way


class Service:
    """One daemon, its log and what it tells."""

    def __init__(self, folder, name, command, watchdog_us=0, environment=None):
        self.folder, self.name, self.command = folder, name, command
        self.watchdog_us = watchdog_us
        self.environment = environment or {}
        self.sockets = []
        self.process = None
        self.told = []  # (moment, line)
        path = f"{folder}/{name}.notify"
        self.ear = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.ear.bind(path)
        self.ear.setblocking(False)
        self.address = path

    def listen(self, address="127.0.0.1", family=socket.AF_INET):
        """Have a socket that stays, whatever becomes of the daemon; its
        port."""
        made = socket.socket(family, socket.SOCK_STREAM)
        made.bind((address, 0))
        made.listen(100)
        self.add_socket(made)
        return made.getsockname()[1]

    def add_socket(self, made):
        self.sockets.append(made)

    def start(self):
        numbers = [fcntl.fcntl(s.fileno(), fcntl.F_DUPFD, HIGH)
                   for s in self.sockets]
        places = "".join(f"exec {3 + i}<&{n} {n}<&-; "
                         for i, n in enumerate(numbers))
        script = places + 'LISTEN_PID=$$ WATCHDOG_PID=$$ exec "$@"'
        environment = dict(os.environ, NOTIFY_SOCKET=self.address,
                           LISTEN_FDS=str(len(numbers)), **self.environment)
        if self.watchdog_us:
            environment["WATCHDOG_USEC"] = str(self.watchdog_us)
        with open(self.log_path(), "ab") as log:
            self.process = subprocess.Popen(
                ["bash", "-c", script, "bash", *map(str, self.command)],
                env=environment, pass_fds=numbers, stdout=log, stderr=log,
                stdin=subprocess.DEVNULL)
        for number in numbers:
            os.close(number)

    def log_path(self):
        return f"{self.folder}/{self.name}.log"

    def said(self):
        with open(self.log_path(), encoding="utf-8", errors="replace") as log:
            return log.read()

    def listen_to(self):
        """Take in what was told."""
        while True:
            try:
                lines = self.ear.recv(4096).decode().split("\n")
            except BlockingIOError:
                return
            self.told += [(time.monotonic(), line) for line in lines]

    def count(self, line, since=0):
        """How often it told that."""
        self.listen_to()
        return sum(1 for at, told in self.told
                   if told == line and at >= since)

    def await_line(self, line, seconds=20, since=0):
        """Whether it told that, or tells it in so many seconds."""
        return wait_for(lambda: self.count(line, since) > 0, seconds)

    def stop(self, seconds=20):
        """Its exit status."""
        if self.process.poll() is None:
            self.process.terminate()
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return f"no end within {seconds} s"

    def close(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        for made in self.sockets:
            made.close()
        self.ear.close()


def wait_for(condition, seconds):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() >= end:
            return False
        time.sleep(0.02)
    return True
