#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The collector's command line: every way to use it wrong, and every input
that is no capture, has its exit code and its words.

usage: command_line.py COLLECTOR SIMULATOR DATA
"""
import json
import os
import re
import struct
import sys
import tempfile

import harness

USAGE, DATA_ERROR, NO_INPUT, IO_ERROR, CONFIG = 64, 65, 66, 74, 78

# Arguments behind "-c CONFIG", and words of the complaint.
WRONG_USAGE = [
    (["--nonsense"], "unknown option"),
    (["-x"], "unknown option"),
    (["--replay"], "argument is missing"),
    (["-c"], "argument is missing"),
    (["--replay", "sflow:"], "sflow:CAPTURE"),
    (["--replay", "a.pcap", "--totals", "-"], "sflow:CAPTURE"),
    (["--replay", "netflow:a.pcap", "--totals", "-"], "sflow:CAPTURE"),
    (["--replay", "mirror:", "--totals", "-"], "mirror:CAPTURE"),
    (["--replay", "sflow:a.pcap", "b.pcap", "--totals", "-"],
     "sflow:CAPTURE"),
    (["--totals", "-"], "go with --replay"),
    (["--store"], "go with --replay"),
    (["--check-config", "--print-config"], "only one of"),
    (["--check-config", "--replay", "sflow:a", "--totals", "-"],
     "only one of"),
    (["--check-config", "--store"], "go with --replay"),
    (["--check-config", "extra"], "not expected here"),
    (["extra"], "not expected here"),
    (["--journal"], "argument is missing"),
    (["--journal", "x", "y"], "not expected here"),
    (["--journal", "x", "--check-config"], "only one of"),
    (["--propose-ports", "--rebuild"], "only one of"),
    (["--propose-ports", "--store"], "go with --replay"),
    (["--import"], "argument is missing"),
    (["--import", "csv:"], "csv:PATH"),
    (["--import", "netflow:x"], "csv:PATH"),
    (["--import", "csv:x", "--import", "csv:y"], "only one --import"),
    (["--import", "csv:x", "--export", "all"], "only one of"),
    (["--import", "csv:x", "--store"], "go with --replay"),
    (["--import", "csv:x", "y"], "not expected here"),
    (["--map", "x"], "--map goes with --import"),
    (["--export"], "argument is missing"),
    (["--export", "all", "--export", "exchange"], "only one --export"),
    (["--export", "all", "--map", "x"], "--map goes with --import"),
    (["--export", "all", "--from", "yesterday"], "not a time"),
    (["--export", "all", "--to", "2026-02-30T00:00:00Z"], "not a time"),
    (["--export", "all", "--step", "0"], "number of seconds"),
    (["--export", "all", "--step", "5m"], "number of seconds"),
    (["--export", "all", "--format", "xml"], "csv or jsonl"),
    (["--export", "all", "--from", "2026-03-02T00:00:00Z",
      "--to", "2026-03-01T00:00:00Z"], "not before --to"),
    (["--from", "2026-03-02T00:00:00Z"], "go with --export"),
    (["--rebuild", "--maximum"], "go with --export"),
]

GOOD_CONFIG = """exchange: { name: Test }
state_dir: state
roster: members.json
macs: [ { asn: 64500, mac: "02:00:00:00:00:01" } ]
switches: [ { name: sw1, agent: 192.0.2.1 } ]
"""
ROSTER = """{ "version": "1.0", "ixp_list": [ { "ixp_id": 1,
  "vlan": [ { "id": 1, "name": "one" } ] } ],
  "member_list": [ { "asnum": 64500, "name": "A" } ] }
"""

# What is put where in the configuration, and where the complaint points.
WRONG_CONFIGS = [
    ("name: Test", "name: [", "config.yaml:"),
    ("state_dir: state\n", "", "config.yaml:"),
    ("state_dir: state", "state_dir: state\nnonsense: 1",
     "config.yaml:3:1: error:"),
    ("agent: 192.0.2.1", "agent: 192.0.2.300", "config.yaml:5:"),
    ("asn: 64500", "asn: -1", "config.yaml:4:"),
    ("agent: 192.0.2.1", "agent: 192.0.2.1, direction: in",
     "config.yaml:5:"),
    ("mac: \"02:00:00:00:00:01\"", "mac: \"02:00\"", "config.yaml:4:"),
]


def check_usage(checks, collector, config):
    for arguments, words in WRONG_USAGE:
        done = harness.run([collector, "-c", config, *arguments])
        text = done.stderr.decode()
        checks.equal(done.returncode, USAGE, f"exit of {arguments}")
        checks.that(words in text and "--help" in text,
                    f"{arguments} said {text!r}")
        checks.equal(done.stdout, b"", f"stdout of {arguments}")


def check_help(checks, collector):
    shown = harness.run([collector, "--help"])
    checks.equal(shown.returncode, 0, "exit of --help")
    for option in ("--check-config", "--print-config", "--replay", "--totals",
                   "--store", "--journal", "--version"):
        checks.that(option.encode() in shown.stdout, f"{option} in --help")
    version = harness.run([collector, "--version"])
    checks.equal(version.returncode, 0, "exit of --version")
    checks.that(re.fullmatch(rb"lanterne-collector \d+\.\d+\.\d+\n",
                             version.stdout), f"version {version.stdout}")


def check_missing(checks, collector, folder, config):
    nowhere = os.path.join(folder, "nowhere")
    no_roster = harness.replace_in(config, folder + "/no-roster.yaml",
                                   "members.json", "nowhere.json")
    for arguments in (["-c", nowhere, "--check-config"],
                      ["-c", no_roster, "--check-config"],
                      ["-c", config, "--replay", f"sflow:{nowhere}",
                       "--totals", "-"]):
        done = harness.run([collector, *arguments])
        checks.equal(done.returncode, NO_INPUT, f"exit of {arguments}")
        checks.that(b"nowhere" in done.stderr or folder.encode() in
                    done.stderr, f"{arguments} said {done.stderr}")
    done = harness.run([collector, "-c", folder, "--check-config"])
    checks.that(done.returncode in (NO_INPUT, CONFIG) and done.stderr,
                f"a folder as the configuration: exit {done.returncode}")
    done = harness.run([collector, "-c", config, "--replay",
                        f"sflow:{folder}", "--totals", "-"])
    checks.that(done.returncode in (DATA_ERROR, NO_INPUT) and done.stderr,
                f"a folder as a capture: exit {done.returncode}")


def check_configs(checks, collector, folder, config):
    good = harness.run([collector, "-c", config, "--check-config"])
    checks.equal(good.returncode, 0, f"a good configuration: {good.stderr}")
    checks.that(b"1 members" in good.stdout, f"summary {good.stdout}")
    for old, new, where in WRONG_CONFIGS:
        os.makedirs(folder + "/wrong", exist_ok=True)
        wrong = harness.replace_in(config, folder + "/wrong/config.yaml", old,
                                   new)
        harness.write(folder + "/wrong/members.json", ROSTER)
        done = harness.run([collector, "-c", wrong, "--check-config"])
        text = done.stderr.decode()
        checks.equal(done.returncode, CONFIG, f"exit with {new!r}")
        checks.that(where in text and re.search(
            r"config\.yaml:\d+:\d+: error: ", text), f"{new!r} said {text!r}")
    broken = harness.write(folder + "/wrong/members.json", ROSTER[:-5])
    harness.write(folder + "/wrong/config.yaml", GOOD_CONFIG)
    done = harness.run([collector, "-c", folder + "/wrong/config.yaml",
                        "--check-config"])
    checks.equal(done.returncode, CONFIG, "exit with a broken roster")
    checks.that(re.search(re.escape(broken) + r":\d+:\d+: error: ",
                          done.stderr.decode()),
                f"a broken roster said {done.stderr}")


def check_printed(checks, collector, config):
    """What is printed reads back, and prints the same again."""
    first = harness.run([collector, "-c", config, "--print-config"])
    checks.equal(first.returncode, 0, "exit of --print-config")
    again = harness.write(os.path.join(os.path.dirname(config),
                                       "printed.yaml"), first.stdout)
    second = harness.run([collector, "-c", again, "--print-config"])
    checks.equal(second.stdout, first.stdout, "the printed configuration")


def check_ledger(checks, totals, name):
    given, ledger = totals["input"], totals["ledger"]
    checks.that(given["datagrams"] == given["accepted"] + given["malformed"] +
                given["unsupported_version"] + given["foreign"] +
                given["duplicates"] + given["waited"] and ledger["observations"] ==
                ledger["attributed"] + sum(ledger["dropped"].values()) ==
                given["flow_samples"], f"{name}: {given} {ledger}")


def replay_damaged(checks, collector, config, capture, name):
    """Any file: totals that balance, or a complaint; never a crash."""
    done = harness.run([collector, "-c", config, "--replay",
                        f"sflow:{capture}", "--totals", "-"])
    if done.returncode == 0:
        check_ledger(checks, json.loads(done.stdout), name)
        return json.loads(done.stdout), done.stderr
    checks.equal(done.returncode, DATA_ERROR, f"{name}: {done.stderr}")
    checks.that(done.stderr and not done.stdout, f"{name}: silent")
    return None, done.stderr


def check_not_captures(checks, collector, config, folder):
    contents = {
        "empty": b"",
        "text": b"this is no capture at all, but a line of text\n",
        "head-cut": struct.pack("<IHHIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535),
        "wlan": struct.pack("<IHHIIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 105),
        "gzip": b"\x1f\x8b\x08" + bytes(40),
    }
    for name, content in contents.items():
        path = harness.write(os.path.join(folder, name), content)
        totals, said = replay_damaged(checks, collector, config, path, name)
        checks.that(totals is None and path.encode() in said,
                    f"{name} was taken: {said}")


def pcap_at(seconds, payload=b"\0\0\0\5"):
    """One raw IPv4 packet with a datagram, at a time of 32 bits."""
    packet = b"\x45\0" + struct.pack(">H", 28 + len(payload)) + \
        bytes(4) + b"\x40\x11\0\0" + b"\xc0\0\2\1\xc0\0\2\2" + \
        struct.pack(">HHHH", 6343, 6343, 8 + len(payload), 0) + payload
    return struct.pack("<IHHIIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 101) + \
        struct.pack("<IIII", seconds, 999999, len(packet), len(packet)) + packet


def block(kind, body):
    size = struct.pack("<I", 12 + len(body))
    return struct.pack("<I", kind) + size + body + size


def pcapng_at(ticks, resolution=6):
    """The same in pcapng, at a time of 64 bits."""
    packet = pcap_at(0)[40:]
    option = struct.pack("<HHB3xI", 9, 1, resolution, 0)
    return block(0x0a0d0d0a, struct.pack("<IHHq", 0x1a2b3c4d, 1, 0, -1)) + \
        block(1, struct.pack("<HHI", 101, 0, 65535) + option) + \
        block(6, struct.pack("<IIIII", 0, ticks >> 32, ticks & 0xffffffff,
                             len(packet), len(packet)) + packet)


def check_odd_times(checks, collector, config, folder):
    captures = [pcap_at(s) for s in
                (0, 1, 59, 0x7fffffff, 0x80000000, 0xffffffff)]
    captures += [pcapng_at(t, r) for t in (0, 1 << 63, (1 << 64) - 1)
                 for r in (0, 6, 9)]
    for seconds, capture in enumerate(captures):
        path = harness.write(folder + "/odd.pcap", capture)
        totals, _ = replay_damaged(checks, collector, config, path, "odd")
        checks.equal(totals and totals["input"]["malformed"], 1,
                     f"a datagram at odd time {seconds}")
        done = harness.run([collector, "-c", config, "--replay",
                            f"sflow:{path}", "--store"])
        checks.that(done.returncode in (0, IO_ERROR),
                    f"stored at odd time {seconds}: {done.returncode} {done.stderr}")
        harness.must(["rm", "-rf", folder + "/state"])


def check_cuts(checks, collector, simulator, folder):
    """A capture that ends anywhere: what came before counts."""
    out = folder + "/cut"
    harness.must([simulator, "--out", out, "--pcap", out + "/whole.pcap",
                  "--seconds", 20])
    with open(out + "/whole.pcap", "rb") as file:
        whole = file.read()
    last = 0
    sizes = list(range(0, 600, 23)) + [len(whole) * i // 40 for i in
                                       range(1, 41)]
    for size in sorted(sizes):
        path = harness.write(out + "/part.pcap", whole[:size])
        totals, said = replay_damaged(checks, collector, out + "/config.yaml",
                                      path, f"cut at {size}")
        if totals is None:
            checks.that(size < 24, f"cut at {size}: no totals: {said}")
            continue
        got = totals["input"]["datagrams"]
        checks.that(got >= last, f"cut at {size}: fewer datagrams")
        last = got
    checks.that(last > 100, f"{last} datagrams in the whole capture")


def check_malformed(checks, collector, config, data):
    folder = os.path.join(data, "malformed")
    if not os.path.isdir(folder):
        print("skipped: no ../shared/data")
        return
    taken = 0
    for name in sorted(os.listdir(folder)):
        totals, _ = replay_damaged(checks, collector, config,
                                   os.path.join(folder, name), name)
        taken += totals is not None
    print(f"{len(os.listdir(folder))} damaged captures, {taken} with totals")


def main():
    collector, simulator, data = sys.argv[1:4]
    checks = harness.Checks()
    with tempfile.TemporaryDirectory() as folder:
        config = harness.write(folder + "/config.yaml", GOOD_CONFIG)
        harness.write(folder + "/members.json", ROSTER)
        check_usage(checks, collector, config)
        check_help(checks, collector)
        check_missing(checks, collector, folder, config)
        check_configs(checks, collector, folder, config)
        check_printed(checks, collector, config)
        check_not_captures(checks, collector, config, folder)
        check_odd_times(checks, collector, config, folder)
        check_cuts(checks, collector, simulator, folder)
        check_malformed(checks, collector, config, data)
        checks.that(not os.path.exists(folder + "/state"),
                    "a state_dir was made without --store")
    return checks.finish()


if __name__ == "__main__":
    sys.exit(main())
