#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What is stored of a mirror, and what share of the counters it saw.

usage: mirror_stored.py COLLECTOR SIMULATOR [STORY...]
"""
import filecmp
import os
import sys

import harness
import mirror_stories
from mirror_stories import START, by_member, by_pair, differences


class Stored(mirror_stories.Stories):
    def coverage(self):
        """Counters beside the mirror: what share of them it saw, of the
        direction that it copies and of no other."""
        span = "mirror: { interface: mirror0 }"
        egress = "mirror: { interface: mirror0, direction: egress }"
        erspan = 'erspan: { listen: "0.0.0.0" }'
        one, two = ("--switches", 1), ("--switches", 2)
        for name, source, options, share in (
                ("lossy", span, (*one, "--mirror-lose", 28), 0.972),
                ("ports-unnamed", erspan, (*two, "--mirror-erspan", 1), 1),
                ("leaving", egress, (*one, "--mirror-direction", "tx"), 1),
                ("whole", span, one, 1),
                ("one-of-two", span.replace(" }", ", switch: sw2 }"),
                 (*two, "--mirror-of", "sw2"), 1),
                ("ports-named", erspan, (*two, "--mirror-erspan", 3), 1),
                ("lossy-named", erspan, (*two, "--mirror-erspan", 3,
                                         "--mirror-lose", 28), 0.972),
                )[:None if self.long else 3]:
            self.covered(name, source, options, share)

    def covered(self, name, source, options, share):
        leaving = name == "leaving"
        traffic = "25M" if leaving else "5M"
        self.simulate(name, *options, "--traffic", traffic, "--rate", 4096,
                      "--seed", 5, sflow=True, seconds=420, start=START)
        config = self.configure(name, "sflow: { listen: \"127.0.0.1:6343\" }",
                                source)
        status = self.stored(config, f"sflow:{self.path(name)}.sflow",
                             f"mirror:{self.path(name)}.mirror")
        seen = []
        for port in status["ports"]:
            what = f"{name}: {port['switch']} {port['name']}"
            calibrations = [port["in_calibration"], port["out_calibration"]]
            calibration = calibrations[leaving]
            other = calibrations[not leaving]
            self.checks.that(other is None or not other["exact"],
                             f"{what}: the other direction is not copied, "
                             f"so nothing is said of it: {other}")
            if not calibration or not calibration["exact"]:
                continue
            seen.append(calibration["ratio"])
            self.checks.equal(calibration["drift"], "none", what)
            self.checks.equal(calibration["ci95"], 0, f"{what}: ci95")
            # Counters are read each 20 s. What leaves has a tag, and of
            # flooded frames nobody knows by which ports.
            self.checks.that(share - (0.1 if leaving else 0.03) <
                             calibration["ratio"] <
                             share + (0.05 if leaving else 0.03),
                             f"{what}: {calibration}")
        self.checks.that(len(seen) >= 5, f"{name}: {len(seen)} ports")
        mean = sum(seen) / max(len(seen), 1)
        print(f"{name}: the mirror saw {100 * mean:.1f} % of {len(seen)} ports")
        self.checks.that(abs(mean - share) < (0.05 if leaving else 0.01),
                         f"{name}: {mean} of {share}")

    def storing(self):
        """The same capture gives the same files, a minute without frames is
        unknown, and the journal has what the totals have."""
        name = "store"
        self.simulate(name, "--mirror-erspan", "2", "--traffic", "5M",
                      seconds=420, start=START)
        config = self.path(name, "config.yaml")
        head, packets = harness.read_packets(self.path(f"{name}.mirror"))
        gap = range(START + 120, START + 240)
        harness.write(self.path("gap"), head + b"".join(
            p for p in packets if harness.second_of(p) not in gap))
        for capture in ("gap", f"{name}.mirror")[:1 + self.long]:
            self.store_twice(config, capture)
        self.unknown_rows(self.path("state1"))

    def store_twice(self, config, capture):
        inputs = f"mirror:{self.path(capture)}"
        totals, _ = self.replay(config, inputs)
        self.balance(capture, totals)
        states = []
        for _ in range(2):
            self.stored(config, inputs)
            states.append(self.path(f"state{self.stores}"))
        files = [harness.files_below(s + "/rrd") for s in states]
        self.checks.equal(files[0], files[1], f"{capture}: the same files")
        self.checks.that(len(files[0]) > 50, f"{capture}: many files")
        # A dump of a file that differs where nothing is, takes its time.
        for file in files[0] if self.long else files[0][::9]:
            pair = [os.path.join(s, "rrd", file) for s in states]
            if filecmp.cmp(*pair, shallow=False):
                continue
            dumps = [harness.must(["rrdtool", "dump", p]).stdout for p in pair]
            self.checks.that(dumps[0] == dumps[1], f"{capture}: {file}")
        summed = self.journal_sum(states[0])
        for kind, of in (("members", by_member), ("pairs", by_pair)):
            journal, wanted = ({k: v for k, v in of(t).items() if v}
                               for t in (summed, totals))
            wrong = differences(journal, wanted)
            self.checks.that(not wrong, f"{capture}, journal: {kind}: {wrong}")
        again = harness.run([self.collector, "-c", states[1] + ".yaml",
                             "--replay", inputs, "--store"])
        self.checks.equal(again.returncode, 73, "exit of a second --store")

    def unknown_rows(self, state):
        done = harness.must(["rrdtool", "fetch", f"{state}/rrd/exchange.rrd",
                             "AVERAGE", "-r", "60", "-s", START, "-e",
                             START + 419])
        rows = [line.split()[1:] for line in
                done.stdout.decode().split("\n")[2:] if ":" in line]
        known = [row[0] not in ("nan", "-nan") for row in rows]
        self.checks.equal(known, [True, True, False, False, True, True, True],
                          "a minute without frames is unknown")
        self.checks.that(all(float(row[0]) > 0 for row, is_known
                             in zip(rows, known) if is_known),
                         f"and the others are not zero: {rows}")


if __name__ == "__main__":
    sys.exit(mirror_stories.main(Stored, ("coverage", "storing")))
