# SPDX-License-Identifier: Apache-2.0
"""How often a git host is asked: not at all for what is known, seldom for what is not, once for many who ask at once."""

import base64
import json
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from github_host import GithubHost, commit_id
from server import Server

TOKEN = "gho_only-for-this-test"
MAPPING = """source_code:
  mappings:
    - path: [{prefix: /srv/app}]
      language: python
      source: {local: {path: py/app}}
    - function_name: [{prefix: org/example}]
      language: java
      source: {local: {path: src/main/java}}
"""
SHOP = {
    "go.mod": "module github.com/acme/shop\n\ngo 1.22.3\n\nrequire github.com/acme/kit v1.2.0\n",
    ".pyroscope.yaml": MAPPING,
    "cart/pricer.go": "package cart\n\nfunc Total() {}\n",
    "cmd/shop/main.go": "package main\n\nfunc main() {}\n",
    "cmd/admin/main.go": "package main\n\nfunc main() {}\n\nfunc run() {}\n",
    "py/app/views.py": "def index():\n    return 1\n",
    "web/src/server.ts": "export function handle() {}\n",
    "src/main/java/org/example/Shop.java": "class Shop { int total() { return 1; } }\n",
}
VANITY = {**SHOP, "go.mod": "module shop.example/shop\n\ngo 1.22.3\n"}
WORLD = {
    "acme/shop": {"main": SHOP, "v1": SHOP},
    "acme/vanity": {"main": VANITY},
    "acme/kit": {"main": {}, "v1.2.0": {"go.mod": "module github.com/acme/kit\n", "kit.go": "package kit\n\nfunc Run() {}\n"}},
    "golang/go": {"master": {}, "go1.22.3": {"src/fmt/print.go": "package fmt\n\nfunc Println() {}\n"}},
    "python/cpython": {"main": {}, "v3.13.2": {"Lib/heapq.py": "def heappush():\n    pass\n"}},
}
FRAMES = {  # repository, recorded path, function, what the file must hold
    "go": ("acme/shop", "/build/cart/pricer.go", "github.com/acme/shop/cart.Total", "package cart"),
    "go relative": ("acme/shop", "cart/pricer.go", "github.com/acme/shop/cart.Total", "package cart"),
    "go of a vanity module": ("acme/vanity", "/build/cart/pricer.go", "shop.example/shop/cart.Total", "package cart"),
    "go equal names": ("acme/vanity", "/build/cmd/admin/main.go", "main.run", "func run"),
    "go standard library": ("acme/shop", "/usr/local/go1.22.3/src/fmt/print.go", "fmt.Println", "package fmt"),
    "python mapped": ("acme/shop", "/srv/app/views.py", "index", "def index"),
    "python by suffix": ("acme/shop", "/x/py/app/views.py", "index", "def index"),
    "python standard library": ("acme/shop", "/opt/cpython-3.13.2/lib/python3.13/heapq.py", "heappush", "def heappush"),
    "java": ("acme/shop", "", "org/example/Shop.total", "class Shop"),
    "javascript": ("acme/shop", "/app/web/src/server.ts", "handle", "function handle"),
}


@pytest.fixture
def host():
    fake = GithubHost(WORLD, TOKEN)
    yield fake
    fake.close()


@pytest.fixture
def connected(host, tmp_path):
    """A server with GitHub's login, and a function that calls GetFile as Grafana does."""
    env = {"GITHUB_CLIENT_ID": "Iv1.test", "GITHUB_CLIENT_SECRET": "test-client-secret",
           "GITHUB_SESSION_SECRET": "test-session-secret", "GITHUB_API_URL": host.url, "GITHUB_SERVER_URL": host.url}
    with Server(tmp_path, env=env) as server:
        login = server.rpc("vcs.v1.VCSService/GithubLogin", {"authorizationCode": "a-code"})
        cookie = login["cookie"].split(";")[0]

        def get_file(frame, ref):
            repository, path, function, _ = FRAMES[frame]
            body = {"repositoryURL": f"https://github.com/{repository}", "localPath": path,
                    "functionName": function, "ref": ref or commit_id(f"{repository}@main")}
            return server.call("POST", "/vcs.v1.VCSService/GetFile", json.dumps(body).encode(),
                               {"Content-Type": "application/json", "Cookie": cookie})

        host.take()
        yield get_file


def text_of(answer):
    assert answer.status == 200, answer.body
    answer = answer.json()
    return base64.b64decode(answer["content"]).decode()


@pytest.mark.parametrize("ref", ["", "main"])
@pytest.mark.parametrize("frame", FRAMES)
def test_a_cold_file_costs_few_calls_and_a_warm_one_none(connected, host, frame, ref):
    assert FRAMES[frame][3] in text_of(connected(frame, ref))
    cold = host.take()
    # a branch in place of a commit id, a mapping file and a path that only go.mod can decide, all at once
    rare = ref == "main" and frame in ("go equal names", "go of a vanity module")
    assert len(cold) <= (5 if rare else 4), cold
    assert FRAMES[frame][3] in text_of(connected(frame, ref))
    assert host.take() == []


def test_many_who_ask_at_once_make_one_call_each(connected, host):
    host.delay = 0.2
    with ThreadPoolExecutor(100) as pool:
        answers = list(pool.map(lambda _: text_of(connected("go", "")), range(100)))
    assert len(set(answers)) == 1 and answers[0] == SHOP["cart/pricer.go"]
    together = host.take()
    assert len(together) == len(set(together)) == 3, together


@pytest.mark.parametrize("mood,status,code", [
    ("silent", 504, "deadline_exceeded"), ("truncated", 503, "unavailable"), ("garbage", 503, "unavailable"),
    ("reset", 503, "unavailable")])
def test_a_host_that_misbehaves_ends_in_time(connected, host, mood, status, code):
    host.mood = mood
    start = time.monotonic()
    answer = connected("go", "")
    assert time.monotonic() - start < 17  # 15 s for all calls of one file, and what this machine needs
    assert (answer.status, answer.json()["code"]) == (status, code), answer.body
    host.mood = None
    assert "package cart" in text_of(connected("go", ""))  # no failure was remembered
