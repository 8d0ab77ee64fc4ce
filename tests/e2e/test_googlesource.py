# SPDX-License-Identifier: Apache-2.0
"""Modules on go.googlesource.com: read without an account, shown at the mirror that people can look at."""

import base64
import hashlib
import http.server
import json
import threading

import pytest

from server import Server

COMMIT = hashlib.sha1(b"image v0.1.0").hexdigest()
FILES = {"webp/decode.go": "package webp\n\nfunc Decode() {}\n", "go.mod": "module go.googlesource.com/image\n"}


class Gitiles(http.server.BaseHTTPRequestHandler):
    asked = []

    def do_GET(self):
        Gitiles.asked.append(self.path)
        path, _, query = self.path.partition("?")
        status, headers, body = self.answer(path.strip("/"), query)
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def answer(self, path, query):
        def found(value):
            return 200, {}, b")]}'\n" + json.dumps(value).encode()

        if path in (f"image/+/{COMMIT}", "image/+/refs/tags/v0.1.0", "image/+/HEAD"):
            return found({"commit": COMMIT, "message": "change",
                          "author": {"name": "Ada", "time": "Mon Jan 05 12:30:00 2026 +0200"}})
        if path == f"image/+/{COMMIT}" or (path == f"image/+/{COMMIT}/".strip("/") and "recursive" in query):
            return found({"entries": [{"name": name, "type": "blob", "mode": 33188} for name in FILES]})
        prefix = f"image/+/{COMMIT}/"
        if path.startswith(prefix) and path.removeprefix(prefix) in FILES:
            return (200, {"X-Gitiles-Object-Type": "blob", "X-Gitiles-Path-Mode": "0100644"},
                    base64.b64encode(FILES[path.removeprefix(prefix)].encode()))
        if path == prefix + "webp":
            return 200, {"X-Gitiles-Object-Type": "tree"}, base64.b64encode(b"100644 blob x\tdecode.go")
        return 404, {}, b"NOT_FOUND"

    def log_message(self, *_):
        pass


@pytest.fixture
def server(tmp_path):
    host = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Gitiles)
    threading.Thread(target=host.serve_forever, daemon=True).start()
    Gitiles.asked = []
    with Server(tmp_path, f"--source.googlesource_url=http://127.0.0.1:{host.server_address[1]}") as running:
        yield running
    host.shutdown()


def test_module_of_the_go_project(server):
    answer = server.rpc("flameline.v1.SourceService/Resolve",
                        {"repository": "https://github.com/acme/shop", "ref": "a" * 40,
                         "file": "/go/pkg/mod/go.googlesource.com/image@v0.1.0/webp/decode.go"})
    assert answer["text"] == FILES["webp/decode.go"]
    assert answer["source"]["commit"] == COMMIT and answer["source"]["provider"] == "go.googlesource.com"
    assert answer["source"]["url"] == f"https://github.com/golang/image/blob/{COMMIT}/webp/decode.go"


def test_what_is_not_there(server, path="gone.go", result="file_not_found"):
    answer = server.rpc("flameline.v1.SourceService/Resolve",
                        {"repository": "https://github.com/acme/shop", "ref": "a" * 40,
                         "file": f"/go/pkg/mod/go.googlesource.com/image@v0.1.0/{path}"})
    assert [a["result"] for a in answer["attempts"] if a["step"] == "go_module"][-1] == result


def test_commits(server):
    answer = server.rpc("flameline.v1.SourceService/Commits",
                        {"repository": "https://go.googlesource.com/image", "refs": [COMMIT]})
    commit = answer["commits"][0]
    assert (commit["sha"], commit["author"], commit["date"]) == (COMMIT, "Ada", "2026-01-05T10:30:00Z")
