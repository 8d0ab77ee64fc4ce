# SPDX-License-Identifier: Apache-2.0
"""Who may see a project may not always see its code: what one account has opened is not for the others."""

import json
import urllib.parse

import pytest

from oauth_host import OauthHost
from test_account import Browser, provider, start

TEXT = "package main\n// members only\nfunc main() {\n}\n"


class Gitlab(OauthHost):
    """The project is there for every account (or for everybody), its repository for the members alone."""

    members, visibility = set(), "private"

    def on_get(self, handler):
        path = urllib.parse.unquote(urllib.parse.urlsplit(handler.path).path)
        token = handler.headers.get("Authorization", "").removeprefix("Bearer ")
        known = token in self.access

        def reply(status, body, kind="application/json"):
            self.send(handler, status, kind, body if isinstance(body, str) else json.dumps(body))

        if path == "/api/v4/user":
            super().on_get(handler)
        elif path == "/api/v4/projects/o/r":
            seen = known or self.visibility == "public"
            reply(200 if seen else 404, {"visibility": self.visibility, "repository_access_level": "private"})
        elif token not in self.members:
            reply(403 if known else 404, {"message": "403 Forbidden" if known else "404 Not Found"})
        elif "/repository/commits/" in path:
            reply(200, {"id": "a" * 40, "message": "m", "author_name": "x", "authored_date": "2026-01-01T00:00:00Z"})
        elif path.endswith("/files/main.go/raw"):
            reply(200, TEXT, "text/plain")
        elif path.endswith("/repository/tree"):
            reply(200, [{"path": "main.go", "type": "blob", "mode": "100644"}])
        else:
            reply(404, {"message": "404 Not Found"})


@pytest.mark.parametrize("visibility,more", [("private", ""), ("public", ", anonymous: true")])
def test_opened_code_stays_with_its_members(tmp_path, visibility, more):
    with Gitlab() as host:
        host.visibility = visibility
        with start(tmp_path, provider(tmp_path, host, "gitlab", more=more)) as server:
            member, guest, nobody = Browser(server), Browser(server), Browser(server)
            member.connect(host, "hub")
            host.members = set(host.access)
            guest.connect(host, "hub")

            def resolve(browser):
                request = {"repository": host.url[7:] + "/o/r", "file": "main.go", "ref": "a" * 40}
                return browser.rpc("flameline.v1.SourceService/Resolve", request).json()

            assert resolve(member)["text"] == TEXT
            for other in (guest, nobody):
                answer = resolve(other)
                assert "text" not in answer and answer["source"]["state"] != "ok"
            assert resolve(member)["text"] == TEXT
