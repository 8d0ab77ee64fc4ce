// The login of the fake git host: the page where a user agrees, the exchange of codes and refresh tokens,
// and who a token belongs to. Stories tell it what goes wrong.
import { randomBytes } from "node:crypto";

const token = (prefix) => `${prefix}_${randomBytes(12).toString("hex")}`;
const escapeHtml = (text) => text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);

function form(request) {
  return new Promise((resolve) => {
    let text = "";
    request.on("data", (chunk) => {
      text += chunk;
    });
    request.on("end", () => resolve(new URLSearchParams(text)));
  });
}

/** Where the host sends the browser back to; applications may leave it to what they registered. */
function backTo(url, registered, result) {
  const back = new URL(url.searchParams.get("redirect_uri") ?? registered);
  back.searchParams.set("state", url.searchParams.get("state") ?? "");
  for (const [key, value] of Object.entries(result)) back.searchParams.set(key, value);
  return back.href;
}

export function forgeLogin() {
  const normal = {
    user: "mona",
    /** Seconds an access token lives. */
    expiresIn: 28_800,
    /** "ok", or anything else to refuse. */
    exchange: "ok",
    refresh: "ok",
    refreshes: 0,
    exchanges: 0,
  };
  const state = {
    ...normal,
    /** Address that the application has registered as its callback. */
    registered: "",
    codes: new Set(),
    access: new Set(),
    refreshTokens: new Set(),
    /** After a story: nothing is refused any more; tokens stay as they are. */
    reset: () => Object.assign(state, normal),
  };

  function grant() {
    const access = token("gho");
    const refresh = token("ghr");
    state.access.add(access);
    state.refreshTokens.add(refresh);
    return {
      access_token: access,
      refresh_token: refresh,
      token_type: "bearer",
      scope: "",
      expires_in: state.expiresIn,
      refresh_token_expires_in: 15_811_200,
    };
  }

  async function exchange(request, url, send) {
    const fields = await form(request);
    const field = (name) => fields.get(name) ?? url.searchParams.get(name) ?? "";
    if (field("grant_type") === "refresh_token") {
      state.refreshes += 1;
      // A refresh token works once.
      if (state.refresh !== "ok" || !state.refreshTokens.delete(field("refresh_token")))
        return send(200, {
          error: "bad_refresh_token",
          error_description: "The refresh token is not valid.",
        });
      return send(200, grant());
    }
    state.exchanges += 1;
    if (state.exchange !== "ok") return send(500, { message: "Server Error" });
    if (!state.codes.delete(field("code")))
      return send(200, { error: "bad_verification_code", error_description: "The code is not valid." });
    send(200, grant());
  }

  /** True when the request was about the login. */
  function handle(request, response, url, send) {
    if (url.pathname === "/login/oauth/authorize") {
      const code = token("code");
      state.codes.add(code);
      const links = {
        Authorize: backTo(url, state.registered, { code }),
        Cancel: backTo(url, state.registered, {
          error: "access_denied",
          error_description: "The user has denied your application access.",
        }),
      };
      response.writeHead(200, { "content-type": "text/html" });
      response.end(
        `<!doctype html><title>Authorize</title>${Object.entries(links)
          .map(([label, href]) => `<p><a href="${escapeHtml(href)}">${label}</a></p>`)
          .join("")}`,
      );
      return true;
    }
    if (url.pathname === "/login/oauth/access_token") {
      void exchange(request, url, send);
      return true;
    }
    return false;
  }

  /** Whether the request carries a token that this host gave out and did not take back. */
  function known(request) {
    const match = /^(?:bearer|token) (.+)$/i.exec(request.headers.authorization ?? "");
    return match !== null && state.access.has(match[1]);
  }

  return { state, handle, known };
}
