#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""usage: web_slow.py LANTERNE_WEB MAKE_EXCHANGE

Clients that hold connections, from many loopback addresses: what an honest one
waits meanwhile, who is ended and when, and who goes where there are too many.
With LANTERNE_ATTACK=long also the end of an answer that nobody reads.
"""
import multiprocessing
import os
import resource
import select
import socket
import sys
import threading
import time

from harness import Checks
from web_running import Web, is_over, p99

ADDRESSES = 50
PER_ADDRESS = 20
HONEST = "127.0.0.99"
PROXY = "127.0.0.98"
REQUESTS = 300
HEADER = b"GET / HTTP/1.1\r\nHost: localhost\r\nX: "
BODY = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4000\r\n\r\na="
READ = b"GET /style.css HTTP/1.1\r\nHost: localhost\r\n\r\n" * 300
FULL = b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n"


class Slow:
    """Connections that send a byte a second, or read nothing, and are made
    anew when they are ended; in a process of their own, so that what an honest
    one waits is not what this one takes."""

    def __init__(self, web):
        here = multiprocessing.get_context("fork")
        self.web = web
        self.ended = 0
        self.open = {}
        self.ready = here.Event()
        self.stopping = here.Event()
        self.counts = here.Queue()
        self.process = here.Process(target=self.run)

    def begin(self, i):
        kind = (HEADER, BODY, READ)[i % 3]
        s = self.web.dial(f"127.0.0.{1 + i % ADDRESSES}",
                          receive=4096 if kind is READ else None)
        s.setblocking(False)
        try:
            s.send(kind)
        except OSError:
            pass
        self.open[s] = i

    def dribble(self, s, i):
        """Whether it is still there."""
        try:
            if i % 3 != 2:
                s.send(b"x")
                return s.recv(4096) != b""
        except BlockingIOError:
            return True
        except OSError:
            return False
        return not select.select([], [], [s], 0)[2]

    def run(self):
        for i in range(ADDRESSES * PER_ADDRESS):
            self.begin(i)
        self.ready.set()
        while not self.stopping.wait(1):
            for s, i in list(self.open.items()):
                if self.dribble(s, i):
                    continue
                self.ended += 1
                s.close()
                del self.open[s]
                try:
                    self.begin(i)
                except OSError:
                    pass
        self.counts.put((len(self.open), self.ended))

    def __enter__(self):
        self.process.start()
        self.ready.wait(60)
        return self

    def __exit__(self, *_):
        self.process.join()

    def stop(self):
        """How many there were, and how many were ended meanwhile."""
        self.stopping.set()
        return self.counts.get(timeout=60)


def measure(web, source=HONEST):
    """What requests take, each on a connection of its own: seconds."""
    took = []
    for i in range(REQUESTS):
        start = time.monotonic()
        answer, _ = web.get(("/", "/livez", "/members")[i % 3], source=source)
        took.append(time.monotonic() - start)
        if answer.status != 200:
            raise SystemExit(f"an honest request got {answer.status}")
        time.sleep(0.01)
    return took


def check_honest(web, checks):
    bound = 2 if web.is_sanitized() else 0.5
    with Slow(web) as slow:
        try:
            for _ in range(2):
                took = measure(web)
                print(f"an honest p99 of {p99(took) * 1000:.1f} ms, at most "
                      f"{max(took) * 1000:.1f} ms of {len(took)} requests")
                if p99(took) < bound:
                    break
        finally:
            count, ended = slow.stop()
    print(f"{count} slow connections, {ended} ended")
    checks.that(p99(took) < bound, f"an honest p99 below {bound * 1000} ms")
    checks.that(count > 900, f"{count} slow ones")


def check_end(web, checks, what, source):
    """Bytes that trickle in put nothing off."""
    start = time.monotonic()
    with web.dial(source) as s, web.dial("127.0.0.71") as silent:
        s.settimeout(0.5)
        s.sendall(what)
        over = False
        while not over and time.monotonic() - start < 60:
            try:
                s.sendall(b"x")
                over = s.recv(1) == b""
            except socket.timeout:
                pass
            except OSError:
                over = True
        took = time.monotonic() - start
        print(f"{what[:4]} without end: ended after {took:.1f} s")
        checks.that(over and 9 < took < 30, f"{what[:4]}: {took} s")
        checks.that(is_over(silent, 30), "nothing at all is ended too")


def wait_for(holds):
    """Whether it holds within 10 s; it is told how often it has been asked."""
    for asks in range(1, 200):
        if holds(asks):
            return True
        time.sleep(0.05)
    return False


def check_address(web, checks):
    """The oldest without a header goes, of that address alone."""
    other = web.dial("127.0.0.72")
    asked = web.dial("127.0.0.73")
    asked.sendall(FULL)
    checks.that(asked.recv(100).startswith(b"HTTP/1.1 200"), "kept alive")
    seen = web.counters()["connections"]
    some = [web.dial("127.0.0.73") for _ in range(6)]
    # Connections are accepted by several threads: in time order only across
    # this line. The one that asks for the counters is counted as well.
    checks.that(wait_for(lambda asks: web.counters()["connections"] >=
                         seen + 6 + asks), "six are accepted")
    some += [web.dial("127.0.0.73") for _ in range(19)]
    # 20 of 26 stay: of the idle one and the first six, one.
    for s in some[6:]:
        s.sendall(FULL)
        checks.that(s.recv(100).startswith(b"HTTP/1.1 200"), "a later one")
    gone = sum(is_over(s, 2) for s in some[:6])
    checks.that(gone >= 5, f"{gone} of the six oldest go")
    other.sendall(FULL)
    checks.that(other.recv(100).startswith(b"HTTP/1.1 200"), "another's")
    for s in some + [other, asked]:
        s.close()


def check_proxy(web, checks):
    """A trusted proxy has as many as it needs, whatever others claim."""
    some = [web.dial(PROXY) for _ in range(60)]
    for s in some:
        s.sendall(FULL)
        checks.that(s.recv(100).startswith(b"HTTP/1.1 200"), "of a proxy")
    for s in some:
        s.close()
    claim = FULL[:-2] + b"X-Forwarded-For: " + PROXY.encode() + b"\r\n\r\n"
    some = [web.dial("127.0.0.74") for _ in range(21)]
    some[-1].sendall(claim)
    checks.that(is_over(some[0], 10), "who claims to come by one is counted")
    for s in some:
        s.close()


def check_total(web, checks):
    """1,500 in all, and the newcomer is served."""
    before = web.counters()
    some = []
    for i in range(1600):
        some.append(web.dial(f"127.0.0.{101 + i % 120}"))
    some[-1].sendall(FULL)
    checks.that(some[-1].recv(100).startswith(b"HTTP/1.1 200"), "the last one")
    answer, _ = web.get("/", source=HONEST)
    checks.equal(answer.status, 200, "an honest one")
    after = web.counters()
    name = "ended: more in all than there may be"
    gone = after.get(name, 0) - before.get(name, 0)
    print(f"1,600 at once: {gone} ended, {web.descriptors()} descriptors, "
          f"{web.resident_kib()} KiB")
    checks.that(95 <= gone <= 110, f"{gone} of 1,600 went")
    checks.that(is_over(some[0], 10), "the oldest")
    checks.equal(after["most connections at once"], 1500, "at most")
    for s in some:
        s.close()


def check_given_back(web, checks, before):
    """Nothing stays behind."""
    end = time.monotonic() + 30
    while web.descriptors() > before + 5 and time.monotonic() < end:
        time.sleep(0.2)
    checks.that(web.descriptors() <= before + 5,
                f"{web.descriptors()} descriptors, {before} before")


def check_answer_end(web, checks):
    """An answer that is read too slowly, though a little now and then: whether
    it is for nothing sent in 15 s or for a minute in all, it ends."""
    before = web.descriptors()
    start = time.monotonic()
    with web.dial("127.0.0.75", receive=4096) as s:
        s.sendall(READ)
        time.sleep(2)
        there = web.descriptors() > before
        while web.descriptors() > before and time.monotonic() - start < 120:
            s.recv(512)
            time.sleep(1)
    took = time.monotonic() - start
    print(f"an answer that is not read: {took:.1f} s")
    checks.that(there and took < 90, f"an answer: {took} s")


def check_descriptors(checks):
    """Where there are few descriptors there are fewer connections."""
    with Web(*sys.argv[1:3], wrapper=("prlimit", "--nofile=700:700")) as web:
        some = []
        for i in range(400):
            s = web.dial(f"127.0.0.{101 + i % 100}")
            s.sendall(HEADER)
            some.append(s)
        answer, _ = web.get("/", source=HONEST)
        checks.equal(answer.status, 200, "with few descriptors")
        checks.that("room for 188 connections only" in web.said(), web.said())
        checks.equal(web.counters()["most connections at once"], 141, "at most")
        for s in some:
            s.close()


def main():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < 3000:
        print("skipped: too few descriptors here")
        return 77
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 3000), hard))
    checks = Checks()
    with Web(*sys.argv[1:3], f", trusted_proxies: {PROXY}") as web:
        web.get("/")
        before = web.descriptors()
        endings = [threading.Thread(target=check_end,
                                    args=(web, checks, what, source))
                   for what, source in ((HEADER, "127.0.0.70"),
                                        (BODY, "127.0.0.69"))]
        for ending in endings:
            ending.start()
        check_honest(web, checks)
        for ending in endings:
            ending.join()
        check_address(web, checks)
        check_proxy(web, checks)
        check_total(web, checks)
        check_given_back(web, checks, before)
        if os.environ.get("LANTERNE_ATTACK") == "long":
            check_answer_end(web, checks)
        print(web.counters())
    check_descriptors(checks)
    return checks.finish()


sys.exit(main())
