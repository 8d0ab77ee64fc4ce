import { useEffect, useState } from "preact/hooks";
import { refresh } from "../lib/range";
import { online } from "../lib/rpc";
import { T } from "../texts";

const WAITS = [1, 2, 5, 10, 30];

/** Knocks at the server with growing pauses while it cannot be reached; recovers by itself. */
export function OfflineBar() {
  const [left, setLeft] = useState(0);
  const lost = !online.value;
  useEffect(() => {
    if (!lost) return;
    let attempt = 0;
    let seconds = WAITS[0];
    setLeft(seconds);
    const timer = setInterval(async () => {
      seconds -= 1;
      if (seconds === 0) {
        attempt += 1;
        seconds = WAITS[Math.min(attempt, WAITS.length - 1)];
        const answer = await fetch(new URL("ready", document.baseURI)).catch(() => undefined);
        if (answer) {
          clearInterval(timer);
          online.value = true;
          refresh();
        }
      }
      setLeft(seconds);
    }, 1000);
    return () => clearInterval(timer);
  }, [lost]);
  if (!lost) return null;
  return (
    <div class="notice warn" role="status">
      {T.offline(left)}
    </div>
  );
}
