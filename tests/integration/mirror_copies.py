#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Mirrors that copy frames more than once: coming in and going out, at two
switches, or neither.

usage: mirror_copies.py COLLECTOR SIMULATOR [STORY...]
"""
import sys

import mirror_stories
from mirror_stories import START, TAG, by_member, by_pair, differences


class Copies(mirror_stories.Stories):
    def twice(self):
        name = "both"
        truth = self.simulate(name, "--mirror-direction", "both", "--seed",
                              9, "--unknown-macs", 2)
        plain = self.configure(name, "mirror: { interface: mirror0 }",
                               changes=[("state\"", "state-both\"")])
        totals, said = self.replay(plain, f"mirror:{self.path(name)}.mirror",
                                   more=["--store"])
        self.balance(name, totals)
        # Copies of what goes out have a tag.
        wanted = {pair: {f: (2 * size + TAG * packets, 2 * packets)
                         for f, (size, packets) in families.items()}
                  for pair, families in by_pair(truth).items()}
        wrong = differences(by_pair(totals), wanted)
        self.checks.that(not wrong, f"counted twice: {wrong}")
        self.reported(self.path(name, "state-both"), said, 0.47, 0.55)
        self.dropped(name, truth)
        # A minute that has no other one after it.
        self.simulate("minute", "--mirror-direction", "both", start=START)
        _, said = self.replay(self.path("minute/config.yaml"),
                              f"mirror:{self.path('minute.mirror')}")
        self.checks.that("came a second time" in said, f"minute: {said}")

    def dropped(self, name, truth, kind="mirror: { interface: mirror0"):
        """Exact again, each frame as it was when it came in. Only a flooded
        frame that was sent twice within ten milliseconds counts once."""
        config = self.configure(name, f"{kind}, duplicates: drop }}")
        totals, said = self.replay(config, f"mirror:{self.path(name)}.mirror")
        name = f"{name}, dropped"
        self.balance(name, totals)
        self.checks.equal(said, "", f"{name}: nothing to complain of")
        wrong = differences(by_pair(totals), by_pair(truth))
        self.checks.that(not wrong, f"{name}: pairs: {wrong}")
        self.strangers(name, totals, truth, places=False)
        ours, true = by_member(totals), by_member(truth)
        missing = 0
        for key, families in true.items():
            for family, (size, packets) in families.items():
                mine = ours[key].get(family, (0, 0))
                missing += packets - mine[1]
                self.checks.that(
                    mine == (size, packets) or
                    (family != "ipv4" and packets - 2 <= mine[1] < packets
                     and key[1] == "from_member"),
                    f"{name}: {key} {family}: {mine}, "
                    f"expected {(size, packets)}")
        self.checks.that(0 <= missing <= 3, f"{name}: {missing} are missing")
        print(f"{name}: {missing} flooded frames look like a copy")

    def once(self):
        """duplicates: drop takes nothing from a mirror that copies once, but
        flooded frames that were sent twice; and finds none."""
        for name, options in (("once", ()),
                              ("once-tagged", ("--vlan-tagged",)),
                              ("once-small", ("--frame-size", 64, "--traffic",
                                              "4M"))):
            truth = self.simulate(name, *options, "--seed", 9,
                                  "--unknown-macs", 1)
            self.dropped(name, truth)
            plain = self.configure(name, "mirror: { interface: mirror0 }")
            _, said = self.replay(plain, f"mirror:{self.path(name)}.mirror",
                                  more=["--store"])
            self.reported(self.path(name, "state"), said, 0, 0.001)

    def by_direction(self):
        """ERSPAN III says which copy went out: the others are exact."""
        for direction in ("both", "rx", "tx"):
            for kind in ("3", "3+"):
                for seed in (range(9, 14) if self.long else (9,)):
                    self.by_one_direction(f"{direction}{kind}-{seed}",
                                          direction, kind, seed)

    def by_one_direction(self, name, direction, kind, seed):
        receiver = 'erspan: { listen: "0.0.0.0"'
        truth = self.simulate(name, "--mirror-direction", direction,
                              "--mirror-erspan", kind, "--seed", seed,
                              "--unknown-macs", 2)
        capture = f"mirror:{self.path(name)}.mirror"
        if direction != "tx":
            config = self.configure(name, f"{receiver}, direction: ingress }}")
            totals, said = self.replay(config, capture, more=["--store"])
            self.exact(f"{name}, ingress", totals, truth)
            self.strangers(f"{name}, ingress", totals, truth)
            self.port_estimates(name, totals, truth,
                                TAG if direction == "both" else None)
            # What does not count comes twice to nobody's harm.
            self.reported(self.path(name, "state"), said, 0, 0.001)
        if direction != "rx":
            # Of two switches neither tells of what came in.
            for told in ("any", "egress")[direction == "both":]:
                config = self.configure(
                    name, f"{receiver}, direction: {told} }}")
                totals = self.mirror(name, config)
                self.balance(f"{name}, {told}", totals)
                wrong = differences(by_pair(totals), by_pair(truth, TAG))
                self.checks.that(not wrong, f"{name}, {told}: pairs: {wrong}")
        if direction == "both":
            self.dropped(name, truth, receiver)

    def at_core_ports(self):
        """A frame that passes two switches is copied at each: by the port's
        role, where sessions name it, or as a duplicate it counts once."""
        span = "mirror: { interface: mirror0"
        erspan = 'erspan: { listen: "0.0.0.0"'
        for name, source, options in (
                ("core-span", f"{span}, duplicates: drop }}", ()),
                ("core-erspan1", f"{erspan}, duplicates: drop }}",
                 ("--mirror-erspan", 1)),
                ("core-erspan2", f"{erspan} }}", ("--mirror-erspan", 2)),
                ("core-erspan3", f"{erspan} }}",
                 ("--mirror-erspan", "3+", "--switches", 3))):
            truth = self.simulate(name, "--mirror-core", "--seed", 4,
                                  "--unknown-macs", 2, *options)
            totals = self.mirror(name, self.configure(name, source))
            self.balance(name, totals)
            wrong = differences(by_pair(totals), by_pair(truth))
            self.checks.that(not wrong, f"{name}: pairs: {wrong}")
            if "duplicates" in source:
                continue
            self.exact(name, totals, truth)
            self.strangers(name, totals, truth)
            self.checks.that(totals["ledger"]["dropped"]["core_port"] > 0,
                             f"{name}: copies at core ports")


if __name__ == "__main__":
    sys.exit(mirror_stories.main(Copies, ("twice", "once", "by_direction", "at_core_ports")))
