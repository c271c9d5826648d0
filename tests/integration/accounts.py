#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""usage: accounts.py LANTERNE_WEB MAKE_EXCHANGE

Users of the running program: made on the command line, logged in over HTTP,
through a reload and a new start, while somebody guesses passwords, and checked
in the audit log.
"""
import http.client
import os
import re
import signal
import stat
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse

import harness

PASSWORD = "correct horse battery"
OWN = "/members/AS64500"


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def read_bytes(path):
    with open(path, "rb") as file:
        return file.read()


class Web:
    """The program with its configuration, started and ended at will."""

    def __init__(self, program, folder):
        self.program, self.folder = program, folder
        self.config = folder + "/lanterne.yaml"
        self.process = None

    def run(self, *arguments, said=""):
        return subprocess.run([self.program, "-c", self.config, *arguments],
                              input=said, capture_output=True, text=True,
                              timeout=60, check=False)

    def start(self):
        with open(self.folder + "/log", "a", encoding="utf-8") as log:
            self.process = subprocess.Popen(
                [self.program, "-c", self.config, "--listen", "127.0.0.1:0"],
                stdout=subprocess.PIPE, stderr=log, text=True)
        url = self.process.stdout.readline()
        self.port = int(url.rstrip("/\n").rsplit(":", 1)[1])

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60)

    def ask(self, target, method="GET", headers=None, body=None, source=None):
        connection = http.client.HTTPConnection(
            "127.0.0.1", self.port, timeout=60,
            source_address=source and (source, 0))
        try:
            connection.request(method, target, body, headers or {})
            answer = connection.getresponse()
            answer.text = answer.read().decode("utf-8", "replace")
            return answer
        finally:
            connection.close()

    def post(self, target, fields, cookie=None, source=None):
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        if cookie:
            headers["Cookie"] = cookie
        return self.ask(target, "POST", headers,
                        urllib.parse.urlencode(fields), source)

    def log_in(self, name, password=PASSWORD, cookie=None, source=None):
        answer = self.post("/login", {"name": name, "password": password},
                           cookie, source)
        answer.cookies = answer.headers.get_all("Set-Cookie") or [""]
        return answer, answer.cookies[0].split(";")[0]

    def status(self, target, cookie):
        return self.ask(target, headers={"Cookie": cookie}).status


def check_commands(checks, web):
    """Wrong command lines say what they expect, and write nothing."""
    users = web.folder + "/users"
    for arguments, said, code, what in (
            (["--add-user", "a b", "--role", "member", "--asn", "64500"],
             "", 64, "found \"a b\""),
            (["--add-user", "alice"], "", 64, "--role"),
            (["--add-user", "alice", "--role", "root"], "", 64, "--role"),
            (["--add-user", "alice", "--role", "member"], "", 64, "--asn"),
            (["--add-user", "alice", "--role", "member", "--asn", "x"],
             "", 64, "--asn"),
            (["--add-user", "alice", "--role", "auditor"], "short\n", 64,
             "12 to 256"),
            (["--add-user", "alice", "--role", "auditor"], "", 66, "password"),
            (["--remove-user", "alice"], "", 66, "users: No such file"),
            (["--check-audit"], "", 66, None)):
        done = web.run(*arguments, said=said)
        checks.equal(done.returncode, code, f"exit of {arguments}")
        checks.that(what is None or what in done.stderr, done.stderr)
        checks.that(not os.path.exists(users), f"{arguments} wrote a file")
    for name, arguments in (("ops", ["--role", "operator"]),
                            ("alice", ["--role", "member", "--asn", "64500"]),
                            ("bob", ["--role", "member", "--asn", "AS64501"])):
        done = web.run("--add-user", name, *arguments, said=PASSWORD + "\n")
        checks.equal(done.returncode, 0, done.stderr)
        checks.that(PASSWORD not in done.stderr + done.stdout,
                    "the password is shown")
    checks.equal(web.run("--remove-user", "carol").returncode, 67, "nobody")
    checks.equal(stat.S_IMODE(os.stat(users).st_mode) & 0o007, 0,
                 "others' rights on the users")
    text = read(users)
    checks.that("alice:$y$" in text and PASSWORD not in text, text)


def check_listening(checks, web):
    """Passwords do not cross a network in the clear."""
    done = web.run("--listen", "192.0.2.1:80")
    checks.equal(done.returncode, 78, "exit beyond loopback")
    checks.that("in the clear" in done.stderr, done.stderr)


def check_sessions(checks, web):
    answer = web.ask(OWN)
    checks.equal((answer.status, answer.getheader("Location")),
                 (303, "/login?next=%2Fmembers%2FAS64500"), "sent to log in")
    answer, alice = web.log_in("alice")
    checks.equal(answer.status, 303, "logged in")
    checks.that(re.fullmatch(
        r"__Host-lanterne=[\w-]{43}; Path=/; Secure; HttpOnly; SameSite=Lax",
        answer.cookies[0]), answer.cookies[0])
    page = web.ask(OWN, headers={"Cookie": alice})
    checks.equal((page.status, page.getheader("Cache-Control")),
                 (200, "private, no-store"), "the own page")
    checks.that("Cookie" in page.getheader("Vary"), page.getheader("Vary"))
    checks.equal(web.status("/members/AS64501", alice), 404, "another's")
    # What was kept for one is not for the next, whatever the order.
    for _ in range(3):
        checks.equal(web.status(OWN, alice), 200, "again")
        checks.equal(web.ask(OWN).status, 303, "without a session")
    state = web.folder + "/web"
    for name in os.listdir(state):
        path = f"{state}/{name}"
        checks.equal(stat.S_IMODE(os.stat(path).st_mode), 0o600, path)
        checks.that(alice.split("=")[1].encode() not in
                    read_bytes(path), f"a secret in {path}")
    return alice


def check_second(checks, web):
    """Two programs would write over each other."""
    done = web.run("--listen", "127.0.0.1:0")
    checks.equal(done.returncode, 73, "exit of a second program")
    checks.that("another lanterne-web" in done.stderr, done.stderr)


def check_bodies(checks, web, cookie):
    """Bodies are for forms, and short."""
    form = {"Content-Type": "application/x-www-form-urlencoded",
            "Cookie": cookie}
    checks.equal(web.ask("/login", "POST", form, "x" * 5000).status, 413,
                 "a long body")
    checks.equal(web.ask("/login", "POST", form, "a=1&a=2").status, 400,
                 "a field twice")
    checks.equal(web.ask("/login", "POST", {"Cookie": cookie}, "a=1").status,
                 415, "a body of no type")
    checks.equal(web.ask("/", "POST", form, "a=1").status, 405, "no form")
    checks.equal(web.ask("/", "PUT", form, "a=1").status, 400, "PUT")
    checks.equal(web.status("/account", cookie), 200, "and still there")


def check_restart(checks, web, cookie):
    """Sessions outlive the program; a changed user's do not."""
    checks.equal(web.stop(), 0, "exit")
    web.start()
    checks.equal(web.status(OWN, cookie), 200, "after a new start")
    done = web.run("--add-user", "alice", "--role", "member", "--asn",
                   "64500,64504", said=PASSWORD + "\n")
    checks.equal(done.returncode, 0, done.stderr)
    end = time.monotonic() + 10
    while web.status(OWN, cookie) == 200 and time.monotonic() < end:
        time.sleep(0.1)
    checks.equal(web.status(OWN, cookie), 303, "after a change of the user")
    _, cookie = web.log_in("alice")
    checks.equal(web.status("/members/AS64504", cookie), 200, "the new member")
    web.process.send_signal(signal.SIGHUP)
    time.sleep(0.2)
    checks.equal(web.status(OWN, cookie), 200, "after a reload")


def check_flood(checks, web):
    """Guessing from many addresses: few are hashed, graphs stay fast."""
    statuses, times = [], []
    stop = threading.Event()

    def guess(number):
        while not stop.is_set():
            answer, _ = web.log_in("bob", "not this one at all",
                                   source=f"127.0.{number}.1")
            statuses.append(answer.status)

    guessers = [threading.Thread(target=guess, args=(n + 1,))
                for n in range(8)]
    for guesser in guessers:
        guesser.start()
    end = time.monotonic() + 3
    while time.monotonic() < end:
        start = time.monotonic()
        checks.equal(web.ask("/graph/exchange.svg").status, 200, "a graph")
        times.append(time.monotonic() - start)
        time.sleep(0.01)
    stop.set()
    for guesser in guessers:
        guesser.join()
    times.sort()
    print(f"{len(statuses)} guesses, {statuses.count(403)} hashed; graphs "
          f"meanwhile: median {times[len(times) // 2] * 1000:.1f} ms, "
          f"longest {times[-1] * 1000:.1f} ms")
    checks.equal(set(statuses), {403, 429}, "what guessers get")
    checks.that(statuses.count(403) <= 12, f"{statuses.count(403)} hashed")
    answer, _ = web.log_in("ops", source="127.0.99.1")
    checks.equal(answer.status, 303, "somebody else can log in")


def check_audit(checks, web):
    done = web.run("--check-audit")
    checks.equal(done.returncode, 0, done.stderr)
    path = web.folder + "/web/audit.log"
    text = read(path)
    for what in ('"login","user":"alice"', '"login_failed","user":"bob"',
                 '"from":"127.0.1.1"'):
        checks.that(what in text, f"{what} is not in the audit log")
    harness.write(path, text.replace('"login_failed","user":"bob"',
                                     '"login_failed","user":"eve"', 1))
    done = web.run("--check-audit")
    checks.equal(done.returncode, 65, "exit with a changed line")
    checks.that("audit.log:" in done.stderr, done.stderr)


def main():
    checks = harness.Checks()
    with tempfile.TemporaryDirectory() as folder:
        harness.must([sys.argv[2], folder])
        web = Web(sys.argv[1], folder)
        text = read(web.config)
        harness.write(web.config, text.replace("access: open", "users: users"))
        check_commands(checks, web)
        check_listening(checks, web)
        web.start()
        try:
            cookie = check_sessions(checks, web)
            check_second(checks, web)
            check_bodies(checks, web, cookie)
            check_restart(checks, web, cookie)
            check_flood(checks, web)
        finally:
            checks.equal(web.stop(), 0, "exit")
        check_audit(checks, web)
    return checks.finish()


if __name__ == "__main__":
    sys.exit(main())
