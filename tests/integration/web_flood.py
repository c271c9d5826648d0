#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""usage: web_flood.py LANTERNE_WEB MAKE_EXCHANGE

Floods of requests that have to be worked out, each for a period that nobody
asked for before, or for an image of a new size: what is kept is answered at
once meanwhile, what finds no place is told to come again, and one client does
not take the places of others.
"""
import collections
import itertools
import re
import socket
import sys
import threading
import time

from harness import Checks
from web_running import Web, p99, read_all

HONEST = "127.0.0.99"
REQUESTS = 150
numbers = itertools.count()


def dear():
    n = next(numbers)
    now = int(time.time())
    return (f"/?from={now - 86400 * 60 - 61 * n}&to={now - 61 * n}",
            f"/embed/exchange?from={now - 86400 * 9 - n}",
            f"/graph/exchange.svg?from={now - 86400 * 50 - 61 * n}&to={now}",
            f"/ports?from={now - 86400 - n}",
            f"/league?from={now - 86400 * 20 - n}")[n % 5]


def program():
    n = next(numbers)
    return f"/api/v1/series/exchange?from={int(time.time()) - 86400 * 9 - n}"


def image():
    n = next(numbers)
    return f"/graph/exchange.png?width={320 + n % 1600}&height={240 + n // 1600}"


class Flood:
    """So many connections from each address, each with the next request as
    soon as the one before is answered."""

    def __init__(self, web, make, addresses, each, header=""):
        self.web = web
        self.make = make
        self.header = header
        self.statuses = collections.Counter()
        self.kinds = set()
        self.told = []  # with 503: whether when to come again is said
        self.lock = threading.Lock()
        self.stopping = threading.Event()
        self.threads = [threading.Thread(target=self.run, args=(a, each))
                        for a in addresses]

    def run(self, address, each):
        while not self.stopping.is_set():
            some = []
            for _ in range(each):
                s = self.web.dial(address)
                s.sendall(f"GET {self.make()} HTTP/1.1\r\nHost: localhost\r\n"
                          f"{self.header}Connection: close\r\n\r\n".encode())
                some.append(s)
            for s in some:
                self.note(read_all(s))
                s.close()

    def note(self, answer):
        head = answer.partition(b"\r\n\r\n")[0]
        status = int(head[9:12] or 0)
        with self.lock:
            self.statuses[status] += 1
            if status == 503:
                kind = re.search(rb"\r\nContent-Type: ([^;\r]*)", head)
                self.kinds.add(kind.group(1).decode())
                self.told.append(
                    re.search(rb"\r\nRetry-After: [1-9]", head) is not None and
                    b"\r\nCache-Control: no-store" in head)

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.stopping.set()
        for thread in self.threads:
            thread.join()


def measure(web, targets):
    took, statuses = [], collections.Counter()
    for i in range(REQUESTS):
        start = time.monotonic()
        answer, _ = web.get(targets[i % len(targets)], source=HONEST)
        took.append(time.monotonic() - start)
        statuses[answer.status] += 1
        time.sleep(0.01)
    return took, statuses


def check_flood(web, checks, what, make):
    """Many addresses at once."""
    bound = 2 if web.is_sanitized() else 0.5
    for _ in range(2):
        for target in ("/style.css", "/app.js", "/favicon.svg"):
            web.get(target, source=HONEST)
        with Flood(web, make, [f"127.0.0.{i}" for i in range(1, 13)],
                   16) as flood:
            time.sleep(0.5)
            took, statuses = measure(
                web, ("/style.css", "/livez", "/app.js", "/favicon.svg"))
        print(f"{what}: {dict(flood.statuses)}; an honest p99 of "
              f"{p99(took) * 1000:.1f} ms, at most {max(took) * 1000:.1f} ms")
        if p99(took) < bound:
            break
    checks.that(p99(took) < bound,
                f"{what}: an honest p99 below {bound * 1000} ms")
    checks.equal(dict(statuses), {200: REQUESTS}, f"{what}: honest ones")
    check_statuses(web, checks, flood)
    checks.that(all(flood.told), f"{what}: when to come again")


def check_one_source(web, checks):
    """What an honest one asks for is worked out while another floods, whoever
    that one says that it is."""
    with Flood(web, dear, ["127.0.0.20"], 19,
               "X-Forwarded-For: 192.0.2.1, x\r\n") as flood:
        time.sleep(0.3)
        statuses = collections.Counter()
        for _ in range(20):
            answer, _ = web.get(dear(), source=HONEST)
            statuses[answer.status] += 1
    print(f"one source floods: {dict(flood.statuses)}; an honest one: "
          f"{dict(statuses)}")
    checks.equal(dict(statuses), {200: 20}, "beside one that floods")
    # Of an address there are 19 at once, of which 16 wait and one is at work.
    checks.that(flood.statuses[503] > 0, "its own places are counted")


def check_gone(web, checks):
    """For who goes away nothing is worked out: a few connections with requests
    that are left at once, behind some that keep the threads busy."""
    name = "given up: nobody waited any more"
    before = web.counters().get(name, 0)
    gone = 0
    for _ in range(20):
        some = []
        for i in range(14):
            s = web.dial("127.0.0.21")
            s.sendall(f"GET {dear()} HTTP/1.1\r\nHost: localhost\r\n\r\n"
                      .encode())
            if i >= 4:
                s.shutdown(socket.SHUT_RDWR)
            some.append(s)
        for s in some[:4]:
            s.recv(100)
        for s in some:
            s.close()
        gone = web.counters().get(name, 0) - before
        if gone:
            break
    checks.that(gone > 0, "what nobody waits for is given up")


def check_statuses(web, checks, flood):
    """Nothing but what there was room for and what there was not. The next
    connections may come before the end of the last ones was seen: then they are
    too many of one address, and the oldest ends without an answer."""
    ended = web.counters().get(
        "ended: more of one address than there may be", 0)
    checks.that(flood.statuses[0] <= ended, f"{ended} ended: {flood.statuses}")
    checks.equal(set(flood.statuses) - {0}, {200, 503}, "statuses")


def check_programs(web, checks):
    """Programs are told in their own way."""
    addresses = [f"127.0.0.{i}" for i in range(1, 13)]
    with Flood(web, program, addresses, 16) as flood:
        time.sleep(1)
    print(f"programs: {dict(flood.statuses)}")
    check_statuses(web, checks, flood)
    checks.equal(flood.kinds, {"application/problem+json"}, "kinds of 503")


def main():
    checks = Checks()
    with Web(*sys.argv[1:3], minutes=120) as web:
        check_flood(web, checks, "periods", dear)
        check_one_source(web, checks)
        check_gone(web, checks)
        check_programs(web, checks)
        check_flood(web, checks, "images", image)
        after = web.counters()
        print(after)
        for name in ("refused (503): too many of one address waited",
                     "refused (503): too many waited in all"):
            checks.that(name in after, name)
        checks.that(after["most answers that waited at once"] <= 64, "queue")
    return checks.finish()


sys.exit(main())
