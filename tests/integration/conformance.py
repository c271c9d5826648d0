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

import frames

FIRST_ASN = 4200000000  # private use (RFC 6996)
FOLDERS = ("sflow", "ovs", "vectors", "proto", "erspan")
# Of a tagged frame's member; no tag of any capture is this one.
NO_VLAN = 4094
CAPTURE_ENDINGS = (".pcap", ".pcapng")
# Link types that may hold datagrams; others are refused.
KNOWN_LINKS = {0, 1, 101, 108, 113, 228, 229, 276}

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


def run(collector, config, capture, workdir, kind="sflow"):
    totals = os.path.join(workdir, "totals.json")
    done = subprocess.run(
        [collector, "-c", config, "--replay", f"{kind}:{capture}",
         "--totals", totals], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise AssertionError(f"exit {done.returncode}: {done.stderr}")
    with open(totals, encoding="utf-8") as file:
        return json.load(file)


def write_config(workdir, switches, direction, sources=()):
    lines = ["exchange: { name: Conformance }",
             f"state_dir: {workdir}/state",
             f"roster: {workdir}/roster.json"]
    if sources:
        lines.append("sources: [ " + ", ".join(sources) + " ]")
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


def write_roster(workdir, members, vlans):
    """Members in the order of their numbers: each a MAC and its VLANs."""
    member_list = []
    for i, (mac, tags) in enumerate(members):
        member_list.append({
            "asnum": FIRST_ASN + i, "name": f"{mac} {tags}",
            "connection_list": [{"ixp_id": 1, "vlan_list": [
                {"vlan_id": vlan, "ipv4": {"mac_addresses": [mac]}}
                for vlan in tags]}]})
    roster = {"version": "1.0",
              "ixp_list": [{"ixp_id": 1, "shortname": "Conformance",
                            "vlan": [{"id": v, "name": f"VLAN {v}"}
                                     for v in vlans]}],
              "member_list": member_list}
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
    if ledger["observations"] != given["flow_samples"] + given["frames"]:
        lines.append("observations are not the flow samples and the frames")
    if given["mirrored_packets"] != sum(given[name] for name in (
            "frames", "erspan_no_frame", "erspan_unknown", "erspan_malformed",
            "erspan_fragments", "erspan_foreign", "gre_other",
            "frames_waited")):
        lines.append(f"the mirrored packets do not add up: {given}")
    if given["datagrams"] != given["accepted"] + given["malformed"] + \
            given["unsupported_version"] + given["foreign"] + \
            given["duplicates"] + given["waited"]:
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
        vlans = outer_vlans(expected)
        write_roster(workdir, [(mac, vlans) for mac in macs], vlans)
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


def family_of(oracle_word):
    return oracle_word if oracle_word in ("ipv4", "ipv6") else "other"


def outermost(oracle_tags):
    """The outermost tag with an id; 0 if there is none."""
    tags = [int(tag) for tag in str(oracle_tags).split(".") if tag.isdigit()]
    return next((tag for tag in tags if tag), 0)


def frame_tables_of_oracle(expected):
    """Bytes, frames and samples by pair, sender and receiver with family."""
    pairs, senders, receivers, totals = {}, {}, {}, {}
    for row in expected["by_pair_family"]:
        values = (row["est_bytes"], row["est_pkts"], row["samples"])
        src, dst, family = row["src"], row["dst"], family_of(row["family"])
        add(senders, (src, family), values)
        if not is_group(dst):
            add(receivers, (dst, family), values)
            add(pairs, (src, dst, family), values)
    for row in expected["by_family"]:
        add(totals, family_of(row["family"]),
            (row["est_bytes"], row["est_pkts"], row["samples"]))
    return pairs, senders, receivers, totals


def values_of(node):
    return node["bytes"], node["packets"], node["samples"]


def frame_tables_of_totals(totals, macs):
    pairs, senders, receivers, sums = {}, {}, {}, {}
    for row in totals["pairs"]:
        key = (macs[row["from"] - FIRST_ASN], macs[row["to"] - FIRST_ASN])
        for family, node in row.items():
            if isinstance(node, dict):
                add(pairs, (*key, family), values_of(node))
    for row in totals["members"]:
        mac = macs[row["asn"] - FIRST_ASN]
        for family, node in row["from_member"].items():
            add(senders, (mac, family), values_of(node))
            add(sums, family, values_of(node))
        for family, node in row["to_member"].items():
            add(receivers, (mac, family), values_of(node))
    return pairs, senders, receivers, sums


def vlans_of_totals(totals, members):
    """Each member is a MAC in one VLAN; what is in none is nobody's."""
    vlans = {}
    for row in totals["members"]:
        for node in row["from_member"].values():
            add(vlans, members[row["asn"] - FIRST_ASN][1][0], values_of(node))
    for row in totals["unknown_macs"]:
        add(vlans, 0, (row["bytes"], row["samples"], row["samples"]))
    return vlans


def check_frames(collector, capture, expected):
    """As check_capture, for a capture of frames."""
    seen = [f for f in frames.read(capture) if f.link == frames.ETHERNET]
    problems, cells = [], 0
    if len(seen) != expected["packets"] - expected["no_inner"]:
        problems.append(f"{len(seen)} frames read, {expected['packets']} in it")
    macs = sorted({row[k] for row in expected["by_pair"]
                   for k in ("src", "dst") if not is_group(row[k])})
    tags = {}
    for row in expected["by_vlan"]:
        add(tags, outermost(row["vlan"]),
            (row["est_bytes"], row["est_pkts"], row["samples"]))
    vlans = sorted(set(tags) - {0}) + [NO_VLAN]
    with tempfile.TemporaryDirectory() as workdir:
        sflow = os.path.join(workdir, "frames.pcap")
        with open(sflow, "wb") as file:
            file.write(frames.sflow_capture(seen))
        config = write_config(workdir, {"192.0.2.1": {"192.0.2.1"}}, "ingress")
        write_roster(workdir, [(mac, vlans) for mac in macs], vlans)
        totals = run(collector, config, sflow, workdir)
        problems += check_ledger(totals)
        ours = frame_tables_of_totals(totals, macs)
        theirs = frame_tables_of_oracle(expected)
        for name, mine, its in zip(("pair", "sender", "receiver", "family"),
                                   ours, theirs):
            problems += difference(name, mine, its)
            cells += len(its)
        # a member for each MAC in each VLAN: who sent tells the tag
        members = [(mac, [vlan]) for mac in macs for vlan in vlans]
        write_roster(workdir, members, vlans)
        if len(vlans) > 1:
            totals = run(collector, config, sflow, workdir)
            problems += difference("VLAN", vlans_of_totals(totals, members),
                                   tags)
            cells += len(tags)
    return problems, cells, len(seen)


def with_fcs(rows):
    """The oracle's rows, as they count where the FCS was cut off."""
    return [dict(row, est_bytes=row["est_bytes"] + 4 * row["est_pkts"])
            for row in rows]


def untold(expected):
    """Frames of the capture itself that are in no tunnel: the oracle of
    tunnelled frames knows nothing of them, and no member's are among them."""
    return expected["no_inner"] if expected["mode"] == "erspan" else 0


def compare_mirror(collector, capture, workdir, expected, macs):
    """Returns (problems, cells); the roster is written."""
    problems, cells = [], 0
    for fcs, rows in (("present", lambda r: r), ("stripped", with_fcs)):
        config = write_config(workdir, {}, "any", (
            f"mirror: {{ interface: eth0, fcs: {fcs} }}",))
        totals = run(collector, config, capture, workdir, "mirror")
        problems += check_ledger(totals)
        wanted = {key: rows(value) for key, value in expected.items()
                  if key.startswith("by_")}
        for name, mine, its in zip(
                ("pair", "sender", "receiver", "family"),
                frame_tables_of_totals(totals, macs),
                frame_tables_of_oracle(wanted)):
            problems += [f"fcs {fcs}: {line}"
                         for line in difference(name, mine, its)]
            cells += len(its)
        given = totals["input"]
        if given["mirrored_packets"] != expected["packets"]:
            problems.append(f"packets: {given['mirrored_packets']}, "
                            f"expected {expected['packets']}")
        if given["frames"] - expected["total"]["frames"] > untold(expected):
            problems.append(f"frames: {given['frames']}")
        for node in totals["members"]:
            for side in ("from_member", "to_member"):
                problems += [f"ci95_bytes of {node['asn']}"
                             for family in node[side].values()
                             if family["ci95_bytes"]]
    return problems, cells


def check_mirror(collector, capture, expected):
    """As check_frames, by replaying the capture itself."""
    macs = sorted({row[k] for row in expected["by_pair"]
                   for k in ("src", "dst") if not is_group(row[k])})
    tags = {outermost(row["vlan"]) for row in expected["by_vlan"]}
    vlans = sorted(tags - {0}) + [NO_VLAN]
    with tempfile.TemporaryDirectory() as workdir:
        write_roster(workdir, [(mac, vlans) for mac in macs], vlans)
        problems, cells = compare_mirror(collector, capture, workdir, expected,
                                         macs)
    return problems, cells, expected["total"]["frames"]


def check_one(collector, data, folder, name):
    """None if there is nothing to compare with; else as check_capture."""
    path = os.path.join(data, folder, name)
    oracle = os.path.join(data, "expected", name.rsplit(".", 1)[0] + ".json")
    if not name.endswith(CAPTURE_ENDINGS) or not os.path.exists(oracle):
        return None
    with open(oracle, encoding="utf-8") as file:
        expected = json.load(file)
    if expected.get("mode") == "sflow":
        return check_capture(collector, path, expected,
                             ORACLE_LIMITS.get(name, ({}, ""))[0])
    if expected.get("mode") == "erspan":
        return check_mirror(collector, path, expected)
    if expected.get("mode") != "mirror" or not expected["by_pair"]:
        return None
    sampled = check_frames(collector, path, expected)
    mirrored = check_mirror(collector, path, expected)
    return tuple(a + b for a, b in zip(sampled, mirrored))


def compare_all(collector, data):
    failed = compared = 0
    sums = {"sflow": [0, 0], "frames": [0, 0]}
    for folder in FOLDERS:
        for name in sorted(os.listdir(os.path.join(data, folder))):
            result = check_one(collector, data, folder, name)
            if result is None:
                continue
            compared += 1
            failed += bool(result[0])
            for line in result[0]:
                print(f"{folder}/{name}: {line}")
            kind = "frames" if folder in ("proto", "erspan") or \
                ".span." in name else "sflow"
            sums[kind] = [a + b for a, b in zip(sums[kind], result[1:])]
    print(f"{compared} captures, {sums['sflow'][0] + sums['frames'][0]} cells, "
          f"{sums['sflow'][1]} samples and {sums['frames'][1]} frames "
          f"compared, {failed} captures differ")
    return failed if compared else 1


def replay_damaged(collector, config, capture, totals, kind="sflow"):
    done = subprocess.run(
        [collector, "-c", config, "--replay", f"{kind}:{capture}",
         "--totals", totals], capture_output=True, check=False, timeout=60)
    if done.returncode != 0:
        return done, None
    with open(totals, encoding="utf-8") as file:
        return done, json.load(file)


def check_damaged(collector, capture, workdir):
    """Returns (problems, packets, frames, whether it was refused)."""
    config = write_config(workdir, {"192.0.2.1": {"192.0.2.1"}}, "ingress")
    out = os.path.join(workdir, "totals.json")
    seen = frames.read(capture)
    problems = []
    done, totals = replay_damaged(collector, config, capture, out)
    if totals is None:
        known = {f.link for f in seen} & KNOWN_LINKS
        if done.returncode != 65 or not done.stderr or known:
            problems.append(f"exit {done.returncode}: {done.stderr}")
    else:
        given = totals["input"]
        counted = given["datagrams"] + given["other_packets"] + \
            given["fragments"]
        if counted != len(seen):
            problems.append(f"{len(seen)} packets, {counted} counted: {given}")
        problems += check_ledger(totals)
        _, totals_of_mirror = replay_damaged(collector, config, capture, out,
                                             "mirror")
        given = totals_of_mirror["input"]
        if given["mirrored_packets"] != len(seen):
            problems.append(f"{len(seen)} packets, mirrored: {given}")
        problems += check_ledger(totals_of_mirror)
    ethernet = [f for f in seen if f.link == frames.ETHERNET]
    sampled = os.path.join(workdir, "sampled.pcap")
    with open(sampled, "wb") as file:
        file.write(frames.sflow_capture(ethernet))
    _, totals_of_frames = replay_damaged(collector, config, sampled, out)
    if totals_of_frames["ledger"]["observations"] != len(ethernet):
        problems.append(f"{len(ethernet)} frames: {totals_of_frames['ledger']}")
    problems += check_ledger(totals_of_frames)
    return problems, len(seen), len(ethernet), totals is None


def account_for_all(collector, data):
    folder = os.path.join(data, "malformed")
    sums, failed, count = [0, 0, 0], 0, 0
    with tempfile.TemporaryDirectory() as workdir:
        write_roster(workdir, [("02:00:00:00:00:01", [1])], [1])
        for name in sorted(os.listdir(folder)):
            problems, *numbers = check_damaged(
                collector, os.path.join(folder, name), workdir)
            count += 1
            failed += bool(problems)
            sums = [a + b for a, b in zip(sums, numbers)]
            for line in problems:
                print(f"malformed/{name}: {line}")
    print(f"{count} damaged captures, {sums[0]} packets and {sums[1]} frames "
          f"accounted for, {sums[2]} captures refused, {failed} wrong")
    return failed if count else 1


def main():
    collector, data = sys.argv[1:3]
    if not os.path.isdir(data):
        print("skipped: no ../shared/data")
        return 77
    failed = compare_all(collector, data) + account_for_all(collector, data)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
