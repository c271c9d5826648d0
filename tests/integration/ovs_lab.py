# SPDX-License-Identifier: GPL-2.0-or-later
"""The lab of ../shared/tools/ovs-lab.sh: Open vSwitch in network namespaces,
with members that send. There is one at a time on a machine.
"""
import os
import shutil
import subprocess
import sys

PROGRAMS = {"ovs-vswitchd": "openvswitch-switch", "nft": "nftables",
            "iperf3": "iperf3", "arping": "iputils-arping",
            "ping": "iputils-ping", "ethtool": "ethtool",
            "tcpdump": "tcpdump"}


def skip(why):
    print(f"skipped: {why}")
    sys.exit(77)


class Lab:
    """with Lab(SHARED, FOLDER, "-n", "4") as lab: lab("traffic", "6")"""

    def __init__(self, shared, folder, *options):
        self.script = os.path.join(shared, "tools", "ovs-lab.sh")
        if not os.path.exists(self.script):
            skip("no ../shared/tools")
        missing = sorted(package for program, package in PROGRAMS.items()
                         if not shutil.which(program))
        if os.geteuid() != 0:
            missing.insert(0, "root")
        if missing:
            skip(f"needs {', '.join(missing)}")
        self.env = dict(os.environ, IXL_DIR=os.path.join(folder, "lab"),
                        IXL_OUT=os.path.join(folder, "out"), IXL_RATE="0.3")
        self.options = options

    def __call__(self, *words):
        return subprocess.run(["bash", self.script, *words], env=self.env,
                              check=True, capture_output=True, text=True).stdout

    def __enter__(self):
        try:
            self("start", *self.options)
        except subprocess.CalledProcessError as failed:
            self("stop")
            skip(f"the lab does not start here: {failed.stderr[-300:]}")
        return self

    def __exit__(self, *_):
        self("stop")
