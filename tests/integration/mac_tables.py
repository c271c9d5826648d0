#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""IXP Manager's tables tell members as well as the roster's own addresses do.

usage: mac_tables.py COLLECTOR SIMULATOR

A simulated capture is replayed with its roster, and then with one that has no
MAC addresses, which come from tables instead: the totals are the same.
"""
import copy
import json
import os
import sys
import tempfile

import harness

TAG = 100


def presences(roster):
    """Each presence in a VLAN, with the id that IXP Manager would give it."""
    number = 40
    for member in roster["member_list"]:
        for connection in member["connection_list"]:
            for presence in connection["vlan_list"]:
                number += 1
                yield number, presence


def macs_of(presence):
    return sorted({m for family in ("ipv4", "ipv6")
                   for m in presence.get(family, {}).get("mac_addresses", [])})


def layer2(roster, ids, macs):
    rows = []
    for number, presence in presences(roster):
        vlan = {"number": TAG, "macaddresses": macs_of(presence) if macs
                else [], "ipaddresses": {
                    f: presence[f]["address"] for f in ("ipv4", "ipv6")
                    if f in presence}}
        if ids:
            vlan["vlaninterfaceid"] = number
        # a LAG: the master, and a port of it
        rows += [{"type": "edge", "name": f"port-channel{number}",
                  "lagmaster": True, "vlans": [vlan]},
                 {"type": "edge", "name": f"Ethernet1/{number}",
                  "lagmaster": False, "vlans": [vlan]}]
    rows.append({"type": "core", "name": "Ethernet1/49", "vlans": [
        {"number": TAG, "macaddresses": []}]})
    return {"layer2interfaces": rows}


def learned(roster):
    return {"1": {str(TAG): {mac.replace(":", ""): number
                             for number, presence in presences(roster)
                             for mac in macs_of(presence)}},
            "2": {str(TAG): {"0200000000fe": 7}}}


def without_macs(roster):
    bare = copy.deepcopy(roster)
    for _, presence in presences(bare):
        for family in ("ipv4", "ipv6"):
            presence.get(family, {}).pop("mac_addresses", None)
    return bare


def totals(collector, folder, roster, tables):
    """Replay the capture with a roster and tables; the totals."""
    harness.write(folder + "/other.json", json.dumps(roster))
    names = []
    for i, table in enumerate(tables):
        names.append(harness.write(f"{folder}/{i}.json", json.dumps(table)))
    config = harness.replace_in(folder + "/config.yaml",
                                folder + "/other.yaml", "roster.json",
                                "other.json")
    with open(config, "a", encoding="utf-8") as file:
        file.write(f"\nmac_tables: {json.dumps(names)}\n")
    done = harness.must([collector, "-c", config, "--replay",
                         f"sflow:{folder}/capture.pcap", "--totals", "-"])
    return json.loads(done.stdout), done.stderr.decode()


def main():
    collector, simulator = sys.argv[1:3]
    checks = harness.Checks()
    with tempfile.TemporaryDirectory() as folder:
        harness.must([simulator, "--out", folder, "--seconds", 30,
                      "--pcap", folder + "/capture.pcap"])
        roster = harness.read_json(os.path.join(folder, "roster.json"))
        bare = without_macs(roster)
        wanted, _ = totals(collector, folder, roster, [])
        checks.that(wanted["ledger"]["attributed"] > 500, "too little traffic")
        got, _ = totals(collector, folder, bare, [])
        checks.equal(got["ledger"]["attributed"], 0, "without any address")
        for name, tables in {
                "layer2interfaces": [layer2(roster, True, True)],
                "without ids": [layer2(roster, False, True)],
                "learned, by ids": [learned(roster),
                                    layer2(roster, True, False)],
                "learned, by MACs": [learned(roster),
                                     layer2(roster, False, True)],
                "all of them": [layer2(roster, True, True), learned(roster)],
        }.items():
            got, said = totals(collector, folder, bare, tables)
            checks.equal(got, wanted, name)
            checks.that("macaddresses" not in said and "0.json" not in said,
                        f"{name}: {said}")
        got, _ = totals(collector, folder, roster,
                        [learned(roster), layer2(roster, True, True)])
        checks.equal(got, wanted, "beside the roster's own")
    return checks.finish()


if __name__ == "__main__":
    sys.exit(main())
