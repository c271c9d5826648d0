#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Replay real captures and compare with what tshark's dissectors computed.

usage: conformance.py COLLECTOR DATA

For each capture a roster is made in which every MAC address is a member of
its own, and the capture is replayed with `direction: any` and `ingress`. Every
(source, destination) pair's bytes, packets and samples, every sender's and
receiver's total, and the numbers of datagrams and samples must be those of
DATA/expected exactly; where the oracle is known to miscount, those of a table
below, which says why. And the ledger must balance.
"""
import json
import os
import subprocess
import sys
import tempfile

FIRST_ASN = 4200000000  # private use (RFC 6996)
FOLDERS = ("sflow", "ovs", "vectors")
CAPTURE_ENDINGS = (".pcap", ".pcapng")

# Where the oracle counts wrongly: the right counts, and why. Bytes, packets
# and samples of every pair are compared all the same.
ORACLE_LIMITS = {
    "tcpdump-sflow_multiple_counter_30_pdus.pcap": (
        {"datagrams": 30},
        "five UDP payloads to port 6343 that are no sFlow"),
    "ovs-span.sflow.pcap": (
        {"counter_samples": 27},
        "ends a counter sample at its first unknown record"),
    "ovs-v6-h64.sflow.pcap": (
        {"counter_samples": 67},
        "ends a counter sample at its first unknown record"),
    "gopacket-sflow-v5-ab8eb143.wrapped.pcap": (
        {"counter_samples": 2},
        "ends a counter sample at its first unknown record"),
    "gopacket-sflow-v5-dbbf7885.wrapped.pcap": (
        {"counter_samples": 2},
        "ends a counter sample at its first unknown record"),
    "gopacket-sflow-v5-241d1bb5.wrapped.pcap": (
        {"counter_samples": 0}, "keeps a sample that its length cuts short"),
    "gopacket-sflow-v5-605ba820.wrapped.pcap": (
        {"flow_samples": 0}, "keeps a sample that its length cuts short"),
    "gopacket-sflow-v5-9be09dfa.wrapped.pcap": (
        {"flow_samples": 0}, "keeps a sample that its length cuts short"),
    "telegraf-sflow-v5-2522b54f.wrapped.pcap": (
        {"counter_samples": 0}, "keeps the samples of a cut datagram"),
}


def is_group(mac):
    return int(mac[:2], 16) & 1


def run(collector, config, capture, workdir):
    totals = os.path.join(workdir, "totals.json")
    done = subprocess.run(
        [collector, "-c", config, "--replay", "sflow:" + capture,
         "--totals", totals], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise AssertionError(f"exit {done.returncode}: {done.stderr}")
    with open(totals, encoding="utf-8") as file:
        return json.load(file)


def write_config(workdir, switches, direction):
    lines = ["exchange: { name: Conformance }",
             f"state_dir: {workdir}/state",
             f"roster: {workdir}/roster.json"]
    if switches:
        lines.append("switches:")
    for i, (agent, sources) in enumerate(sorted(switches.items())):
        lines.append(f'  - {{ name: sw{i + 1}, agent: "{agent}", '
                     f'from: [ {", ".join(json.dumps(s) for s in sorted(sources))} ], '
                     f"direction: {direction} }}")
    path = os.path.join(workdir, "config.yaml")
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")
    return path


def write_roster(workdir, macs, vlans):
    members = []
    for i, mac in enumerate(macs):
        members.append({
            "asnum": FIRST_ASN + i, "name": mac,
            "connection_list": [{"ixp_id": 1, "vlan_list": [
                {"vlan_id": vlan, "ipv4": {"mac_addresses": [mac]}}
                for vlan in vlans]}]})
    roster = {"version": "1.0",
              "ixp_list": [{"ixp_id": 1, "shortname": "Conformance",
                            "vlan": [{"id": v, "name": f"VLAN {v}"}
                                     for v in vlans]}],
              "member_list": members}
    with open(os.path.join(workdir, "roster.json"), "w",
              encoding="utf-8") as file:
        json.dump(roster, file)


def outer_vlans(expected):
    tags = set()
    for row in expected["by_header_vlan"]:
        if row["vlan"] != "none":
            tags.add(int(str(row["vlan"]).split(".", maxsplit=1)[0]))
    return sorted(tags - {0}) or [1]


def add(table, key, values):
    old = table.get(key, (0, 0, 0))
    table[key] = tuple(a + b for a, b in zip(old, values))


def families(node):
    total = (0, 0, 0)
    for family in node.values():
        total = tuple(a + b for a, b in zip(
            total, (family["bytes"], family["packets"], family["samples"])))
    return total


def tables_of_totals(totals, macs):
    pairs, senders, receivers = {}, {}, {}
    for row in totals["pairs"]:
        key = (macs[row["from"] - FIRST_ASN], macs[row["to"] - FIRST_ASN])
        add(pairs, key, families({k: v for k, v in row.items()
                                  if isinstance(v, dict)}))
    for row in totals["members"]:
        mac = macs[row["asn"] - FIRST_ASN]
        for table, side in ((senders, "from_member"), (receivers, "to_member")):
            total = families(row[side])
            if total[2]:
                table[mac] = total
    return pairs, senders, receivers


def tables_of_oracle(rows):
    pairs, senders, receivers = {}, {}, {}
    for row in rows:
        values = (row["est_bytes"], row["est_pkts"], row["samples"])
        src, dst = row["src"], row["dst"]
        if not is_group(src):
            add(senders, src, values)
        if not is_group(dst):
            add(receivers, dst, values)
        if not is_group(src) and not is_group(dst):
            add(pairs, (src, dst), values)
    return pairs, senders, receivers


def difference(name, ours, theirs):
    lines = []
    for key in sorted(set(ours) | set(theirs)):
        if ours.get(key) != theirs.get(key):
            lines.append(f"{name} {key}: ours {ours.get(key)}, "
                         f"expected {theirs.get(key)}")
    return lines


def check_ledger(totals):
    ledger = totals["ledger"]
    given = totals["input"]
    lines = []
    if ledger["observations"] != \
            ledger["attributed"] + sum(ledger["dropped"].values()):
        lines.append(f"the ledger does not balance: {ledger}")
    if ledger["observations"] != given["flow_samples"]:
        lines.append("observations are not the flow samples")
    if given["datagrams"] != given["accepted"] + given["malformed"] + \
            given["unsupported_version"] + given["foreign"] + \
            given["duplicates"]:
        lines.append(f"the datagrams do not add up: {given}")
    return lines


def check_counts(totals, expected, corrected):
    kinds = expected["samples"]
    wanted = {
        "datagrams": expected["datagrams"],
        "flow_samples": kinds.get("flow", 0) + kinds.get("flow_expanded", 0),
        "counter_samples": kinds.get("counters", 0) +
        kinds.get("counters_expanded", 0)}
    wanted.update(corrected)
    return [f"{name}: ours {totals['input'][name]}, expected {value}"
            for name, value in wanted.items()
            if totals["input"][name] != value]


def check_capture(collector, capture, expected, corrected):
    """Returns (problems, compared cells, compared samples)."""
    problems, cells, samples = [], 0, 0
    macs = sorted({row[k] for row in expected["by_pair"]
                   for k in ("src", "dst") if not is_group(row[k])})
    with tempfile.TemporaryDirectory() as workdir:
        write_roster(workdir, macs, outer_vlans(expected))
        config = write_config(workdir, {}, "any")
        sources = {}
        for row in run(collector, config, capture, workdir)["refused"]:
            if row["agent"]:
                sources.setdefault(row["agent"], set()).add(row["source"])
        for direction, rows in (("any", "by_pair"),
                                ("ingress", "by_pair_without_egress_samples")):
            config = write_config(workdir, sources, direction)
            totals = run(collector, config, capture, workdir)
            found = check_ledger(totals)
            found += check_counts(totals, expected, corrected)
            for name, ours, theirs in zip(
                    ("pair", "sender", "receiver"),
                    tables_of_totals(totals, macs),
                    tables_of_oracle(expected[rows])):
                found += difference(name, ours, theirs)
                cells += len(theirs)
            samples += sum(row["samples"] for row in expected[rows])
            problems += [f"{direction}: {line}" for line in found]
    return problems, cells, samples


def main():
    collector, data = sys.argv[1:3]
    if not os.path.isdir(data):
        print("skipped: no ../shared/data")
        return 77
    failed = compared = cells = samples = 0
    for folder in FOLDERS:
        for name in sorted(os.listdir(os.path.join(data, folder))):
            stem = name.rsplit(".", 1)[0]
            path = os.path.join(data, "expected", stem + ".json")
            if not name.endswith(CAPTURE_ENDINGS) or not os.path.exists(path):
                continue
            with open(path, encoding="utf-8") as file:
                expected = json.load(file)
            if expected.get("mode") != "sflow":
                continue
            corrected = ORACLE_LIMITS.get(name, ({}, ""))[0]
            problems, n_cells, n_samples = check_capture(
                collector, os.path.join(data, folder, name), expected,
                corrected)
            compared += 1
            cells += n_cells
            samples += n_samples
            failed += bool(problems)
            for line in problems:
                print(f"{folder}/{name}: {line}")
    print(f"{compared} captures, {cells} cells, {samples} samples compared, "
          f"{failed} captures differ")
    return 1 if failed or compared == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
