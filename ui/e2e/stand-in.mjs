// Stands in for services of the contract that the server does not have yet: a proxy before it that answers
// AccountService and SettingsService, keeps the session in a cookie that scripts cannot read and gives the
// server the session cookie it understands. It is used only while the server answers "unimplemented"; the
// runner says so for every run.
import { createCipheriv, createHash, randomBytes } from "node:crypto";
import { createServer, request as httpRequest } from "node:http";

const TENANT = "anonymous";
const COOKIE = "flameline_session";
const EARLY_MS = 5 * 60_000;

async function unimplemented(base, method) {
  const response = await fetch(`${base}/${method}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: "{}",
  });
  await response.text();
  return response.status === 404 || response.status === 501;
}

/** Names of the services that the server lacks. */
export async function missingServices(base) {
  const wanted = {
    AccountService: "flameline.v1.AccountService/Hosts",
    SettingsService: "settings.v1.SettingsService/Get",
  };
  const missing = [];
  for (const [name, method] of Object.entries(wanted))
    if (await unimplemented(base, method)) missing.push(name);
  return missing;
}

/** A token as the server's own session cookie. */
function seal(secret, token) {
  const key = createHash("sha256").update(`${secret}:${TENANT}`).digest();
  const nonce = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", key, nonce);
  const text = JSON.stringify({
    access_token: token.access,
    token_type: "bearer",
    refresh_token: token.refresh,
    expiry: new Date(token.expiresAt).toISOString(),
  });
  const body = Buffer.concat([nonce, cipher.update(text, "utf8"), cipher.final(), cipher.getAuthTag()]);
  return Buffer.from(JSON.stringify({ token: body.toString("base64") })).toString("base64");
}

const read = (request) =>
  new Promise((resolve) => {
    const chunks = [];
    request.on("data", (chunk) => chunks.push(chunk));
    request.on("end", () => resolve(Buffer.concat(chunks)));
  });

const TEXTS = { forged: "This login did not start here or is too old." };

function callbackPage(attempt, message) {
  const channel = JSON.stringify(`flameline-login-${attempt}`);
  return `<!doctype html><title>Login</title><p>${TEXTS[message.error] ?? ""}</p><script>
const channel = new BroadcastChannel(${channel});
channel.postMessage(${JSON.stringify(message)});
setTimeout(() => window.close(), 50);
</script>`;
}

export async function startStandIn({ target, forge, login, missing }) {
  const sessions = new Map();
  const attempts = new Map();
  const settings = new Map();
  let base = "";

  const sessionOf = (request) => {
    const match = new RegExp(`${COOKIE}=([0-9a-f]+)`).exec(request.headers.cookie ?? "");
    return match ? { id: match[1], session: sessions.get(match[1]) } : {};
  };

  async function grant(fields) {
    const response = await fetch(`${forge.url}/login/oauth/access_token`, {
      method: "POST",
      headers: { accept: "application/json", "content-type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams({ client_id: login.id, client_secret: login.secret, ...fields }),
    });
    const body = await response.json();
    if (!response.ok || !body.access_token) throw new Error(body.error ?? `HTTP ${response.status}`);
    return {
      access: body.access_token,
      refresh: body.refresh_token,
      expiresAt: Date.now() + body.expires_in * 1000,
    };
  }

  /** One refresh for all requests that wait for it. */
  async function fresh(session) {
    if (session.token.expiresAt - EARLY_MS > Date.now() || session.expired) return;
    session.refreshing ??= grant({ grant_type: "refresh_token", refresh_token: session.token.refresh })
      .then(
        (token) => {
          session.token = token;
        },
        () => {
          session.expired = true;
        },
      )
      .finally(() => {
        session.refreshing = undefined;
      });
    await session.refreshing;
  }

  function hosts(session) {
    const open = !forge.requireLogin;
    const state = session
      ? session.expired
        ? "session_expired"
        : "connected"
      : open
        ? "open"
        : "not_connected";
    return {
      hosts: [
        {
          provider: "github.com",
          type: "github",
          label: "GitHub",
          webURL: forge.url,
          state: login.id === "" ? "open" : state === "open" ? "not_connected" : state,
          canConnect: login.id !== "",
          account: session?.account,
          expiresAt: session && String(session.token.expiresAt),
          revokeURL: `${forge.url}/settings/connections/applications/${login.id}`,
        },
      ],
    };
  }

  function begin({ provider, returnTo = "/", popup = false }) {
    const attempt = randomBytes(16).toString("hex");
    attempts.set(attempt, { provider, returnTo, popup });
    const url = new URL(`${forge.url}/login/oauth/authorize`);
    url.search = new URLSearchParams({
      client_id: login.id,
      state: attempt,
      redirect_uri: `${base}/login/callback`,
    });
    return { attempt, url: url.href, expiresAt: String(Date.now() + 600_000) };
  }

  async function callback(url, response) {
    const id = url.searchParams.get("state") ?? "";
    const attempt = attempts.get(id);
    attempts.delete(id);
    const finish = (message, headers = {}) => {
      if (attempt && !attempt.popup && message.ok) {
        response.writeHead(302, { location: attempt.returnTo, ...headers });
        return response.end();
      }
      response.writeHead(200, { "content-type": "text/html", ...headers });
      response.end(callbackPage(id, message));
    };
    if (!attempt) return finish({ error: "forged", reason: "" });
    if (url.searchParams.get("error")) return finish({ error: "denied", reason: "" });
    try {
      const token = await grant({
        grant_type: "authorization_code",
        code: url.searchParams.get("code") ?? "",
      });
      const user = await fetch(`${forge.url}/user`, { headers: { authorization: `Bearer ${token.access}` } });
      const session = randomBytes(32).toString("hex");
      sessions.set(session, { token, account: (await user.json()).login, expired: false });
      finish({ ok: true }, { "set-cookie": `${COOKIE}=${session}; Path=/; HttpOnly; SameSite=Lax` });
    } catch (error) {
      finish({ error: "exchange_failed", reason: error.message });
    }
  }

  async function account(method, request, response) {
    const { id, session } = sessionOf(request);
    const body = JSON.parse((await read(request)).toString() || "{}");
    const send = (answer, headers = {}) => {
      response.writeHead(200, { "content-type": "application/json", ...headers });
      response.end(JSON.stringify(answer));
    };
    if (method === "Hosts") return send(hosts(session));
    if (method === "BeginLogin") return send(begin(body));
    sessions.delete(id);
    send({}, { "set-cookie": `${COOKIE}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0` });
  }

  async function setting(method, request, response) {
    const body = JSON.parse((await read(request)).toString() || "{}");
    if (method === "Set")
      settings.set(body.setting.name, { ...body.setting, modifiedAt: String(Date.now()) });
    const answer = method === "Get" ? { settings: [...settings.values()] } : { setting: body.setting };
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify(answer));
  }

  async function pass(request, response) {
    const { session } = sessionOf(request);
    const headers = { ...request.headers, host: new URL(target).host };
    if (session && missing.includes("AccountService")) {
      await fresh(session);
      const token = session.expired ? { ...session.token, expiresAt: Date.now() - 60_000 } : session.token;
      headers.cookie = `pyroscope_git_session=${seal(login.session, token)}`;
    }
    const upstream = httpRequest(`${target}${request.url}`, { method: request.method, headers }, (answer) => {
      response.writeHead(answer.statusCode, answer.headers);
      answer.pipe(response);
    });
    upstream.on("error", () => response.destroy());
    request.pipe(upstream);
  }

  const server = createServer((request, response) => {
    const url = new URL(request.url, "http://standin");
    const method = (service) =>
      url.pathname.startsWith(`/${service}/`) ? url.pathname.split("/").pop() : undefined;
    const accounts = missing.includes("AccountService");
    if (accounts && url.pathname === "/login/callback") return void callback(url, response);
    const accountMethod = accounts && method("flameline.v1.AccountService");
    if (accountMethod) return void account(accountMethod, request, response);
    const settingsMethod = missing.includes("SettingsService") && method("settings.v1.SettingsService");
    if (settingsMethod) return void setting(settingsMethod, request, response);
    void pass(request, response);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  base = `http://127.0.0.1:${server.address().port}`;
  return {
    base,
    stop() {
      server.close();
      server.closeAllConnections();
    },
  };
}
