import { KEY_HELP, T } from "../texts";
import { Dialog } from "./dialog";

export function HelpDialog({ close }: { close(): void }) {
  return (
    <Dialog title={T.helpTitle} close={close}>
      <div class="key-help">
        {KEY_HELP.map(([section, rows]) => (
          <section key={section}>
            <h3>{section}</h3>
            <dl>
              {rows.map(([keys, effect]) => (
                <div key={keys}>
                  <dt>
                    <kbd>{keys}</kbd>
                  </dt>
                  <dd>{effect}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
