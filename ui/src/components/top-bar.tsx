// The bar of every page: where am I, which time, and what applies to the whole page.
import { signal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import { AccountChip } from "../account/chip";
import { useKeys } from "../lib/keys";
import { type Theme, theme } from "../lib/preferences";
import { autoRefresh, range, refresh } from "../lib/range";
import { href, linkTo, navigate, rangeOnly, type Screen, screen, urlState } from "../lib/router";
import { withFunction } from "../lib/urlstate";
import { T } from "../texts";
import { copyText } from "./copy";
import { HelpDialog } from "./help";
import { Icon } from "./icon";
import { MenuItem, Popover } from "./popover";
import { RangePicker, shiftRange } from "./range-picker";

const INTERVALS = [0, 10, 30, 60, 300];
const interval = signal(0);
/** A word in the corner that says what a key or a menu has just done. */
const note = signal("");

function useAutoRefresh(): void {
  const seconds = interval.value;
  useEffect(() => {
    if (seconds === 0) return;
    const timer = setInterval(() => {
      const busy = document.hidden || document.querySelector(".panel, [data-dragging]") !== null;
      if (!busy) autoRefresh();
    }, seconds * 1000);
    return () => clearInterval(timer);
  }, [seconds]);
}

async function copyLink(frozen: boolean): Promise<void> {
  const state = urlState.peek();
  const { start, end } = range.peek();
  const shown = frozen ? { ...state, from: String(start), to: String(end) } : state;
  await copyText(new URL(href(screen.peek(), shown), document.baseURI).href);
  note.value = T.linkCopied;
  setTimeout(() => {
    note.value = "";
  }, 1500);
}

/** Screens that are named by their kind, not by what they show. */
const PAGES: { [K in Screen]?: string } = {
  function: T.function,
  file: T.file,
  compare: T.compare.title,
  settings: T.settings.title,
};

function Place() {
  const state = urlState.value;
  const current = screen.value;
  const parts = [
    current === "services" ? (
      <span key="s" aria-current="page">
        {T.services}
      </span>
    ) : (
      <a key="s" {...linkTo("services", rangeOnly(state))}>
        {T.services}
      </a>
    ),
  ];
  const below = current === "function" || current === "file" || current === "compare";
  if ((current === "profile" || below) && state.service) {
    parts.push(
      current === "profile" ? (
        <bdi key="p" aria-current="page">
          {state.service}
        </bdi>
      ) : (
        <a key="p" {...linkTo("profile", withFunction(state, undefined))}>
          <bdi>{state.service}</bdi>
        </a>
      ),
    );
  }
  const here = PAGES[current];
  if (here) {
    parts.push(
      <span key="f" aria-current="page">
        {here}
      </span>,
    );
  }
  return (
    <nav class="place" aria-label={T.product}>
      {parts.flatMap((part, i) => (i === 0 ? [part] : [<Icon key={`i${part.key}`} name="right" />, part]))}
    </nav>
  );
}

export function TopBar() {
  const [rangeRequest, askRange] = useState(0);
  const [help, setHelp] = useState(false);
  useAutoRefresh();
  useKeys({
    "g s": () => navigate("services", rangeOnly(urlState.peek())),
    "g ,": () => navigate("settings", rangeOnly(urlState.peek())),
    r: refresh,
    t: () => askRange((n) => n + 1),
    y: () => void copyLink(true),
    "[": () => shiftRange(-1),
    "]": () => shiftRange(1),
    "?": () => setHelp(true),
  });
  return (
    <header class="top-bar">
      <a class="mark" {...linkTo("services", rangeOnly(urlState.value))}>
        <Icon name="flame" />
        {T.product}
      </a>
      <Place />
      <span class="spacer" />
      <span class="note" role="status">
        {note.value}
      </span>
      <RangePicker request={rangeRequest} />
      <span class="split">
        <button type="button" class="btn" onClick={refresh}>
          <Icon name="refresh" />
          <span class="wide">{T.refresh}</span>
        </button>
        <Popover
          label={T.autoRefresh}
          role="menu"
          align="right"
          button={interval.value === 0 ? <Icon name="down" /> : T.refreshEvery(interval.value)}
        >
          {(close) =>
            INTERVALS.map((seconds) => (
              <MenuItem
                key={seconds}
                checked={interval.value === seconds}
                onSelect={() => {
                  interval.value = seconds;
                  close();
                }}
              >
                {seconds === 0 ? T.refreshOff : T.refreshEvery(seconds)}
              </MenuItem>
            ))
          }
        </Popover>
      </span>
      <Popover
        label={T.copyLink}
        role="menu"
        align="right"
        button={
          <>
            <Icon name="link" />
            <span class="wide">{T.copyLink}</span>
          </>
        }
      >
        {(close) => (
          <>
            <MenuItem hint={T.copyFrozenHint} onSelect={() => void copyLink(true).then(close)}>
              {T.copyFrozen}
            </MenuItem>
            <MenuItem hint={T.copyAsShownHint} onSelect={() => void copyLink(false).then(close)}>
              {T.copyAsShown}
            </MenuItem>
          </>
        )}
      </Popover>
      <AccountChip />
      <Popover label={T.theme} role="menu" align="right" class="btn quiet icon" button={<Icon name="sun" />}>
        {(close) =>
          (Object.keys(T.themes) as Theme[]).map((name) => (
            <MenuItem
              key={name}
              checked={theme.value === name}
              onSelect={() => {
                theme.value = name;
                close();
              }}
            >
              {T.themes[name]}
            </MenuItem>
          ))
        }
      </Popover>
      <a
        class="btn quiet icon"
        aria-label={T.settings.title}
        title={T.settings.title}
        aria-current={screen.value === "settings" ? "page" : undefined}
        {...linkTo("settings", rangeOnly(urlState.value))}
      >
        <Icon name="gear" />
      </a>
      <button
        type="button"
        class="btn quiet icon"
        aria-label={T.help}
        title={T.help}
        onClick={() => setHelp(true)}
      >
        <Icon name="help" />
      </button>
      {help && <HelpDialog close={() => setHelp(false)} />}
    </header>
  );
}
