# SPDX-License-Identifier: Apache-2.0
"""Repositories with decoys: what `flameline source coverage` takes must be the file that was compiled, or be in doubt.

A case has the files of the repository, mirrors of others (with tags), and frames as the toolchain records them:
(cost, function, recorded path, start line, truth); truth is the path of the own repository, "owner/repo@tag path" of a
mirror, or None where nothing may be taken; a truth that begins with "?" may be in doubt."""

import json
import subprocess

import pprof
import pytest

from server import BIN


def go(package, *functions, pad=0):
    """A Go file with functions three lines apart; the first one starts at line 3 + pad."""
    return f"package {package}\n" + "\n" * (pad + 1) + "\n".join(f"func {name} {{\n}}\n" for name in functions)


CASES = {
    "go monorepo": {
        "own": {
            "go.work": "go 1.22\n\nuse (\n\t./svc/cart\n\t./svc/mail\n\t./lib\n)\n",
            "svc/cart/go.mod": "module corp.example/cart\n\ngo 1.22.3\n",
            "svc/cart/store/store.go": go("store", "Open()"),
            "svc/cart/main.go": go("main", "main()", "serveCart()"),
            "svc/mail/go.mod": "module corp.example/mail\n\ngo 1.22.3\n",
            "svc/mail/store/store.go": go("store", "Open()", pad=4),
            "svc/mail/main.go": go("main", "main()", "sendMail()", pad=2),
            "lib/go.mod": "module corp.example/lib\n",
            "lib/errors/wrap.go": go("errors", "Wrap()"),
            "store/store.go": go("store", "Open()", pad=9),
        },
        "root": "svc/cart",
        "frames": [
            (30, "corp.example/cart/store.Open", "/build/svc/cart/store/store.go", 3, "svc/cart/store/store.go"),
            (20, "corp.example/mail/store.Open", "/build/svc/mail/store/store.go", 7, "svc/mail/store/store.go"),
            (20, "main.serveCart", "/build/svc/cart/main.go", 6, "svc/cart/main.go"),
            (10, "corp.example/lib/errors.Wrap", "/build/lib/errors/wrap.go", 3, "lib/errors/wrap.go"),
            (19, "errors.New", "/usr/local/go1.22.3/src/errors/errors.go", 3, "golang/go@go1.22.3 src/errors/errors.go"),
        ],
        "mirrors": {"golang/go": {"go1.22.3": {"src/errors/errors.go": go("errors", "New()"),
                                               "src/errors/wrap.go": go("errors", "Wrap()", pad=5)}}},
    },
    "go trimmed": {
        "own": {"go.mod": "module github.com/acme/shop/v2\n\ngo 1.22.3\n\nrequire github.com/acme/kit/v3 v3.1.0\n",
                "cart/pricer.go": go("cart", "Total()"), "v2/cart/pricer.go": go("cart", "Total()", pad=7),
                "shop/cart/pricer.go": go("cart", "Total()", pad=3), "kit.go": go("shop", "Run()", pad=8)},
        "frames": [
            (50, "github.com/acme/shop/v2/cart.Total", "github.com/acme/shop/v2/cart/pricer.go", 3, "cart/pricer.go"),
            (30, "github.com/acme/kit/v3.Run", "github.com/acme/kit/v3@v3.1.0/kit.go", 5, "acme/kit@v3.1.0 kit.go"),
            (20, "sort.Sort", "sort/sort.go", 6, "golang/go@go1.23.1 src/sort/sort.go"),
        ],
        "mirrors": {"acme/kit": {"v2.9.0": {"kit.go": go("kit", "Run()")},
                                 "v3.1.0": {"go.mod": "module github.com/acme/kit/v3\n", "kit.go": go("kit", "Run()", pad=2)}},
                    "golang/go": {"go1.22.3": {"src/sort/sort.go": go("sort", "Sort()")},
                                  "go1.23.1": {"src/sort/sort.go": go("sort", "Sort()", pad=3)},
                                  "go1.24.0": {"src/sort/sort.go": go("sort", "Sort()", pad=4)}}},
    },
    "go under bazel": {
        "own": {"go.mod": "module corp.example/mono\n\ngo 1.22.3\n\nrequire github.com/acme/errors v0.9.1\n",
                "BUILD.bazel": "", "cart/pricer.go": go("cart", "Total()"), "errors/errors.go": go("errors", "Wrap()"),
                "third/errors.go": go("third", "Other()")},
        "frames": [
            (50, "corp.example/mono/cart.Total", "cart/pricer.go", 3, "cart/pricer.go"),
            (30, "github.com/acme/errors.Wrap", "external/com_github_acme_errors/errors.go", 8, "acme/errors@v0.9.1 errors.go"),
            (20, "fmt.Println", "external/go_sdk/src/fmt/print.go", 3, "golang/go@go1.22.3 src/fmt/print.go"),
        ],
        "mirrors": {"acme/errors": {"v0.9.1": {"errors.go": go("errors", "Wrap()", pad=5)}},
                    "golang/go": {"go1.22.3": {"src/fmt/print.go": go("fmt", "Println()")}}},
    },
    "go vendored": {
        "own": {"go.mod": "module corp.example/app\n\ngo 1.22.3\n\nrequire (\n\tgithub.com/acme/kit v1.0.0\n\tgithub.com/acme/log v1.2.0\n)\n",
                "vendor/github.com/acme/kit/kit.go": go("kit", "Run()", pad=6), "kit/kit.go": go("kit", "Run()"),
                "main.go": go("main", "main()")},
        "frames": [
            (40, "github.com/acme/kit.Run", "/src/vendor/github.com/acme/kit/kit.go", 9, "vendor/github.com/acme/kit/kit.go"),
            (40, "github.com/acme/log.Print", "/src/vendor/github.com/acme/log/log.go", 4, "acme/log@v1.2.0 log.go"),
            (15, "corp.example/app/kit.Run", "/src/kit/kit.go", 3, "kit/kit.go"),
            (5, "main.main", "/src/main.go", 3, "main.go"),
        ],
        "mirrors": {"acme/kit": {"v1.0.0": {"kit.go": go("kit", "Run()")}},
                    "acme/log": {"v1.2.0": {"log.go": go("log", "Print()", pad=1)}, "v1.3.0": {"log.go": go("log", "Print()")}}},
    },
    "go submodules": {
        "own": {"go.mod": "module corp.example/app\n\nrequire github.com/acme/sdk/storage v1.4.0\n", "main.go": go("main", "main()")},
        "frames": [
            (90, "github.com/acme/sdk/storage.Put", "/go/pkg/mod/github.com/acme/sdk/storage@v1.4.0/put.go", 7,
             "acme/sdk@storage/v1.4.0 storage/put.go"),
            (10, "main.main", "/app/main.go", 3, "main.go"),
        ],
        "mirrors": {"acme/sdk": {"v1.4.0": {"storage/put.go": go("storage", "Put()")},
                                 "storage/v1.4.0": {"storage/put.go": go("storage", "Put()", pad=4)}}},
    },
    "python src layout": {
        "own": {"src/shop/api/views.py": "\n\ndef index():\n    pass\n", "tests/api/views.py": "def index():\n    pass\n",
                "src/shop/__init__.py": "", "pyproject.toml": "[project]\nname = 'shop'\n", "examples/shop/api/views.py.txt": "x", "scripts/run.py": "def main():\n    pass\n"},
        "frames": [
            (50, "index", "/usr/local/lib/python3.12/site-packages/shop/api/views.py", 3, "src/shop/api/views.py"),
            (30, "main", "/app/scripts/run.py", 1, "scripts/run.py"),
            (19, "loads", "/usr/local/lib/python3.12/json/decoder.py", 4, "python/cpython@v3.12.1 Lib/json/decoder.py"),
            (1, "get", "/usr/local/lib/python3.12/site-packages/requests/api.py", 1, None),
        ],
        "mirrors": {"python/cpython": {"v3.12.0": {"Lib/json/decoder.py": "def loads():\n    pass\n"},
                                       "v3.12.1": {"Lib/json/decoder.py": "\n\n\ndef loads():\n    pass\n"},
                                       "v3.12.2": {"Lib/json/decoder.py": "\n\n\n\ndef loads():\n    pass\n"}}},
    },
    "python namespace packages": {
        "own": {"libs/corp/mail/send.py": "def send():\n    pass\n", "services/corp/mail/send.py": "\n\n\n\n\n\n\n\n\n\n\n\ndef send():\n    pass\n",
                "services/corp/mail/queue.py": "def push():\n    pass\n"},
        "frames": [
            (60, "send", "/app/services/corp/mail/send.py", 13, "services/corp/mail/send.py"),
            (30, "send", "/opt/venv/lib/python3.12/site-packages/corp/mail/send.py", 1, "?libs/corp/mail/send.py"),
            (10, "push", "/opt/venv/lib/python3.12/site-packages/corp/mail/queue.py", 1, "?services/corp/mail/queue.py"),
        ],
    },
    "gradle with kotlin": {
        "own": {"core/src/main/kotlin/org/example/core/Model.kt": "package org.example.core\n\nclass Line {\n fun total() = 1\n}\nclass Cart\n",
                "core/src/main/kotlin/org/example/core/Util.kt": "package org.example.core\n\nfun sum() = 1\n",
                "core/src/main/java/org/example/core/Shop.java": "class Shop { int total() { return 1; } }\nclass Basket { }\n",
                "web/src/main/java/org/example/web/Shop.java": "class Shop { int total() { return 2; } }\n",
                "web/src/test/java/org/example/web/ShopTest.java": "class ShopTest { }\n"},
        "frames": [
            (30, "org/example/core/Line.total", "", 0, "core/src/main/kotlin/org/example/core/Model.kt"),
            (20, "org/example/core/UtilKt.sum", "", 0, "core/src/main/kotlin/org/example/core/Util.kt"),
            (20, "org/example/core/Shop$Inner.total", "", 0, "core/src/main/java/org/example/core/Shop.java"),
            (20, "org/example/web/Shop.total", "", 0, "web/src/main/java/org/example/web/Shop.java"),
            (9, "org.example.web.Shop.lambda$total$0", "", 0, "web/src/main/java/org/example/web/Shop.java"),
            (1, "com/sun/proxy/$Proxy12.run", "", 0, None),
        ],
    },
    "typescript with its compiled twin": {
        "own": {"src/server.ts": "export function handle() {\n}\n", "src/cart/server.ts": "\n\n\nexport function handle() {\n}\n",
                "dist/server.js": "function handle() {\n}\n", "tsconfig.json": "{}"},
        "frames": [
            (60, "handle", "/app/src/server.ts", 1, "src/server.ts"),
            (30, "handle", "webpack://shop/./src/cart/server.ts", 4, "src/cart/server.ts"),
            (9, "handle", "/app/dist/server.js", 1, "dist/server.js"),
            (1, "router", "/app/node_modules/express/lib/router.js", 1, None),
        ],
    },
    "cargo workspace": {
        "own": {"crates/pricer/src/lib.rs": "\n\n\n\n\n\n\n\n\n\n\n\nfn total() {\n}\n", "crates/cart/src/lib.rs": "fn add() {\n}\n",
                "src/main.rs": "fn main() {\n}\n"},
        "frames": [
            (50, "pricer::total", "crates/pricer/src/lib.rs", 13, "crates/pricer/src/lib.rs"),
            (30, "cart::add", "/build/crates/cart/src/lib.rs", 1, "crates/cart/src/lib.rs"),
            (19, "shop::main", "src/main.rs", 1, "src/main.rs"),
            (1, "serde::de", "/root/.cargo/registry/src/index.crates.io-6f17d22bba15001f/serde-1.0.188/src/lib.rs", 1, None),
        ],
    },
    "container paths": {
        "own": {"app/worker/tasks.py": "\n\n\n\n\n\n\n\n\n\n\n\ndef run():\n    pass\n", "worker/tasks.py": "def run():\n    pass\n",
                "app/web/main.py": "def serve():\n    pass\n"},
        "frames": [
            (60, "run", "/srv/app/worker/tasks.py", 13, "app/worker/tasks.py"),
            (30, "serve", "/srv/app/web/main.py", 1, "app/web/main.py"),
            (10, "run", "worker/tasks.py", 1, "worker/tasks.py"),
        ],
    },
    "mapped by a file": {
        "own": {".pyroscope.yaml": "source_code:\n  mappings:\n    - path: [{prefix: /opt/build}]\n      language: python\n      source: {local: {path: py}}\n"
                                   "    - function_name: [{prefix: org/gen}]\n      language: java\n      source: {local: {path: gen}}\n",
                "py/a/x.py": "def a():\n    pass\n", "other/a/x.py": "\n\n\n\n\n\n\n\n\n\n\n\ndef a():\n    pass\n",
                "gen/org/gen/Dto.java": "class Dto { void read() { } }\n", "old/org/gen/Dto.java": "class Dto { }\n"},
        "frames": [
            (60, "a", "/opt/build/a/x.py", 1, "py/a/x.py"),
            (40, "org/gen/Dto.read", "", 0, "gen/org/gen/Dto.java"),
        ],
    },
}


def git(directory, *args):
    return subprocess.run(["git", "-C", directory, "-c", "user.name=Ada", "-c", "user.email=ada@example.org", *args],
                          check=True, capture_output=True, text=True).stdout.strip()


def repository(directory, states):
    """A commit for each state, tagged with its name unless that is ""."""
    directory.mkdir(parents=True)
    git(directory, "init", "-q", "-b", "main")
    for tag, files in states.items():
        git(directory, "rm", "-rq", "--ignore-unmatch", ".")
        for name, text in files.items():
            (directory / name).parent.mkdir(parents=True, exist_ok=True)
            (directory / name).write_text(text)
        git(directory, "add", "-A")
        git(directory, "commit", "-qm", "state", "--allow-empty")
        if tag:
            git(directory, "tag", tag)


def text_of(case, truth):
    if "@" not in truth:
        return case["own"][truth]
    place, path = truth.split(" ")
    name, tag = place.split("@")
    return case["mirrors"][name][tag][path]


def resolved_text(root, row):
    directory = root / "own" if row["repository"] == "local" else root / "mirrors" / row["repository"].removeprefix("github.com/")
    return subprocess.run(["git", "-C", directory, "show", f"{row['commit']}:{row['path']}"], check=True,
                          capture_output=True, text=True).stdout


@pytest.mark.parametrize("name", CASES)
def test_no_wrong_file(tmp_path, name):
    case = CASES[name]
    repository(tmp_path / "own", {"": case["own"]})
    (tmp_path / "mirrors").mkdir()
    for mirror, states in case.get("mirrors", {}).items():
        repository(tmp_path / "mirrors" / mirror, states)
    profile = tmp_path / "cpu.pb"
    profile.write_bytes(pprof.profile([([(function, file, line, line)], cost)
                                       for cost, function, file, line, _ in case["frames"]]))
    done = subprocess.run([BIN, "source", "coverage", profile, "--repo", tmp_path / "own", "--mirrors", tmp_path / "mirrors",
                           "--root-path", case.get("root", ""), "--json"], capture_output=True, text=True, check=True)
    rows = {(row["name"], row["file"]): row for row in json.loads(done.stdout)["functions"]}
    found = possible = 0
    for cost, function, file, _, truth in case["frames"]:
        row = rows[function, file]
        if truth is None:
            assert row["coverage"] in ("missing", "none"), row
            continue
        possible += cost
        if row["coverage"] in ("found", "doubt"):
            place = truth.removeprefix("?")
            assert row["path"] == place.split(" ")[-1] and resolved_text(tmp_path, row) == text_of(case, place), row
            assert row["coverage"] == "found" or truth.startswith("?"), f"in doubt: {row}"
            found += cost
    assert found >= 0.95 * possible, [row for row in rows.values() if row["coverage"] == "missing"]
