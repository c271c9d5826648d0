#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Files that are not what they should be: configuration, roster, MAC table and
capture. Each has its exit code and one line that says where, nothing crashes,
and a running collector that is told to read them goes on with what it has.

usage: bad_input.py COLLECTOR SIMULATOR
"""
import copy
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import harness

OK, DATA_ERROR, NO_INPUT, CONFIG = 0, 65, 66, 78
HUGE = 100 << 20
NOBODY = "65534"
FILES = {"config": "lanterne.yaml", "roster": "members.json",
         "table": "macs.json", "capture": "sflow.pcap"}
ANYTHING = [7, "odd", None, ["odd"], {"odd": 1}, True, -1.5]

TABLE = {"1": {"100": {"020000000001": 44, "0200000000f1": 44},
               "200": {}}}
LAYER2 = {"layer2interfaces": [{"name": "Ethernet1/1", "vlans": [
    {"number": 100, "vlaninterfaceid": 44,
     "macaddresses": ["02:00:00:00:00:01"],
     "ipaddresses": {"ipv4": "192.0.2.10", "ipv6": "2001:db8::10"}}]}]}
ROSTER = {"version": "1.0", "ixp_list": [
    {"ixp_id": 1, "shortname": "Test",
     "vlan": [{"id": 1, "name": "one"}],
     "switch": [{"id": 1, "name": "sw1"}]}],
    "member_list": [
        {"asnum": 64500, "name": "A", "connection_list": [
            {"ixp_id": 1, "state": "active",
             "if_list": [{"switch_id": 1, "if_speed": 10000}],
             "vlan_list": [{"vlan_id": 1, "ipv4": {
                 "address": "192.0.2.10",
                 "mac_addresses": ["02:00:00:00:00:01"]}}]}]}]}
# Every key; the collector's YAML takes what JSON writes.
EVERY_KEY = {
    "exchange": {"name": "Test", "timezone": "UTC", "languages": ["en"]},
    "state_dir": "state", "roster": "members.json", "roster_ixp": 1,
    "sources": [{"sflow": {"listen": "127.0.0.1:6343"}},
                {"mirror": {"interface": "eth1", "switch": "sw1",
                            "fcs": "stripped"}}],
    "vlans": [{"id": 100, "name": "P", "roster_vlan": 1}],
    "macs": [{"asn": 64500, "vlan": 100, "mac": "02:00:00:00:00:05"}],
    "mac_tables": ["macs.json"],
    "switches": [
        {"name": "sw1", "agent": "192.0.2.1", "sub_agent": 0,
         "from": ["192.0.2.1"], "roster_switch": 1, "direction": "auto",
         "scaling": "plain", "ports": [
             {"ifindex": 1, "name": "p1", "asn": [64500], "speed": "10G",
              "contracted": "1G", "lag": ["p2"], "role": "member"}]}],
    "relay": [{"to": "192.0.2.50:6343", "asn": 64500}],
    "ixp_manager": {"tree": "tree", "interfaces": ["macs.json"],
                    "pairs_max": 10, "age_days": 7},
    "web": {"listen": "127.0.0.1:8080", "users": "users", "access": "open",
            "per_address": 20, "trusted_proxies": ["127.0.0.1"],
            "metrics_from": ["127.0.0.1"], "rrd_from": ["127.0.0.1"]},
}


class Bench:
    """A folder of good files, of which one at a time is made bad."""

    def __init__(self, checks, collector, simulator, folder):
        self.checks = checks
        self.folder = folder
        self.good = os.path.join(folder, "good")
        self.work = os.path.join(folder, "work")
        self.collector = shutil.copy(collector, os.path.join(folder, "it"))
        self.port = harness.free_port()
        os.mkdir(self.good)
        os.mkdir(self.work)
        os.chmod(folder, 0o755)
        harness.must([simulator, "--out", folder + "/sim", "--seconds", 5,
                      "--pcap", self.good + "/sflow.pcap"])
        config = dict(EVERY_KEY, sources=[
            {"sflow": {"listen": f"127.0.0.1:{self.port}"}}])
        for key in ("relay", "ixp_manager", "web"):
            del config[key]
        harness.write(self.good + "/lanterne.yaml", as_lines(config))
        harness.write(self.good + "/members.json", as_lines(ROSTER))
        harness.write(self.good + "/macs.json", as_lines(TABLE))
        for name in FILES.values():
            self.restore(name)

    def path(self, name):
        return os.path.join(self.work, name)

    def remove(self, name):
        path = self.path(name)
        if os.path.isdir(path) and not os.path.islink(path):
            os.rmdir(path)
        elif os.path.lexists(path):
            os.unlink(path)

    def restore(self, name):
        self.remove(name)
        shutil.copy(os.path.join(self.good, name), self.path(name))
        os.chmod(self.path(name), 0o644)

    def run(self, mode, user=None):
        arguments = [self.collector, "-c", self.path("lanterne.yaml"),
                     *{"check": ["--check-config"], "live": [],
                       "replay": ["--replay",
                                  "sflow:" + self.path("sflow.pcap"),
                                  "--totals", "-"]}[mode]]
        if user:
            arguments = ["setpriv", "--reuid", user, "--regid", user,
                         "--clear-groups", *arguments]
        return harness.run(arguments, timeout=60)

    def check(self, what, kind, codes, words="", user=None, mode=None):
        """Run with a bad file; exit code, the words, and each line once."""
        mode = mode or ("replay" if what == "capture" else "check")
        done = self.run(mode, user)
        said = done.stderr.decode(errors="replace")
        about = f"{what}, {kind}: exit {done.returncode}: {said[-400:]}"
        self.checks.that(done.returncode in codes, about)
        self.checks.that("Sanitizer" not in said and
                         "runtime error" not in said, about)
        self.checks.that(re.search(words, said), f"no {words!r}: {about}")
        lines = said.splitlines()
        self.checks.equal(len(lines), len(set(lines)), "repeated: " + about)
        if done.returncode == CONFIG:
            self.checks.that(": error: " in said, about)
        return done.returncode, said


def as_lines(value):
    return json.dumps(value, indent=1) + "\n"


def make_empty(path):
    harness.write(path, b"")


def make_binary(path):
    harness.write(path, random.Random(1).randbytes(65536))


def make_huge(path):
    with open(path, "wb") as file:
        file.truncate(HUGE)


def make_loop(path):
    os.symlink(os.path.basename(path) + ".2", path)
    if not os.path.lexists(path + ".2"):
        os.symlink(os.path.basename(path), path + ".2")


def make_dangling(path):
    os.symlink("nowhere", path)


def make_nothing(_path):
    """Nothing is there."""


def make_long(path):
    harness.write(path, b"x" * (1 << 20))


def make_nested(path):
    harness.write(path, b"[" * 100000)


# What is in the file's place: its maker, the exit code of the configuration,
# the roster and the table, and words; then both for the capture.
KINDS = {
    "missing": (make_nothing, NO_INPUT, "No such file", NO_INPUT),
    "dangling link": (make_dangling, NO_INPUT, "No such file", NO_INPUT),
    "loop of links": (make_loop, NO_INPUT, "symbolic links", NO_INPUT),
    "empty": (make_empty, CONFIG, "empty file", DATA_ERROR),
    "binary": (make_binary, CONFIG, r":\d+:\d+: error: ", DATA_ERROR),
    "100 MB": (make_huge, CONFIG, "MiB, expected", DATA_ERROR),
    "directory": (os.mkdir, CONFIG, "no regular file", DATA_ERROR),
    "one long line": (make_long, CONFIG, r":\d+:\d+: error: ", DATA_ERROR),
    "deep": (make_nested, CONFIG, r":\d+:\d+: error: ", DATA_ERROR),
}


def check_kinds(bench):
    for what, name in FILES.items():
        for kind, (make, code, words, capture_code) in KINDS.items():
            bench.remove(name)
            make(bench.path(name))
            if what == "capture":
                code = capture_code
            start = time.monotonic()
            bench.check(what, kind, (code,), re.escape(bench.path(name)))
            if what != "capture":
                for mode in ("replay", "live"):
                    bench.check(what, kind, (code,), words, mode=mode)
            bench.checks.that(time.monotonic() - start < 30,
                              f"{what}, {kind}: too slow")
            bench.restore(name)


def check_fifos(bench):
    """Files that are read whole are files; a capture may be a pipe."""
    for what, name in FILES.items():
        bench.remove(name)
        os.mkfifo(bench.path(name))
        if what != "capture":
            bench.check(what, "pipe", (CONFIG,), "no regular file")
        else:
            with open(os.path.join(bench.good, name), "rb") as good, \
                    subprocess.Popen(["dd", "status=none",
                                      "of=" + bench.path(name)],
                                     stdin=good) as writer:
                bench.check(what, "pipe", (OK,))
                bench.checks.equal(writer.wait(), 0, "the pipe's writer")
        bench.restore(name)


def check_rights(bench):
    """Who may read a file, and who may write it."""
    root = os.geteuid() == 0
    if root and not shutil.which("setpriv"):
        print("skipped: no setpriv")
        return
    for what, name in FILES.items():
        os.chmod(bench.path(name), 0)
        bench.check(what, "unreadable", (NO_INPUT,), "Permission denied",
                    user=NOBODY if root else None)
        os.chmod(bench.path(name), 0o646)
        bench.check(what, "anybody's", (OK,), "" if what == "capture" else
                    re.escape(bench.path(name)) +
                    ": warning: found a file that every user may write")
        os.chmod(bench.path(name), 0o664)
        if root:
            os.chown(bench.path(name), int(NOBODY), int(NOBODY))
        _, said = bench.check(what, "another's", (OK,))
        bench.checks.that("may write" not in said, f"{what}: {said}")
        bench.restore(name)


def check_links(bench):
    for what, name in FILES.items():
        bench.remove(name)
        os.symlink(os.path.join(bench.good, name), bench.path(name))
        if what != "config":  # its paths count from where it is found
            bench.check(what, "link", (OK,))
        bench.restore(name)


def check_cuts(bench):
    """Cut anywhere: the unit tests cut at every byte."""
    for what, name in FILES.items():
        with open(os.path.join(bench.good, name), "rb") as file:
            whole = file.read()
        step = max(1, len(whole) // 60)
        end = len(whole.rstrip())
        for size in range(0, end, step):
            bench.remove(name)
            harness.write(bench.path(name), whole[:size])
            code, said = bench.check(what, f"cut at {size}", {
                "capture": (OK, DATA_ERROR)}.get(what, (CONFIG,)))
            if code == CONFIG and size > 0:
                bench.checks.that(
                    re.search(re.escape(bench.path(name)) +
                              r":\d+:\d+: error: ", said),
                    f"{what} cut at {size}: {said}")
        bench.restore(name)


def check_twice(bench):
    """The same twice."""
    name = FILES["config"]
    text = as_lines(EVERY_KEY)
    bench.remove(name)
    harness.write(bench.path(name), text.replace(
        '"state_dir": "state"', '"state_dir": "state", "state_dir": "x"'))
    bench.check("config", "a key twice", (CONFIG,),
                r"lanterne\.yaml:\d+:\d+: error: .*state_dir")
    bench.restore(name)
    name = FILES["roster"]
    doubled = copy.deepcopy(ROSTER)
    doubled["member_list"].append({"asnum": 64500})
    bench.remove(name)
    harness.write(bench.path(name), as_lines(doubled))
    bench.check("roster", "a member twice", (OK,),
                r"members\.json:\d+:\d+: warning: .*AS64500 again")
    bench.restore(name)
    name = FILES["table"]
    bench.remove(name)
    harness.write(bench.path(name), as_lines(TABLE).replace(
        '"0200000000f1"', '"020000000001"'))
    bench.check("table", "a MAC twice", (CONFIG,),
                r"macs\.json:\d+:\d+: error: .*duplicate")
    bench.restore(name)
    path = bench.path("sflow.pcap")
    done = harness.run([bench.collector, "-c", bench.path("lanterne.yaml"),
                        "--replay", "sflow:" + path, "sflow:" + path,
                        "--totals", "-"])
    bench.checks.equal(done.returncode, OK, f"a capture twice: {done.stderr}")


def nodes(value, path=()):
    """The paths to all values within a value."""
    inner = value.items() if isinstance(value, dict) else \
        enumerate(value) if isinstance(value, list) else ()
    for key, child in inner:
        yield path + (key,)
        yield from nodes(child, path + (key,))


def with_other(value, path, other):
    """A copy in which something else stands at a path."""
    result = copy.deepcopy(value)
    inner = result
    for key in path[:-1]:
        inner = inner[key]
    before, inner[path[-1]] = inner[path[-1]], other
    return result, before


def check_types(bench, what, value, strict):
    """Something else in the place of each value."""
    name = FILES[what]
    count = 0
    for path in nodes(value):
        for other in ANYTHING:
            bad, before = with_other(value, path, other)
            if type(before) is type(other) and not isinstance(other, dict):
                continue
            bench.remove(name)
            harness.write(bench.path(name), as_lines(bad))
            wrong = strict and isinstance(other, dict) or \
                isinstance(before, dict) and what != "roster" and \
                other is not None and not isinstance(other, dict)
            code, said = bench.check(
                what, f"{path} = {other!r}", (CONFIG,) if wrong else
                (OK, CONFIG, NO_INPUT))
            if code == CONFIG:
                bench.checks.that(re.search(r":\d+:\d+: error: ", said),
                                  f"{what}: {path} = {other!r}: {said}")
            count += 1
    bench.restore(name)
    print(f"{what}: {count} values of other kinds")


def wait_for(log, words, start):
    for _ in range(400):
        with open(log, encoding="utf-8", errors="replace") as file:
            file.seek(start)
            text = file.read()
        if words in text:
            return text
        time.sleep(0.05)
    return None


def reload_with(bench, collector, log, name, make):
    """Let a running collector read a bad file, and then the good one."""
    start = os.path.getsize(log)
    bench.remove(name)
    make(bench.path(name))
    collector.send_signal(signal.SIGHUP)
    refused = wait_for(log, "reload refused", start)
    bench.restore(name)
    start = os.path.getsize(log)
    collector.send_signal(signal.SIGHUP)
    return refused, wait_for(log, "reloaded", start)


def check_reloads(bench):
    """A bad file leaves the old configuration in place, and says why."""
    log = os.path.join(bench.folder, "log")
    with open(log, "w", encoding="utf-8") as errors, subprocess.Popen(
            [bench.collector, "-c", bench.path("lanterne.yaml")],
            stderr=errors) as collector:
        try:
            bench.checks.that(wait_for(log, "listening", 0), "no start")
            for what in ("config", "roster", "table"):
                name = FILES[what]
                kinds = {k: v[0] for k, v in KINDS.items()}
                kinds["pipe"] = os.mkfifo
                for kind, make in kinds.items():
                    refused, again = reload_with(bench, collector, log, name,
                                                 make)
                    about = f"reload with {what}, {kind}"
                    bench.checks.that(refused and bench.path(name) in refused,
                                      f"{about}: not refused: {refused}")
                    bench.checks.that(again, f"{about}: not read again")
                    bench.checks.that(collector.poll() is None,
                                      f"{about}: it ended")
        finally:
            if collector.poll() is None:
                collector.send_signal(signal.SIGTERM)
        bench.checks.equal(collector.wait(timeout=60), 0, "exit")
    status = harness.read_json(bench.path("state/status.json"))
    bench.checks.equal(status["configuration"]["refused"], None,
                       "refused at the end")


def main():
    collector, simulator = sys.argv[1:3]
    checks = harness.Checks()
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(checks, collector, simulator, folder)
        for what in FILES:
            bench.check(what, "good", (OK,))
        check_kinds(bench)
        check_fifos(bench)
        check_rights(bench)
        check_links(bench)
        check_cuts(bench)
        check_twice(bench)
        check_types(bench, "config", EVERY_KEY, True)
        check_types(bench, "roster", ROSTER, False)
        check_types(bench, "table", TABLE, True)
        check_types(bench, "table", LAYER2, False)
        check_reloads(bench)
    return checks.finish()


if __name__ == "__main__":
    sys.exit(main())
