#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The collector live on loopback, beside a simulated exchange.

usage: live.py COLLECTOR SIMULATOR

Every datagram that was sent is received or counted as dropped; strangers are
counted and listed; a second collector is turned away; signals end it cleanly
with everything written; verdicts outlive it.
"""
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time

import harness

UNAVAILABLE = 69
LIVE_SECONDS = 14
BURST = 20000


def wait_for(condition, seconds, what):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = condition()
        if found:
            return found
        time.sleep(0.05)
    sys.exit(f"gave up after {seconds} s: {what}")


class Collector:
    """A running collector, with what it says in a file."""

    def __init__(self, program, config, log):
        self.log = log
        with open(log, "wb") as file:
            self.process = subprocess.Popen([program, "-c", config],
                                            stderr=file)
        wait_for(lambda: "listening" in self.said() or
                 self.process.poll() is not None, 20, "to listen")

    def said(self):
        with open(self.log, encoding="utf-8", errors="replace") as file:
            return file.read()

    def stop(self, sign=signal.SIGTERM):
        self.process.send_signal(sign)
        try:
            return self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return "no end within 30 s"


def sflow(agent, sequence):
    """A datagram without samples."""
    return struct.pack(">II4sIIII", 5, 1, socket.inet_aton(agent), 0,
                       sequence, 1000, 0)


def send(port, source, datagrams):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.bind((source, 0))
        for datagram in datagrams:
            s.sendto(datagram, ("127.0.0.1", port))
    return len(datagrams)


class Exchange:
    def __init__(self, checks, collector, simulator, folder):
        self.checks = checks
        self.collector = collector
        self.simulator = simulator
        self.folder = folder
        self.port = harness.free_port()
        self.config = folder + "/sim/config.yaml"
        self.state = folder + "/sim/state"
        self.simulate()

    def simulate(self, *more):
        harness.must([self.simulator, "--out", self.folder + "/sim",
                      "--listen", f"127.0.0.1:{self.port}", *more])

    def start(self, name="log", config=None):
        return Collector(self.collector, config or self.config,
                         f"{self.folder}/{name}")

    def status(self):
        return harness.read_json(self.state + "/status.json")

    def first_run(self):
        collector = self.start()
        self.checks.that(collector.process.poll() is None, collector.said())
        sent = send(self.port, "127.0.0.2",
                    [sflow("192.0.2.1", i) for i in range(1, 6)])
        sent += send(self.port, "127.0.0.1", [sflow("198.51.100.7", 1),
                                              b"no sFlow", b"",
                                              struct.pack(">I", 4)])
        self.turn_away()
        self.turn_replay_away()
        self.simulate("--live", f"127.0.0.1:{self.port}", "--seconds",
                      str(LIVE_SECONDS))
        truth = harness.read_json(self.folder + "/sim/truth.json")
        sent += truth["sent"]["datagrams"]
        sent += self.stop_amid_a_burst(collector)
        self.check_status(self.status(), truth, sent)

    def turn_away(self):
        """Neither the state_dir nor the address is to be had twice."""
        second = self.start("second")
        self.checks.equal(second.process.wait(10), UNAVAILABLE,
                          "exit of a second collector")
        self.checks.that("another collector" in second.said() and
                         self.state in second.said(),
                         f"it said {second.said()!r}")
        elsewhere = harness.replace_in(
            self.config, self.folder + "/sim/elsewhere.yaml", self.state,
            self.state + "2")
        third = self.start("third", elsewhere)
        self.checks.equal(third.process.wait(10), UNAVAILABLE,
                          "exit when the address is in use")
        self.checks.that(str(self.port) in third.said(),
                         f"it said {third.said()!r}")

    def turn_replay_away(self):
        """Nor may a replay write where a collector is at work."""
        harness.must([self.simulator, "--out", self.folder + "/past",
                      "--pcap", self.folder + "/past.pcap", "--seconds", 10])
        before = harness.files_below(self.state + "/rrd")
        done = harness.run([self.collector, "-c", self.config, "--replay",
                            f"sflow:{self.folder}/past.pcap", "--store"])
        self.checks.equal(done.returncode, UNAVAILABLE,
                          "exit of a replay beside a collector")
        self.checks.that(b"another collector" in done.stderr,
                         f"it said {done.stderr}")
        self.checks.equal(harness.files_below(self.state + "/rrd"), before,
                          "files after it")

    def stop_amid_a_burst(self, collector):
        """What waits in the socket when the signal comes is taken too."""
        process = collector.process
        process.send_signal(signal.SIGSTOP)
        sent = send(self.port, "127.0.0.2",
                    [sflow("192.0.2.1", i) for i in range(BURST)])
        process.send_signal(signal.SIGTERM)
        process.send_signal(signal.SIGCONT)
        self.checks.equal(process.wait(30), 0, "exit after SIGTERM")
        self.checks.that("stopped" in collector.said(), collector.said())
        return sent

    def check_status(self, status, truth, sent):
        given = status["input"]
        dropped = given["socket_drops"]
        self.checks.equal(given["datagrams"] + dropped, sent,
                          f"received and {dropped} dropped")
        self.checks.equal(given["datagrams"],
                          given["accepted"] + given["malformed"] +
                          given["unsupported_version"] + given["foreign"] +
                          given["duplicates"] + given["waited"],
                          "the datagrams add up")
        ledger = status["ledger"]
        self.checks.equal(ledger["observations"], ledger["attributed"] +
                          sum(ledger["dropped"].values()), "the ledger")
        self.checks.equal(given["malformed"], 1, "malformed (empty)")
        self.checks.equal(given["unsupported_version"], 2, "not version 5")
        if dropped:
            return
        self.checks.equal(given["foreign"], BURST + 6, "foreign")
        self.checks.equal(given["flow_samples"], truth["sent"]["flow_samples"],
                          "flow samples")
        self.checks.equal(ledger["dropped"]["core_port"],
                          truth["sent"]["core_ingress"] +
                          truth["sent"]["core_egress"], "core_port")
        refused = {(r["source"], r["agent"]): r["datagrams"]
                   for r in status["refused"]}
        self.checks.equal(refused, {("127.0.0.2", "192.0.2.1"): BURST + 5,
                                    ("127.0.0.1", "198.51.100.7"): 1},
                          "the refused")
        self.checks.equal([s["counted"] for s in status["switches"]],
                          ["both", "both"], "verdicts")
        self.checks.equal(status["replay"], None, "replay")
        self.checks.equal(status["sources"][0]["listen"],
                          f"127.0.0.1:{self.port}", "the source")

    def second_run(self):
        with open(self.state + "/directions", encoding="utf-8") as file:
            self.checks.equal(file.read(), "sw1 both\nsw2 both\n",
                              "the verdicts kept")
        before = self.status()["written"]
        collector = self.start("again")
        wait_for(lambda: self.status()["written"] > before, 15,
                 "a new status")
        self.checks.equal([s["counted"] for s in self.status()["switches"]],
                          ["both", "both"], "verdicts after a restart")
        self.checks.equal(collector.stop(signal.SIGINT), 0,
                          "exit after SIGINT")

    def third_run(self):
        """An end that was asked for does not wait for reloads."""
        collector = self.start("ended")
        for sign in (signal.SIGSTOP, signal.SIGHUP, signal.SIGTERM,
                     signal.SIGCONT):
            collector.process.send_signal(sign)
        self.checks.equal(collector.process.wait(30), 0,
                          "exit after SIGHUP and SIGTERM")
        self.checks.that("reloaded" not in collector.said(),
                         collector.said())


def stop_replay(checks, collector, simulator, folder):
    """A replay whose input does not end is ended by SIGTERM, with totals."""
    out = folder + "/slow"
    harness.must([simulator, "--out", out, "--pcap", out + "/capture.pcap",
                  "--seconds", 10])
    with open(out + "/capture.pcap", "rb") as file:
        half = file.read()
    half = half[:len(half) // 2]
    process = subprocess.Popen(
        [collector, "-c", out + "/config.yaml", "--replay", "sflow:-",
         "--totals", out + "/totals.json"], stdin=subprocess.PIPE,
        stderr=subprocess.PIPE)
    process.stdin.write(half)
    process.stdin.flush()
    time.sleep(0.5)
    process.send_signal(signal.SIGTERM)
    try:
        code = process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
        code = "no end within 5 s"
    process.stdin.close()
    if checks.equal(code, 0, "exit of a stopped replay"):
        totals = harness.read_json(out + "/totals.json")
        checks.that(totals["input"]["accepted"] > 10, "totals of its half")
    process.stderr.close()


def main():
    collector, simulator = sys.argv[1:3]
    checks = harness.Checks()
    with tempfile.TemporaryDirectory() as folder:
        stop_replay(checks, collector, simulator, folder)
        exchange = Exchange(checks, collector, simulator, folder)
        exchange.first_run()
        exchange.second_run()
        exchange.third_run()
    return checks.finish()


if __name__ == "__main__":
    sys.exit(main())
