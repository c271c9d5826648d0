#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""usage: web_traversal.py LANTERNE_WEB MAKE_EXCHANGE

No file is opened for what a path says: the program runs under strace, is asked
for files outside in every encoding, and what it opened is looked through.
"""
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import quote

from harness import Checks
from web_running import Web

CANARY = "canary-of-the-test"
UPS = ["../", "..%2f", "%2e%2e/", "%2e%2e%2f", "%252e%252e%252f", "..%252f",
       "..\\", "..%5c", "%2e%2e%5c", "..%c0%af", "%c0%ae%c0%ae/", "..%u2215",
       "..%ef%bc%8f", "....//", "..;/", ".%00./", "..%00/", "..%0d/", "/..//",
       "./.././", "%uff0e%uff0e/", "..%e0%80%af", "..%25%32%66"]
BELOW = ["/", "//", "/graph/", "/graph/exchange.svg/", "/api/v1/",
         "/members/", "/ports/sw1/", "/grapher/", "/grapher-sflow/",
         "/grapher-sflow/ipv4/bytes/", "/grapher-sflow/ipv4/bytes/aggregate/",
         "/embed/", "/style.css/", "/traffic/"]
WHOLE = ["/etc/passwd", "//etc/passwd", "///etc/passwd", "/%2fetc%2fpasswd",
         "/file:///etc/passwd", "/..", "/.", "/.git/config", "/.htaccess",
         "/proc/self/environ", "/lanterne.yaml", "/status.json", "/rrd/",
         "/graph/../../etc/passwd", "/graph/exchange.svg?file=/etc/passwd",
         "/graph/port.svg?switch=../../etc&ifindex=1",
         "/graph/location.svg?name=../../../../etc/passwd",
         "/graph/switch.svg?name=..%2f..%2fetc%2fpasswd",
         "/?lang=../../../etc/passwd", "/?lang=..%2ffr",
         "/members/..%2f..%2fetc", "/members/AS64500%2f..",
         "/api/v1/series/port?switch=../..&ifindex=1",
         "http://localhost/../../../etc/passwd",
         "http://localhost/%2e%2e/%2e%2e/etc/passwd"]


def targets(canary):
    for below in BELOW:
        for up in UPS:
            # deep enough, and with few enough segments to be looked at
            yield below + up * 8 + canary.lstrip("/")
            yield below + up * 2 + "etc/passwd"
    yield from WHOLE
    for encode in (str, quote, lambda p: quote(p, safe="")):
        yield encode(canary)
        yield "/" + encode(canary)
        yield "/grapher-sflow" + encode(canary)
        yield "/grapher-sflow/ipv4/bytes/aggregate" + encode(canary)
        yield "/graph/exchange.svg?name=" + encode(canary)


def opened(trace):
    """Paths of system calls that succeeded or not."""
    return re.findall(r'\w+\((?:[A-Z_]+|\d+<[^>]*>|-?\d+)?,? ?"((?:[^"\\]|\\.)*)"',
                      trace)


def is_fine(path, folder):
    """What the program may look at: its data, its zone, what libraries need."""
    return (path.startswith(folder + "/") or path in ("", folder) or
            path.startswith(("/usr/share/zoneinfo/", "/proc/self/",
                             "/etc/localtime", "/dev/null")))


def mark(web):
    """A request that shows in the trace where what follows begins."""
    web.get("/readyz")
    time.sleep(0.3)


def ask(web, target):
    return web.exchange(f"GET {target} HTTP/1.1\r\nHost: localhost\r\n"
                        "Connection: close\r\n\r\n".encode())


def main():
    checks = Checks()
    try:
        subprocess.run(["strace", "-o", "/dev/null", "true"], check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    except (OSError, subprocess.CalledProcessError):
        print("skipped: strace cannot be used here")
        return 77
    with tempfile.TemporaryDirectory() as outside:
        canary = Path(outside, CANARY)
        canary.write_text("what nobody may see\n")
        trace = Path(outside, "trace")
        wrapper = ("strace", "-f", "--seccomp-bpf", "-qq", "-s", "4096", "-o", str(trace),
                   "-e", "trace=%file")
        with Web(*sys.argv[1:3], wrapper=wrapper) as web:
            ask(web, "/")
            ask(web, "/graph/exchange.svg")
            mark(web)
            start = trace.stat().st_size
            count = 0
            for target in targets(str(canary)):
                answer = ask(web, target)
                count += 1
                status = answer[9:12]
                checks.that(b"root:" not in answer and
                            b"what nobody may see" not in answer, target)
                checks.that(status in (b"200", b"400", b"403", b"404", b"414"),
                            f"{target}: {status}")
            mark(web)
            with open(trace, "rb") as file:
                file.seek(start)
                paths = opened(file.read().decode(errors="replace"))
            folder = web.folder.name
        print(f"{count} targets, {len(paths)} calls with "
              f"{len(set(paths))} different paths")
        checks.that(len(paths) > 0, "the trace shows calls")
        for path in sorted(set(paths)):
            checks.that(is_fine(path, folder), f"looked at {path}")
            checks.that(".." not in path and CANARY not in path, path)
    return checks.finish()


sys.exit(main())
