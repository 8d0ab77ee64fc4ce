# SPDX-License-Identifier: Apache-2.0
"""The guide is followed literally: its blocks are taken out of the pages, only host names, paths and ports are replaced."""

import contextlib
import json
import os
import re
import shlex
import socket
import subprocess
import time
import urllib.request

import pprof
import pytest
import yaml

from github_host import GithubApi
from oauth_host import OauthHost
from server import BIN, expect_no_secret
from test_account import Browser

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
GUIDE = sorted(f"docs/guide/{name}" for name in os.listdir(os.path.join(ROOT, "docs/guide")))
PAGES = [*GUIDE, "README.md", "docs/configuration.md", "docs/source-integration.md"]
FILES = {
    "go.mod": "module example.com/shop\n\ngo 1.22\n",
    "cart/total.go": "package cart\n\nfunc Total(n int) int {\n\treturn work(n)\n}\n",
}
COST = 60_000_000


def read(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
        return file.read()


def blocks(page, kind):
    """The fenced blocks of a kind in a page, without the indentation of lists."""
    found = re.findall(r"^( *)```(\w+)\n(.*?)^ *```$", read(page), re.M | re.S)
    return [re.sub(f"^{indent}", "", text, flags=re.M) for indent, name, text in found if name == kind]


# ---- walking through ----

class Walk:
    """A machine with nothing on it but the program: a directory that stands for its root, and a port."""

    def __init__(self, root, page, **names):
        self.root, self.page, self.process = root, f"docs/guide/{page}", None
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.names = {"https://flameline.example": self.url, "127.0.0.1:4040": f"127.0.0.1:{self.port}", **names}
        self.names.update({path: f"{root}{path}" for path in ("/etc/", "/var/lib/", "/srv/", "/usr/local/bin/")})
        (root / "bin").mkdir()
        (root / "bin" / "flameline").symlink_to(BIN)
        self.directory = root / "shop"  # the checkout
        self.env = {**os.environ, "PATH": f"{root}/bin:{os.environ['PATH']}", "HOME": str(root), "no_proxy": "127.0.0.1",
                    "GIT_CONFIG_GLOBAL": "/dev/null"}

    def here(self, text):
        for name, value in self.names.items():
            text = text.replace(name, value)
        return text

    def write_files(self):
        """The blocks that are the content of a file."""
        for kind in ("yaml", "sh"):
            for text in blocks(self.page, kind):
                path = re.match(r"# (/\S+)\n", text)
                if path is not None:
                    path = self.here(path.group(1))
                    os.makedirs(os.path.dirname(path), exist_ok=True)
                    with open(path, "w", encoding="utf-8") as file:
                        file.write(self.here(text.split("\n", 1)[1]))

    def command(self, words):
        """The one block of commands that has these words."""
        found = [text for text in blocks(self.page, "sh") if words in text and not text.startswith("# /")]
        assert len(found) == 1, f"{self.page}: {len(found)} blocks with {words}"
        return self.here(found[0])

    def run(self, words):
        done = subprocess.run(["bash", "-euo", "pipefail", "-c", self.command(words)], cwd=self.directory, env=self.env,
                              capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, f"{words}: {done.returncode}: {done.stderr}"
        return done.stdout

    @contextlib.contextmanager
    def serving(self):
        with open(self.root / "server.log", "wb") as log:
            process = subprocess.Popen(["bash", "-c", "exec " + self.command("flameline serve")], env=self.env,
                                       stdout=log, stderr=log)
        try:
            self.wait_until_ready(process)
            yield
        finally:
            process.terminate()
            code = process.wait(timeout=60)
        log = (self.root / "server.log").read_bytes()
        assert code == 0, log
        assert b"msg=serving" in log
        expect_no_secret("the log", log)

    def wait_until_ready(self, process):
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline and process.poll() is None:
            with contextlib.suppress(OSError):
                urllib.request.urlopen(self.url + "/ready", timeout=5).close()
                return
            time.sleep(0.02)
        raise AssertionError((self.root / "server.log").read_text())


def git(directory, *args):
    return subprocess.run(["git", "-C", directory, "-c", "user.name=Ada", "-c", "user.email=ada@example.org", *args],
                          check=True, capture_output=True, text=True).stdout.strip()


def make_checkout(directory):
    """The checkout that was built, with its profile; the commit."""
    directory.mkdir()
    git(directory, "init", "-q", "-b", "main")
    for name, text in FILES.items():
        (directory / name).parent.mkdir(exist_ok=True)
        (directory / name).write_text(text)
    git(directory, "add", "-A")
    git(directory, "commit", "-qm", "the shop")
    (directory / "cpu.pprof").write_bytes(pprof.profile(
        [([("example.com/shop/cart.Total", "/build/cart/total.go", 3, 4)], COST)], time_ns=time.time_ns()))
    return git(directory, "rev-parse", "HEAD")


def annotated(browser):
    """What the UI asks for when a function is clicked: (state, {line: (self, text)})."""
    now = int(time.time() * 1000)
    selection = {"profile_typeID": "process_cpu:cpu:nanoseconds:cpu:nanoseconds",
                 "label_selector": '{service_name="shop"}', "start": now - 3_600_000, "end": now + 60_000}
    function = browser.rpc("flameline.v1.LinesService/Function",
                           {"selection": selection, "function": "example.com/shop/cart.Total"}).json()
    version = function["versions"][0]
    source = browser.rpc("flameline.v1.SourceService/Resolve", {
        "repository": version["repository"], "ref": version["ref"], "root": version.get("root", ""),
        "file": version["file"], "function": function["function"], "startLine": version["startLine"]}).json()
    text = source.get("text", "").split("\n")
    return source, {line["n"]: (int(line["self"]), text[line["n"] - 1] if len(text) >= line["n"] else "")
                    for line in version["lines"]}


def test_a_github_enterprise_server(tmp_path):
    with OauthHost() as host:
        walk = Walk(tmp_path, "github-enterprise.md")
        walk.names.update({"https://git.corp.example": host.url, "git.corp.example": host.url.removeprefix("http://"),
                           "CLIENT-ID": host.client_id, "CLIENT-SECRET": host.client_secret})
        commit = make_checkout(walk.directory)
        host.api = GithubApi({"acme/shop": {commit: FILES}})
        walk.run("umask")
        walk.write_files()
        assert os.stat(tmp_path / "etc/flameline/ghes-secret").st_mode & 0o077 == 0
        with walk.serving():
            hosts = {item["provider"]: item for item in json.loads(walk.run("AccountService/Hosts"))["hosts"]}
            entry = hosts[host.url.removeprefix("http://")]
            assert (entry["state"], entry["canConnect"]) == ("not_connected", True)
            walk.run("/ingest")
            walk.page = "docs/guide/labels.md"
            assert json.loads(walk.run("LabelValues"))["names"] == [commit]
            browser, stranger = Browser(walk), Browser(walk)
            source, lines = annotated(browser)
            assert source["source"]["state"] == "not_connected" and lines == {4: (COST, "")}
            answer = browser.rpc("flameline.v1.AccountService/BeginLogin", {"provider": entry["provider"], "popup": True},
                                 {"Origin": walk.url})
            assert answer.status == 200, answer.body
            assert browser.land(host.authorise(answer.json()["url"])).status == 200
            source, lines = annotated(browser)
            assert source["source"]["state"] == "ok" and source["source"]["path"] == "cart/total.go"
            assert source["source"]["commit"] == commit and source["version"]["verdict"] == "matches"
            assert lines == {4: (COST, "\treturn work(n)")}
            assert annotated(stranger)[0]["source"]["state"] == "not_connected"


def test_a_local_mirror(tmp_path):
    walk = Walk(tmp_path, "local-mirror.md")
    commit = make_checkout(walk.directory)
    # the host is a directory; labels and configuration keep its name, since nobody asks it
    walk.names = {"https://git.corp.example/acme/shop.git /srv": f"file://{walk.directory} /srv", **walk.names}
    walk.run("git clone --mirror")
    walk.write_files()
    with walk.serving():
        walk.run("/ingest")
        answer = json.loads(walk.run("SourceService/Resolve"))
        assert (answer["source"]["state"], answer["source"]["rule"]) == ("ok", "relative_path")
        assert answer["text"] == FILES["cart/total.go"]
        source, lines = annotated(Browser(walk))
        assert source["source"]["commit"] == commit and lines == {4: (COST, "\treturn work(n)")}
        git(walk.directory, "commit", "-qm", "later", "--allow-empty")
        assert json.loads(walk.run("SourceService/Resolve"))["source"]["state"] == "ref_not_found"
        walk.run("chmod +x")
        assert json.loads(walk.run("SourceService/Resolve"))["source"]["state"] == "ok"


# ---- every printed block ----

def yaml_blocks():
    return [(page, i, text) for page in PAGES for i, text in enumerate(blocks(page, "yaml"))]


def settings_of(text):
    """The blocks of flameline.yaml are those with one of its sections."""
    return set(yaml.safe_load(text)) & {"server", "source", "storage", "auth", "limits", "log", "memory"}


@pytest.mark.parametrize("page, text", [
    pytest.param(page, text, id=f"{page}-{i}") for page, i, text in yaml_blocks() if settings_of(text)])
def test_configurations_start(tmp_path, page, text):
    def place(match):
        path = f"{tmp_path}{match.group(0)}"
        if match.group(0).startswith(("/srv", "/var")):
            os.makedirs(path, exist_ok=True)
        else:
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w", encoding="utf-8") as file:
                file.write("0123456789-0123456789\n")
        return path
    config = tmp_path / "flameline.yaml"
    config.write_text(re.sub(r"(?<= )/(etc|srv|var)/[\w./-]+", place, text))
    process = subprocess.Popen([BIN, "serve", f"--config={config}", "--server.listen=127.0.0.1:0",
                                f"--storage.path={tmp_path}/data"], stderr=subprocess.PIPE, text=True)
    log = ""
    for line in process.stderr:
        log += line
        if "msg=serving" in line:
            break
    process.terminate()
    assert process.wait(timeout=60) == 0 and "msg=serving" in log, f"{page}: {log}"
    process.stderr.close()


def test_mapping_files_pass_lint(tmp_path):
    texts = [text for page, _, text in yaml_blocks() if page.startswith("docs/") and "source_code:" in text]
    assert texts
    for i, text in enumerate(texts):
        path = tmp_path / f"{i}.yaml"
        path.write_text(text)
        done = subprocess.run([BIN, "source", "lint", path], capture_output=True, text=True)
        assert (done.returncode, done.stdout) == (0, ""), text
        assert " 0 problems" in done.stderr and "0 mappings" not in done.stderr


def printed_commands():
    """(page, arguments) of each "flameline ..." in a block, also of those in running lines of text."""
    for page in PAGES:
        text = read(page).replace("\\\n", "")
        for line in re.findall(r"^ *(?:build/)?flameline +(.*)$", "\n".join(
                re.findall(r"^(?: {4}.*|(?:build/)?flameline .*)$", text, re.M)), re.M):
            yield page, line
        for line in re.findall(r"`flameline ([a-z][^`]*)`", text):
            yield page, line


@pytest.mark.parametrize("page, line", sorted(set(printed_commands())))
def test_commands_parse(tmp_path, page, line):
    if line == "flameline serve" or line.startswith("COMMAND"):
        return
    line = re.split(r"\s{2,}[a-z#]| [|>] ", line)[0]  # what stands beside it
    config = tmp_path / "flameline.yaml"
    config.write_text("")
    (tmp_path / ".pyroscope.yaml").write_text("")  # is read at once
    arguments = shlex.split(re.sub(r"[\w./-]*flameline\.yaml", str(config), line.replace("…", "")))
    done = subprocess.run([BIN, *arguments, *([] if "--help" in arguments else ["--help"])], capture_output=True, text=True,
                          cwd=tmp_path)
    assert done.returncode == 0, f"{page}: flameline {line}: {done.stderr}"


def known_settings():
    done = subprocess.run([BIN, "serve", "--help"], capture_output=True, text=True, check=True)
    return set(re.findall(r"^  --([a-z_]+\.[a-z_]+)", done.stdout, re.M))


def test_settings_that_are_named_exist():
    known = known_settings() | {"source.providers", "source.overrides"}
    known |= {"source.local", "source.github"}  # keys of .pyroscope.yaml
    for page in PAGES:
        for name in re.findall(r"`((?:server|source|storage|auth|limits|log|memory)\.[a-z_]+)", read(page)):
            assert name in known or "pathh" in name or "pth" in name, f"{page}: {name}"


def test_every_setting_is_described():
    page = read("docs/configuration.md")
    whole = [text for text in blocks("docs/configuration.md", "yaml") if "limits:" in text][0]
    sections = yaml.safe_load(whole)
    for name in known_settings():
        section, key = name.split(".")
        assert f"| `{name}` |" in page and key in sections[section], name


def test_links_lead_somewhere():
    for page in PAGES:
        for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", read(page)):
            if not target.startswith("http"):
                assert os.path.exists(os.path.join(ROOT, os.path.dirname(page), target)), f"{page}: {target}"


def anchors(page):
    heads = re.findall(r"^#+ (.*)$", read(page), re.M)
    return {re.sub(r"[^\w -]", "", head.lower()).replace(" ", "-") for head in heads}


def test_anchors_are_headings():
    for page in PAGES:
        for target, anchor in re.findall(r"\]\(([^)#\s]*)#([^)]+)\)", read(page)):
            if not target.startswith("http"):
                where = os.path.normpath(os.path.join(os.path.dirname(page), target)) if target else page
                assert anchor in anchors(where), f"{page}: {target}#{anchor}"


# ---- every message ----

TROUBLE = "docs/guide/troubleshooting.md"


def plain(text):
    return re.sub(r"\s+", " ", text)


def sources(*folders):
    for folder in folders:
        for directory, _, names in os.walk(os.path.join(ROOT, folder)):
            for name in names:
                if name.endswith((".c", ".h")):
                    yield read(os.path.relpath(os.path.join(directory, name), ROOT))


def c_texts(text):
    """String literals of C, adjacent ones as one."""
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
    for run in re.findall(r'"(?:[^"\\]|\\.)*"(?:\s*"(?:[^"\\]|\\.)*")*', text):
        yield "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', run)).replace('\\"', '"')


def test_every_state_is_explained():
    page = read(TROUBLE)
    states = re.findall(r'= \{ "([a-z_]+)", ERR_', read("src/source/state.c"))
    assert len(states) == 20
    for name in states:
        assert f"`{name}`" in page, name
    for name in re.findall(r'return "([a-z]+)";', read("src/source/version_check.c")):
        assert f"`{name}`" in page, name
    for name in re.findall(r'out->state = .*?;', read("src/account/account.c"), re.S):
        for state in re.findall(r'"([a-z_]+)"', name):
            assert f"| `{state}` |" in page, state


def test_every_warning_is_explained():
    page, codes = read(TROUBLE), set()
    for text in sources("src/source", "src/api"):
        codes |= set(re.findall(r'resolver_warn\(\s*r,\s*"([a-z0-9_]+)"', text))
    assert len(codes) >= 10, codes
    for code in codes:
        assert f"| `{code}` |" in page, code


def test_every_message_of_lint_is_explained():
    page = plain(read("docs/guide/pyroscope-yaml.md"))
    texts = [t for t in c_texts(read("src/source/pyroscope_yaml.c")) if " " in t]
    texts += [t for t in c_texts(read("src/codec/yaml.c")) if " " in t and t != "it is not valid YAML"]
    assert len(texts) > 15
    for text in texts:
        for part in re.split(r"%(?:\.\*|z)?[a-z]", text.removeprefix("mapping[%zu]: ")):
            part = plain(part).strip(" ,:'")
            if len(part) > 7 and part not in ("line", "column"):
                assert part in page, text


def test_every_message_of_a_login_is_explained():
    page = plain(read(TROUBLE))
    login = read("src/account/login.c")
    for code in re.findall(r'fail\(\w+, "([a-z_]+)"', login):
        assert f"`{code}`" in page, code
    for text in c_texts(login):
        for part in re.split(r"%(?:\.\*)?[a-z]", text):
            part = part.replace("(request ", "").strip(" :(),\"")
            if part.count(" ") > 1 and part != "the login failed":
                assert part in page, text
    ui = read("ui/src/texts.ts")
    errors = re.search(r"failed: \{(.*?)\n    \},", ui, re.S).group(1)
    for code, text in re.findall(r"(\w+): \(.*?\) => [\"`](.*?)[\"`]", errors):
        assert f"`{code}`" in page and text.replace("${host} ", "") in page, code


def test_what_the_ui_says_is_explained():
    page, ui = plain(read(TROUBLE)), read("ui/src/texts.ts")
    for table in ("verdicts", "states"):
        rows = re.search(rf"^ +{table}: \{{\n(.*?)\n +\}}", ui, re.M | re.S).group(1)
        for name, text in re.findall(r'(\w+): "(.*?)",', rows):
            assert text in page, f"{name}: {text}"


def test_every_message_of_grafanas_calls_is_explained():
    page = plain(read(TROUBLE))
    for text in c_texts(read("src/source/vcs_login.c") + read("src/source/vcs_service.c")):
        if text.startswith(("failed to authorize", "failed to refresh", "only GitHub", "GitHub integration", "token is",
                            "invalid token")):
            assert text in page, text
