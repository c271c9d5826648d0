#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""IXP Manager's tree of a simulated exchange, held to what was counted.

usage: ixp_tree.py COLLECTOR SIMULATOR

A capture of half an hour, in the middle of which the switches fall silent, is
replayed with --store. Every file of the tree is read by rrdtool: its rows sum
up to the pairs of --totals to the byte, are near the simulator's truth, are
zero for the idle and unknown in the outage. The tree is the same every time,
goes on in a second capture, and is refused for a time that it holds already.
"""
import json
import math
import os
import re
import subprocess
import sys
import tempfile

import harness

START = 1700006400
SECONDS = 1800
STEP = 300
WINDOWS = SECONDS // STEP
OUTAGE = range(2, 4)  # windows without any datagram
FILE_SIZE = 185312
TAG = 100
PROTOCOLS = ("ipv4", "ipv6")
UNITS = {"bytes": "bytes", "pkts": "packets"}
CONFIG = """
ixp_manager: {{ tree: {tree}, interfaces: ids.json }}
"""


def number_interfaces(folder):
    """Ids for all VLAN interfaces of the roster; asn -> its ids."""
    roster = harness.read_json(os.path.join(folder, "roster.json"))
    by_mac, by_asn, number = {}, {}, 6
    for member in roster["member_list"]:
        for connection in member["connection_list"]:
            for presence in connection["vlan_list"]:
                number += 1
                by_asn.setdefault(member["asnum"], []).append(number)
                for family in PROTOCOLS:
                    for mac in presence.get(family, {}).get(
                            "mac_addresses", []):
                        by_mac[mac.replace(":", "")] = number
    harness.write(folder + "/ids.json",
                  json.dumps({"1": {str(TAG): by_mac},
                              "2": {str(TAG): {"0200000000fe": 3}}}))
    return by_asn


def cut(capture, to, wanted):
    head, packets = harness.read_packets(capture)
    return harness.write(to, head + b"".join(
        p for p in packets if wanted(harness.second_of(p) - START)))


class Tree:
    """The files of a tree, with the rows that rrdtool finds in them."""

    def __init__(self, root, windows=WINDOWS):
        self.root = root
        self.windows = windows
        self.files = {}
        self.names = harness.files_below(root)
        reader = subprocess.run(
            ["rrdtool", "-"], stdout=subprocess.PIPE, check=True,
            input="".join(
                f"fetch {root}/{name} AVERAGE -r {STEP} -s {START} "
                f"-e {START + windows * STEP - 1}\n"
                for name in self.names).encode()).stdout.decode()
        for name, text in zip(self.names, re.split(r"OK u:.*\n", reader)):
            rows = [tuple(float(v) for v in line.split(":")[1].split())
                    for line in text.split("\n")[2:] if ":" in line]
            self.files[name] = rows

    def rows(self, protocol, unit, kind, *ids):
        where = f"{protocol}/{unit}/{kind}"
        if kind == "aggregate":
            name = f"{where}/{kind}.{protocol}.{unit}.vlan{ids[0]:05d}.rrd"
        elif kind == "individual":
            name = f"{where}/{kind}.{protocol}.{unit}.src-{ids[0]:05d}.rrd"
        else:
            name = (f"{where}/src-{ids[0]:05d}/{kind}.{protocol}.{unit}."
                    f"src-{ids[0]:05d}.dst-{ids[1]:05d}.rrd")
        return self.files.get(name)


def total(rows, side):
    return STEP * sum(r[side] for r in rows or [] if not math.isnan(r[side]))


def same(a, b):
    return abs(a - b) <= 1e-9 * max(a, b) + 1e-3


def check_files(checks, tree, ids):
    """Which files there are, how large, and what stands in the outage."""
    all_ids = sorted(i for own in ids.values() for i in own)
    pattern = re.compile(
        r"(ipv[46])/(bytes|pkts)/(?:aggregate/aggregate\.\1\.\2\.vlan00100|"
        r"individual/individual\.\1\.\2\.src-\d{5}|"
        r"p2p/(src-\d{5})/p2p\.\1\.\2\.\3\.dst-\d{5})\.rrd")
    checks.that(len(tree.names) > 400, f"only {len(tree.names)} files")
    for name in tree.names:
        checks.that(pattern.fullmatch(name), f"a file {name}")
        checks.equal(os.path.getsize(os.path.join(tree.root, name)),
                     FILE_SIZE, f"size of {name}")
        rows = tree.files[name]
        first = next(i for i, r in enumerate(rows) if not math.isnan(r[0]))
        unknown = [i for i, r in enumerate(rows) if math.isnan(r[0])]
        checks.equal([i for i in unknown if i > first and i not in OUTAGE],
                     [], f"{name}: unknown outside the outage")
        checks.that(all(i in unknown for i in OUTAGE),
                    f"{name}: known in the outage")
    for protocol in PROTOCOLS:
        for unit in UNITS:
            checks.that(all(tree.rows(protocol, unit, "individual", i)
                            for i in all_ids), "each interface has a file")
            for name in tree.names:
                found = re.search(rf"^{protocol}/{unit}/p2p.*src-(\d+)\.dst-"
                                  r"(\d+)\.rrd$", name)
                if found:
                    checks.that(tree.rows(protocol, unit, "p2p",
                                          int(found[2]), int(found[1])),
                                f"{name} without the other order")


def pairs_of(tree, ids, protocol, unit):
    """(from, to) -> what both orders of its file say was sent."""
    for a in ids:
        for b in ids:
            rows = a != b and tree.rows(protocol, unit, "p2p", a, b)
            if rows:
                yield (a, b), total(rows, 1), total(
                    tree.rows(protocol, unit, "p2p", b, a), 0)


def check_sums(checks, tree, ids, totals):
    """To the byte: what was counted is what stands there."""
    asn_of = {i: asn for asn, own in ids.items() for i in own}
    counted = {(p["from"], p["to"]): p for p in totals["pairs"]}
    compared = 0
    for protocol in PROTOCOLS:
        for unit, key in UNITS.items():
            sums, sent, got = {}, {}, {}
            for (a, b), out, back in pairs_of(tree, asn_of, protocol, unit):
                checks.that(same(out, back), f"{a} -> {b}: {out}, {back}")
                ends = (asn_of[a], asn_of[b])
                sums[ends] = sums.get(ends, 0) + out
                sent[a] = sent.get(a, 0) + out
                got[b] = got.get(b, 0) + out
            for ends in set(sums) | set(counted):
                wanted = counted.get(ends, {}).get(protocol, {}).get(key, 0)
                if ends[0] == ends[1] and len(ids[ends[0]]) < 2:
                    continue  # from one interface to itself
                compared += wanted > 0
                checks.that(same(sums.get(ends, 0), wanted),
                            f"{protocol} {unit} {ends}: "
                            f"{sums.get(ends, 0)}, counted {wanted}")
            for i in asn_of:
                rows = tree.rows(protocol, unit, "individual", i)
                checks.that(same(total(rows, 0), sent.get(i, 0)) and
                            same(total(rows, 1), got.get(i, 0)),
                            f"{protocol} {unit} individual {i}")
            rows = tree.rows(protocol, unit, "aggregate", TAG)
            checks.that(all(r[0] == r[1] or math.isnan(r[0]) for r in rows),
                        "aggregate: in is out")
            checks.that(same(total(rows, 0), sum(sent.values())),
                        f"{protocol} {unit} aggregate")
    checks.that(compared > 200, f"only {compared} pairs compared")


def check_truth(checks, tree, ids, truth, totals):
    """And that is near what was really sent."""
    errors = {(p["from"], p["to"], f): p[f]["ci95_bytes"] / 1.96
              for p in totals["pairs"] for f in PROTOCOLS
              if p.get(f, {}).get("samples", 0) >= 100}
    near = 0
    for pair in truth["pairs"]:
        ends = (pair["from"], pair["to"])
        for protocol in PROTOCOLS:
            true = pair.get(protocol, {}).get("bytes", 0)
            stored = sum(total(tree.rows(protocol, "bytes", "p2p", a, b), 1)
                         for a in ids[ends[0]] for b in ids[ends[1]]
                         if a != b)
            error = errors.get((*ends, protocol))
            if error is None:
                continue
            near += 1
            checks.that(abs(stored - true) < 5 * error,
                        f"{ends} {protocol}: {stored}, really {true}")
    checks.that(near > 10, f"only {near} pairs with samples enough")


def check_idle(checks, tree):
    """Zeros from the first traffic on, and nothing before."""
    idle = sum(r == (0, 0) for name in tree.names if "/p2p/" in name
               for r in tree.files[name])
    late = sum(math.isnan(tree.files[name][0][0]) for name in tree.names
               if "/p2p/" in name)
    checks.that(idle > 20, f"only {idle} windows of silent pairs")
    checks.that(late > 3, f"only {late} pairs that begin later")


class Bench:
    def __init__(self, checks, collector, simulator, folder):
        self.checks = checks
        self.collector = collector
        self.folder = folder
        self.sim = folder + "/sim"
        harness.must([simulator, "--out", self.sim, "--pcap",
                      folder + "/all.pcap", "--seconds", SECONDS, "--rate",
                      4096, "--start", START, "--seed", 21, "--slice", 1,
                      "--one-direction", "ingress"])
        self.truth = harness.read_json(self.sim + "/truth.json")
        self.ids = number_interfaces(self.sim)
        self.plain = self.sim + "/config.yaml"

    def config(self, state, tree):
        name = f"{self.sim}/{state}-{tree}.yaml"
        harness.replace_in(self.plain, name, self.sim + "/state",
                           f"{self.folder}/{state}")
        with open(name, "a", encoding="utf-8") as file:
            file.write(CONFIG.format(tree=f"{self.folder}/{tree}"))
        return name

    def replay(self, config, capture, code=0):
        done = harness.run([self.collector, "-c", config, "--replay",
                            f"sflow:{capture}", "--store", "--totals",
                            self.folder + "/totals.json"])
        self.checks.equal(done.returncode, code, f"exit: {done.stderr}")
        return harness.read_json(self.folder + "/totals.json") \
            if code == 0 else done.stderr.decode()

    def whole(self):
        """All of it, without an outage, against the truth."""
        totals = self.replay(self.config("s0", "t0"),
                             self.folder + "/all.pcap")
        tree = Tree(self.folder + "/t0")
        check_sums(self.checks, tree, self.ids, totals)
        check_truth(self.checks, tree, self.ids, self.truth, totals)
        status = harness.read_json(self.folder + "/s0/status.json")
        self.checks.equal(
            {k: v for k, v in status["ixp_manager"].items()
             if k not in ("rows_written", "pairs", "windows")},
            {k: 0 for k in ("windows_unknown", "windows_dropped", "rows_old",
                            "rows_failed", "files_behind", "pairs_aged", "samples_refused",
                            "samples_without_id", "interfaces_without_id")}
            | {"windows_unknown": status["ixp_manager"]["windows_unknown"]},
            "counters")

    def outage(self):
        part = cut(self.folder + "/all.pcap", self.folder + "/part.pcap",
                   lambda s: s // STEP not in OUTAGE)
        totals = self.replay(self.config("s1", "t1"), part)
        tree = Tree(self.folder + "/t1")
        check_files(self.checks, tree, self.ids)
        check_sums(self.checks, tree, self.ids, totals)
        check_idle(self.checks, tree)
        self.replay(self.config("s2", "t2"), part)
        again = Tree(self.folder + "/t2")
        self.checks.equal(again.names, tree.names, "the same files")
        self.checks.equal(repr(again.files), repr(tree.files), "and rows")

    def in_two_parts(self):
        """A second run goes on where the first one ended."""
        half = WINDOWS // 2 * STEP
        first = cut(self.folder + "/all.pcap", self.folder + "/first.pcap",
                    lambda s: s < half)
        second = cut(self.folder + "/all.pcap", self.folder + "/second.pcap",
                     lambda s: s >= half)
        config = self.config("s3", "t3")
        self.replay(config, first)
        self.replay(config, second)
        tree, whole = Tree(self.folder + "/t3"), Tree(self.folder + "/t0")
        self.checks.equal(tree.names, whole.names, "files of two parts")
        for name in tree.names:
            for i, (a, b) in enumerate(zip(tree.files[name],
                                           whole.files[name])):
                # at the cut a datagram may be a second late
                self.checks.that(
                    repr(a) == repr(b) or i in (half // STEP - 1,
                                                half // STEP),
                    f"{name}, window {i}: {a}, in one part {b}")
        said = self.replay(self.config("s4", "t3"), first, code=73)
        self.checks.that("IXP Manager's tree holds already" in said,
                         f"said {said}")

    def cannot_write(self):
        harness.write(self.folder + "/t5", "a file")
        said = self.replay(self.config("s5", "t5"),
                           self.folder + "/first.pcap", code=74)
        self.checks.that("IXP Manager's tree could not be stored" in said,
                         f"said {said}")
        self.checks.equal(harness.files_below(self.folder + "/s5/rrd"),
                          harness.files_below(self.folder + "/s3/rrd"),
                          "our own files are there all the same")


def main():
    checks = harness.Checks()
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(checks, *sys.argv[1:3], folder)
        bench.whole()
        bench.outage()
        bench.in_two_parts()
        bench.cannot_write()
    return checks.finish()


if __name__ == "__main__":
    sys.exit(main())
