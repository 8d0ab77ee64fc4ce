# SPDX-License-Identifier: Apache-2.0
"""Which version of a text is the compiled one, when nothing says it: over GitHub's API, with its tags and times."""

import calendar

import pytest

from github_host import GithubHost, commit_id
from server import Server

TOKEN = "gho_only-for-this-test"


def go_file(line, text="", package="fmt", name="Println"):
    return f"package {package}\n//{text}" + "\n" * (line - 2) + f"func {name}() {{}}\n"


GO = {  # release: line of fmt.Println, line of os.Open
    "go1.24.0": (9, 4), "go1.25.0": (10, 4), "go1.25.1": (10, 4), "go1.26.0": (10, 5), "go1.26.1": (10, 5),
    "go1.26rc1": (10, 5)}
WORLD = {
    "acme/shop": {"main": {"go.mod": "module github.com/acme/shop\n\ngo 1.24.0\n", "a.go": "package a\n\nfunc A() {}\n"},
                  "older": {"a.go": "package a\n\n\n\nfunc A() {}\n"}},
    "golang/go": {"master": {}, **{tag: {"src/fmt/print.go": go_file(lines[0], tag[:6]),
                                         "src/os/file.go": go_file(lines[1], tag[:6], "os", "Open")}
                                   for tag, lines in GO.items()}},
    "python/cpython": {"main": {}, "3.12": {"Lib/heapq.py": "\n\n\ndef heappush():\n    pass\n"},
                       "v3.12.0": {"Lib/heapq.py": "def heappush():\n    pass\n"},
                       "v3.12.1": {"Lib/heapq.py": "\ndef heappush():\n    pass\n"},
                       "v3.12.2": {"Lib/heapq.py": "\n\ndef heappush():\n    pass\n"}},
}


@pytest.fixture
def resolve(tmp_path):
    host = GithubHost(WORLD, TOKEN)
    env = {"GITHUB_CLIENT_ID": "Iv1.test", "GITHUB_CLIENT_SECRET": "test-client-secret",
           "GITHUB_SESSION_SECRET": "test-session-secret", "GITHUB_API_URL": host.url, "GITHUB_SERVER_URL": host.url}
    with Server(tmp_path, env=env) as server:
        cookie = server.rpc("vcs.v1.VCSService/GithubLogin", {"authorizationCode": "a-code"})["cookie"].split(";")[0]

        def ask(**request):
            request.setdefault("repository", "https://github.com/acme/shop")
            request.setdefault("ref", commit_id("acme/shop@main"))
            answer = server.rpc("flameline.v1.SourceService/Resolve", request, {"Cookie": cookie})
            answer["codes"] = [w["code"] for w in answer.get("warnings", [])]
            return answer

        yield ask
    host.close()


def std(function, file, line):
    return {"file": f"/usr/local/go/src/{file}", "function": function, "startLine": line}


def test_one_release_fits(resolve):
    answer = resolve(**std("fmt.Println", "fmt/print.go", 9))
    assert answer["source"]["commit"] == commit_id("golang/go@go1.24.0")
    assert answer["version"]["verdict"] == "matches" and not answer["source"].get("uncertain")


def test_several_fit_until_another_file_decides(resolve):
    answer = resolve(**std("fmt.Println", "fmt/print.go", 10))
    assert answer["source"]["uncertain"] and "uncertain" in answer["codes"]
    answer = resolve(**std("os.Open", "os/file.go", 4))
    assert answer["source"]["commit"] == commit_id("golang/go@go1.25.1")  # not go1.26, and 1.25.0 has the same text
    answer = resolve(**std("fmt.Println", "fmt/print.go", 10))
    assert answer["source"]["commit"] == commit_id("golang/go@go1.25.1") and not answer["source"].get("uncertain")


def test_none_fits(resolve):
    answer = resolve(**std("fmt.Println", "fmt/print.go", 77))
    assert answer["source"]["commit"] == commit_id("golang/go@go1.24.0")  # the lower bound of go.mod
    assert answer["source"]["uncertain"] and answer["version"]["verdict"] == "shifted"


def test_without_lines_the_lower_bound_is_a_doubt(resolve):
    answer = resolve(file="/usr/local/go/src/fmt/print.go", function="fmt.Println")
    assert answer["source"]["uncertain"] and answer["source"]["commit"] == commit_id("golang/go@go1.24.0")


def test_python_patch_releases(resolve):
    answer = resolve(file="/usr/lib/python3.12/heapq.py", function="heappush", startLine=2)
    assert answer["source"]["commit"] == commit_id("python/cpython@v3.12.1") and not answer["source"].get("uncertain")


def test_a_shifted_text_says_by_how_much(resolve):
    answer = resolve(ref=commit_id("acme/shop@older"), file="a.go", function="github.com/acme/shop.A", startLine=3)
    assert answer["version"] == {"verdict": "shifted", "shift": 2, "checked": 1, "fitting": 1}
    assert "version_shifted" in answer["codes"]


@pytest.mark.parametrize("day,ref", [(20, "main"), (19, "older")])
def test_a_missing_ref_is_guessed_by_the_time(resolve, day, ref):
    profiled = calendar.timegm((2026, 1, day, 12, 0, 0)) * 1000
    answer = resolve(ref="", file="a.go", function="github.com/acme/shop.A", profiledAt=str(profiled))
    assert answer["source"]["commit"] == commit_id(f"acme/shop@{ref}")
    assert answer["source"]["uncertain"] and "ref_guessed" in answer["codes"]
    assert WORLD["acme/shop"][ref]["a.go"] == answer["text"]


def test_before_the_first_commit_head_is_shown(resolve):
    answer = resolve(ref="", file="a.go", profiledAt="1000")
    assert answer["source"]["commit"] == commit_id("acme/shop@main") and "ref_may_move" in answer["codes"]
