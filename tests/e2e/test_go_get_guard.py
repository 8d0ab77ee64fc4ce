# SPDX-License-Identifier: Apache-2.0
"""Pages of Go modules: the host comes from a profile, so nothing but public addresses may be asked.

A shim answers every name and writes down every connection: what is refused must not even be tried."""

import http.server
import os
import shutil
import subprocess
import threading

import pytest

from server import BIN, Server

HERE = os.path.dirname(os.path.abspath(__file__))
CC = shutil.which("cc") or shutil.which("gcc")

# name: what it resolves to (sets separated by ";" are answered in turn)
PRIVATE = {
    "loopback.example": "127.0.0.1",
    "loopback-high.example": "127.200.3.4",
    "unspecified.example": "0.0.0.0",
    "this-network.example": "0.1.2.3",
    "private-ten.example": "10.1.2.3",
    "private-twelve.example": "172.16.0.1",
    "private-twelve-end.example": "172.31.255.254",
    "private-sixteen.example": "192.168.1.1",
    "metadata.example": "169.254.169.254",
    "link-local.example": "169.254.1.1",
    "carrier.example": "100.64.0.1",
    "protocol.example": "192.0.0.8",
    "documentation.example": "192.0.2.1",
    "benchmark.example": "198.18.0.1",
    "multicast.example": "224.0.0.1",
    "reserved.example": "240.0.0.1",
    "broadcast.example": "255.255.255.255",
    "six-loopback.example": "::1",
    "six-unspecified.example": "::",
    "six-link-local.example": "fe80::1",
    "six-unique-local.example": "fd12:3456::1",
    "six-site-local.example": "fec0::1",
    "six-multicast.example": "ff02::1",
    "six-documentation.example": "2001:db8::1",
    "mapped-loopback.example": "::ffff:127.0.0.1",
    "mapped-metadata.example": "::ffff:169.254.169.254",
    "nat-loopback.example": "64:ff9b::7f00:1",
    "six-to-four.example": "2002:7f00:1::1",
    "teredo.example": "2001::1",
    "both-private.example": "10.0.0.1,::1",
}
REDIRECTS = {  # a public host whose page sends the server elsewhere
    "to-loopback.example": "http://127.0.0.1/kit",
    "to-metadata.example": "http://169.254.169.254/latest/meta-data/",
    "to-six.example": "http://[::1]/kit",
    "to-mapped.example": "http://[::ffff:10.0.0.1]/kit",
    "to-private-name.example": "http://loopback.example/kit",
    "to-decimal.example": "http://2130706433/kit",
    "to-file.example": "file:///etc/passwd",
    "to-ftp.example": "ftp://loopback.example/kit",
    "to-gopher.example": "gopher://loopback.example/kit",
}
CHANGING = {"rebinding.example": "8.8.8.9;127.0.0.1"}  # public when looked up first, private afterwards
PUBLIC = {"public.example": "8.8.8.8"}


class Page(http.server.BaseHTTPRequestHandler):
    """Plays every public host."""

    def do_GET(self):
        host = self.headers.get("Host", "").split(":")[0]
        target = REDIRECTS.get(host) or (f"http://{host}/again" if host in CHANGING and "again" not in self.path else "")
        body = f'<meta name="go-import" content="{host}/kit git https://github.com/acme/{host}">'.encode()
        self.send_response(302 if target else 200)
        if target:
            self.send_header("Location", target)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def network(tmp_path_factory):
    """Environment of a server whose network is the shim, and the log of its connections."""
    if CC is None:
        pytest.skip("skipped: no C compiler")
    if b"__asan_init" in open(BIN, "rb").read() or b"__tsan_init" in open(BIN, "rb").read():
        pytest.skip("skipped: a preloaded library does not go with a sanitizer")
    directory = tmp_path_factory.mktemp("shim")
    shim, hosts, log = directory / "shim.so", directory / "hosts", directory / "log"
    subprocess.run([CC, "-shared", "-fPIC", "-O1", "-o", shim, os.path.join(HERE, "shim", "network.c"), "-ldl"], check=True)
    names = {**PRIVATE, **CHANGING, **PUBLIC, **dict.fromkeys(REDIRECTS, "8.8.8.7")}
    hosts.write_text("".join(f"{name} {addresses}\n" for name, addresses in names.items()))
    log.write_text("")
    page = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page)
    threading.Thread(target=page.serve_forever, daemon=True).start()
    yield {"LD_PRELOAD": str(shim), "SHIM_HOSTS": str(hosts), "SHIM_LOG": str(log),
           "SHIM_PORT": str(page.server_address[1])}, log
    page.shutdown()


@pytest.fixture(scope="module")
def guarded(network, tmp_path_factory):
    with Server(tmp_path_factory.mktemp("server"), "--source.go_get_base=http://", env=network[0]) as running:
        yield running


def attempt(server, host):
    """The go_get attempt for a module of that host, and what happened to it."""
    answer = server.rpc("flameline.v1.SourceService/Resolve",
                        {"repository": "https://github.com/acme/shop", "ref": "a" * 40,
                         "file": f"/go/pkg/mod/{host}/kit@v1.0.0/kit.go"})
    return next(a for a in answer["attempts"] if a["step"] == "go_get")


def connections(log):
    lines = log.read_text().split("\n")
    log.write_text("")
    return [line.split()[1] for line in lines if line]


@pytest.mark.parametrize("host", PRIVATE)
def test_private_addresses_are_refused_without_a_connection(guarded, network, host):
    connections(network[1])
    found = attempt(guarded, host)
    assert found["result"] == "host_unsupported", found
    assert connections(network[1]) == []


@pytest.mark.parametrize("host", REDIRECTS)
def test_redirects_to_them_are_refused_too(guarded, network, host):
    connections(network[1])
    found = attempt(guarded, host)
    assert found["result"] == "host_unsupported", found
    assert connections(network[1]) == ["8.8.8.7"]


@pytest.mark.parametrize("host", CHANGING)
def test_a_name_that_changes_its_address(guarded, network, host):
    connections(network[1])
    attempt(guarded, host)
    assert set(connections(network[1])) == {"8.8.8.9"}  # the first address, or no second connection


def test_public_addresses_are_asked(guarded, network):
    """The guard is what refuses, not the network of the test."""
    connections(network[1])
    assert attempt(guarded, "public.example")["result"] == "ok"
    assert connections(network[1]) == ["8.8.8.8"]
    assert attempt(guarded, "public.example")["cached"] is True
    assert connections(network[1]) == []


def test_the_setting_opens_private_addresses(network, tmp_path):
    connections(network[1])
    with Server(tmp_path, "--source.go_get_base=http://", "--source.allow_private_addresses=true",
                env=network[0]) as server:
        attempt(server, "loopback.example")
    assert "127.0.0.1" in connections(network[1])


def test_offline_asks_no_page(network, tmp_path):
    connections(network[1])
    with Server(tmp_path, "--source.offline=true", "--source.go_get_base=http://", env=network[0]) as server:
        assert attempt(server, "public.example")["result"] == "no_mapping"
    assert connections(network[1]) == []


def test_pages_are_asked_over_tls_by_default(network, tmp_path):
    connections(network[1])
    with Server(tmp_path, env=network[0]) as server:
        # the fake speaks no TLS, so the handshake fails
        assert attempt(server, "public.example")["result"] == "host_unreachable"
    assert connections(network[1]) == ["8.8.8.8"]
