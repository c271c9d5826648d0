#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""usage: web_framing.py LANTERNE_WEB MAKE_EXCHANGE

Requests of which it can be doubted where they end or for whom they are, to the
running program: each is refused, the connection closed, and what was smuggled
behind is not answered. Bombs of headers are refused in bounded memory.
"""
import re
import sys

from harness import Checks
from web_running import Web, is_over

HOST = b"Host: localhost\r\n"
GET = b"GET /livez HTTP/1.1\r\n"
POST = b"POST /livez HTTP/1.1\r\n"
SMUGGLED = b"GET /smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n"

# what, the request without what is smuggled behind, the status
REFUSED = [
    ("two lengths", GET + HOST + b"Content-Length: 0\r\nContent-Length: 0"
     b"\r\n\r\n", 400),
    ("two different lengths", POST + HOST + b"Content-Length: 5\r\n"
     b"Content-Length: 0\r\n\r\n", 400),
    ("a list of lengths", POST + HOST + b"Content-Length: 0, 5\r\n\r\n", 400),
    ("a signed length", POST + HOST + b"Content-Length: +5\r\n\r\nabcde", 400),
    ("a negative length", POST + HOST + b"Content-Length: -5\r\n\r\n", 400),
    ("a hexadecimal length", POST + HOST + b"Content-Length: 0x0\r\n\r\n", 400),
    ("a length with leading zeros", POST + HOST + b"Content-Length: 005\r\n"
     b"\r\nabcde", 400),
    ("an empty length", POST + HOST + b"Content-Length: \r\n\r\n", 400),
    ("an endless length", POST + HOST + b"Content-Length: 99999999999999999999"
     b"99\r\n\r\n", 413),
    ("a long body", POST + HOST + b"Content-Length: 4097\r\n\r\n", 413),
    ("a body of GET", GET + HOST + b"Content-Length: 5\r\n\r\nabcde", 400),
    ("length and encoding", POST + HOST + b"Content-Length: 4\r\n" + CHUNKED +
     b"\r\n0\r\n\r\n", 400),
    ("encoding and length", POST + HOST + CHUNKED + b"Content-Length: 4\r\n"
     b"\r\n0\r\n\r\n", 400),
    ("chunks", POST + HOST + CHUNKED + b"\r\n0\r\n\r\n", 400),
    ("chunks of GET", GET + HOST + CHUNKED + b"\r\n0\r\n\r\n", 400),
    ("another encoding", POST + HOST + b"Transfer-Encoding: gzip\r\n\r\n", 400),
    ("identity", POST + HOST + b"Transfer-Encoding: identity\r\n\r\n", 400),
    ("an encoding with a tab", POST + HOST + b"Transfer-Encoding:\tchunked\r\n"
     b"\r\n0\r\n\r\n", 400),
    ("an encoding with a space", POST + HOST + b"Transfer-Encoding : chunked"
     b"\r\n\r\n0\r\n\r\n", 400),
    ("a folded encoding", POST + HOST + b"Transfer-Encoding:\r\n chunked\r\n"
     b"\r\n0\r\n\r\n", 400),
    ("no Host", GET + b"\r\n", 400),
    ("an empty Host", GET + b"Host:\r\n\r\n", 400),
    ("two Hosts", GET + HOST + HOST + b"\r\n", 400),
    ("two different Hosts", GET + HOST + b"host: example.net\r\n\r\n", 400),
    ("two Hosts in HTTP/1.0", b"GET /livez HTTP/1.0\r\n" + HOST + HOST +
     b"\r\n", 400),
    ("Host with a space", GET + b"Host : localhost\r\n\r\n", 400),
    ("Host beside one with a space", GET + HOST + b"Host : example.net\r\n\r\n",
     400),
    ("Host with a path", GET + b"Host: localhost/a\r\n\r\n", 400),
    ("a name with a space", GET + HOST + b"X Y: 1\r\n\r\n", 400),
    ("a name with a tab", GET + HOST + b"X\t: 1\r\n\r\n", 400),
    ("a line without a name", GET + HOST + b": 1\r\n\r\n", 400),
    ("a line without a colon", GET + HOST + b"X\r\n\r\n", 400),
    ("a folded line", GET + HOST + b"X: 1\r\n 2\r\n\r\n", 400),
    ("a first line that is folded", GET + b" X: 1\r\n" + HOST + b"\r\n", 400),
    ("a bare line feed", GET + HOST + b"X: 1\nY: 2\r\n\r\n", 400),
    ("bare line feeds alone", (GET + HOST + b"\r\n").replace(b"\r", b""), 400),
    ("a bare line feed at the end", GET + HOST + b"\n", 400),
    ("a bare carriage return", GET + HOST + b"X: 1\rY: 2\r\n\r\n", 400),
    ("a return that hides a length", GET + HOST + b"X: 1\rContent-Length: 50"
     b"\r\n\r\n", 400),
    ("a NUL in a value", GET + HOST + b"X: 1\0 2\r\n\r\n", 400),
    ("a NUL in a name", GET + HOST + b"X\0Y: 1\r\n\r\n", 400),
    ("a NUL in the target", b"GET /livez\0/a HTTP/1.1\r\n" + HOST + b"\r\n",
     400),
    ("a control byte in a value", GET + HOST + b"X: \x1b[2J\r\n\r\n", 400),
    ("DEL in a value", GET + HOST + b"X: \x7f\r\n\r\n", 400),
    ("a byte in a name that is no ASCII", GET + HOST + b"\xe9: 1\r\n\r\n", 400),
    ("%00", b"GET /livez%00 HTTP/1.1\r\n" + HOST + b"\r\n", 400),
    ("%00 in the query", b"GET /livez?a=%00 HTTP/1.1\r\n" + HOST + b"\r\n",
     400),
    ("%0d%0a", b"GET /livez%0d%0aX:1 HTTP/1.1\r\n" + HOST + b"\r\n", 400),
    ("%7f", b"GET /%7f HTTP/1.1\r\n" + HOST + b"\r\n", 400),
    ("a control byte in the target", b"GET /\x01 HTTP/1.1\r\n" + HOST + b"\r\n",
     400),
    ("a tab in the target", b"GET /a\tb HTTP/1.1\r\n" + HOST + b"\r\n", 400),
    ("a byte in the target that is no ASCII", b"GET /\xe9 HTTP/1.1\r\n" + HOST +
     b"\r\n", 400),
    ("two spaces", b"GET  /livez HTTP/1.1\r\n" + HOST + b"\r\n", 400),
    ("another's authority", b"GET http://example.net/livez HTTP/1.1\r\n" +
     HOST + b"\r\n", 400),
    ("another scheme", b"GET ftp://localhost/livez HTTP/1.1\r\n" + HOST +
     b"\r\n", 400),
    ("a star", b"OPTIONS * HTTP/1.1\r\n" + HOST + b"\r\n", 400),
    ("an authority", b"CONNECT localhost:80 HTTP/1.1\r\n" + HOST + b"\r\n",
     400),
    ("a target without a slash", b"GET livez HTTP/1.1\r\n" + HOST + b"\r\n",
     400),
    ("HTTP/0.9", b"GET /livez\r\n", 400),
    ("HTTP/2", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505),
    ("HTTP/1.10", b"GET /livez HTTP/1.10\r\n" + HOST + b"\r\n", 400),
    ("http/1.1", b"GET /livez http/1.1\r\n" + HOST + b"\r\n", 400),
    ("TLS", b"\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03 \n\r\n", 400),
]

REFUSED += [
    ("lines that are shifted", POST + HOST + b"X: a\n:b\nTransfer-Encoding:\n"
     b"Y:c\n d\0\n\r\n", 400),
    ("a length that is shifted", POST + HOST + b"X: a\n:Content-Length\n 5\0"
     b"\n\r\n", 400),
    ("too many headers", GET + HOST + b"X: 1\r\n" * 64 + b"\r\n", 431),
]

# Lengths that are no numbers libmicrohttpd 0.9.75 refuses by itself, and puts
# the head of its answer twice before that closes the connection.
TWICE = {"a list of lengths", "a signed length", "a negative length",
         "a hexadecimal length", "an empty length", "an endless length"}

# What reads strictly and is no doubt.
GOOD = [
    ("plain", GET + HOST + b"\r\n"),
    ("tabs", GET + b"HOST:\tlocalhost\r\n\r\n"),
    ("the same authority", b"GET http://localhost/livez HTTP/1.1\r\n" + HOST +
     b"\r\n"),
    ("an empty body", GET + HOST + b"Content-Length: 0\r\n\r\n"),
    ("many headers", GET + HOST + b"X: 1\r\n" * 62 + b"\r\n"),
    ("other scripts", GET + HOST + "X: é\r\n\r\n".encode()),
]


def statuses(data):
    return [int(code) for code in re.findall(rb"HTTP/1\.1 (\d{3}) ", data)]


def check_refused(web, checks):
    for what, request, status in REFUSED:
        answer = web.exchange(request + SMUGGLED)
        heads = 2 if what in TWICE else 1
        checks.equal(statuses(answer), [status] * heads, what)
        head = answer.lower().split(b"\r\n\r\n")[0]
        checks.that(b"connection: close" in head, f"{what}: closes")


def check_pipelined(web, checks):
    """What stands behind a good request is another, and its own."""
    for what, request in GOOD:
        answer = web.exchange(
            request * 3 + GET + HOST + b"Connection: close\r\n\r\n")
        checks.equal(statuses(answer), [200] * 4, what)
    answer = web.exchange(GET + HOST + b"\r\n" + REFUSED[0][1] + SMUGGLED)
    checks.equal(statuses(answer), [200, 400], "good before refused")


def check_bombs(web, checks):
    """431 or 414 (or a reset, where more was on its way), and no memory is
    kept."""
    bombs = [
        (431, GET + HOST + b"X: " + b"x" * 100_000 + b"\r\n\r\n"),
        (431, GET + HOST + b"X: 1\r\n" * 10_000 + b"\r\n"),
        (431, GET + HOST + b"".join(b"X%d: 1\r\n" % i for i in range(10_000)) +
         b"\r\n"),
        (414, b"GET /" + b"x" * 100_000 + b" HTTP/1.1\r\n" + HOST + b"\r\n"),
        (414, b"x" * 100_000),
        (None, b"\r\n" * 50_000),
    ]
    for _, bomb in bombs:
        web.exchange(bomb)
    before = web.resident_kib()
    for _ in range(20):
        for status, bomb in bombs:
            answer = web.exchange(bomb)
            checks.that(set(statuses(answer)) <= {status, 400, 414},
                        f"bomb of {bomb[:20]}: {statuses(answer)}")
    grown = web.resident_kib() - before
    print(f"120 bombs: {grown} KiB")
    # A sanitizer keeps what is freed for a while.
    checks.that(grown < 2048 or web.is_sanitized(),
                f"bombs: grown by {grown} KiB")


def check_counted(web, checks):
    before = web.counters()
    web.exchange(GET + b"\r\n")
    web.exchange(GET + HOST + HOST + b"\r\n")
    web.exchange(b"GET /livez\r\n")
    after = web.counters()
    name = "requests refused as not well-formed"
    checks.equal(after[name] - before.get(name, 0), 3, name)


def check_expect(web, checks):
    """A body that is announced is not asked for if it is refused."""
    with web.dial() as s:
        s.sendall(GET + HOST + b"Content-Length: 5\r\nExpect: 100-continue"
                  b"\r\n\r\n")
        checks.that(s.recv(100).startswith(b"HTTP/1.1 400"), "no 100")
        checks.that(is_over(s), "closed")


def main():
    checks = Checks()
    with Web(*sys.argv[1:3]) as web:
        check_refused(web, checks)
        check_pipelined(web, checks)
        check_expect(web, checks)
        check_bombs(web, checks)
        check_counted(web, checks)
    return checks.finish()


sys.exit(main())
