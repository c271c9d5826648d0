#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A real switch that mirrors: Open vSwitch copies real traffic to a port (SPAN)
and by ERSPAN of types II and III, and the kernel counts it.

usage: mirror_ovs.py COLLECTOR SHARED

Builds the lab of SHARED/tools/ovs-lab.sh in network namespaces and runs the
collector where the copies arrive: at the port, as a receiver of GRE, and at the
interface that GRE comes in by. What comes is taken to the last frame; what each
stores is, pair by pair, what the kernel counted at the switch's ports, but for
the edges of the count and what the switch itself had no room for.
"""
import json
import os
import subprocess
import sys
import tempfile
import time

import harness
import manager
import ovs_lab
import ovs_live

SECONDS = 6
EDGE = 5  # frames of a pair that came between the counts and their reading
LOST_BY_SWITCH = 0.03  # of a pair, in bursts of fragments
FCS, TAG = 4, 4
SENDER = "198.51.100.1"
RECEIVER = "198.51.100.2"
CONFIG = """exchange: {{ name: Lab }}
state_dir: {folder}/state
roster: {roster}
sources: [ {source} ]
switches: [ {{ name: ovs, agent: {sender} }} ]
"""
SOURCES = {
    "span": ["mirror: {{ interface: span0, switch: ovs }}"],
    "erspan": [f"erspan: {{{{ listen: {RECEIVER}, switch: ovs }}}}",
               "mirror: {{ interface: ersp0, switch: ovs }}"],
}


class Collector:
    def __init__(self, program, folder, roster, source):
        os.makedirs(folder)
        self.program, self.folder, self.source = program, folder, source
        config = harness.write(
            folder + "/config.yaml",
            CONFIG.format(folder=folder, roster=roster, sender=SENDER,
                          source="{ " + source.format() + " }"))
        self.log = folder + "/log"
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                ["ip", "netns", "exec", "ixl-col", program, "-c", config],
                stderr=log)
        manager.wait_for(lambda: "confined" in self.said() or
                         self.process.poll() is not None, 20)

    def said(self):
        with open(self.log, encoding="utf-8", errors="replace") as file:
            return file.read()

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
        try:
            return self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return "no end"

    def arrived(self):
        """What the kernel says came by the interface; None of a receiver."""
        if "interface" not in self.source:
            return None
        name = self.source.split("interface: ")[1].split(",")[0]
        path = f"/sys/class/net/{name}/statistics/rx_packets"
        done = harness.must(["ip", "netns", "exec", "ixl-col", "cat", path])
        return int(done.stdout)

    def pairs(self, macs):
        """Bytes and packets by the ends' addresses and family, without check
        sequence and tag."""
        sums = {}
        first = ovs_live.FIRST_ASN
        for (one, other, vlan, family), cell in harness.stored_pairs(
                self.program, self.folder + "/state").items():
            key = (macs[one - first], macs[other - first], family)
            old = sums.get(key, (0, 0))
            more = FCS + (TAG if vlan else 0)
            sums[key] = (old[0] + cell[0] - more * cell[1], old[1] + cell[1])
        return sums


def compare(checks, what, got, truth):
    """Per pair; the truth has tags nowhere."""
    packets = octets = 0
    for key, (wanted, wanted_octets) in sorted(truth.items()):
        found_octets, found = got.get(key, (0, 0))
        packets += found
        octets += found_octets
        lost = EDGE + LOST_BY_SWITCH * wanted
        checks.that(-EDGE <= wanted - found <= lost,
                    f"{what}: {key}: {found} packets, expected {wanted}")
        if found == wanted:
            checks.equal(found_octets, wanted_octets, f"{what}: {key}: bytes")
    print(f"{what}: {packets} packets, {octets} bytes; the kernel counted "
          f"{sum(p for p, _ in truth.values())} and "
          f"{sum(o for _, o in truth.values())}")
    checks.that(packets > 1000, f"{what}: too little traffic")


def try_mirror(checks, program, lab, folder, kind, arguments):
    """Turn a mirror on, send, and compare all that receive it."""
    name = "-".join(arguments)
    lab(*arguments)
    before = json.loads(lab("truth"))
    macs = sorted(before["macs"].values())
    os.makedirs(f"{folder}/{name}")
    ovs_live.write_files(f"{folder}/{name}", macs)
    collectors = [
        Collector(program, f"{folder}/{name}/{i}",
                  f"{folder}/{name}/roster.json", source)
        for i, source in enumerate(SOURCES[kind])]
    try:
        arrived = [c.arrived() for c in collectors]
        before = json.loads(lab("truth"))
        lab("traffic", str(SECONDS))
        after = json.loads(lab("truth"))
        time.sleep(0.5)
        arrived = [now and now - before_it for now, before_it in
                   zip([c.arrived() for c in collectors], arrived)]
    finally:
        codes = [c.stop() for c in collectors]
    lab(arguments[0], "off")
    truth = ovs_live.truth_difference(before, after)
    for collector, code, came in zip(collectors, codes, arrived):
        what = f"{name}, {collector.source.split(':')[0]}"
        if not checks.equal(code, 0, f"{what}: exit: {collector.said()}"):
            continue
        status = harness.read_json(collector.folder + "/state/status.json")
        given = status["input"]
        checks.equal((given["ring_drops"], given["socket_drops"]), (0, 0),
                     f"{what}: drops")
        checks.equal((given["erspan_malformed"], given["erspan_unknown"],
                      given["frames_merged"]), (0, 0, 0),
                     f"{what}: faults")
        checks.that(given["frames_lost"] <= LOST_BY_SWITCH * given["frames"],
                    f"{what}: {given['frames_lost']} lost by their numbers")
        taken = given["mirrored_packets"]
        checks.that(came is None or 0 <= taken - came <= EDGE,
                    f"{what}: {taken} packets, {came} came")
        compare(checks, what, collector.pairs(macs), truth)


def main():
    program, shared = sys.argv[1:3]
    checks = harness.Checks()
    with tempfile.TemporaryDirectory() as folder, \
            ovs_lab.Lab(shared, folder, "-n", "4") as lab:
        for kind, arguments in (("span", ("span", "on")),
                                ("erspan", ("erspan", "1")),
                                ("erspan", ("erspan", "2"))):
            try_mirror(checks, program, lab, folder, kind, arguments)
    return checks.finish()


if __name__ == "__main__":
    sys.exit(main())
