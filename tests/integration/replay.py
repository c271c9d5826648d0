#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Replay a simulated exchange and hold the result to its truth.

usage: replay.py COLLECTOR SIMULATOR

Counters and ledger exactly; every estimate within five standard deviations,
and 95 % intervals that cover what they promise. Then: the same result from
standard input and from several files, the same files on disk every time, and
no second replay over what is stored.
"""
import filecmp
import json
import os
import subprocess
import sys
import tempfile

import harness

FAMILIES = ("ipv4", "ipv6", "other")
START = 1700006400
SECONDS = 420


def balance(checks, totals, held=0):
    given, ledger = totals["input"], totals["ledger"]
    checks.equal(given["datagrams"],
                 given["accepted"] + given["malformed"] +
                 given["unsupported_version"] + given["foreign"] +
                 given["duplicates"] + given["waited"],
                 "the datagrams add up")
    checks.equal(ledger["observations"],
                 ledger["attributed"] + sum(ledger["dropped"].values()),
                 "the ledger balances")
    checks.equal(ledger["observations"] + held, given["flow_samples"],
                 "every flow sample is an observation")


def check_input(checks, totals, truth):
    given, sent = totals["input"], truth["sent"]
    dropped = totals["ledger"]["dropped"]
    balance(checks, totals)
    for key in ("datagrams", "flow_samples", "counter_samples"):
        checks.equal(given[key], sent[key], key)
    for key in ("malformed", "unsupported_version", "foreign",
                "lost_datagrams", "duplicates", "late", "other_packets"):
        checks.equal(given[key], 0, key)
    checks.equal(dropped["core_port"],
                 sent["core_ingress"] + sent["core_egress"], "core_port")
    checks.equal(totals["ledger"]["attributed"] + dropped["no_member"] +
                 dropped["egress_not_counted"] +
                 dropped["ingress_not_counted"],
                 sent["edge_ingress"] + sent["edge_egress"],
                 "the rest came in or went out at the edge")
    # Copies of floods, and both directions of the first minute.
    checks.that(dropped["egress_not_counted"] < 0.3 * sent["edge_egress"],
                f"of {sent['edge_egress']} edge egress samples "
                f"{dropped['egress_not_counted']} do not count")


def check_counters(checks, totals, truth):
    ours = {(p["switch"], p["ifindex"]): p for p in totals["ports"]}
    for port in truth["ports"]:
        mine = ours.get((port["switch"], port["ifindex"]))
        name = f"{port['switch']} {port['name']}"
        if checks.that(mine, f"{name} is missing"):
            checks.equal(mine["name"], port["name"], "a port's name")
            for key, value in port["counters"].items():
                checks.equal(mine["counters"][key], value, f"{name} {key}")


def cells_of(totals, truth):
    """Every estimate that has a truth: (name, estimate, true value)."""
    true_members = {m["asn"]: m for m in truth["members"]}
    for member in totals["members"]:
        for side in ("from_member", "to_member"):
            for family in FAMILIES:
                yield (f"AS{member['asn']} {side} {family}",
                       member[side].get(family),
                       true_members[member["asn"]][side].get(family))
    ours = {(p["from"], p["to"], p["vlan"]): p for p in totals["pairs"]}
    true = {(p["from"], p["to"], p["vlan"]): p for p in truth["pairs"]}
    for key in sorted(set(ours) | set(true)):
        for family in FAMILIES:
            yield (f"pair {key} {family}", ours.get(key, {}).get(family),
                   true.get(key, {}).get(family))


def check_estimates(checks, totals, truth):
    inside = large = 0
    for name, ours, true in cells_of(totals, truth):
        if ours is None:
            continue
        if not checks.that(true, f"{name}: out of nothing: {ours}"):
            continue
        off = abs(ours["bytes"] - true["bytes"])
        checks.that(off <= 5 * ours["ci95_bytes"] / 1.96 + 1 or
                    ours["samples"] < 20,
                    f"{name}: {ours} is too far from {true}")
        if ours["samples"] >= 100:
            large += 1
            inside += off <= ours["ci95_bytes"]
    checks.that(large >= 60, f"only {large} cells of 100 samples")
    checks.that(0.91 * large <= inside,
                f"{inside} of {large} intervals cover the truth")
    sums = [sum(f["bytes"] for m in t["members"]
                for f in m["from_member"].values()) for t in (totals, truth)]
    checks.that(0.98 < sums[0] / sums[1] < 1.02,
                f"all of {sums[1]} bytes came to {sums[0]}")
    print(f"{inside} of {large} intervals cover the truth")


def check_strangers(checks, totals, truth):
    checks.equal({u["mac"] for u in totals["unknown_macs"]},
                 {u["mac"] for u in truth["unknown_macs"]}, "unknown MACs")
    where = {(u["mac"], u["switch"], u["ifindex"])
             for u in truth["unknown_macs"]}
    for u in totals["unknown_macs"]:
        checks.that((u["mac"], u["switch"], u["ifindex"]) in where,
                    f"{u} did not come from there")
        checks.equal(u["reason"], "unknown", "its reason")


class Replays:
    def __init__(self, checks, collector, folder):
        self.checks = checks
        self.collector = collector
        self.folder = folder
        self.config = self.path("sim/config.yaml")
        self.capture = self.path("sim/capture.pcap")

    def path(self, name):
        return os.path.join(self.folder, name)

    def totals(self, captures, config=None, more=(), stdin=None):
        out = self.path("totals.json")
        harness.must([self.collector, "-c", config or self.config, "--replay",
                      *[f"sflow:{c}" for c in captures], "--totals", out,
                      *more], stdin=stdin)
        return harness.read_json(out)

    def with_state(self, name):
        config = self.path(f"{name}.yaml")
        return harness.replace_in(self.config, config, self.path("sim/state"),
                                  self.path(name))

    def by_standard_input(self, wanted):
        with open(self.capture, "rb") as file:
            piped = self.totals(["-"], stdin=file)
        self.checks.equal(piped, wanted, "totals by standard input")
        printed = harness.must([self.collector, "-c", self.config, "--replay",
                                f"sflow:{self.capture}", "--totals", "-"])
        self.checks.equal(printed.stdout,
                          open(self.path("totals.json"), "rb").read(),
                          "totals to standard output")

    def by_named_pipe(self, wanted):
        """A capture that can be read only once, though it has a name."""
        name = self.path("pipe")
        os.mkfifo(name)
        with subprocess.Popen(["cp", self.capture, name]) as feeder:
            self.checks.equal(self.totals([name]), wanted,
                              "totals by a named pipe")
        self.checks.equal(feeder.returncode, 0, "the pipe was read whole")

    def from_several_files(self, wanted):
        head, packets = harness.read_packets(self.capture)
        names = [self.path(f"part{i}.pcap") for i in range(3)]
        for i, name in enumerate(names):
            harness.write(name, head + b"".join(
                p for p in packets if harness.second_of(p) % 3 == i))
        self.checks.equal(self.totals(reversed(names)), wanted,
                          "totals of three files merged by time")

    def store_twice(self, wanted):
        states = []
        for name in ("one", "two"):
            config = self.with_state(name)
            stored = self.totals([self.capture], config, ["--store"])
            self.checks.equal(stored, wanted, "totals beside --store")
            states.append(self.path(name))
        files = [harness.files_below(s + "/rrd") for s in states]
        self.checks.equal(files[1], files[0], "the same files")
        self.checks.that(len(files[0]) > 50, "many files")
        for name in files[0]:
            pair = [os.path.join(s, "rrd", name) for s in states]
            if filecmp.cmp(*pair, shallow=False):
                continue
            dumps = [harness.must(["rrdtool", "dump", p]).stdout for p in pair]
            self.checks.equal(dumps[0], dumps[1], f"{name} dumped")
        self.check_rows(wanted, states[0])
        self.check_status(states[0])
        self.refuse_again(config, states[1])

    def check_rows(self, totals, state):
        fetched = harness.must(
            ["rrdtool", "fetch", f"{state}/rrd/exchange.rrd", "AVERAGE", "-r",
             "60", "-s", START, "-e", START + SECONDS - 1]).stdout.decode()
        lines = fetched.split("\n")
        columns = lines[0].split()
        rows = [[float(v) for v in line.split(":")[1].split()]
                for line in lines[2:] if ":" in line]
        known = [r for r in rows if r[0] == r[0]]
        self.checks.equal(len(known), SECONDS // 60, "rows of the exchange")
        sums = {c: 60 * sum(r[i] for r in known)
                for i, c in enumerate(columns)}
        for side in ("from", "to"):
            true = sum(m[f"{side}_member"].get("ipv4", {"bytes": 0})["bytes"]
                       for m in totals["members"])
            ours = sums[f"{side}_v4_bytes"]
            self.checks.that(0.995 < ours / true < 1.005,
                             f"{side}_v4_bytes: stored {ours}, total {true}")

    def check_status(self, state):
        status = harness.read_json(f"{state}/status.json")
        self.checks.equal([s["counted"] for s in status["switches"]],
                          ["both"] * 2, "verdicts")
        self.checks.equal(status["replay"]["captures"], ["capture.pcap"],
                          "captures in the status")
        self.checks.equal(status["store"]["rows_failed"], 0, "rows_failed")
        self.checks.that(START + SECONDS <= status["last_step_end"] <=
                         START + SECONDS + 60, "last_step_end")
        with open(f"{state}/directions", encoding="utf-8") as file:
            self.checks.equal(file.read(), "sw1 both\nsw2 both\n",
                              "the verdicts kept")

    def refuse_again(self, config, state):
        before = {n: os.stat(os.path.join(state, n)).st_mtime_ns
                  for n in harness.files_below(state)}
        again = harness.run([self.collector, "-c", config, "--replay",
                             f"sflow:{self.capture}", "--store"])
        self.checks.equal(again.returncode, 73, "exit of a second --store")
        self.checks.that(state.encode() in again.stderr,
                         f"it says where: {again.stderr}")
        after = {n: os.stat(os.path.join(state, n)).st_mtime_ns
                 for n in harness.files_below(state)}
        self.checks.equal(after, before, "nothing was touched")

    def without_store(self, wanted):
        config = self.with_state("untouched")
        self.checks.equal(self.totals([self.capture], config), wanted,
                          "totals again")
        self.checks.that(not os.path.exists(self.path("untouched")),
                         "a replay without --store makes no state_dir")


def check_drops(checks, collector, simulator, folder):
    """Samples that a switch dropped are counted, and counted once."""
    out = os.path.join(folder, "drops")
    harness.must([simulator, "--out", out, "--pcap", out + ".pcap",
                  "--seconds", 120, "--drops", 50, "--seed", 5])
    harness.must([collector, "-c", out + "/config.yaml", "--replay",
                  f"sflow:{out}.pcap", "--store"])
    truth = harness.read_json(out + "/truth.json")
    status = harness.read_json(out + "/state/status.json")
    found = sum(s["drops"] for s in status["switches"])
    true = truth["sent"]["dropped_samples"]
    checks.that(true > 100 and true - 20 <= found <= true,
                f"{true} samples were dropped, {found} counted")


def check_one_direction(checks, collector, simulator, folder):
    """A switch that sends one direction is counted as it is, by auto."""
    out = os.path.join(folder, "ingress")
    harness.must([simulator, "--out", out, "--pcap", out + ".pcap",
                  "--seconds", 60, "--one-direction", "ingress",
                  "--ipv6-agents", "--vlan-tagged"])
    done = harness.must([collector, "-c", out + "/config.yaml", "--replay",
                         f"sflow:{out}.pcap", "--totals", "-"])
    totals = json.loads(done.stdout)
    truth = harness.read_json(out + "/truth.json")
    balance(checks, totals)
    checks.equal(totals["ledger"]["attributed"], truth["sent"]["edge_ingress"],
                 "attributed of ingress only")
    check_counters(checks, totals, truth)


def main():
    collector, simulator = sys.argv[1:3]
    checks = harness.Checks()
    with tempfile.TemporaryDirectory() as folder:
        replays = Replays(checks, collector, folder)
        harness.must([simulator, "--out", replays.path("sim"), "--pcap",
                      replays.capture, "--seconds", SECONDS, "--rate", 4096,
                      "--start", START, "--unknown-macs", 2, "--seed", 11])
        truth = harness.read_json(replays.path("sim/truth.json"))
        totals = replays.totals([replays.capture])
        check_input(checks, totals, truth)
        check_counters(checks, totals, truth)
        check_estimates(checks, totals, truth)
        check_strangers(checks, totals, truth)
        replays.by_standard_input(totals)
        replays.by_named_pipe(totals)
        replays.from_several_files(totals)
        replays.without_store(totals)
        replays.store_twice(totals)
        check_drops(checks, collector, simulator, folder)
        check_one_direction(checks, collector, simulator, folder)
    return checks.finish()


if __name__ == "__main__":
    sys.exit(main())
