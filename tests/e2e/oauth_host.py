# SPDX-License-Identifier: Apache-2.0
"""A git host with accounts for tests: authorise, token, user and just enough API, and it can misbehave."""

import base64
import hashlib
import json
import secrets
import threading
import time
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from server import secret

# type in the configuration: path of token endpoint, path of the user, answer of the user endpoint
FLAVOURS = {
    "github": {"authorize": "/login/oauth/authorize", "token": "/login/oauth/access_token",
               "user": "/api/v3/user", "member": "login", "scope": "repo", "pkce": True},
    "gitlab": {"authorize": "/oauth/authorize", "token": "/oauth/token",
               "user": "/api/v4/user", "member": "username", "scope": "read_api", "pkce": True},
    "gitea": {"authorize": "/login/oauth/authorize", "token": "/login/oauth/access_token",
              "user": "/api/v1/user", "member": "login", "scope": "read:repository read:user", "pkce": True},
    "bitbucket": {"authorize": "/site/oauth2/authorize", "token": "/site/oauth2/access_token",
                  "user": "/2.0/user", "member": "username", "scope": "repository account", "pkce": False},
    "bitbucket-server": {"authorize": "/rest/oauth2/latest/authorize", "token": "/rest/oauth2/latest/token",
                         "user": "/plugins/servlet/applinks/whoami", "member": None, "scope": "REPO_READ",
                         "pkce": True},
}
USERS = {flavour["user"]: flavour["member"] for flavour in FLAVOURS.values()}
USERS["/user"] = "login"  # api.github.com has no prefix


class Leaks(list):
    """Texts that every server of the tests is searched for."""

    def append(self, value):
        super().append(secret(value))

    def __iadd__(self, values):
        for value in values:
            self.append(value)
        return self


class OauthHost:
    """`with OauthHost() as host:`; attributes change how it answers, the next request sees them."""

    def __init__(self):
        self.client_id, self.client_secret = "client-id-1", "client-secret-" + secrets.token_hex(8)
        self.expires_in = 3600  # None: tokens do not expire
        self.refresh_tokens = True
        self.form = False  # answer as a form
        self.answer = None  # (status, content type, body) in place of the token endpoint's own
        self.delay = 0
        self.user_status = 200
        self.api = None  # a GithubApi: what people with a token read below /api/v3
        self.codes, self.access, self.refresh = {}, set(), set()
        self.secrets = Leaks()  # everything that must never leak
        self.secrets.append(self.client_secret)
        self.token_requests, self.api_tokens = [], []
        self.lock = threading.Lock()

    def __enter__(self):
        host = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_GET(self):
                host.on_get(self)

            def do_POST(self):
                host.on_post(self)

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    # ---- what people do there ----

    def authorise(self, url):
        """The user says yes: the parameters with which the browser is sent back."""
        query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(url).query))
        code = "code-" + secrets.token_hex(12)
        with self.lock:
            self.codes[code] = query
            self.secrets.append(code)
        return {"code": code, "state": query["state"]}

    def revoke_all(self):
        with self.lock:
            self.access.clear()

    # ---- requests ----

    @staticmethod
    def send(handler, status, content_type, body, headers=()):
        body = body if isinstance(body, bytes) else body.encode()
        handler.send_response(status)
        handler.send_header("Content-Type", content_type)
        handler.send_header("Content-Length", str(len(body)))
        for name, value in headers:
            handler.send_header(name, value)
        handler.end_headers()
        try:
            handler.wfile.write(body)
        except OSError:
            pass  # the other side had enough

    def on_get(self, handler):
        path = urllib.parse.urlsplit(handler.path).path
        token = handler.headers.get("Authorization", "").removeprefix("Bearer ")
        with self.lock:
            self.api_tokens.append(token)
            known = token in self.access
        if not known:
            self.send(handler, 401, "application/json", '{"message":"Bad credentials"}')
        elif path in USERS:
            name = "octo\u00e9cat"
            body = json.dumps({USERS[path]: name}) if USERS[path] else name
            self.send(handler, self.user_status, "application/json; charset=utf-8", body)
        elif self.api is not None and path.startswith("/api/v3/"):
            status, answer = self.api.answer(handler.path.removeprefix("/api/v3"), handler.headers)
            self.send(handler, status, "application/json; charset=utf-8", json.dumps(answer))
        else:
            self.send(handler, 404, "application/json", '{"message":"Not Found"}')

    def new_pair(self):
        access, refresh = "access-" + secrets.token_hex(16), "refresh-" + secrets.token_hex(16)
        self.access.add(access)
        self.secrets += [access, refresh]
        answer = {"access_token": access, "token_type": "bearer", "scope": ""}
        if self.expires_in is not None:
            answer["expires_in"] = self.expires_in
        if self.refresh_tokens:
            self.refresh.add(refresh)
            answer["refresh_token"] = refresh
        return answer

    def good_client(self, handler, form):
        basic = "Basic " + base64.b64encode(f"{self.client_id}:{self.client_secret}".encode()).decode()
        if handler.path == FLAVOURS["bitbucket"]["token"]:
            return handler.headers.get("Authorization") == basic and "client_secret" not in form
        return form.get("client_id") == self.client_id and form.get("client_secret") == self.client_secret

    def exchange(self, handler, form):
        query = self.codes.pop(form.get("code"), None)
        if query is None:
            return {"error": "bad_verification_code", "error_description": "echo " + str(form.get("code"))}
        if "code_challenge" in query and "code_verifier" in form:
            digest = hashlib.sha256(form["code_verifier"].encode()).digest()
            if base64.urlsafe_b64encode(digest).decode().rstrip("=") != query["code_challenge"]:
                return {"error": "invalid_grant"}
        if form.get("redirect_uri", query.get("redirect_uri")) != query.get("redirect_uri"):
            return {"error": "redirect_uri_mismatch"}
        return self.new_pair()

    def on_post(self, handler):
        body = handler.rfile.read(int(handler.headers.get("Content-Length", 0))).decode()
        form = dict(urllib.parse.parse_qsl(body))
        time.sleep(self.delay)
        with self.lock:
            self.token_requests.append(form)
            self.secrets += [form[name] for name in ("code_verifier",) if name in form]
            if self.answer is not None:
                return self.send(handler, *self.answer)
            if not self.good_client(handler, form):
                answer = {"error": "incorrect_client_credentials"}
            elif form.get("grant_type") == "authorization_code":
                answer = self.exchange(handler, form)
            elif form.get("refresh_token") in self.refresh:
                self.refresh.remove(form["refresh_token"])  # it works once
                answer = self.new_pair()
            else:
                answer = {"error": "bad_refresh_token"}
        if self.form:
            return self.send(handler, 200, "application/x-www-form-urlencoded", urllib.parse.urlencode(answer))
        return self.send(handler, 200, "application/json; charset=utf-8", json.dumps(answer))
