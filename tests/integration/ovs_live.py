#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A real exporter: Open vSwitch samples real traffic, the kernel counts it.

usage: ovs_live.py COLLECTOR SHARED

Builds the lab of SHARED/tools/ovs-lab.sh in network namespaces, runs the
collector where the datagrams arrive, and compares every pair's estimate with
what the kernel counted at the switch's ports: within the 95 % interval for
nearly all, within five standard deviations for each.
"""
import json
import os
import signal
import subprocess
import sys
import tempfile
import time

import ovs_lab

SECONDS = 12
SAMPLING = 16
FAMILIES = {"ipv4": "ipv4", "ipv6": "ipv6"}
FIRST_ASN = 65536


def is_group(mac):
    return int(mac[:2], 16) & 1


def write_files(workdir, macs):
    roster = {"version": "1.0",
              "ixp_list": [{"ixp_id": 1, "vlan": [{"id": 1, "name": "LAN"},
                                                  {"id": 100, "name": "T"}]}],
              "member_list": [
                  {"asnum": FIRST_ASN + i, "name": mac,
                   "connection_list": [{"ixp_id": 1, "vlan_list": [
                       {"vlan_id": v, "ipv4": {"mac_addresses": [mac]}}
                       for v in (1, 100)]}]}
                  for i, mac in enumerate(macs)]}
    with open(os.path.join(workdir, "roster.json"), "w",
              encoding="utf-8") as file:
        json.dump(roster, file)
    path = os.path.join(workdir, "config.yaml")
    with open(path, "w", encoding="utf-8") as file:
        file.write(f"""exchange: {{ name: Lab }}
state_dir: {workdir}/state
roster: {workdir}/roster.json
sources: [ {{ sflow: {{ listen: "[::]:6343" }} }} ]
switches:
  - {{ name: ovs, agent: 192.0.2.1, from: [ 192.0.2.1, "2001:db8:ff::1" ] }}
""")
    return path


def pairs_of_capture(collector, config, capture, workdir):
    """What the collector makes of the same datagrams, as a replay."""
    totals = os.path.join(workdir, "totals.json")
    subprocess.run([collector, "-c", config, "--replay", f"sflow:{capture}",
                    "--totals", totals], check=True, capture_output=True)
    with open(totals, encoding="utf-8") as file:
        return json.load(file)


def truth_difference(before, after):
    pairs = {}
    for key, (packets, octets) in after["pairs"].items():
        old = before["pairs"].get(key, [0, 0])
        ends, family = key.rsplit("/", 1)
        src, dst = ends.split(">")
        if family in FAMILIES and not is_group(dst):
            pairs[(src, dst, FAMILIES[family])] = (
                packets - old[0], octets - old[1])
    return pairs


def compare(totals, truth, macs):
    estimates = {}
    for row in totals["pairs"]:
        src, dst = macs[row["from"] - FIRST_ASN], macs[row["to"] - FIRST_ASN]
        for family in FAMILIES.values():
            if family in row:
                cell = row[family]
                old = estimates.get((src, dst, family), (0, 0, 0, 0.0))
                estimates[(src, dst, family)] = (
                    old[0] + cell["bytes"], old[1] + cell["packets"],
                    old[2] + cell["samples"],
                    old[3] + (cell["ci95_bytes"] / 1.96) ** 2)
    inside = outside = 0
    problems = []
    sums = [0, 0]
    for key, (packets, octets) in sorted(truth.items()):
        scaled, scaled_packets, samples, variance = estimates.get(
            key, (0, 0, 0, 0.0))
        # the kernel counts neither the frame check sequence nor a VLAN tag
        error = scaled - 4 * scaled_packets - octets
        sums[0] += scaled - 4 * scaled_packets
        sums[1] += octets
        if samples < 20:
            continue
        if abs(error) <= 1.96 * variance ** 0.5:
            inside += 1
        else:
            outside += 1
        # tagged frames carry four bytes more than the kernel counts
        if abs(error) > 5 * variance ** 0.5 + 4 * packets:
            problems.append(f"{key}: truth {octets}, estimate {scaled}, "
                            f"{samples} samples")
    print(f"{inside} pairs inside their 95 % interval, {outside} outside; "
          f"total {sums[0]} of {sums[1]} bytes "
          f"({100 * (sums[0] - sums[1]) / sums[1]:+.2f} %)")
    if inside + outside < 5:
        problems.append("too few pairs with 20 samples")
    if outside > 2 + 0.15 * (inside + outside):
        problems.append("more pairs outside their interval than chance allows")
    return problems


def observe(lab, collector, workdir):
    """Let the members send: how the collector ended, what the kernel counted,
    and the files that this was made with."""
    before = json.loads(lab("truth"))
    macs = sorted(before["macs"].values())
    config = write_files(workdir, macs)
    capture = os.path.join(workdir, "live.pcap")
    inside = ["ip", "netns", "exec", "ixl-col"]
    with subprocess.Popen([*inside, collector, "-c", config],
                          stderr=subprocess.DEVNULL) as process, \
            subprocess.Popen([*inside, "tcpdump", "-i", "col0", "-s", "0",
                              "-B", "16384", "-Z", "root", "-w", capture,
                              "udp port 6343"],
                             stderr=subprocess.DEVNULL) as dump:
        try:
            time.sleep(1)
            lab("traffic", str(SECONDS))
            time.sleep(3)
            after = json.loads(lab("truth"))
            process.send_signal(signal.SIGTERM)
            code = process.wait(timeout=30)
        finally:
            process.kill()
            dump.terminate()
    return code, truth_difference(before, after), macs, config, capture


def main():
    collector, shared = sys.argv[1:3]
    with tempfile.TemporaryDirectory() as workdir:
        with ovs_lab.Lab(shared, workdir, "-n", "4", "-s", str(SAMPLING),
                         "-H", "128", "-p", "2") as lab:
            code, truth, macs, config, capture = observe(lab, collector,
                                                         workdir)
        if code != 0:
            print(f"the collector ended with {code}")
            return 1
        with open(os.path.join(workdir, "state", "status.json"),
                  encoding="utf-8") as file:
            status = json.load(file)
        totals = pairs_of_capture(collector, config, capture, workdir)
        live, replayed = status["input"], totals["input"]
        print(f"live {live['datagrams']} datagrams, {live['flow_samples']} "
              f"flow samples, {live['counter_samples']} counter samples; "
              f"captured {replayed['datagrams']}")
        problems = compare(totals, truth, macs)
        # The two do not start and stop in the same instant.
        for name in ("datagrams", "flow_samples"):
            if abs(live[name] - replayed[name]) > 0.02 * live[name]:
                problems.append(f"{name}: live {live[name]}, replayed "
                                f"{replayed[name]}")
        if live["accepted"] != live["datagrams"]:
            problems.append("not every datagram was accepted")
        for line in problems:
            print(line)
        return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
