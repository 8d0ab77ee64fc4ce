// A card of settings: a form with one button, which says whether something is unsaved, saved or refused.
import type { ComponentChildren } from "preact";
import { useLayoutEffect, useState } from "preact/hooks";
import { T } from "../../texts";

const S = T.settings;

interface CardProps {
  title: string;
  hint: string;
  dirty: boolean;
  /** False keeps the button from saving what is not valid. */
  valid?: boolean;
  onDirty(dirty: boolean): void;
  save(): Promise<void>;
  children: ComponentChildren;
}

export function SettingsCard({ title, hint, dirty, valid = true, onDirty, save, children }: CardProps) {
  const [state, setState] = useState<{ saved?: boolean; error?: string; busy?: boolean }>({});
  // Before it is painted, for the same reason as in Settings.
  useLayoutEffect(() => onDirty(dirty), [dirty]);
  const submit = () => {
    setState({ busy: true });
    save().then(
      () => setState({ saved: true }),
      (error: unknown) => setState({ error: error instanceof Error ? error.message : String(error) }),
    );
  };
  return (
    <form
      class="card settings-card"
      aria-label={title}
      onSubmit={(event) => {
        event.preventDefault();
        if (valid) submit();
      }}
    >
      <CardHead title={title} hint={hint} />
      <div class="settings-rows">{children}</div>
      <p class="actions">
        <button type="submit" class="btn" disabled={!dirty || !valid || state.busy}>
          {S.save}
        </button>
        <span role="status">
          {dirty && !state.error && <span class="warn-text">{S.unsaved}</span>}
          {!dirty && state.saved && <span class="ok-text">{S.saved}</span>}
        </span>
        {state.error && (
          <span class="err-text" role="alert">
            {S.failed(state.error)}
          </span>
        )}
      </p>
    </form>
  );
}

export function CardHead({ title, hint }: { title: string; hint: string }) {
  return (
    <div class="settings-head">
      <h2>{title}</h2>
      <span class="faint">{hint}</span>
    </div>
  );
}

export function CheckRow(props: {
  label: string;
  hint?: string;
  id: string;
  checked: boolean;
  onChange(checked: boolean): void;
}) {
  return (
    <div class="form-row">
      <label for={props.id}>{props.label}</label>
      <span class="form-field">
        <span class="check">
          <input
            id={props.id}
            type="checkbox"
            checked={props.checked}
            aria-describedby={props.hint && `${props.id}-hint`}
            onChange={(event) => props.onChange(event.currentTarget.checked)}
          />
          {props.hint && (
            <span class="faint" id={`${props.id}-hint`}>
              {props.hint}
            </span>
          )}
        </span>
      </span>
    </div>
  );
}

export function SelectRow<V extends string>(props: {
  label: string;
  id: string;
  value: V;
  options: readonly (readonly [value: V, label: string])[];
  onChange(value: V): void;
}) {
  return (
    <div class="form-row">
      <label for={props.id}>{props.label}</label>
      <span class="form-field">
        <select
          id={props.id}
          class="select"
          value={props.value}
          onChange={(event) => props.onChange(event.currentTarget.value as V)}
        >
          {props.options.map(([value, label]) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </select>
      </span>
    </div>
  );
}
