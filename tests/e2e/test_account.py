# SPDX-License-Identifier: Apache-2.0
"""Accounts at git hosts: connecting, sessions, refreshes, and that no secret gets anywhere."""

import concurrent.futures
import contextlib
import http.client
import json
import os
import re
import urllib.parse

import pytest
from oauth_host import FLAVOURS, OauthHost
from server import Answer, Server

SERVICE = "flameline.v1.AccountService/"


class Browser:
    """Keeps cookies by name as a browser does, and every answer for the search for leaks."""

    def __init__(self, server, **headers):
        self.server, self.headers, self.cookies, self.answers = server, headers, {}, []
        self.set_cookies = []

    def call(self, method, path, body=None, headers=None):
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        answer = call_plain(self.server, method, path, body,
                            {**({"Cookie": cookie} if cookie else {}), **self.headers, **(headers or {})})
        self.answers.append(answer)
        for text in answer.headers.get_all("Set-Cookie") or []:
            self.set_cookies.append(text)
            name, value = text.split(";")[0].split("=", 1)
            self.cookies[name] = value
            if "Max-Age=0" in text:
                del self.cookies[name]
        return answer

    def rpc(self, method, message, headers=None):
        return self.call("POST", "/" + method, json.dumps(message).encode(),
                         {"Content-Type": "application/json", **(headers or {})})

    def begin(self, provider, popup=True, **more):
        answer = self.rpc(SERVICE + "BeginLogin", {"provider": provider, "popup": popup, **more})
        assert answer.status == 200, answer.body
        return answer.json()

    def land(self, parameters):
        return self.call("GET", "/login/callback?" + urllib.parse.urlencode(parameters))

    def connect(self, host, provider, **more):
        return self.land(host.authorise(self.begin(provider, **more)["url"]))

    def hosts(self):
        return {item["provider"]: item for item in self.rpc(SERVICE + "Hosts", {}).json()["hosts"]}

    def state(self, provider):
        return self.hosts()[provider]["state"]

    def source(self, host, provider="hub", repository="acme/secret"):
        answer = self.rpc("flameline.v1.SourceService/Resolve",
                          {"repository": host.url.removeprefix("http://") + "/" + repository, "file": "main.go"})
        assert answer.status == 200, answer.body
        return answer.json()["source"]["state"]


def call_plain(server, method, path, body, headers):
    """As Server.call(), without following redirects."""
    connection = http.client.HTTPConnection(server.url.removeprefix("http://"), timeout=60)
    connection.request(method, path, body, headers)
    reply = connection.getresponse()
    answer = Answer(reply.status, reply.headers, reply.read())
    connection.close()
    return answer


def configure(directory, text):
    path = os.path.join(directory, "flameline.yaml")
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return f"--config={path}"


def provider(directory, host, kind="github", name="hub", more=""):
    secret = os.path.join(directory, f"{name}-secret")
    with open(secret, "w", encoding="utf-8") as file:
        file.write(host.client_secret + "\n")
    api = f", api_url: {host.url}/2.0" if kind == "bitbucket" else ""
    return (f"    - {{name: {name}, type: {kind}, web_url: '{host.url}'{api}, client_id: {host.client_id}, "
            f"client_secret_file: {secret}{more}}}\n")


@contextlib.contextmanager
def start(directory, providers, *flags, head=""):
    text = f"{head}source:\n  offline: true\n  providers:\n{providers}"
    server = Server(directory, configure(directory, text), "--log.level=debug", *flags)
    try:
        server.start()
    except AssertionError as error:
        if "is not supported yet" in str(error):
            pytest.skip("this provider is not built")
        raise
    try:
        yield server
    finally:
        if server.process is not None:
            server.stop()


@pytest.fixture(name="host")
def fixture_host():
    with OauthHost() as host:
        yield host


@pytest.fixture(name="hub")
def fixture_hub(tmp_path, host):
    with start(tmp_path, provider(tmp_path, host)) as server:
        yield Browser(server)


def posted(answer):
    """What the page says on its channel: (channel, message)."""
    text = answer.body.decode()
    channel = re.search(r'new BroadcastChannel\("flameline-login-"\+"([^"]+)"\)', text)
    message = re.search(r"postMessage\((\{.*?\})\);", text)
    return channel and channel.group(1), message and message.group(1)


# ---- connecting ----

@pytest.mark.parametrize("kind", FLAVOURS)
def test_connects_an_account(tmp_path, host, kind):
    flavour = FLAVOURS[kind]
    with start(tmp_path, provider(tmp_path, host, kind)) as server:
        browser = Browser(server)
        before = browser.hosts()["hub"]
        assert (before["state"], before["canConnect"], before["type"]) == ("not_connected", True, kind)
        login = browser.begin("hub")
        url = urllib.parse.urlsplit(login["url"])
        query = dict(urllib.parse.parse_qsl(url.query))
        assert f"{url.scheme}://{url.netloc}{url.path}" == host.url + flavour["authorize"]
        assert query["client_id"] == host.client_id and query["response_type"] == "code"
        assert query["scope"] == flavour["scope"]
        assert query["redirect_uri"] == server.url + "/login/callback"
        assert (query.get("code_challenge_method") == "S256") == flavour["pkce"]
        page = browser.land(host.authorise(login["url"]))
        assert page.status == 200
        assert posted(page) == (login["attempt"], "{ok:true}")
        after = browser.hosts()["hub"]
        assert (after["state"], after["account"]) == ("connected", "octo\u00e9cat")
        assert int(after["expiresAt"]) > 0
        form = host.token_requests[0]
        assert form["grant_type"] == "authorization_code"
        assert ("code_verifier" in form) == flavour["pkce"]


def test_the_cookie_is_for_the_server_only(hub, host):
    hub.connect(host, "hub")
    session = [text for text in hub.set_cookies if text.startswith("flameline_session=")][0]
    assert "HttpOnly" in session and "SameSite=Lax" in session and "Path=/;" in session
    assert "Secure" not in session
    assert len(hub.cookies["flameline_session"]) == 43
    assert list(hub.cookies) == ["flameline_session"], "the cookie of the attempt is gone"


def test_the_page_is_closed_to_everything_else(hub, host):
    page = hub.connect(host, "hub")
    policy = page.headers["Content-Security-Policy"]
    nonce = re.search(r"script-src 'nonce-([^']+)'", policy).group(1)
    assert policy.startswith("default-src 'none';") and "unsafe" not in policy
    assert f'<script nonce="{nonce}">history.replaceState' in page.body.decode()
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert page.headers["Cache-Control"] == "no-store"
    assert b"http://" not in page.body and b"https://" not in page.body


def test_a_login_in_the_same_tab_goes_back(hub, host):
    answer = hub.connect(host, "hub", popup=False, returnTo="/function?service=shop#L3")
    assert (answer.status, answer.headers["Location"]) == (303, "/function?service=shop#L3")
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert hub.state("hub") == "connected"


@pytest.mark.parametrize("path", ["//evil.example", "/\\evil.example", "https://evil.example", "javascript:alert(1)",
                                  "/\tx", "/a b", "evil", "/" + "a" * 3000, "/\r\nSet-Cookie: a=b"])
def test_only_paths_of_our_own_are_returned_to(hub, path):
    answer = hub.rpc(SERVICE + "BeginLogin", {"provider": "hub", "returnTo": path})
    assert (answer.status, answer.json()["code"]) == (400, "invalid_argument")


def test_base_path_and_public_url(tmp_path, host):
    head = "server:\n  base_path: /profiling\n  public_url: https://flame.example\n"
    with start(tmp_path, provider(tmp_path, host), head=head) as server:
        browser = Browser(server)
        body = json.dumps({"provider": "hub", "popup": False}).encode()
        answer = browser.call("POST", f"/profiling/{SERVICE}BeginLogin", body, {"Content-Type": "application/json"})
        query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(answer.json()["url"]).query))
        assert query["redirect_uri"] == "https://flame.example/profiling/login/callback"
        assert "Path=/profiling/login;" in browser.set_cookies[0] and "; Secure" in browser.set_cookies[0]
        back = host.authorise(answer.json()["url"])
        page = browser.call("GET", "/profiling/login/callback?" + urllib.parse.urlencode(back))
        assert (page.status, page.headers["Location"]) == (303, "/profiling/")
        assert "Path=/profiling;" in browser.set_cookies[-1] and "; Secure" in browser.set_cookies[-1]


def test_a_callback_elsewhere_is_explained(tmp_path, host):
    more = ", callback_url: 'https://flame.example/login/callback', scope: 'read:org'"
    with start(tmp_path, provider(tmp_path, host, more=more)) as server:
        browser = Browser(server)
        login = browser.begin("hub")
        query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(login["url"]).query))
        assert (query["redirect_uri"], query["scope"]) == ("https://flame.example/login/callback", "read:org")
        answer = browser.rpc(SERVICE + "BeginLogin", {"provider": "hub"}, {"Origin": server.url})
        assert answer.json() == {"code": "failed_precondition",
                                 "message": "accounts are connected at https://flame.example: open it there"}


def test_an_empty_scope_asks_for_none(tmp_path, host):
    with start(tmp_path, provider(tmp_path, host, more=", scope: ''")) as server:
        assert "scope" not in Browser(server).begin("hub")["url"]


# ---- what goes wrong at the host ----

@pytest.mark.parametrize("parameters, error, reason", [
    ({"error": "access_denied"}, "denied", "GitHub Enterprise reports: access was denied"),
    ({"error": "server_error", "error_description": "</script><b>no"}, "host_error",
     "GitHub Enterprise reports: \\u003c/script>\\u003cb>no"),
    ({}, "host_error", "GitHub Enterprise sent no authorization code"),
])
def test_the_host_sends_an_error(hub, host, parameters, error, reason):
    login = hub.begin("hub")
    state = host.authorise(login["url"])["state"]
    page = hub.land({"state": state, **parameters})
    assert page.status == 400
    channel, message = posted(page)
    assert channel == login["attempt"]
    assert message == '{error:"%s",reason:"%s"}' % (error, reason)
    assert b"</script><b>" not in page.body
    assert hub.state("hub") == "not_connected"


@pytest.mark.parametrize("answer", [
    (500, "text/html", "<html>broken</html>"),
    (200, "application/json", '{"error":"bad_verification_code","error_description":"x"}'),
    (400, "application/json", '{"error":"invalid_grant"}'),
    (200, "application/json", "{" * 20000),
    (200, "application/json", '{"access_token":"' + "a" * 100_000 + '"}'),
    (200, "application/json", '{"access_token":"' + "a" * 9000 + '"}'),
    (200, "application/json", '{"access_token":"a\\r\\nX-Header: b"}'),
    (200, "application/json", '{"access_token":["a"]}'),
    (200, "application/x-www-form-urlencoded", "access_token=&token_type=bearer"),
    (200, "text/plain", ""),
    (302, "text/plain", "", (("Location", "/elsewhere"),)),
])
def test_the_exchange_fails(hub, host, answer):
    login = hub.begin("hub")
    host.answer = answer
    page = hub.land(host.authorise(login["url"]))
    channel, message = posted(page)
    assert (page.status, channel) == (400, login["attempt"])
    assert message.startswith('{error:"exchange_failed",reason:"GitHub Enterprise ')
    assert f"request {page.headers['X-Request-Id']}" in message
    assert "flameline_session" not in hub.cookies
    assert len(host.token_requests) == 1


def test_a_host_that_is_gone(tmp_path, host):
    with OauthHost() as gone:
        text = provider(tmp_path, gone)
    with start(tmp_path, text) as server:
        browser = Browser(server)
        page = browser.land({"code": "x", "state": host.authorise(browser.begin("hub")["url"])["state"]})
        assert "GitHub Enterprise could not be reached" in posted(page)[1]


def test_a_form_answer_and_tokens_without_end(hub, host):
    host.form, host.expires_in, host.refresh_tokens = True, None, False
    hub.connect(host, "hub")
    found = hub.hosts()["hub"]
    assert (found["state"], found.get("expiresAt", "0")) == ("connected", "0")
    assert hub.source(host) == "repo_not_found"  # the token was good


def test_an_account_without_a_name(hub, host):
    host.user_status = 403
    hub.connect(host, "hub")
    assert (hub.hosts()["hub"]["state"], hub.hosts()["hub"].get("account", "")) == ("connected", "")


# ---- what did not start here ----

def test_a_login_of_another_browser_is_refused(hub, host):
    login = hub.begin("hub")
    back = host.authorise(login["url"])
    victim = Browser(hub.server)
    page = victim.land(back)
    assert page.status == 400
    assert '{error:"forged",reason:"This login did not start here or is too old"}' == posted(page)[1]
    assert victim.cookies == {} and host.token_requests == []
    assert hub.land(back).status == 200  # the right browser still can
    assert posted(hub.land(back))[1].startswith('{error:"forged"')  # once


@pytest.mark.parametrize("state", ["", "x", "x.y", "A" * 22 + "." + "B" * 43, "<script>", "." * 70])
def test_an_unknown_state_is_refused(hub, host, state):
    hub.begin("hub")
    page = hub.land({"state": state, "code": "x"})
    assert page.status == 400 and b"This login did not start here or is too old" in page.body
    assert b"<script>alert" not in page.body and host.token_requests == []


def test_each_login_makes_a_fresh_cookie(hub, host):
    hub.cookies["flameline_session"] = "A" * 43
    hub.connect(host, "hub")
    first = hub.cookies["flameline_session"]
    assert first != "A" * 43
    hub.connect(host, "hub")
    assert hub.cookies["flameline_session"] != first
    old = Browser(hub.server)
    old.cookies["flameline_session"] = first
    assert old.state("hub") == "not_connected"


@pytest.mark.parametrize("method, message", [("BeginLogin", {"provider": "hub"}), ("Disconnect", {"provider": "hub"})])
def test_foreign_pages_change_nothing(hub, host, method, message):
    hub.connect(host, "hub")
    body = json.dumps(message).encode()
    for origin in ("https://evil.example", "null", hub.server.url + ".evil.example"):
        answer = hub.rpc(SERVICE + method, message, {"Origin": origin})
        assert (answer.status, answer.json()["code"]) == (403, "permission_denied")
    assert hub.call("POST", "/" + SERVICE + method, body, {"Content-Type": "text/plain"}).status == 415
    assert hub.call("POST", "/" + SERVICE + method, body,
                    {"Content-Type": "application/x-www-form-urlencoded"}).status == 415
    grpc = hub.call("POST", "/" + SERVICE + method, b"\0\0\0\0\0", {"Content-Type": "application/grpc-web"})
    assert b"grpc-status: 0" not in grpc.body
    assert hub.state("hub") == "connected"
    assert hub.rpc(SERVICE + method, message, {"Origin": hub.server.url}).status == 200


def test_begin_login_says_what_is_wrong(tmp_path, host):
    text = (provider(tmp_path, host) + f"    - {{name: plain, type: github, web_url: '{host.url}/p'}}\n"
            f"    - {{name: open, type: github, web_url: '{host.url}/o', anonymous: true}}\n"
            "    - {name: disk, type: local, path: /tmp}\n")
    with start(tmp_path, text) as server:
        browser = Browser(server)
        states = {name: item["state"] for name, item in browser.hosts().items()}
        assert states == {"hub": "not_connected", "plain": "off", "open": "open", "disk": "open"}
        assert browser.rpc(SERVICE + "BeginLogin", {"provider": "none"}).status == 404
        assert browser.rpc(SERVICE + "BeginLogin", {"provider": "plain"}).json()["code"] == "failed_precondition"
        assert browser.rpc(SERVICE + "Disconnect", {"provider": "none"}).status == 200


# ---- tokens ----

def refreshes(host):
    return [form for form in host.token_requests if form["grant_type"] == "refresh_token"]


def test_parallel_requests_refresh_once(hub, host):
    host.expires_in = 200  # within the five minutes before the end
    hub.connect(host, "hub")
    host.expires_in, host.delay = 3600, 0.3
    with concurrent.futures.ThreadPoolExecutor(5) as pool:
        states = list(pool.map(lambda i: hub.source(host, repository=f"acme/s{i}"), range(5)))
    assert states == ["repo_not_found"] * 5
    assert len(refreshes(host)) == 1
    assert hub.source(host, repository="acme/later") == "repo_not_found"
    assert len(refreshes(host)) == 1
    assert hub.state("hub") == "connected"


def test_a_refused_refresh_ends_the_session(hub, host):
    host.expires_in = 200
    hub.connect(host, "hub")
    host.refresh.clear()
    assert hub.source(host) == "session_expired"
    found = hub.hosts()["hub"]
    assert (found["state"], found["account"]) == ("session_expired", "octo\u00e9cat")
    assert hub.source(host) == "session_expired"
    assert len(refreshes(host)) == 1, "a refused token is not tried again"
    hub.connect(host, "hub")
    assert hub.state("hub") == "connected"


def test_a_host_that_is_down_ends_nothing(hub, host):
    host.expires_in = 200
    hub.connect(host, "hub")
    host.answer = (503, "text/plain", "later")
    assert hub.source(host) == "repo_not_found"  # the old token is good for some minutes
    assert hub.state("hub") == "connected"


def test_a_token_that_the_host_refuses_is_renewed_once(hub, host):
    hub.connect(host, "hub")
    host.revoke_all()
    assert hub.source(host) == "repo_not_found"
    assert len(refreshes(host)) == 1
    assert hub.state("hub") == "connected"


def test_a_refused_token_without_refresh_ends_the_session(hub, host):
    host.refresh_tokens = False
    hub.connect(host, "hub")
    host.revoke_all()
    assert hub.source(host) == "session_expired"
    assert hub.state("hub") == "session_expired"
    assert refreshes(host) == []


def test_disconnecting_forgets(hub, host):
    hub.connect(host, "hub")
    cookie = hub.cookies["flameline_session"]
    assert hub.source(host) == "repo_not_found"
    assert hub.rpc(SERVICE + "Disconnect", {"provider": "hub"}).json() == {}
    assert "flameline_session" not in hub.cookies
    hub.cookies["flameline_session"] = cookie
    assert hub.state("hub") == "not_connected"
    assert hub.source(host) == "not_connected"


def test_one_session_holds_several_accounts(tmp_path, host):
    with OauthHost() as other:
        text = provider(tmp_path, host) + provider(tmp_path, other, name="second")
        with start(tmp_path, text) as server:
            browser = Browser(server)
            browser.connect(host, "hub")
            browser.connect(other, "second")
            assert (browser.state("hub"), browser.state("second")) == ("connected", "connected")
            assert browser.source(other) == "repo_not_found"
            assert set(other.api_tokens) <= set(other.access), "each host sees its own token only"
            browser.rpc(SERVICE + "Disconnect", {"provider": "hub"})
            assert (browser.state("hub"), browser.state("second")) == ("not_connected", "connected")


# ---- sessions ----

def test_sessions_survive_a_restart_and_new_secrets(tmp_path, host):
    path = tmp_path / "session-secrets"
    flag = f"--source.session_secrets_file={path}"
    path.write_text("# the newest first\nfirst-secret-0123456789\n")
    with start(tmp_path, provider(tmp_path, host), flag) as server:
        browser = Browser(server)
        browser.connect(host, "hub")
        path.write_text("second-secret-0123456789\nfirst-secret-0123456789\n")
        server.stop()
        server.start()
        assert browser.state("hub") == "connected"
        path.write_text("second-secret-0123456789\n")
        server.stop()
        server.start()
        assert browser.state("hub") == "not_connected"


@pytest.mark.parametrize("content, wanted", [
    ("short\n", "a session secret has at least 16 characters"),
    ("\n# nothing\n", "holds no session secret"),
    (None, "source.session_secrets_file"),
])
def test_bad_session_secrets_end_the_start(tmp_path, content, wanted):
    path = tmp_path / "session-secrets"
    if content is not None:
        path.write_text(content)
    with pytest.raises(AssertionError, match=re.escape(wanted)):
        Server(tmp_path, f"--source.session_secrets_file={path}").start()


def test_tenants_are_apart(tmp_path, host):
    (tmp_path / "token").write_text("static-token-1\n")
    host.access.add("static-token-1")
    more = f", token_file: {tmp_path}/token, allow_tenants: [a, c]"
    with start(tmp_path, provider(tmp_path, host, more=more), "--auth.multitenancy_enabled") as server:
        a, b = Browser(server, **{"X-Scope-OrgID": "a"}), Browser(server, **{"X-Scope-OrgID": "b"})
        assert (a.state("hub"), b.state("hub")) == ("token", "not_connected")
        assert (a.source(host), b.source(host)) == ("repo_not_found", "not_connected")
        assert set(host.api_tokens) == {"static-token-1"}
        b.connect(host, "hub")  # the callback names no tenant in real life
        assert b.state("hub") == "connected"
        a.cookies = dict(b.cookies)
        assert a.state("hub") == "token"
        both = Browser(server, **{"X-Scope-OrgID": "a|b"})
        assert both.rpc(SERVICE + "Hosts", {}).json()["code"] == "invalid_argument"


def test_the_callback_needs_no_tenant(tmp_path, host):
    with start(tmp_path, provider(tmp_path, host), "--auth.multitenancy_enabled") as server:
        browser = Browser(server, **{"X-Scope-OrgID": "a"})
        back = host.authorise(browser.begin("hub")["url"])
        browser.headers = {}
        assert browser.land(back).status == 200
        browser.headers = {"X-Scope-OrgID": "a"}
        assert browser.state("hub") == "connected"


# ---- the calls of Grafana's app ----

VCS = "vcs.v1.VCSService/"


@pytest.fixture(name="grafana")
def fixture_grafana(tmp_path, host):
    env = {"GITHUB_CLIENT_ID": host.client_id, "GITHUB_CLIENT_SECRET": host.client_secret,
           "GITHUB_SESSION_SECRET": "0123456789-grafana-secret", "GITHUB_API_URL": host.url,
           "GITHUB_SERVER_URL": host.url}
    server = Server(tmp_path, "--log.level=debug", env=env).start()
    try:
        yield Browser(server)
    finally:
        if server.process is not None:
            server.stop()


def code_for(host):
    return host.authorise(host.url + "/x?state=s")["code"]


def test_github_login_and_refresh(grafana, host):
    login = grafana.rpc(VCS + "GithubLogin", {"authorizationCode": code_for(host)}).json()
    assert "redirect_uri" not in host.token_requests[0] and "code_verifier" not in host.token_requests[0]
    assert re.fullmatch(r"pyroscope_git_session=[A-Za-z0-9+/=]+; Expires=\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT; "
                        r"Secure; SameSite=Lax", login["cookie"])
    assert int(login["refreshTokenExpiresAt"]) - int(login["tokenExpiresAt"]) == (15_897_600 - 3600) * 1000
    grafana.cookies["pyroscope_git_session"] = login["cookie"].split(";")[0].split("=", 1)[1]
    with concurrent.futures.ThreadPoolExecutor(5) as pool:
        answers = list(pool.map(lambda _: grafana.rpc(VCS + "GithubRefresh", {}), range(5)))
    assert {answer.status for answer in answers} == {200}
    assert len(refreshes(host)) == 1
    grafana.cookies["pyroscope_git_session"] = answers[0].json()["cookie"].split(";")[0].split("=", 1)[1]
    assert grafana.rpc(VCS + "GetCommit", {"repositoryURL": "https://github.com/a/b", "ref": "main"}).status == 404
    assert grafana.rpc(VCS + "GithubRefresh", {}).status == 200
    assert len(refreshes(host)) == 2


def test_github_tokens_without_an_end(grafana, host):
    host.expires_in, host.refresh_tokens = None, False
    login = grafana.rpc(VCS + "GithubLogin", {"authorizationCode": code_for(host)}).json()
    assert "tokenExpiresAt" not in login
    grafana.cookies["pyroscope_git_session"] = login["cookie"].split(";")[0].split("=", 1)[1]
    assert grafana.rpc(VCS + "GetCommit", {"repositoryURL": "https://github.com/a/b", "ref": "main"}).status == 404
    answer = grafana.rpc(VCS + "GithubRefresh", {})
    assert answer.json() == {"code": "unauthenticated", "message": "failed to refresh token"}


@pytest.mark.parametrize("answer, code", [
    ((200, "application/json", '{"error":"bad_refresh_token"}'), "unauthenticated"),
    ((200, "application/x-www-form-urlencoded", "error=bad_refresh_token&error_description=x"), "unauthenticated"),
    ((200, "text/html", "<html>"), "internal"),
    ((503, "text/html", "<html>"), "internal"),
])
def test_github_refresh_fails(grafana, host, answer, code):
    login = grafana.rpc(VCS + "GithubLogin", {"authorizationCode": code_for(host)}).json()
    grafana.cookies["pyroscope_git_session"] = login["cookie"].split(";")[0].split("=", 1)[1]
    host.answer = answer
    failed = grafana.rpc(VCS + "GithubRefresh", {})
    assert failed.json() == {"code": code, "message": "failed to refresh token"}


def test_github_calls_say_what_the_app_knows(grafana, host, tmp_path):
    bad = grafana.rpc(VCS + "GithubLogin", {"authorizationCode": "nope"})
    assert (bad.status, bad.json()) == (401, {"code": "unauthenticated", "message": "failed to authorize with GitHub"})
    assert grafana.rpc(VCS + "GithubRefresh", {}).json() == {"code": "unauthenticated", "message": "invalid token"}
    other = tmp_path / "bare"
    other.mkdir()
    with Server(other, env={"GITHUB_CLIENT_ID": "x"}) as server:
        browser = Browser(server)
        assert browser.rpc(VCS + "GithubLogin", {"authorizationCode": "x"}).json() == {
            "code": "internal", "message": "failed to authorize with GitHub"}
        assert browser.rpc(VCS + "GithubApp", {}).json() == {
            "code": "unimplemented", "message": "GitHub integration is not configured"}
    assert len(host.token_requests) == 1


# ---- secrets ----

def leaks(server, browser, canaries, directory):
    """(place, secret) of every secret in the log, the answers or the data directory of a stopped server."""
    places = {"log": (directory / "server.log").read_bytes()}
    for folder, _, names in os.walk(server.storage):
        for name in names:
            with open(os.path.join(folder, name), "rb") as file:
                places[name] = file.read()
    for i, answer in enumerate(browser.answers):
        shown = [f"{k}: {v}" for k, v in answer.headers.items() if k.lower() != "set-cookie"]
        places[f"answer {i}"] = "\n".join(shown).encode() + answer.body
    assert len(canaries) > 5 and len(places) > 10
    return [(place, text) for place, content in places.items() for text in canaries if text.encode() in content]


def test_no_secret_of_grafanas_login_leaks(grafana, host, tmp_path):
    host.expires_in = 1
    login = grafana.rpc(VCS + "GithubLogin", {"authorizationCode": code_for(host)}).json()
    grafana.cookies["pyroscope_git_session"] = login["cookie"].split(";")[0].split("=", 1)[1]
    assert grafana.rpc(VCS + "GithubRefresh", {}).status == 200
    echo = code_for(host)
    host.answer = (200, "application/json", json.dumps({"error": echo, "error_description": echo}))
    assert grafana.rpc(VCS + "GithubLogin", {"authorizationCode": echo}).status == 401
    grafana.rpc(VCS + "GetCommit", {"repositoryURL": "https://github.com/a/b", "ref": "main"})
    grafana.server.stop()
    canaries = set(host.secrets) | {"0123456789-grafana-secret"}
    assert leaks(grafana.server, grafana, canaries, tmp_path) == []


def test_no_secret_leaks(tmp_path, host):
    path = tmp_path / "session-secrets"
    path.write_text("file-secret-0123456789\n")
    with start(tmp_path, provider(tmp_path, host), f"--source.session_secrets_file={path}") as server:
        browser = Browser(server)
        host.expires_in = 200
        browser.connect(host, "hub")
        host.expires_in = 3600
        browser.source(host)
        browser.land({"code": "stray-code-1", "state": "A" * 22 + "." + "B" * 43})
        login = browser.begin("hub")
        back = host.authorise(login["url"])
        host.answer = (400, "application/json", json.dumps({"error": back["code"], "error_description": back["code"]}))
        browser.land(back)
        host.answer = None
        host.refresh.clear()
        host.revoke_all()
        browser.source(host)
        browser.hosts()
        server.call("GET", "/metrics")
        cookies = [text.split(";")[0].split("=", 1)[1] for text in browser.set_cookies]
        canaries = {text for text in host.secrets + cookies + ["stray-code-1", "file-secret-0123456789"] if text}
        server.stop()
        assert leaks(server, browser, canaries, tmp_path) == []


# ---- overrides ----

OVERRIDES = """source:
  overrides:
    - {tenant: a, service: shop, repository: https://git.example/a/shop, ref: main, root: cart}
    - {service: shop, ref: v1}
"""


def test_overrides(tmp_path):
    flag = configure(tmp_path, OVERRIDES)
    with Server(tmp_path, flag, "--auth.multitenancy_enabled") as server:
        def ask(tenant, service):
            return server.rpc("flameline.v1.SourceService/Override", {"service": service}, {"X-Scope-OrgID": tenant})
        assert ask("a", "shop") == {"set": True, "repository": "https://git.example/a/shop", "ref": "main",
                                    "root": "cart"}
        assert ask("b", "shop") == {"set": True, "ref": "v1"}
        assert ask("a", "other") == {}


@pytest.mark.parametrize("entry, wanted", [
    ("{ref: x}", "an override needs a service"),
    ("{service: x}", "an override sets repository, ref or root"),
    ("{service: x, branch: y}", "unknown key of an override"),
    ("{service: x, ref: y}\n    - {service: x, ref: z}", "there is another override"),
])
def test_wrong_overrides_end_the_start(tmp_path, entry, wanted):
    flag = configure(tmp_path, f"source:\n  overrides:\n    - {entry}\n")
    with pytest.raises(AssertionError, match=re.escape(wanted)):
        Server(tmp_path, flag).start()


@pytest.mark.parametrize("url", ["flame.example", "https://flame.example/", "https://a@b", "ftp://x", "https://"])
def test_a_wrong_public_url_ends_the_start(tmp_path, url):
    with pytest.raises(AssertionError, match="server.public_url"):
        Server(tmp_path, f"--server.public_url={url}").start()


# ---- settings ----

def test_settings_survive_and_are_apart(tmp_path):
    service = "settings.v1.SettingsService/"
    with Server(tmp_path, "--auth.multitenancy_enabled") as server:
        a, b = {"X-Scope-OrgID": "a"}, {"X-Scope-OrgID": "b"}
        value = '{"maxNodes":1} \u00e9'
        server.rpc(service + "Set", {"setting": {"name": "pluginSettings", "value": value}}, a)
        server.stop()
        server.start()
        assert [s["value"] for s in server.rpc(service + "Get", {}, a)["settings"]] == [value]
        assert server.rpc(service + "Get", {}, b) == {}
        server.rpc(service + "Delete", {"name": "pluginSettings"}, b)
        server.rpc(service + "Delete", {"name": "pluginSettings"}, a)
        assert server.rpc(service + "Get", {}, a) == {}
