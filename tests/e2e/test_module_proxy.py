# SPDX-License-Identifier: Apache-2.0
"""Files of Go modules from a module proxy: by ranges, whole, and from archives that are wrong."""

import http.server
import io
import random
import re
import struct
import threading
import zipfile

import pytest

from server import Server

TEXT = "package kit\n\nfunc Run() {\n}\n"


def archive(module, version, big=0):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
        z.writestr(f"{module}@{version}/go.mod", f"module {module}\n")
        z.writestr(f"{module}@{version}/kit.go", TEXT)
        z.writestr(zipfile.ZipInfo(f"{module}@{version}/stored.go"), TEXT * 2)
        z.writestr(f"{module}@{version}/empty.go", "")
        z.writestr(f"{module}@{version}/large.go", "//" + "x" * (11 << 20))
        if big:
            z.writestr(zipfile.ZipInfo(f"{module}@{version}/data.bin"), random.Random(1).randbytes(big))
    return out.getvalue()


GOOD = archive("corp.example/Kit", "v1.0.0", big=300_000)
ARCHIVES = {
    "/corp.example/!kit/@v/v1.0.0.zip": GOOD,
    "/corp.example/cut/@v/v1.0.0.zip": archive("corp.example/cut", "v1.0.0")[:-30],
    "/corp.example/noise/@v/v1.0.0.zip": random.Random(2).randbytes(5000),
    "/corp.example/crc/@v/v1.0.0.zip": archive("corp.example/crc", "v1.0.0").replace(
        struct.pack("<I", __import__("zlib").crc32(TEXT.encode())), b"\1\2\3\4"),
    "/corp.example/outside/@v/v1.0.0.zip": archive("corp.example/outside", "v1.0.0")[:-6] + b"\xff\xff\xff\x7f\0\0",
}


class Proxy(http.server.BaseHTTPRequestHandler):
    ranges = True
    asked = []

    def do_GET(self):
        Proxy.asked.append((self.path, self.headers.get("Range")))
        data = ARCHIVES.get(self.path)
        if data is None:
            self.send_error(410)
            return
        found = re.match(r"bytes=(\d*)-(\d*)$", self.headers.get("Range", ""))
        if Proxy.ranges and found:
            first = int(found[1]) if found[1] else max(0, len(data) - int(found[2]))
            last = min(int(found[2]), len(data) - 1) if found[1] and found[2] else len(data) - 1
            body = data[first:last + 1]
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {first}-{last}/{len(data)}")
        else:
            body = data
            self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture
def proxied(tmp_path):
    httpd = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Proxy)
    threading.Thread(target=httpd.serve_forever, daemon=True).start()
    Proxy.ranges, Proxy.asked = True, []
    with Server(tmp_path, "--source.offline=true",
                f"--source.module_proxy=http://127.0.0.1:{httpd.server_address[1]}/") as running:
        yield running
    httpd.shutdown()


def resolve(server, path):
    return server.rpc("flameline.v1.SourceService/Resolve",
                      {"repository": "https://git.example/acme/shop", "ref": "a" * 40, "file": path})


def last(answer):
    return [a for a in answer["attempts"] if a["step"] == "go_proxy"][-1]


@pytest.mark.parametrize("ranges", [True, False])
def test_reads_one_file(proxied, ranges):
    Proxy.ranges = ranges
    answer = resolve(proxied, "/go/pkg/mod/corp.example/!kit@v1.0.0/kit.go")
    assert answer["text"] == TEXT and answer["source"]["rule"] == "go_proxy"
    assert answer["source"]["url"] == "https://pkg.go.dev/corp.example/Kit@v1.0.0"
    n = len(Proxy.asked)
    assert n == (2 if ranges else 1)  # the end with the directory, then the entry
    assert last(resolve(proxied, "/go/pkg/mod/corp.example/!kit@v1.0.0/kit.go"))["cached"] is True
    assert len(Proxy.asked) == n


@pytest.mark.parametrize("name,want", [("stored.go", TEXT * 2), ("empty.go", None)])
def test_stored_and_empty_entries(proxied, name, want):
    answer = resolve(proxied, f"/go/pkg/mod/corp.example/!kit@v1.0.0/{name}")
    assert answer["source"]["state"] == "ok" and answer.get("text") == want


@pytest.mark.parametrize("module,name,result", [
    ("!kit", "gone.go", "file_not_found"), ("!kit", "large.go", "too_large"), ("absent", "kit.go", "file_not_found"),
    ("cut", "kit.go", "host_unreachable"), ("noise", "kit.go", "host_unreachable"),
    ("crc", "kit.go", "host_unreachable"), ("outside", "kit.go", "host_unreachable")])
def test_what_cannot_be_read_is_explained(proxied, module, name, result):
    found = last(resolve(proxied, f"/go/pkg/mod/corp.example/{module}@v1.0.0/{name}"))
    assert found["result"] == result and found["message"]


def test_paths_that_climb_are_not_asked(proxied):
    resolve(proxied, "/go/pkg/mod/corp.example/../../x@v1.0.0/kit.go")
    assert Proxy.asked == []
