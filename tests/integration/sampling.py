#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What is wrong with a switch's samples is found, named, and nothing else.

usage: sampling.py COLLECTOR SIMULATOR

A simulated exchange whose samples are spoilt at one port: the status file of
the collector says which one it is.
"""
import os
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "bench"))
sys.path.insert(0, HERE)
import accuracy  # noqa: E402
import harness  # noqa: E402

SECONDS = 2400
PORT = accuracy.FIRST_PORT + 2 * accuracy.PORT_STEP
LOST = 0.12


def at_port(flow):
    return flow.source == PORT


def whole(start):
    del start
    return None


def congested(start):
    """Of the frames that should leave by the port some do not."""
    del start
    random = accuracy.Random(7)
    return accuracy.only(lambda flow, at, agent: not flow.is_egress() or
                         not at_port(flow) or
                         random.below(1000) >= 1000 * LOST)


def unsampled(start):
    """The port's egress is sampled no more."""
    return accuracy.only(lambda flow, at, agent: not flow.is_egress() or
                         not at_port(flow) or at < start + 600)


def liar(start):
    """The port samples half of what its rate says."""
    del start

    def change(flow):
        if at_port(flow):
            flow.rate *= 2
        return flow
    return lambda payload, at, agent: accuracy.rewrite(payload, change)


class Sampling:
    def __init__(self, checks, programs):
        self.checks = checks
        self.collector, self.simulator = programs

    def status(self, spoil):
        with tempfile.TemporaryDirectory() as folder:
            harness.must([self.simulator, "--out", folder, "--pcap",
                          folder + "/sent.pcap", "--members", 12, "--traffic",
                          "1G", "--rate", 512, "--seconds", SECONDS,
                          "--switches", 1])
            truth = harness.read_json(folder + "/truth.json")
            change = spoil(truth["from"])
            if change:
                accuracy.rewrite_capture(folder + "/sent.pcap",
                                         folder + "/spoilt.pcap", change)
                os.replace(folder + "/spoilt.pcap", folder + "/sent.pcap")
            harness.must([self.collector, "-c", folder + "/config.yaml",
                          "--replay", f"sflow:{folder}/sent.pcap", "--store"])
            status = harness.read_json(folder + "/state/status.json")
        self.name = next(p["name"] for p in status["ports"]
                         if p["ifindex"] == PORT)
        return status

    def names(self, entries):
        return [(entry["port"], entry.get("way") or entry.get("side"))
                for entry in entries]

    def drifts(self, status):
        return sorted(
            (port["name"], way, port[f"{way}_calibration"]["drift"])
            for port in status["ports"] for way in ("in", "out")
            if (port[f"{way}_calibration"] or {}).get("drift", "none")
            != "none")

    def nothing_is_found_where_nothing_is_wrong(self):
        status = self.status(whole)
        self.checks.equal(status["losses"], [], "losses")
        self.checks.equal(status["pair_losses"], [], "losses of pairs")
        self.checks.equal(status["sides_shut"], [], "sides shut")
        self.checks.equal(self.drifts(status), [], "drifts")
        known = [port[f"{way}_calibration"] for port in status["ports"]
                 for way in ("in", "out") if port[f"{way}_calibration"]]
        inside = sum(abs(k["ratio"] - 1) <= k["ci95"] for k in known)
        self.checks.that(len(known) >= 16, f"{len(known)} compared")
        self.checks.that(inside >= 0.8 * len(known),
                         f"{inside} of {len(known)} within chance")

    def loss_between_the_sides_is_measured(self):
        status = self.status(congested)
        self.checks.equal(self.names(status["losses"]),
                          [(self.name, "to_member")], "losses")
        for loss in status["losses"]:
            self.checks.that(abs(loss["share"] - LOST) <= 2 * loss["ci95"],
                             f"{loss}, expected a share of {LOST}")
        receivers = {pair["to"] for pair in status["pair_losses"]}
        self.checks.that(len(receivers) == 1, f"pairs to {receivers}")
        self.checks.equal(status["sides_shut"], [], "sides shut")
        self.checks.equal(self.drifts(status), [(self.name, "out", "low")],
                          "drifts")

    def a_side_that_is_not_sampled_is_shut(self):
        status = self.status(unsampled)
        self.checks.equal(self.names(status["sides_shut"]),
                          [(self.name, "egress")], "sides shut")
        self.checks.equal(status["losses"], [], "losses")
        self.checks.equal(self.drifts(status), [(self.name, "out", "low")],
                          "drifts")

    def a_rate_that_is_not_so_is_a_drift(self):
        status = self.status(liar)
        self.checks.equal(self.drifts(status),
                          [(self.name, "in", "high"),
                           (self.name, "out", "high")], "drifts")


def main():
    checks = harness.Checks()
    sampling = Sampling(checks, sys.argv[1:3])
    sampling.nothing_is_found_where_nothing_is_wrong()
    sampling.loss_between_the_sides_is_measured()
    sampling.a_side_that_is_not_sampled_is_shut()
    sampling.a_rate_that_is_not_so_is_a_drift()
    return checks.finish()


if __name__ == "__main__":
    sys.exit(main())
