#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""usage: web_tls.py LANTERNE_WEB MAKE_EXCHANGE

The program over TLS: which versions, what is sent, and certificates that are
exchanged while it runs, good ones and bad ones. Makes its own with openssl.
"""
import http.client
import os
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from harness import Checks, run
from web_running import Web, is_over


def make_certificate(folder, name, days=30):
    """A certificate of its own for localhost; returns its paths."""
    paths = Path(folder, f"{name}.pem"), Path(folder, f"{name}.key")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
         "ec_paramgen_curve:prime256v1", "-nodes", "-days", str(days),
         "-subj", f"/CN={name}", "-addext",
         "subjectAltName=DNS:localhost,IP:127.0.0.1", "-out", paths[0],
         "-keyout", paths[1]], check=True, stderr=subprocess.DEVNULL)
    return paths


def put(paths, to):
    """Install a pair as a tool for certificates does: one after the other, each
    by renaming."""
    for source, target in zip(paths, to):
        beside = target.with_suffix(".new")
        beside.write_bytes(source.read_bytes())
        os.replace(beside, target)


class Client:
    def __init__(self, web):
        self.web = web

    def connect(self, version=None):
        """A TLS connection; returns it and whose certificate there was."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        # The old versions, which the server is to refuse by itself.
        context.set_ciphers("ALL:@SECLEVEL=0")
        if version:
            context.minimum_version = context.maximum_version = version
        raw = socket.create_connection(("127.0.0.1", self.web.port), 20)
        try:
            return context.wrap_socket(raw)
        except (OSError, ssl.SSLError):
            raw.close()
            raise

    def whose(self):
        """The name in the certificate that is served now."""
        with self.connect() as s:
            der = s.getpeercert(binary_form=True)
        text = subprocess.run(
            ["openssl", "x509", "-inform", "DER", "-noout", "-subject"],
            input=der, stdout=subprocess.PIPE, check=True).stdout
        return text.decode().strip().rpartition("=")[2].strip()

    def becomes(self, name, patience=20):
        end = time.monotonic() + patience
        while self.whose() != name and time.monotonic() < end:
            time.sleep(0.2)
        return self.whose()

    def get(self, target, trusted):
        context = ssl.create_default_context(cafile=trusted)
        connection = http.client.HTTPSConnection(
            "localhost", self.web.port, context=context, timeout=20)
        connection.request("GET", target)
        answer = connection.getresponse()
        body = answer.read().decode()
        connection.close()
        return answer, body


def check_versions(client, checks):
    for name, good in (("TLSv1", False), ("TLSv1_1", False),
                       ("TLSv1_2", True), ("TLSv1_3", True)):
        try:
            with client.connect(getattr(ssl.TLSVersion, name)) as s:
                got = s.version() == name.replace("_", ".")
        except (OSError, ssl.SSLError):
            got = False
        checks.equal(got, good, name)


def check_clear(web, checks):
    """Who speaks HTTP in the clear to it gets nothing."""
    answer = web.exchange(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
    checks.that(b"HTTP" not in answer, "HTTP in the clear")


def check_exchange(web, client, checks, one, two, installed):
    """New files are used by themselves; who is connected stays so."""
    with client.connect() as old:
        put(two, installed)
        checks.equal(client.becomes("two"), "two", "a new certificate")
        old.sendall(b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n")
        checks.that(old.recv(100).startswith(b"HTTP/1.1 200"), "the old one")
    installed[1].write_bytes(one[1].read_bytes())
    end = time.monotonic() + 20
    while "stays in use" not in web.said() and time.monotonic() < end:
        time.sleep(0.2)
    checks.that("old certificate stays in use" in web.said(), web.said())
    checks.equal(client.whose(), "two", "after a key of another")
    _, body = client.get("/health?a", two[0])
    checks.that("A newer certificate or key was refused" in body, "page")
    installed[0].write_text("nonsense")
    time.sleep(2.5)
    checks.equal(client.whose(), "two", "after nonsense")
    installed[0].unlink()
    web.process.send_signal(signal.SIGHUP)
    time.sleep(0.5)
    checks.equal(client.whose(), "two", "without a file")
    put(one, installed)
    checks.equal(client.becomes("one"), "one", "a good one again")
    _, body = client.get("/health?b", one[0])
    checks.that("key was refused" not in body,
                "page, mended: " + body[body.find("was refused") - 200:][:300])
    checks.that("The certificate is valid until" in body, "page, valid")


def check_reload(web, client, checks, two, installed):
    """Other paths with SIGHUP; not the step to HTTP in the clear."""
    text = web.config.read_text()
    for old, new in zip(installed, two):
        text = text.replace(str(old), str(new))
    web.config.write_text(text)
    web.process.send_signal(signal.SIGHUP)
    checks.equal(client.becomes("two"), "two", "other paths")
    web.config.write_text(text.replace("tls: {", "rrd_from: 127.0.0.1 } # "))
    web.process.send_signal(signal.SIGHUP)
    end = time.monotonic() + 20
    while "restart for that" not in web.said() and time.monotonic() < end:
        time.sleep(0.2)
    checks.that("web.tls turned on or off" in web.said(), web.said())
    checks.equal(client.whose(), "two", "turned off")


def check_start(program, web, checks, one, two):
    """A pair that does not match is no start."""
    text = web.config.read_text().replace(str(two[1]), str(one[1]))
    broken = Path(web.folder.name, "broken.yaml")
    broken.write_text(text.replace("rrd_from: 127.0.0.1 } # ", "tls: {"))
    done = run([program, "-c", broken, "--check-config"])
    checks.equal(done.returncode, 78, "exit")
    checks.that(b"web: TLS: " in done.stderr, done.stderr)


def main():
    checks = Checks()
    program, make_exchange = sys.argv[1:3]
    with tempfile.TemporaryDirectory() as folder:
        one = make_certificate(folder, "one")
        two = make_certificate(folder, "two")
        installed = Path(folder, "in.pem"), Path(folder, "in.key")
        put(one, installed)
        keys = ", tls: { certificate: %s, key: %s }" % installed
        with Web(program, make_exchange, keys) as web:
            silent = web.dial("127.0.0.7")
            client = Client(web)
            checks.equal(web.scheme, "https", "scheme")
            check_versions(client, checks)
            check_clear(web, checks)
            answer, _ = client.get("/", one[0])
            checks.equal(answer.status, 200, "status")
            checks.equal(answer.getheader("Strict-Transport-Security"),
                         "max-age=31536000", "HSTS")
            check_exchange(web, client, checks, one, two, installed)
            check_reload(web, client, checks, two, installed)
            check_start(program, web, checks, one, two)
            checks.that(is_over(silent), "no handshake in time")
            silent.close()
        with Web(program, make_exchange) as web:
            answer, _ = web.get("/")
            checks.equal(answer.getheader("Strict-Transport-Security"), None,
                         "HSTS in the clear")
    return checks.finish()


sys.exit(main())
