# SPDX-License-Identifier: Apache-2.0
"""GitHub's REST API as far as files are read, over repositories that are plain dictionaries; counts what it is asked."""

import base64
import hashlib
import json
import threading
import time
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from server import expect_no_secret, secret


def commit_id(name):
    return hashlib.sha1(name.encode()).hexdigest()


class GithubApi:
    """repositories: {"owner/name": {ref: {path: text}}}; the commit of a ref is commit_id("owner/name@ref"). The first
    ref is HEAD. token: the only one that is let in; "": anybody."""

    def __init__(self, repositories, token=""):
        self.repositories, self.token = repositories, secret(token) if token else ""

    def files(self, name, ref):
        refs = self.repositories[name]
        for known, files in refs.items():
            if ref in (known, commit_id(f"{name}@{known}")) or (ref == "HEAD" and known == next(iter(refs))):
                return known, files
        return None, None

    def answer(self, target, headers):
        path, _, query = target.partition("?")
        parts = [urllib.parse.unquote(p) for p in path.strip("/").split("/")]
        query = dict(urllib.parse.parse_qsl(query))
        if self.token and headers.get("Authorization") != f"Bearer {self.token}":
            return 401, {"message": "Bad credentials"}
        if parts == ["user"]:
            return 200, {"login": "mona"}
        name = "/".join(parts[1:3])
        if parts[0] != "repos" or name not in self.repositories:
            return 404, {"message": "Not Found"}
        if len(parts) == 3:
            return 200, {"full_name": name, "private": False}
        kind, rest = parts[3], "/".join(parts[4:])
        if kind == "contents":
            _, files = self.files(name, query.get("ref", "HEAD"))
            if files is None or rest not in files:
                return 404, {"message": "Not Found"}
            data = files[rest].encode()
            return 200, {"type": "file", "encoding": "base64", "size": len(data), "path": rest,
                         "content": base64.encodebytes(data).decode()}
        if kind == "commits" and not rest:  # newest first; HEAD's history is its refs, a day apart, newest first
            days = [(f"2026-01-{20 - i:02}T10:00:00Z", ref) for i, ref in enumerate(self.repositories[name])]
            return 200, [{"sha": commit_id(f"{name}@{ref}"), "commit": {"committer": {"date": date}}}
                         for date, ref in days if date <= query.get("until", "9")][:int(query.get("per_page", 30))]
        if kind == "commits":
            ref, files = self.files(name, rest.removeprefix("heads/").removeprefix("tags/"))
            if files is None:
                return 422, {"message": f"No commit found for SHA: {rest}"}
            person = {"name": "Ada", "email": "ada@example.org", "date": "2026-01-05T10:00:00Z"}
            return 200, {"sha": commit_id(f"{name}@{ref}"), "author": None,
                         "commit": {"message": "change", "author": person, "committer": person}}
        if rest.startswith("trees/"):
            _, files = self.files(name, rest.removeprefix("trees/"))
            if files is None:
                return 404, {"message": "Not Found"}
            return 200, {"truncated": False, "tree": [{"path": p, "mode": "100644", "type": "blob", "size": len(t),
                                                       "sha": hashlib.sha1(t.encode()).hexdigest()}
                                                      for p, t in files.items()]}
        if rest.startswith("matching-refs/tags/"):
            prefix = rest.removeprefix("matching-refs/tags/")
            return 200, [{"ref": f"refs/tags/{ref}", "object": {"type": "commit", "sha": commit_id(f"{name}@{ref}")}}
                         for ref in self.repositories[name] if ref.startswith(prefix)]
        return 404, {"message": "Not Found"}


class GithubHost(GithubApi):
    """The API behind a server of its own."""

    def __init__(self, repositories, token=""):
        super().__init__(repositories, token)
        self.delay = 0
        self.asked, self.lock = [], threading.Lock()
        self.mood = None  # "silent", "truncated", "garbage", "reset": how every request is answered
        self.closed = threading.Event()
        host = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                expect_no_secret("a request to the git host", self.requestline.encode())
                with host.lock:
                    host.asked.append(self.path)
                time.sleep(host.delay)
                if host.mood:
                    return self.misbehave(host.mood)
                status, body = host.answer(self.path, self.headers)
                self.reply(status, body)

            def misbehave(self, mood):
                self.close_connection = True
                if mood == "silent":
                    host.closed.wait(60)
                elif mood == "truncated":
                    self.send_response(200)
                    self.send_header("Content-Length", "100000")
                    self.end_headers()
                    self.wfile.write(b'{"type":"file","content":"')
                elif mood == "garbage":
                    self.reply(200, b"\x00\xff<html>" * 1000)

            def do_POST(self):
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                self.reply(200, {"access_token": host.token, "token_type": "bearer", "scope": ""})

            def reply(self, status, body):
                data = body if isinstance(body, bytes) else json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_):
                pass

        class Threads(ThreadingHTTPServer):
            request_queue_size = 256

        self.httpd = Threads(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.httpd.server_address[1]}"
        threading.Thread(target=self.httpd.serve_forever, daemon=True).start()

    def close(self):
        self.closed.set()
        self.httpd.shutdown()

    def take(self):
        """What was asked since the last call."""
        with self.lock:
            asked, self.asked = self.asked, []
        return asked
