#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""From a configuration without ports to one with all of them.

usage: propose_ports.py COLLECTOR SIMULATOR

A simulated exchange is replayed without any port in the configuration. What is
proposed then, pasted as it is, must be taken without a word, know each port as
the simulator made it, and give the totals that its own configuration gives;
where no core port is a data source, the same as before. A collector that goes
on from what was learned proposes the same.
"""
import os
import re
import signal
import subprocess
import sys
import tempfile
import time

import harness

# What the simulator is called with, and whether core ports sample.
EXCHANGES = {
    "two switches": (["--seconds", "180"], True),
    "without core": (["--seconds", "180", "--no-core"], False),
    "ingress alone": (["--seconds", "180", "--one-direction", "ingress"],
                      True),
    "four switches": (["--members", "60", "--switches", "4", "--samples",
                       "60000", "--unknown-macs", "5"], True),
    "tagged": (["--seconds", "120", "--vlan-tagged", "--no-core"], False),
}
PORTS = re.compile(r"    ports:\n(?:      - .*\n)+")
SWITCHES = re.compile(r"^switches:\n(?:[ #].*\n)+", re.MULTILINE)
ENTRY = re.compile(r"- \{ ifindex: (\d+), (?:name: ([^,]+), )?"
                   r"(asn: \d+|role: core), speed")


def entries(text):
    """Each port's name and whose it is, per switch."""
    found, switch = set(), None
    for line in text.splitlines():
        name = re.match(r'  - name: "?([^"]+)"?$', line)
        switch = name.group(1) if name else switch
        entry = ENTRY.search(line)
        if entry:
            found.add((switch,) + entry.groups())
    return found


def totals(collector, folder, config, *more):
    out = os.path.join(folder, "totals.json")
    harness.must([collector, "-c", config, "--replay",
                  "sflow:" + os.path.join(folder, "c.pcap"), "--totals", out,
                  *more])
    return harness.read_json(out)


def without_names(result):
    """What must be the same whatever a port is called."""
    return {k: v for k, v in result.items() if k not in ("ports",
                                                         "unknown_macs")}


def propose(collector, config):
    return harness.must([collector, "-c", config,
                         "--propose-ports"]).stdout.decode()


def paste(text, proposal, path):
    return harness.write(path, SWITCHES.sub(lambda _: proposal, text))


def check_exchange(checks, name, programs, folder):
    collector, simulator = programs
    options, samples_core = EXCHANGES[name]
    harness.must([simulator, "--out", folder, "--pcap",
                  os.path.join(folder, "c.pcap"), *options])
    full = os.path.join(folder, "config.yaml")
    with open(full, encoding="utf-8") as file:
        text = file.read()
    bare = harness.write(os.path.join(folder, "bare.yaml"),
                         PORTS.sub("", text))

    before = harness.run([collector, "-c", bare, "--propose-ports"])
    checks.equal(before.returncode, 66, f"{name}: nothing learned yet")
    first = totals(collector, folder, bare, "--store")
    proposal = propose(collector, bare)
    checks.equal(propose(collector, bare), proposal, f"{name}: again")

    known, proposed = entries(text), entries(proposal)
    missing = {e for e in known - proposed
               if samples_core or e[3] != "role: core"}
    checks.equal(missing, set(), f"{name}: ports that were not told")
    checks.equal(proposed - known, set(), f"{name}: ports told wrong")

    pasted = paste(PORTS.sub("", text), proposal,
                   os.path.join(folder, "pasted.yaml"))
    done = harness.must([collector, "-c", pasted, "--check-config"])
    if samples_core:
        checks.equal(done.stderr, b"", f"{name}: pasted, what is said")
    checks.equal(b"error" in done.stderr, False, f"{name}: pasted")
    after = totals(collector, folder, pasted)
    checks.equal(without_names(after),
                 without_names(totals(collector, folder, full)),
                 f"{name}: totals as by the full configuration")
    if not samples_core:
        # Whose counters are whose the bare configuration does not know.
        for member in after["members"]:
            member.pop("scaled")
        checks.equal(without_names(after), without_names(first),
                     f"{name}: totals as before")
    checks.equal(after["ledger"]["dropped"]["wrong_port"], 0,
                 f"{name}: wrong_port")
    print(f"{name}: {len(proposed)} ports")
    return bare, proposal


def check_live(checks, collector, bare, proposal, folder):
    """A collector that starts and stops keeps what was learned."""
    port = harness.free_port()
    live = harness.replace_in(bare, os.path.join(folder, "live.yaml"),
                              "127.0.0.1:6343", f"127.0.0.1:{port}")
    with subprocess.Popen([collector, "-c", live],
                          stderr=subprocess.DEVNULL) as child:
        status = os.path.join(folder, "state", "running")
        for _ in range(100):
            if os.path.exists(status):
                break
            time.sleep(0.1)
        time.sleep(1)
        beside = propose(collector, live)
        child.send_signal(signal.SIGTERM)
        checks.equal(child.wait(timeout=30), 0, "the collector's exit")
    for what, text in (("beside it", beside),
                       ("after it", propose(collector, live))):
        # Speeds and names come again by the agents' next counter samples.
        wanted = {(s, i, a) for s, i, _, a in entries(proposal)}
        lines = {line.split("#")[0].strip() for line in text.splitlines()
                 if "ifindex" in line}
        for switch, ifindex, owner in wanted:
            checks.that(any(f"ifindex: {ifindex}," in line and owner in line
                            for line in lines),
                        f"{what}: {switch} {ifindex} {owner} is forgotten")


def check_damage(checks, collector, bare, folder):
    learned = os.path.join(folder, "state", "learned")
    with open(learned, "rb") as file:
        content = file.read()
    for what, broken, code in (
            ("half a line", content[:-1], 65),
            ("no list", b"something else\n", 65),
            ("a later version", content.replace(b"learned 1 ", b"learned 2 "),
             65)):
        harness.write(learned, broken)
        done = harness.run([collector, "-c", bare, "--propose-ports"])
        checks.equal(done.returncode, code, f"{what}: exit")
        checks.equal(done.stdout, b"", f"{what}: output")
        checks.that(b"learned" in done.stderr, f"{what}: {done.stderr}")


def main():
    programs = sys.argv[1:3]
    checks = harness.Checks()
    for name in EXCHANGES:
        with tempfile.TemporaryDirectory() as folder:
            bare, proposal = check_exchange(checks, name, programs, folder)
            if name == "two switches":
                check_live(checks, programs[0], bare, proposal, folder)
                check_damage(checks, programs[0], bare, folder)
    return checks.finish()


if __name__ == "__main__":
    sys.exit(main())
