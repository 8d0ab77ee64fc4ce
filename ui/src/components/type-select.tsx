import { explainType, parseType, type ProfileType, typeLabels, typeName } from "../lib/profile-types";
import { update } from "../lib/router";
import { T } from "../texts";

/** Profile types in groups, with one line that says what the chosen one counts. */
export function TypeSelect({ types, value }: { types: ProfileType[]; value: string }) {
  const labels = typeLabels(types);
  const groups = new Map<string, ProfileType[]>();
  for (const type of types) groups.set(type.group, [...(groups.get(type.group) ?? []), type]);
  return (
    <label class="type-select">
      <span class="sr">{T.profileType}</span>
      <select class="select" value={value} onChange={(event) => update({ type: event.currentTarget.value })}>
        {[...groups].map(([group, members]) => (
          <optgroup key={group} label={group}>
            {members.map((type) => (
              <option key={type.id} value={type.id} title={explainType(type)}>
                {labels.get(type.id)}
              </option>
            ))}
          </optgroup>
        ))}
        {types.length === 0 && <option value={value}>{typeName(parseType(value))}</option>}
      </select>
      <span class="faint explain">{explainType(parseType(value))}</span>
    </label>
  );
}
