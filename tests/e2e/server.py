# SPDX-License-Identifier: Apache-2.0
"""Starts the program and talks to it; the standard library is enough."""

import base64
import json
import os
import re
import signal
import subprocess
import time
import urllib.error
import urllib.request

# Tokens, codes and secrets of the tests: no answer, log or stored file of any server may hold one in clear.
SECRETS = set()


def secret(value):
    """Registers a text that must never show, and returns it."""
    assert len(value) >= 6, "too short to be looked for"
    SECRETS.add(value)
    return value


def expect_no_secret(where, data):
    for value in SECRETS:
        assert value.encode() not in data, f"{where} holds a secret in clear: {value[:4]}..."


BIN = os.path.abspath(os.environ.get("FLAMELINE_BIN", "build/flameline"))


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    def json(self):
        return json.loads(self.body)


class Server:
    """`with Server(tmp_path, "--flag") as s:` or start(), kill(), start() for crash tests."""

    def __init__(self, directory, *flags, env=None):
        self.directory, self.flags, self.env = directory, flags, env
        self.process, self.url, self.log = None, None, ""

        for name in ("GITHUB_CLIENT_SECRET", "GITHUB_SESSION_SECRET"):
            for value in (env or {}).get(name, "").split(","):
                if len(value) >= 6:
                    secret(value)

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        if self.process is not None:
            self.stop()

    @property
    def storage(self):
        return os.path.join(self.directory, "data")

    def start(self, timeout=30):
        path = os.path.join(self.directory, "server.log")
        with open(path, "ab") as log:
            begin = log.tell()
            command = [BIN, "serve", "--server.listen=127.0.0.1:0", f"--storage.path={self.storage}", *self.flags]
            self.process = subprocess.Popen(command, stderr=log, stdout=log, env={**os.environ, **(self.env or {})})
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            with open(path, "rb") as log:
                log.seek(begin)
                self.log = log.read().decode()
            found = re.search(r"msg=serving .*port=(\d+)", self.log)
            if found:
                self.url = f"http://127.0.0.1:{found.group(1)}"
                return self
            if self.process.poll() is not None:
                break
            time.sleep(0.02)
        raise AssertionError(f"the server did not start: {self.log}")

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(timeout=60)
        self.process = None
        assert code == 0, f"exit code {code}"
        self.expect_no_secret_left()

    def expect_no_secret_left(self):
        """Looks through the log and everything in the data directory."""
        with open(os.path.join(self.directory, "server.log"), "rb") as log:
            expect_no_secret("the log", log.read())
        for directory, _, names in os.walk(self.storage):
            for name in names:
                with open(os.path.join(directory, name), "rb") as file:
                    expect_no_secret(os.path.join(directory, name), file.read())

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.process = None

    def call(self, method, path, body=None, headers=None):
        request = urllib.request.Request(self.url + path, data=body, method=method, headers=headers or {})
        try:
            with urllib.request.urlopen(request, timeout=60) as reply:
                answer = Answer(reply.status, reply.headers, reply.read())
        except urllib.error.HTTPError as error:
            answer = Answer(error.code, error.headers, error.read())
        expect_no_secret(f"the answer to {path}", answer.body + str(answer.headers).encode())
        return answer

    def rpc(self, method, message, headers=None):
        """method: "querier.v1.QuerierService/Series"; message: JSON."""
        answer = self.call("POST", "/" + method, json.dumps(message).encode(),
                           {"Content-Type": "application/json", **(headers or {})})
        assert answer.status == 200, f"{answer.status} {answer.body[:500]}"
        return answer.json()

    def push(self, profile, labels):
        series = {"labels": [{"name": k, "value": v} for k, v in labels.items()],
                  "samples": [{"rawProfile": base64.b64encode(profile).decode()}]}
        return self.call("POST", "/push.v1.PusherService/Push", json.dumps({"series": [series]}).encode(),
                         {"Content-Type": "application/json"})
