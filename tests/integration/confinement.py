#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""usage: confinement.py COLLECTOR WEB

What becomes of the processes when one of them does what it must not. WEB is
lanterne-web with forbidden.c linked in, which does that when it is asked to.
"""
import http.client
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

import harness
import manager
import service

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "..", "fault"))
import exchange  # noqa: E402  (its switch's datagrams)

WIDTH_OF_EXEC, WIDTH_OF_SOCKET = 333, 334  # forbidden.c
RESTART_S = 1      # RestartSec= of the unit
BACK_WITHIN_S = 2  # from the end of the one to the first answer of the next
TRIES = 3          # for a busy machine to be quiet in one of them
WATCHDOG_US = 1500000


def status_of(pid):
    """Lines of /proc/PID/status."""
    with open(f"/proc/{pid}/status", encoding="utf-8") as file:
        return dict(line.rstrip("\n").split(":\t", 1) for line in file
                    if ":\t" in line)


def children(pid):
    out = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], text=True,
                         stdout=subprocess.PIPE, check=False).stdout
    return [int(line) for line in out.split()]


def check_rights(checks, what, pid):
    """No capability in any set, nothing by exec, a filter in every thread."""
    for task in os.listdir(f"/proc/{pid}/task"):
        status = status_of(f"{pid}/task/{task}")
        for name in ("CapEff", "CapPrm", "CapInh", "CapAmb"):
            checks.equal(int(status[name], 16), 0, f"{what}: {name}")
        checks.equal(status["NoNewPrivs"], "1", f"{what}: no new privileges")
        checks.equal(status["Seccomp"], "2", f"{what}: seccomp")


class Switch(threading.Thread):
    """Sends all the time, to see that nobody notices."""

    def __init__(self, port):
        super().__init__(daemon=True)
        self.port, self.sent = port, 0
        self.ended = threading.Event()
        self.start()

    def run(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            while not self.ended.wait(0.02):
                s.sendto(exchange.datagram(self.sent + 1,
                                           20 * self.sent + 1),
                         ("127.0.0.1", self.port))
                self.sent += 1

    def stop(self):
        self.ended.set()
        self.join()
        return self.sent


def get(port, target):
    """Status and headers of an answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request("GET", target)
        answer = connection.getresponse()
        answer.read()
        return answer.status, answer
    finally:
        connection.close()


def image(width):
    return f"/graph/exchange.png?range=day&width={width}"


def check_helper(checks, web, port):
    """A helper that calls what it must not ends, alone."""
    for width in (WIDTH_OF_EXEC, WIDTH_OF_SOCKET):
        checks.equal(get(port, image(400 + width))[0], 200, "an image")
        before = web.process.pid
        spawner = children(before)
        status, answer = get(port, image(width))
        checks.equal(status, 503, "an image of a helper that is killed")
        checks.that(answer.getheader("Retry-After"), "503: Retry-After")
        checks.equal(web.process.poll(), None, "the web lives")
        checks.equal(children(before), spawner, "so does the spawner")
        checks.equal(get(port, image(500 + width))[0], 200, "an image after")
    checks.equal(web.said().count("a process died"), 2, "helpers that died")


def is_answered(port):
    """Whether that comes to be: a connection waits in the socket's queue
    while nobody is there."""
    try:
        return get(port, "/livez")[0] == 200
    except OSError:
        return False


def restart(checks, web, port):
    """Kill the web by a forbidden call, and do what its unit does; seconds
    until it answers again."""
    web.process.send_signal(signal.SIGUSR2)
    checks.equal(web.process.wait(20), -signal.SIGSYS, "how the web ends")
    ended = time.monotonic()
    time.sleep(RESTART_S)
    web.start()
    checks.that(is_answered(port), "the web answers again")
    return time.monotonic() - ended


def check_web(checks, web, port):
    took = []
    while len(took) < TRIES and (not took or min(took) >= BACK_WITHIN_S):
        spawners = children(web.process.pid)
        took.append(restart(checks, web, port))
        for pid in spawners:
            checks.that(manager.wait_for(
                lambda: not os.path.exists(f"/proc/{pid}"), 10),
                "the spawner has ended with its web")
    print(f"the web was back after {min(took):.2f} s")
    checks.that(min(took) < BACK_WITHIN_S, f"back after {took} s")


def check_spawner(checks, web, port):
    """The web ends when it cannot draw any more, so that it is started anew."""
    checks.equal(get(port, image(700))[0], 200, "an image")
    for pid in children(web.process.pid):
        os.kill(pid, signal.SIGKILL)
    checks.equal(web.process.wait(20), 71, "without a spawner: exit")
    web.start()
    checks.equal(get(port, image(701))[0], 200, "an image of the next one")


def check_hang(checks, web, port):
    """One thread of two that does not come back is enough to be not well."""
    checks.that(web.await_line("WATCHDOG=1"), "fed")
    hanging = socket.create_connection(("127.0.0.1", port))
    hanging.sendall(b"GET /livez?hang HTTP/1.1\r\nHost: localhost\r\n\r\n")
    checks.that(manager.wait_for(
        lambda: "a thread does not answer" in web.said(), 30),
        "a thread that hangs is found")
    web.listen_to()
    fed = web.count("WATCHDOG=1")
    checks.that(manager.wait_for(
        lambda: web.said().count("a thread does not answer") >= 2, 30),
        "the main loop goes on")
    checks.equal(web.count("WATCHDOG=1"), fed, "and feeds nobody")
    hanging.close()
    web.process.kill()
    web.process.wait()


def main():
    collector_program, web_program = sys.argv[1:3]
    checks = harness.Checks()
    with tempfile.TemporaryDirectory() as folder:
        config = service.make(folder)
        collector = manager.Service(folder, "collector",
                                    [collector_program, "-c", config])
        web = manager.Service(folder, "web", [web_program, "-c", config],
                              WATCHDOG_US)
        collector.start()
        checks.that(collector.await_line("READY=1"), "the collector is ready")
        if "no seccomp" in collector.said():
            print("skipped: this kernel has no seccomp")
            collector.close()
            return 77
        switch = Switch(service.port_of(config))
        port = web.listen()
        web.start()
        checks.equal(get(port, image(401))[0], 200, "an image")
        check_rights(checks, "collector", collector.process.pid)
        check_rights(checks, "web", web.process.pid)
        for spawner in children(web.process.pid):
            check_rights(checks, "spawner", spawner)
            for helper in children(spawner):
                check_rights(checks, "helper", helper)
        check_helper(checks, web, port)
        check_web(checks, web, port)
        check_spawner(checks, web, port)
        check_hang(checks, web, port)
        sent = switch.stop()
        checks.equal(collector.stop(), 0, "the collector: exit")
        checks.equal(harness.read_json(folder + "/state/status.json")["input"]
                     ["datagrams"], sent, "the collector noticed nothing: "
                     "datagrams")
        if checks.failed:
            print(collector.said(), web.said())
        collector.close()
        web.close()
    return checks.finish()


if __name__ == "__main__":
    sys.exit(main())
