export function FunctionDetails(_: { mode: "dock" | "page"; type: string }) { return null; }
