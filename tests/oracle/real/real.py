# SPDX-License-Identifier: Apache-2.0
"""Real programs of others, built and profiled here: does every function lead to the very text that was compiled?

usage: scripts/test-real [PROGRAM ...]      see README.md
"""

import gzip
import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
sys.path.insert(0, str(ROOT / "tests" / "e2e"))
import pprof  # noqa: E402

BIN = os.environ.get("FLAMELINE_BIN", str(ROOT / "build" / "flameline"))
WORK = ROOT / "build" / "real"
GO_RELEASES = ["1.25.11", "1.26.0", "1.26.7", "1.26.9", "1.27.4"]  # beside the one that is installed
GO_ENV = {"GOMODCACHE": str(WORK / "gomod"), "GOTOOLCHAIN": "local", "GOFLAGS": "-modcacherw -buildvcs=false",
          "CGO_ENABLED": "0", "GOWORK": "off"}
SECONDS = os.environ.get("REAL_SECONDS", "15")


class Skip(Exception):
    pass


def run(*command, cwd=None, env=None, ok=(0,)):
    done = subprocess.run([str(c) for c in command], cwd=cwd, env={**os.environ, **(env or {})}, capture_output=True)
    if done.returncode not in ok:
        raise RuntimeError(f"{command[0]} {command[1] if len(command) > 1 else ''}: {done.stderr.decode()[-2000:]}")
    return done.stdout


def need(*programs):
    for program in programs:
        if shutil.which(program) is None:
            raise Skip(f"no {program}")


def go(*args, cwd=None, env=None):
    return run("go", *args, cwd=cwd, env={**GO_ENV, **(env or {})})


# ---- repositories ----

def git(directory, *args):
    return run("git", "-C", directory, "-c", "user.name=Ada", "-c", "user.email=ada@example.org",
               "-c", "core.autocrlf=false", *args)


def commit(directory, source, tag=None, into="", ignore=(), clear=True):
    """The files of source as the next commit."""
    directory = Path(directory)
    if not (directory / ".git").exists():
        directory.mkdir(parents=True, exist_ok=True)
        git(directory, "init", "-q", "-b", "main")
    target = directory / into
    if clear:
        for old in directory.iterdir():
            if old.name != ".git":
                shutil.rmtree(old) if old.is_dir() and not old.is_symlink() else old.unlink()
    shutil.copytree(source, target, dirs_exist_ok=True, symlinks=True,
                    ignore=shutil.ignore_patterns(".git", "__pycache__", "*.pyc", *ignore))
    run("chmod", "-R", "u+w", directory)
    git(directory, "add", "-Af")
    git(directory, "commit", "-qm", tag or "next", "--allow-empty")
    if tag is not None:
        git(directory, "tag", "-f", tag)
    return git(directory, "rev-parse", "HEAD").decode().strip()


def move_on(directory, glob):
    """One more commit, in which every file begins with a line more: what HEAD looks like later."""
    for path in Path(directory).rglob(glob):
        if path.is_file() and ".git" not in path.parts:
            path.write_bytes(b"\n" + path.read_bytes())
    git(directory, "commit", "-qam", "later", "--allow-empty")


def mirror(mirrors, name, source, tag, glob=None, into="", ignore=()):
    directory = Path(mirrors) / name
    if not (directory / ".git").exists() or tag not in git(directory, "tag").decode().split():
        commit(directory, source, tag, into, ignore)
        if glob:
            move_on(directory, glob)


def go_releases(mirrors):
    """golang/go, with what the proxy of modules has as toolchains and with the one that is installed."""
    directory = mirrors / "golang" / "go"
    if (directory / ".git").exists():
        return
    own = go("env", "GOVERSION").decode().strip().removeprefix("go")
    if own not in GO_RELEASES:
        commit(directory, Path(go("env", "GOROOT").decode().strip()) / "src", f"go{own}", "src", ["testdata", "cmd"])
    for release in GO_RELEASES:
        answer = json.loads(go("mod", "download", "-json", f"golang.org/toolchain@v0.0.1-go{release}.linux-amd64", cwd=WORK))
        commit(directory, Path(answer["Dir"]) / "src", f"go{release}", "src", ["testdata", "cmd"])
        shutil.rmtree(answer["Dir"])


KNOWN_HOMES = {"google.golang.org/protobuf": "protocolbuffers/protobuf-go", "google.golang.org/genproto": "googleapis/go-genproto",
               "honnef.co/go/tools": "dominikh/go-tools",
               "sigs.k8s.io/yaml": "kubernetes-sigs/yaml"}


def go_home(module):
    """owner/repo and directory of a module, as its hosts publish them."""
    for prefix, repo in KNOWN_HOMES.items():
        if module == prefix or module.startswith(prefix + "/"):
            return repo, module[len(prefix) + 1:]
    parts = module.split("/")
    if module.startswith("golang.org/x/"):
        return f"golang/{parts[2]}", "/".join(parts[3:])
    if parts[0] == "github.com":
        return f"{parts[1]}/{parts[2]}", "/".join(p for p in parts[3:] if not re.fullmatch(r"v\d+", p))
    return None, None


def go_modules(mirrors, directory, package, env=None):
    """Mirrors of all modules that a build uses."""
    text = go("list", "-deps", "-test", "-f", "{{with .Module}}{{.Path}} {{.Version}} {{.Dir}}{{end}}", package, cwd=directory,
              env=env).decode()
    for line in sorted(set(text.splitlines())):
        module, version, where = (line.split(" ") + ["", ""])[:3]
        if not version or not where:
            continue
        repo, below = go_home(module)
        if repo is None:
            print(f"  no mirror of {module}")
            continue
        pseudo = re.search(r"\d{14}-([0-9a-f]{12})$", version)
        tag = pseudo.group(1) if pseudo else (f"{below}/" if below else "") + version.removesuffix("+incompatible")
        mirror(mirrors, repo, where, tag, "*.go", below)


def go_module_source(module, version, directory):
    """The text of a module of others as a repository: what was built, a tag, then a later HEAD."""
    shutil.rmtree(directory, ignore_errors=True)
    answer = json.loads(go("mod", "download", "-json", f"{module}@{version}", cwd=WORK))
    ref = commit(directory, answer["Dir"], version)
    return ref


def own_at(directory, ref):
    """HEAD moves on, the files that were built stay where they are."""
    move_on(directory, "*.go")
    git(directory, "checkout", "-q", ref)


# ---- truth ----

class Program:
    """What a program was built from; subclasses say which text a frame was compiled from."""

    def __init__(self, name, own, ref, profile, mirrors, truth, config=None, extra=()):
        self.name, self.own, self.ref, self.profile, self.mirrors = name, Path(own), ref, profile, mirrors
        self.truth, self.config, self.extra = truth, config, extra


def on_disk(*places, lib=None):
    """The recorded path is where the file is; places: (prefix in the profile, directory here); lib: of frozen modules."""
    def truth(_name, file):
        frozen = re.fullmatch(r"<frozen ([\w.]+)>", file)
        if frozen and lib:
            paths = [Path(lib) / (frozen.group(1).replace(".", "/") + end) for end in (".py", "/__init__.py")]
            return next((path.read_bytes() for path in paths if path.is_file()), None)
        for prefix, directory in places:
            if file.startswith(prefix):
                file = str(directory) + file[len(prefix):]
                break
        path = Path(file)
        return path.read_bytes() if path.is_absolute() and path.is_file() else None
    return truth


def go_truth(own_module, own):
    cache, goroot = Path(GO_ENV["GOMODCACHE"]), Path(go("env", "GOROOT").decode().strip())

    def truth(_name, file):
        path = Path(file)
        if not path.is_absolute() and "@" in file:
            module, rest = file.split("@", 1)
            path = cache / (re.sub("[A-Z]", lambda m: "!" + m.group().lower(), module) + "@" + rest)
        elif not path.is_absolute() and (file + "/").startswith(own_module + "/"):
            path = Path(own) / file[len(own_module) + 1:]
        elif not path.is_absolute():
            path = goroot / "src" / file
        return path.read_bytes() if path.is_file() else None
    return truth


# ---- programs ----

def go_plain():
    need("go")
    mirrors, own, out = WORK / "mirrors-go", WORK / "own" / "staticcheck", WORK / "go-plain.pb.gz"
    ref = go_module_source("honnef.co/go/tools", "v0.6.1", own)
    go("mod", "download", cwd=own)
    go("build", "-o", WORK / "bin" / "staticcheck", "./cmd/staticcheck", cwd=own)
    run(WORK / "bin" / "staticcheck", "-debug.cpuprofile", out, "./...", cwd=own, ok=(0, 1),
        env={**GO_ENV, "STATICCHECK_CACHE": str(WORK / "empty-cache"), "XDG_CACHE_HOME": str(WORK / "empty-cache"),
             "GOCACHE": go("env", "GOCACHE").decode().strip()})
    shutil.rmtree(WORK / "empty-cache", ignore_errors=True)
    go_releases(mirrors)
    go_modules(mirrors, own, "./cmd/staticcheck")
    own_at(own, ref)
    return Program("go plain: staticcheck", own, ref, out, mirrors, go_truth("honnef.co/go/tools", own))


def go_trimpath():
    need("go")
    mirrors, own, out = WORK / "mirrors-go", WORK / "own" / "esbuild", WORK / "go-trimpath.pb.gz"
    ref = go_module_source("github.com/evanw/esbuild", "v0.25.0", own)
    go("build", "-trimpath", "-o", WORK / "bin" / "esbuild", "./cmd/esbuild", cwd=own)
    big = WORK / "big.js"
    big.write_text("".join(f"export function f{i}(a, b) {{ const x = [a, b, {i}]; return x.map(y => y * {i}).filter(Boolean); }}\n"
                           for i in range(200000)))
    run(WORK / "bin" / "esbuild", big, "--minify", "--bundle", "--sourcemap", f"--outfile={WORK}/big.out.js", f"--cpuprofile={out}", ok=(0, 1))
    go_releases(mirrors)
    go_modules(mirrors, own, "./cmd/esbuild")
    own_at(own, ref)
    return Program("go -trimpath: esbuild", own, ref, out, mirrors, go_truth("github.com/evanw/esbuild", own))


def go_vendored():
    need("go")
    mirrors, own, out = WORK / "mirrors-go", WORK / "own" / "cel-go", WORK / "go-vendored.pb.gz"
    ref = go_module_source("github.com/google/cel-go", "v0.24.1", own)
    go_modules(mirrors, own, "./interpreter", env={"GOFLAGS": "-mod=mod"})
    git(own, "checkout", "-q", "--", ".")
    go("mod", "vendor", cwd=own, env={"GOFLAGS": ""})  # not committed, as upstream
    go("test", "-c", "-mod=vendor", "-o", WORK / "bin" / "cel.test", "./interpreter", cwd=own)
    run(WORK / "bin" / "cel.test", "-test.run=^$", "-test.bench=.", "-test.benchtime=200ms", f"-test.cpuprofile={out}", cwd=own / "interpreter", ok=(0, 1, 2))
    go_releases(mirrors)
    return Program("go vendored: cel-go", own, ref, out, mirrors, go_truth("github.com/google/cel-go", own))


def cpython(mirrors, python):
    """python/cpython: the running release, and those of the neighbours that are installed."""
    def lib(executable):
        return run(executable, "-c", "import sysconfig, platform; print(sysconfig.get_path('stdlib'), platform.python_version())").decode().split()

    seen = set()
    others = sorted(Path(sys.prefix).parent.glob("3.*/bin/python3")) + [Path("/usr/bin/python3")]
    for executable in [*others, Path(python)]:
        if executable.exists():
            where, version = lib(executable)
            if version not in seen:
                seen.add(version)
                mirror(mirrors, "python/cpython", where, f"v{version}", None, "Lib",
                       ["site-packages", "dist-packages", "test", "config-*", "lib-dynload", "idlelib", "tests"])
    return seen


def sdist(name, version, python):
    target = WORK / "sdist" / f"{name}-{version}"
    if not target.exists():
        run(python, "-m", "pip", "download", "-q", "--no-deps", "--no-binary", ":all:", "--no-build-isolation", "-d", WORK / "sdist", f"{name}=={version}")
        archive = next(p for p in (WORK / "sdist").glob("*.tar.gz") if p.name.lower().startswith(f"{name}-{version}"))
        shutil.unpack_archive(archive, WORK / "sdist", **({"filter": "data"} if sys.version_info >= (3, 11, 4) else {}))
    return target


def stacks_to_pprof(path, out):
    stacks = json.loads(Path(path).read_text())
    out.write_bytes(gzip.compress(pprof.profile([([tuple(f) for f in frames], count) for frames, count in stacks])))


def virtual_environment():
    venv = WORK / "venv"
    if not (venv / "bin" / "python").exists():
        run(sys.executable, "-m", "venv", venv)
        run(venv / "bin" / "python", "-m", "pip", "install", "-q", "setuptools", "wheel")
    return venv


def python_venv():
    mirrors, own, out, venv = WORK / "mirrors-python", WORK / "own" / "pylint", WORK / "python-venv.pb.gz", virtual_environment()
    if not (venv / "bin" / "pylint").exists():
        run(venv / "bin" / "python", "-m", "pip", "install", "-q", "--no-build-isolation", sdist("pylint", "3.3.4", venv / "bin" / "python"), "astroid==3.3.8")
    shutil.rmtree(own, ignore_errors=True)
    ref = commit(own, sdist("pylint", "3.3.4", venv / "bin" / "python"), "v3.3.4")
    move_on(own, "*.py")
    site = Path(run(venv / "bin" / "python", "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").decode().strip())
    run(venv / "bin" / "python", HERE / "sampler.py", WORK / "venv.json", SECONDS, "pylint", "--persistent=n", site / "pylint" / "checkers" / "base",
        env={"PYTHONDONTWRITEBYTECODE": "1"}, ok=tuple(range(64)))
    stacks_to_pprof(WORK / "venv.json", out)
    cpython(mirrors, venv / "bin" / "python")
    mirror(mirrors, "pylint-dev/astroid", site / "astroid", "v3.3.8", "*.py", "astroid")
    config = WORK / "venv.yaml"
    config.write_text(f"source_code:\n  mappings:\n    - path: [{{prefix: {site}/astroid}}]\n      language: python\n"
                      "      source: {github: {owner: pylint-dev, repo: astroid, ref: v3.3.8, path: astroid}}\n")
    frames = on_disk(lib=sysconfig.get_path("stdlib"))

    def truth(name, file):  # neither labels nor the mapping lead to other packages
        other = file.startswith(f"{site}/") and not file.startswith((f"{site}/pylint/", f"{site}/astroid/"))
        return None if other else frames(name, file)

    return Program("python venv: pylint", own, ref, out, mirrors, truth, config)


def python_container():
    """The file system of the usual image: Python in /usr/local, the program in /usr/src/app, profiled by the SDK."""
    need("unshare")
    prefix = Path(sys.base_prefix)
    mirrors, own, out = WORK / "mirrors-python", WORK / "own" / "yapf", WORK / "python-container.pb.gz"
    shutil.rmtree(own, ignore_errors=True)
    ref = commit(own, sdist("yapf", "0.43.0", virtual_environment() / "bin" / "python"), "v0.43.0")
    app, site, received = WORK / "app", WORK / "app-site", WORK / "received"
    for directory in (app, received):
        shutil.rmtree(directory, ignore_errors=True)
    received.mkdir()
    shutil.copytree(own, app, ignore=shutil.ignore_patterns(".git"))
    move_on(own, "*.py")
    if not site.exists():
        run(sys.executable, "-m", "pip", "install", "-q", "--target", site, "pyroscope-io==1.4.0", "platformdirs")
    driver = WORK / "drive.py"
    driver.write_text("import sys, time, runpy, pyroscope\n"
                      "pyroscope.configure(application_name='yapf', server_address='http://127.0.0.1:14041', sample_rate=100)\n"
                      f"end = time.monotonic() + max(24, {SECONDS})\n"
                      "while time.monotonic() < end:\n"
                      "    sys.argv = ['yapf', '--diff', '/usr/src/app/yapf/yapflib/reformatter.py', '/usr/src/app/yapf/yapflib/pytree_unwrapper.py']\n"
                      "    try:\n        runpy.run_module('yapf', run_name='__main__')\n"
                      "    except SystemExit:\n        pass\n"
                      "pyroscope.shutdown()\n")
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    script = (f"mount --bind {app} /mnt && mount -t tmpfs none /usr/src && mkdir /usr/src/app && mount --bind {app} /usr/src/app && "
              f"mount --bind {prefix} /usr/local && cd /usr/src/app && export PYTHONDONTWRITEBYTECODE=1 && "
              f"(/usr/local/bin/python{version} {ROOT}/demo/record-tools/receive.py 14041 {received} & r=$!; sleep 1; "
              f"PYTHONPATH=/usr/src/app:/usr/src/app/third_party:{site} /usr/local/bin/python{version} {driver} > /dev/null; kill $r)")
    run("unshare", "--map-root-user", "--mount", "sh", "-c", script)
    found = sorted(received.glob("process_cpu-*"))
    if not found:
        raise RuntimeError("the SDK sent nothing")
    shutil.copy(found[0], out)
    cpython(mirrors, sys.executable)
    return Program("python container: yapf", own, ref, out, mirrors, on_disk(("/usr/src/app", app), ("/usr/local", prefix), lib=sysconfig.get_path("stdlib")))


def maven(coordinates, target):
    """Sources of one module of Maven Central."""
    if not target.exists():
        run("mvn", "-q", "-B", "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy", f"-Dartifact={coordinates}:jar:sources",
            f"-DoutputDirectory={WORK}/jars", f"-Dmaven.repo.local={WORK}/m2", cwd=WORK)
        _, name, version = coordinates.split(":")
        shutil.unpack_archive(WORK / "jars" / f"{name}-{version}-sources.jar", target, "zip")


DRIVE_JAVA = """package flameline.drive;
import java.util.List;
import org.commonmark.parser.Parser;
import org.commonmark.renderer.html.HtmlRenderer;
public class Drive {
    public static void main(String[] args) {
        List<org.commonmark.Extension> all = List.of(org.commonmark.ext.gfm.tables.TablesExtension.create(),
            org.commonmark.ext.gfm.strikethrough.StrikethroughExtension.create(), org.commonmark.ext.autolink.AutolinkExtension.create(),
            org.commonmark.ext.heading.anchor.HeadingAnchorExtension.create());
        Parser parser = Parser.builder().extensions(all).build();
        HtmlRenderer renderer = HtmlRenderer.builder().extensions(all).build();
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 300; i++) {
            text.append("# Title ").append(i).append("\\n\\nSome *text* with ~~a~~ [link](http://example.org/").append(i)
                .append(") and http://example.org.\\n\\n| a | b |\\n| - | - |\\n| 1 | `2` |\\n\\n> - item\\n>   1. **nested**\\n\\n");
        }
        long end = System.nanoTime() + Long.parseLong(args[0]) * 1_000_000_000L;
        long n = 0;
        while (System.nanoTime() < end) {
            n += renderer.render(parser.parse(text.toString())).length();
        }
        System.out.println(n);
    }
}
"""


def java_modules():
    need("java", "javac", "mvn", "jfr", "javap")
    mirrors, own, out, version = WORK / "mirrors-java", WORK / "own" / "commonmark-java", WORK / "java.pb.gz", "0.24.0"
    shutil.rmtree(own, ignore_errors=True)
    modules = ["commonmark", "commonmark-ext-gfm-tables", "commonmark-ext-gfm-strikethrough", "commonmark-ext-autolink", "commonmark-ext-heading-anchor"]
    tree = WORK / "commonmark-tree"
    shutil.rmtree(tree, ignore_errors=True)
    for module in modules:
        maven(f"org.commonmark:{module}:{version}", WORK / "java" / module)
        shutil.copytree(WORK / "java" / module, tree / module / "src" / "main" / "java", ignore=shutil.ignore_patterns("META-INF"))
    maven("org.nibor.autolink:autolink:0.11.0", WORK / "java" / "autolink")
    (tree / "drive" / "flameline" / "drive").mkdir(parents=True)
    (tree / "drive" / "flameline" / "drive" / "Drive.java").write_text(DRIVE_JAVA)
    ref = commit(own, tree, version)
    move_on(own, "*.java")
    mirror(mirrors, "robinst/autolink-java", WORK / "java" / "autolink", "autolink-0.11.0", "*.java", "src/main/java", ["META-INF"])
    classes = WORK / "classes"
    shutil.rmtree(classes, ignore_errors=True)
    sources = [p for d in (tree, WORK / "java" / "autolink") for p in d.rglob("*.java") if p.name != "module-info.java"]
    run("javac", "-nowarn", "-g", "-encoding", "UTF-8", "-d", classes, *sources)
    for resources in (WORK / "java" / "commonmark").rglob("*.txt"):
        target = classes / resources.relative_to(WORK / "java" / "commonmark")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(resources, target)
    recording = WORK / "java.jfr"
    run("java", f"-XX:StartFlightRecording=filename={recording},settings=profile", "-cp", classes, "flameline.drive.Drive", SECONDS)
    events = json.loads(run("jfr", "print", "--json", "--stack-depth", "64", "--events", "jdk.ExecutionSample", recording))
    stacks = []
    for event in events["recording"]["events"]:
        frames = []
        for frame in event["values"]["stackTrace"]["frames"]:
            method = frame["method"]
            frames.append((f"{method['type']['name'].replace('.', '/')}.{method['name']}", "", 0, max(frame["lineNumber"], 0)))
        stacks.append((frames, 20000000))
    out.write_bytes(gzip.compress(pprof.profile(stacks)))
    by_class = {}
    for path in classes.rglob("*.class"):
        name = str(path.relative_to(classes)).removesuffix(".class")
        compiled = re.search(rb'Compiled from "([^"]+)"', run("javap", path)) if "$" not in name else None
        if compiled:
            by_class[name] = f"{os.path.dirname(name)}/{compiled.group(1).decode()}"
    texts = {"/".join(p.parts[-len(f.split("/")):]): p for f in set(by_class.values()) for p in sources if str(p).endswith("/" + f)}

    def truth(name, _file):
        file = by_class.get(re.split(r"[.$]", name, maxsplit=1)[0])
        return texts[file].read_bytes() if file in texts else None

    config = WORK / "java.yaml"
    config.write_text("source_code:\n  mappings:\n    - function_name: [{prefix: org/nibor/autolink}]\n      language: java\n"
                      "      source: {github: {owner: robinst, repo: autolink-java, ref: autolink-0.11.0, path: src/main/java}}\n")
    return Program("java modules: commonmark", own, ref, out, mirrors, truth, config)


DRIVE_JS = """import { time, SourceMapper, encode } from "@datadog/pprof";
import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
const { z } = createRequire(import.meta.url)("../dist/index.js");
const sourceMapper = await SourceMapper.create([process.argv[2]]);
const schema = () => z.object({ id: z.number().int().positive(), name: z.string().min(2).max(80), mail: z.email(), tags: z.array(z.string()).max(9),
  kind: z.enum(["a", "b"]), at: z.coerce.date(), more: z.union([z.string(), z.object({ x: z.number(), y: z.optional(z.number()) })]) });
const value = { id: 7, name: "Ada", mail: "ada@example.org", tags: ["x", "y"], kind: "a", at: "2026-01-01", more: { x: 1 } };
time.start({ durationMillis: 60000, intervalMicros: 2000, sourceMapper, lineNumbers: true });
const end = Date.now() + Number(process.argv[3]) * 1000;
while (Date.now() < end) {
  const fresh = schema();
  for (let i = 0; i < 20; i++) fresh.safeParse(i % 3 ? value : { ...value, id: -i, mail: "no" });
}
// a profiler that is stopped for good forgets its source maps before it writes
writeFileSync(process.argv[4], await encode(time.stop(true)));
process.exit(0);
"""


def typescript():
    need("node", "npm")
    own, out, app = WORK / "own" / "zod", WORK / "typescript.pb.gz", WORK / "zod"
    for directory in (own, app):
        shutil.rmtree(directory, ignore_errors=True)
    packages = WORK / "npm"
    packages.mkdir(exist_ok=True)
    if not (packages / "node_modules" / "zod").exists():
        (packages / "package.json").write_text('{"private": true}')
        run("npm", "install", "--silent", "--no-audit", "--no-fund", "zod@4.1.12", "typescript@5.9.3", "@datadog/pprof@5.14.4", "@types/node@20", cwd=packages)
    app.mkdir()
    shutil.copytree(packages / "node_modules" / "zod" / "src", app / "src")
    (app / "package.json").write_text('{"name": "zod"}')
    (app / "bench").mkdir()
    (app / "bench" / "run.mjs").write_text(DRIVE_JS)
    ref = commit(own, app, "v4.1.12")
    move_on(own, "*.ts")
    (app / "node_modules").symlink_to(packages / "node_modules")
    run("node", packages / "node_modules" / "typescript" / "bin" / "tsc", "--rootDir", "src", "--outDir", "dist", "--sourceMap", "--target", "es2022",
        "--module", "nodenext", "--moduleResolution", "nodenext", "--skipLibCheck", "--types", "node", "src/index.ts", cwd=app, ok=(0, 1, 2))
    run("node", "bench/run.mjs", app, SECONDS, out, cwd=app)
    return Program("typescript: zod", own, ref, out, WORK / "mirrors-none", lambda name, file: None
                   if "/node_modules/" in file else on_disk()(name, file))


def demo():
    """The recorded profiles of the demo, one program for each language and commit."""
    need("go")
    mirrors, own, programs = WORK / "mirrors-demo", WORK / "own" / "demo", ROOT / "demo" / "programs"
    for directory in (own, WORK / "demo1"):
        shutil.rmtree(directory, ignore_errors=True)
    shutil.copytree(programs, WORK / "demo1")
    shutil.copytree(ROOT / "demo" / "earlier", WORK / "demo1", dirs_exist_ok=True)
    refs = {"1": commit(own, WORK / "demo1"), "2": commit(own, programs)}
    for source in ("golang", "python"):
        base = WORK / ("mirrors-go" if source == "golang" else "mirrors-python")
        target = mirrors / source
        mirrors.mkdir(exist_ok=True)
        if not target.exists():
            (go_releases if source == "golang" else lambda m: cpython(m, sys.executable))(base)
            target.symlink_to(base / source)
    for module in re.findall(r"^\s*(?:require )?(golang.org/x/\w+) (v\S+)", (programs / "go" / "go.mod").read_text(), re.M):
        answer = json.loads(go("mod", "download", "-json", "@".join(module), cwd=WORK))
        mirror(mirrors, go_home(module[0])[0], answer["Dir"], module[1], "*.go")
    for line in (ROOT / "demo" / "demo.yaml").read_text().splitlines():
        entry = re.search(r"file: (profiles/((\w+)[\w-]*)\.pb\.gz).*root: (\w+), commit: (\d)", line)
        if entry:
            file, name, language, root, number = entry.groups()
            tree = WORK / "demo1" if number == "1" else programs
            truth = {"go": lambda: go_truth("flameline.example/demo/go", tree / "go"),
                     "python": lambda: on_disk(("/srv/app/", f"{tree}/python/src/"), ("/srv/venv/", "/nowhere/"), lib="/usr/lib/python3.11"),
                     "nodejs": lambda: on_disk(("/srv/docs/src/", f"{tree}/nodejs/src/"), ("/srv/docs/node_modules/", "/nowhere/"))}[language]()
            yield Program(f"demo: {name}", own, refs[number], ROOT / "demo" / file, mirrors, truth, extra=("--root-path", root))


PROGRAMS = {"go-plain": go_plain, "go-trimpath": go_trimpath, "go-vendored": go_vendored, "python-venv": python_venv,
            "python-container": python_container, "java": java_modules, "typescript": typescript, "demo": demo}


# ---- judgement ----

def resolved(program, row):
    name = row["repository"].removeprefix("https://").removeprefix("github.com/")
    directory = program.mirrors / name
    if not (directory / ".git").exists():
        directory = program.own
    return git(directory, "show", f"{row['commit']}:{row['path']}")


def judge(program):
    program.mirrors.mkdir(exist_ok=True)
    command = [BIN, "source", "coverage", program.profile, "--json", "--repo", program.own, "--ref", program.ref, "--mirrors", program.mirrors, *program.extra]
    if program.config:
        command += ["--config", program.config]
    answer = json.loads(run(*command))
    total = int(answer["total"]) or 1
    sums = dict.fromkeys(["found", "doubt", "missing", "none", "elsewhere", "wrong", "wrong_doubt"], 0)
    rules, notes, n_wrong = {}, [], 0
    for row in answer["functions"]:
        cost, kind = int(row["self"]), row["coverage"]
        truth = program.truth(row["name"], row["file"])
        if kind in ("found", "doubt"):
            rules[row["rule"]] = rules.get(row["rule"], 0) + cost
            text = resolved(program, row)
            if text != truth:
                wrong = "wrong" if kind == "found" else "wrong_doubt"
                sums[wrong] += cost
                n_wrong += kind == "found"
                notes.append((cost, f"{wrong}: {row['name']} {row['file']} -> {row['repository']} {row['path']} {row['version']}"
                              + (" (truth not known)" if truth is None else "")))
            if kind == "doubt":
                notes.append((cost, f"doubt: {row['name']} {row['file']}: {row['message']}"))
        if truth is None and kind in ("missing", "none"):
            kind = "none" if kind == "none" else "elsewhere"
        elif kind in ("missing", "none"):
            kind = "missing"
            notes.append((cost, f"missing: {row['name']} {row['file']}: {row['message']}"))
        sums[kind] += cost
    possible = sums["found"] + sums["doubt"] + sums["missing"]
    share = 100 * (sums["found"] + sums["doubt"] - sums["wrong"] - sums["wrong_doubt"]) / possible if possible else 100.0
    return {"name": program.name, "total": total, **{k: 100 * v / total for k, v in sums.items()}, "n_wrong": n_wrong, "share": share,
            "rules": {k: 100 * v / total for k, v in sorted(rules.items(), key=lambda kv: -kv[1])},
            "notes": [f"{100 * c / total:6.2f} % {text}" for c, text in sorted(notes, reverse=True)[:int(os.environ.get('REAL_NOTES', '12'))]]}


def main():
    WORK.mkdir(parents=True, exist_ok=True)
    names, failed, rows = sys.argv[1:] or list(PROGRAMS), 0, []
    for name in names:
        try:
            built = PROGRAMS[name]()
            results = [judge(program) for program in ([built] if isinstance(built, Program) else built)]
        except Skip as reason:
            print(f"{name}: skipped: {reason}")
            continue
        except Exception as error:  # noqa: BLE001: one program that could not be built does not stop the others
            print(f"{name}: failed: {error}")
            failed += 1
            continue
        for result in results:
            rows.append(result)
            bad = result["n_wrong"] > 0 or result["share"] < 98
            failed += bad
            print("\n".join([f"{result['name']}: {'FAIL' if bad else 'pass'}", *("  " + n for n in result["notes"])]), flush=True)
    print(f"\n{'program':26} {'found':>7} {'doubt':>7} {'missing':>7} {'none':>7} {'other':>7} {'wrong':>5} {'right':>7}  cost by rule")
    for r in rows:
        rules = ", ".join(f"{k} {v:.1f}" for k, v in r["rules"].items())
        print(f"{r['name']:26} {r['found']:7.2f} {r['doubt']:7.2f} {r['missing']:7.2f} {r['none']:7.2f} {r['elsewhere']:7.2f} {r['n_wrong']:5} {r['share']:7.2f}  {rules}")
    print(f"{len(rows)} programs, {failed} failed")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
