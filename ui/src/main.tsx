import { render } from "preact";
import { loadHosts } from "./account/hosts";
import { App } from "./app";
import { loadSettings } from "./lib/settings";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/frame.css";
import "./styles/account.css";
import "./styles/services.css";

// Both may be missing on the server; then their defaults hold and the settings page says why.
void loadHosts();
loadSettings().catch(() => undefined);

const root = document.getElementById("app");
if (root) render(<App />, root);
