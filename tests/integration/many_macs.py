#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""More stations than there can be, at random and colliding on purpose: the
members' figures stay exact, memory does not grow, the unknown stations stand
in a table of fixed size that accounts for each of their samples.

usage: many_macs.py COLLECTOR MAKE_MACS

In LANTERNE_MACS stands how many addresses; 300,000 without, and scripts/test
--all takes 10,000,000.
"""
import json
import os
import subprocess
import sys
import tempfile

import harness

MACS_PER_DATAGRAM = 12
FRAMES, FRAME_BYTES = 8, 1000
STATIONS_MAX = 4096
SLACK_KB = 3072

CONFIG = """exchange: {{ name: Many }}
state_dir: {0}/state
roster: {0}/members.json
macs:
  - {{ asn: 64500, mac: "02:00:00:00:00:01" }}
  - {{ asn: 64501, mac: "02:00:00:00:00:02" }}
switches:
  - {{ name: sw1, agent: 192.0.2.1, direction: ingress }}
"""
ROSTER = """{"version": "1.0", "ixp_list": [{"ixp_id": 1, "shortname": "Many",
 "vlan": [{"id": 1, "name": "one"}]}], "member_list": [
 {"asnum": 64500, "name": "A", "connection_list": [{"ixp_id": 1, "vlan_list":
  [{"vlan_id": 1, "ipv4": {"address": "192.0.2.10"}}]}]},
 {"asnum": 64501, "name": "B", "connection_list": [{"ixp_id": 1, "vlan_list":
  [{"vlan_id": 1, "ipv4": {"address": "192.0.2.11"}}]}]}]}
"""


def peak_memory(pid):
    """In kB. What wait4 has to say would be this script's, if that is more."""
    with open(f"/proc/{pid}/status", encoding="utf-8") as file:
        for line in file:
            if line.startswith("VmHWM:"):
                return int(line.split()[1])
    return sys.exit(f"no VmHWM of {pid}")


def replay(collector, make_macs, kind, datagrams, config):
    """Returns the totals, the collector's peak memory in kB and its CPU."""
    with subprocess.Popen([make_macs, kind, str(datagrams)],
                          stdout=subprocess.PIPE) as maker, \
            subprocess.Popen([collector, "-c", config, "--replay", "sflow:-",
                              "--totals", "-"], stdin=maker.stdout,
                             stdout=subprocess.PIPE,
                             stderr=subprocess.DEVNULL) as child:
        maker.stdout.close()
        first = child.stdout.read(1)
        # The totals are more than a pipe holds: it waits for this reader.
        memory = peak_memory(child.pid)
        totals = json.loads(first + child.stdout.read())
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = status
    if status or maker.returncode:
        sys.exit(f"{kind}: exits {status} and {maker.returncode}")
    return totals, memory, usage.ru_utime + usage.ru_stime


def check(checks, kind, totals, datagrams):
    given, ledger = totals["input"], totals["ledger"]
    checks.equal(given["accepted"], datagrams, f"{kind}: datagrams")
    checks.equal(ledger["observations"], FRAMES * datagrams,
                 f"{kind}: observations")
    checks.equal(ledger["attributed"], 3 * datagrams, f"{kind}: attributed")
    checks.equal(ledger["dropped"]["no_member"], 5 * datagrams,
                 f"{kind}: no_member")
    checks.equal(totals["pairs"][0]["ipv4"], family(datagrams),
                 f"{kind}: the pair")
    checks.equal(len(totals["pairs"]), 1, f"{kind}: pairs")
    members = {m["asn"]: m for m in totals["members"]}
    for asn, side, other in ((64500, "from_member", "to_member"),
                             (64501, "to_member", "from_member")):
        checks.equal(members[asn][side], {"ipv4": family(2 * datagrams)},
                     f"{kind}: AS{asn} {side}")
        checks.equal(members[asn][other], {}, f"{kind}: AS{asn} {other}")
    unknown = totals["unknown_macs"]
    checks.that(0 < len(unknown) <= STATIONS_MAX,
                f"{kind}: {len(unknown)} unknown stations listed")
    checks.equal(sum(u["samples"] for u in unknown) +
                 totals["unknown_macs_not_listed"], 6 * datagrams,
                 f"{kind}: each unknown station's sample")


def family(frames):
    return {"bytes": frames * FRAME_BYTES, "packets": frames,
            "samples": frames, "ci95_bytes": 0}


def main():
    collector, make_macs = sys.argv[1:3]
    macs = int(os.environ.get("LANTERNE_MACS", "300000"))
    datagrams = -(-macs // MACS_PER_DATAGRAM)
    checks = harness.Checks()
    with tempfile.TemporaryDirectory() as folder:
        harness.write(os.path.join(folder, "members.json"), ROSTER)
        config = harness.write(os.path.join(folder, "config.yaml"),
                               CONFIG.format(folder))
        memory, cpu = {}, {}
        for kind in ("few", "random", "colliding"):
            totals, memory[kind], cpu[kind] = replay(
                collector, make_macs, kind, datagrams, config)
            check(checks, kind, totals, datagrams)
            print(f"{kind}: {datagrams * FRAMES} samples, "
                  f"{datagrams * MACS_PER_DATAGRAM} addresses, "
                  f"{memory[kind]} kB, {cpu[kind]:.2f} s of CPU")
    for kind in ("random", "colliding"):
        checks.that(memory[kind] <= memory["few"] + SLACK_KB,
                    f"{kind}: {memory[kind]} kB, few: {memory['few']} kB")
    checks.that(cpu["colliding"] <= 3 * cpu["random"] + 0.5,
                f"colliding: {cpu['colliding']} s, random: {cpu['random']} s")
    return checks.finish()


if __name__ == "__main__":
    sys.exit(main())
