#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""scripts/ixp-manager-fetch against a server that is sometimes no good.

usage: ixp_fetch.py SCRIPT

What is fetched replaces a file atomically; whatever goes wrong leaves the
file as it was, leaves nothing beside it, and says what it is.
"""
import datetime
import http.server
import json
import os
import re
import shutil
import stat
import sys
import tempfile
import threading
import time

import harness

KEY = "ixpm_0123456789ab_0123456789abcdef0123456789abcdef012345"
LEARNED = {"1": {"100": {"020000000001": 7, "020000000002": 8}, "200": []}}
LAYER2 = {"layer2interfaces": [{"name": "Ethernet1/1", "vlans": []}]}
MEMBERS = {"version": "1.0", "timestamp": "2026-01-01T00:00:00Z",
           "ixp_list": [{}], "member_list": [{"asnum": 64500}]}
JSON = "application/json"


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers as the test has set it, and keeps what it was asked."""

    def do_GET(self):
        server = self.server
        server.asked.append((self.path,
                             self.headers.get("X-IXP-Manager-API-Key")))
        status, kind, body, length = server.answer
        if status == "slow":
            time.sleep(5)
            return
        self.send_response(status)
        if kind:
            self.send_header("Content-Type", kind)
        if length is not None:
            self.send_header("Content-Length", str(length))
        if 300 <= status < 400:
            self.send_header("Location", "/login")
        self.end_headers()
        try:
            self.wfile.write(body)
        except OSError:
            pass  # the script had enough

    def log_message(self, format, *args):
        pass


class Bench:
    def __init__(self, checks, script, folder):
        self.checks = checks
        self.script = script
        self.folder = folder
        self.out = self.path("out/macs.json")
        self.key = self.path("key")
        os.mkdir(self.path("out"))
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0),
                                                      Handler)
        self.server.daemon_threads = True
        self.server.asked = []
        threading.Thread(target=self.server.serve_forever,
                         daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/admin/api/v4"
        self.write_key(f"# of the monitor\n{KEY}\n")

    def path(self, name):
        return os.path.join(self.folder, name)

    def write_key(self, text, mode=0o600):
        harness.write(self.key, text)
        os.chmod(self.key, mode)

    def answers(self, value, kind=JSON, status=200, length="right"):
        body = value if isinstance(value, bytes) else \
            json.dumps(value).encode()
        self.server.answer = (status, kind, body,
                              len(body) if length == "right" else length)

    def fetch(self, *what, more=("--timeout", "20"), out=None, url=None):
        return harness.run([self.script, "--url", url or self.url, "--key",
                            self.key, "--out", out or self.out, *more, *what])

    def good(self, *what, name, said="", **more):
        done = self.fetch(*what, **more)
        text = done.stderr.decode()
        self.checks.equal(done.returncode, 0, f"{name}: exit ({text})")
        self.checks.that(re.search(said, text) if said else text == "",
                         f"{name}: said {text!r}")
        self.checks.equal(done.stdout, b"", f"{name}: standard output")
        self.nothing_beside(name)

    def bad(self, *what, code, said, name, **more):
        before = self.state()
        done = self.fetch(*what, **more)
        text = done.stderr.decode()
        self.checks.equal(done.returncode, code, f"{name}: exit ({text})")
        self.checks.that(re.search(said, text), f"{name}: said {text!r}")
        self.checks.that(KEY not in text, f"{name}: told the key")
        self.checks.equal(self.state(), before, f"{name}: the file")
        self.nothing_beside(name)

    def state(self):
        if not os.path.exists(self.out):
            return None
        s = os.stat(self.out)
        with open(self.out, "rb") as file:
            return file.read(), s.st_ino, s.st_mtime_ns, s.st_mode

    def nothing_beside(self, name):
        self.checks.that(set(os.listdir(self.path("out"))) <= {"macs.json"},
                         f"{name}: {os.listdir(self.path('out'))}")

    def content(self):
        return harness.read_json(self.out)


def check_success(b):
    b.answers(LEARNED)
    b.good("learned-macs", name="first")
    b.checks.equal(b.content(), LEARNED, "what was fetched")
    b.checks.equal(b.server.asked[-1],
                   ("/admin/api/v4/sflow-db-mapper/learned-macs", KEY),
                   "what was asked")
    os.chmod(b.out, 0o640)
    before = b.state()
    b.answers(json.dumps(LEARNED, indent=3).encode(), JSON + "; charset=utf-8")
    b.good("learned-macs", name="unchanged")
    b.checks.equal(b.state(), before, "unchanged: the file")
    b.answers({"1": {"100": {"020000000003": "9"}}})
    b.good("configured-macs", name="changed")
    b.checks.equal(b.content(), {"1": {"100": {"020000000003": "9"}}},
                   "what changed")
    b.checks.equal(stat.S_IMODE(os.stat(b.out).st_mode), 0o640, "its mode")
    b.checks.that(os.stat(b.out).st_ino != before[1], "replaced, not changed")
    b.checks.equal(b.server.asked[-1][0],
                   "/admin/api/v4/sflow-db-mapper/configured-macs", "path")


def check_others(b):
    b.answers(LAYER2)
    for switch, path in (("sw1.example", "switch-name/sw1.example.json"),
                         ("12", "switch/12.json")):
        b.good("layer2interfaces", switch, name=f"layer2 {switch}")
        b.checks.equal(
            b.server.asked[-1][0],
            f"/admin/api/v4/provisioner/layer2interfaces/{path}", "path")
    b.checks.equal(b.content(), LAYER2, "layer2interfaces")
    b.answers(MEMBERS)
    b.good("members", name="members")
    b.checks.equal(b.server.asked[-1][0],
                   "/api/v4/member-export/ixf/1.0", "path of members")
    before = b.state()
    b.answers(dict(MEMBERS, timestamp="2026-01-02T00:00:00Z"))
    b.good("members", name="members a day later")
    b.checks.equal(b.state(), before, "a time alone is no change")
    done = harness.run([b.script, "--url", b.url, "--out", b.out, "members"])
    b.checks.equal((done.returncode, b.server.asked[-1][1]), (0, None),
                   "members without a key")


def check_answers(b):
    b.answers(LEARNED)
    b.good("learned-macs", name="again")
    html = b"<!DOCTYPE html><html><body>Log in</body></html>"
    whole = json.dumps(LEARNED).encode()
    for code, said, answer in (
            (77, "401.*expired", (b"{}", JSON, 401)),
            (77, "403.*not allowed", (b"{}", JSON, 403)),
            (69, "404.*URL", (b"{}", JSON, 404)),
            (69, "302.*URL", (b"", "text/html", 302)),
            (75, "HTTP 500", (b"{}", JSON, 500)),
            (75, "HTTP 503", (html, "text/html", 503)),
            (75, "HTTP 429", (b"{}", JSON, 429)),
            (65, "text/html.*expected JSON", (html, "text/html")),
            (65, "no type", (whole, None)),
            (65, "application/jsonp", (whole, "application/jsonp")),
            (65, "not JSON", (html, JSON)),
            (65, "not JSON", (b"", JSON)),
            (65, "not JSON", (whole + whole, JSON)),
            (65, "not that of learned", (b'"x"', JSON)),
            (65, "not that of learned", (b"null", JSON)),
            (65, "not that of learned", (b'{"1": [7]}', JSON)),
            (65, "not that of learned", (b'{"error": "no"}', JSON)),
            (65, "not that of learned",
             (b'{"1": {"2": {"020000000001": {}}}}', JSON)),
            (65, "nothing in it", (b"[]", JSON)),
            (65, "nothing in it", (b'{"1": {"100": []}}', JSON)),
            (75, "http://", (whole, JSON, 200, len(whole) + 10)),
            (65, "not JSON", (whole[:-9], JSON, 200, None)),
            (65, "more than 67108864",
             (b" " * (64 << 20) + whole, JSON)),
            (65, "more than 67108864",
             (b" " * (64 << 20) + whole, JSON, 200, None))):
        b.answers(*answer)
        b.bad("learned-macs", code=code, said=said, name=f"{said} {code}")
    b.answers(LEARNED)
    b.bad("layer2interfaces", "sw1", code=65, said="not that of layer2",
          name="the other kind")
    b.bad("members", code=65, said="not that of members", name="no members")
    b.answers([])
    b.good("learned-macs", name="empty is wanted", more=("--allow-empty",))
    b.checks.equal(b.content(), [], "an empty one")


def check_silence(b):
    b.server.answer = ("slow", None, b"", None)
    b.bad("learned-macs", code=75, said="timed out", name="slow",
          more=("--timeout", "1"))
    b.bad("learned-macs", code=75, said="(?i)connect", name="nobody there",
          url="http://127.0.0.1:1/admin/api/v4")


def check_key_file(b):
    b.answers(LEARNED)
    asked = len(b.server.asked)
    for code, said, text, mode in (
            (78, "mode 604", KEY + "\n", 0o604),
            (78, "mode 602", KEY + "\n", 0o602),
            (78, "no key in it", "", 0o600),
            (78, "no key in it", "# only this\n\n", 0o600),
            (78, "one line", KEY + "\n" + KEY + "\n", 0o600),
            (78, "one line", KEY + ' "\nurl = "x"\n', 0o600)):
        b.write_key(text, mode)
        b.bad("learned-macs", code=code, said=said, name=f"key file: {said}")
    os.unlink(b.key)
    b.bad("learned-macs", code=66, said="no key file", name="no key file")
    os.mkdir(b.key)
    b.bad("learned-macs", code=66, said="no key file", name="a folder")
    os.rmdir(b.key)
    b.checks.equal(len(b.server.asked), asked, "nobody was asked")
    b.write_key(f"\r\n  {KEY}  \r\n", 0o640)
    b.good("learned-macs", name="a key in other white space")
    b.checks.equal(b.server.asked[-1][1], KEY, "that key")


def check_expiry(b):
    harness.wait_for_room_in_the_day()
    today = datetime.datetime.now(datetime.timezone.utc).date()
    for days, said in ((-1, "has expired on"), (0, "has expired on"),
                       (1, "the key expires on"), (13, "the key expires on"),
                       (16, ""), (300, "")):
        date = today + datetime.timedelta(days=days)
        b.write_key(f"# expires: {date}\n{KEY}\n")
        b.good("learned-macs", name=f"expires in {days}",
               said=f"{said} {date}" if said else "")
    b.write_key(f"# expires: tomorrow\n{KEY}\n")
    b.good("learned-macs", name="no date", said="not a date.*tomorrow")
    b.write_key(KEY)


def check_disk(b):
    b.answers(LEARNED)
    b.bad("learned-macs", code=73, said="cannot write", name="no folder",
          out=b.path("none/macs.json"))
    b.bad("learned-macs", code=73, said="not a regular file",
          name="a folder in its place", out=b.path("out"))
    if os.geteuid() != 0:
        os.chmod(b.path("out"), 0o555)
        b.bad("learned-macs", code=73, said="cannot write", name="read-only")
        os.chmod(b.path("out"), 0o755)
    done = harness.run(["unshare", "-rm", "sh", "-c",
                        'mount -t tmpfs -o size=8k none "$1" && shift && '
                        '"$@" 2>&1; code=$?; ls -A "$0"; exit $code',
                        b.path("out"), b.path("out"), b.script, "--url",
                        b.url, "--key", b.key, "--out", b.out,
                        "learned-macs"])
    if b"mount" in done.stderr or b"unshare" in done.stderr:
        print("skipped: no full disk here: "
              f"{done.stderr.decode(errors='replace').strip()}")
        return
    b.checks.equal((done.returncode, done.stdout), (0, b"macs.json\n"),
                   "on a small disk")
    b.answers({"1": {"100": {f"{n:012x}": n for n in range(1, 2000)}}})
    done = harness.run(["unshare", "-rm", "sh", "-c",
                        'mount -t tmpfs -o size=8k none "$1" && shift && '
                        '"$@"; code=$?; ls -A "$0"; exit $code',
                        b.path("out"), b.path("out"), b.script, "--url",
                        b.url, "--key", b.key, "--out", b.out,
                        "learned-macs"])
    b.checks.equal((done.returncode, done.stdout), (73, b""),
                   f"on a full disk: {done.stderr}")


def check_usage(b):
    for arguments in (
            [], ["--nope"], ["--url"], ["learned-macs"],
            ["--url", b.url, "--out", b.out, "everything"],
            ["--url", b.url, "--out", b.out, "layer2interfaces"],
            ["--url", b.url, "--out", b.out, "layer2interfaces", "../x"],
            ["--url", b.url, "--out", b.out, "learned-macs", "more"],
            ["--url", b.url, "--out", b.out, "--timeout", "0", "members"],
            *(["--url", url, "--out", b.out, "members"] for url in (
                "http://192.0.2.1/", "http://127.0.0.1.example/x",
                "http://127.0.0.1:80@192.0.2.1/", "ftp://192.0.2.1/x",
                "https://user:word@192.0.2.1/x",
                'https://192.0.2.1/"\nheader = "x', "192.0.2.1"))):
        done = harness.run([b.script, *arguments])
        b.checks.equal(done.returncode, 64, f"usage {arguments}")
    done = harness.run([b.script, "--help"])
    b.checks.equal((done.returncode, done.stderr), (0, b""), "--help")


def check_arguments(b):
    """No process ever shows the key in its arguments."""
    b.server.answer = ("slow", None, b"", None)
    seen = []
    stop = threading.Event()

    def watch():
        while not stop.is_set():
            for pid in filter(str.isdigit, os.listdir("/proc")):
                try:
                    with open(f"/proc/{pid}/cmdline", "rb") as file:
                        seen.append(file.read())
                except OSError:
                    pass

    watcher = threading.Thread(target=watch)
    watcher.start()
    b.fetch("learned-macs", more=("--timeout", "1"))
    stop.set()
    watcher.join()
    b.checks.that(any(b"curl" in s and b"--config" in s for s in seen),
                  "curl was seen")
    b.checks.that(not any(KEY.encode() in s for s in seen), "the key was seen")


def main():
    checks = harness.Checks()
    for program in ("curl", "jq"):
        if not shutil.which(program):
            print(f"skipped: no {program}")
            return 77
    with tempfile.TemporaryDirectory() as folder:
        b = Bench(checks, sys.argv[1], folder)
        for check in (check_success, check_others, check_answers,
                      check_silence, check_key_file, check_expiry, check_disk,
                      check_usage, check_arguments):
            check(b)
        b.server.shutdown()
    return checks.finish()


if __name__ == "__main__":
    sys.exit(main())
