// Colours of the canvas, read once per theme from the same tokens that CSS uses.
import { hash32, packageOf } from "../lib/names";
import { heatLevel } from "../lib/heat";
import type { FlameModel } from "./model";

export interface FlameTheme {
  palette: string[];
  heat: string[];
  barText: string;
  text: string;
  muted: string;
  mutedText: string;
  match: string;
  edge: string;
  link: string;
  surface: string;
}

export function readTheme(): FlameTheme {
  const style = getComputedStyle(document.documentElement);
  const token = (name: string) => style.getPropertyValue(`--${name}`).trim();
  return {
    palette: Array.from({ length: 12 }, (_, i) => token(`flame-${i}`)),
    heat: Array.from({ length: 6 }, (_, i) => token(`heat-${i}`)),
    barText: token("flame-text"),
    text: token("text"),
    muted: token("flame-muted"),
    mutedText: token("flame-muted-text"),
    match: token("flame-match"),
    edge: token("flame-edge"),
    link: token("link"),
    surface: token("surface"),
  };
}

export interface Paint {
  fill: string;
  text: string;
}

export type ColorMode = "package" | "value";

/** Colour of every function name: stable by package across services, or warm by its own cost. */
export function paintNames(model: FlameModel, mode: ColorMode, theme: FlameTheme): Paint[] {
  const muted: Paint = { fill: theme.muted, text: theme.mutedText };
  const own = mode === "value" ? ownCosts(model) : new Float64Array(0);
  const largest = own.reduce((max, value) => Math.max(max, value), 0);
  return model.names.map((name, i) => {
    if (i === 0 || name === "other") return muted;
    if (mode === "package") {
      return { fill: theme.palette[hash32(packageOf(name)) % theme.palette.length], text: theme.barText };
    }
    const level = heatLevel(own[i], largest);
    return level === 0 ? muted : { fill: theme.heat[level], text: theme.text };
  });
}

function ownCosts(model: FlameModel): Float64Array {
  const own = new Float64Array(model.names.length);
  for (let node = 0; node < model.self.length; node++) own[model.name[node]] += model.self[node];
  own[0] = 0;
  return own;
}
