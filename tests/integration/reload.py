#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A hundred reloads a second under traffic lose nothing.

usage: reload.py COLLECTOR SIMULATOR

Sends simulated datagrams over loopback while the collector is told to read its
configuration anew all the time: the same one, one in which a member has left
and come back, and broken ones and one with another source, which must leave
the old one in place and say why. At the end every datagram is accounted for and
the books balance.
"""
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time

import harness

SECONDS = 6
DATAGRAMS_PER_SECOND = 2000


def replace(path, text):
    with open(path + ".new", "w", encoding="utf-8") as file:
        file.write(text)
    os.rename(path + ".new", path)


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def status_of(workdir, condition, what):
    """Wait until the status file fulfils a condition."""
    path = os.path.join(workdir, "state", "status.json")
    for _ in range(300):
        if os.path.exists(path):
            status = json.loads(read(path))
            if condition(status):
                return status
        time.sleep(0.1)
    raise AssertionError(f"never seen in the status: {what}")


def refuse_another_source(collector, config, workdir):
    """Sockets are opened at the start: what is written later waits."""
    text = read(config)
    replace(config, text.replace("sources:\n", "sources:\n  - erspan: {}\n"))
    collector.send_signal(signal.SIGHUP)
    status_of(workdir, lambda s: "sources changed: restart for that" in
              (s["configuration"]["problem"] or ""), "a refused source")
    replace(config, text)


def storm(collector, config, roster, whole):
    """Reload 100 times a second, with another file each time."""
    shrunk = json.loads(whole)
    shrunk["member_list"] = shrunk["member_list"][1:]
    rosters = (whole, json.dumps(shrunk), whole[:len(whole) // 2])
    count = 0
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        replace(roster, rosters[count % len(rosters)])
        collector.send_signal(signal.SIGHUP)
        count += 1
        time.sleep(0.005)
    replace(roster, whole)
    replace(config, read(config) + "\nnonsense: 1\n")
    time.sleep(0.2)
    collector.send_signal(signal.SIGHUP)
    return count


def main():
    program, simulator = sys.argv[1:3]
    port = harness.free_port()
    with tempfile.TemporaryDirectory() as workdir:
        arguments = [simulator, "--out", workdir, "--members", "12",
                     "--rate", "64", "--traffic", "2G",
                     "--listen", f"127.0.0.1:{port}"]
        subprocess.run(arguments, check=True)
        config = os.path.join(workdir, "config.yaml")
        roster = os.path.join(workdir, "roster.json")
        whole = read(roster)
        own = os.path.join(workdir, "own.yaml")
        replace(own, read(config).replace(
            roster, os.path.join(workdir, "own.json")))
        own_roster = os.path.join(workdir, "own.json")
        replace(own_roster, whole)
        with open(os.path.join(workdir, "log"), "w",
                  encoding="utf-8") as log:
            collector = subprocess.Popen([program, "-c", own], stderr=log)
            sender = None
            try:
                status_of(workdir, lambda s: s["version"] == 1, "the start")
                refuse_another_source(collector, own, workdir)
                sender = subprocess.Popen(
                    arguments + ["--live", f"127.0.0.1:{port}",
                                 "--datagrams-per-second",
                                 str(DATAGRAMS_PER_SECOND),
                                 "--seconds", str(SECONDS + 2)])
                reloads = storm(collector, own, own_roster, whole)
                if sender.wait(timeout=120) != 0:
                    raise AssertionError("the simulator failed")
                sender = None
                refused = status_of(
                    workdir, lambda s: s["configuration"]["refused"],
                    "a refused reload")
                collector.send_signal(signal.SIGTERM)
                code = collector.wait(timeout=30)
            finally:
                for process in (collector, sender):
                    if process and process.poll() is None:
                        process.kill()
                        process.wait()
        if code != 0:
            print(read(os.path.join(workdir, "log"))[-2000:])
            raise AssertionError(f"the collector ended with {code}")
        status = json.loads(read(os.path.join(workdir, "state", "status.json")))
        truth = json.loads(read(os.path.join(workdir, "truth.json")))
        problem = refused["configuration"]["problem"]
        given, ledger = status["input"], status["ledger"]
        sent = truth["sent"]
        print(f"{reloads} reloads, sent {sent['datagrams']} datagrams, "
              f"received {given['datagrams']}, kernel drops "
              f"{given['socket_drops']}")
        assert re.search(r"own\.yaml:\d+:\d+: error: .*nonsense", problem), \
            problem
        assert sent["datagrams"] == given["datagrams"] + given["socket_drops"]
        assert given["datagrams"] == given["accepted"]
        if given["socket_drops"] == 0:
            assert given["flow_samples"] == sent["flow_samples"]
            assert given["lost_datagrams"] == 0
        assert ledger["observations"] == given["flow_samples"]
        assert ledger["observations"] == ledger["attributed"] + \
            sum(ledger["dropped"].values())
        assert ledger["attributed"] > 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
