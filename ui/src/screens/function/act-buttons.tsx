// Where a reader takes a line to: an editor, or a new issue at the host. Neither is there without a way.
import { Icon } from "../../components/icon";
import { T } from "../../texts";

interface Props {
  /** Undefined where it is not offered. */
  onEditor: (() => void) | undefined;
  onIssue: (() => void) | undefined;
}

export function ActButtons({ onEditor, onIssue }: Props) {
  return (
    <>
      {onEditor && (
        <button
          type="button"
          class="btn quiet icon"
          aria-label={T.openInEditor}
          title={`${T.openInEditor} (O)`}
          onClick={onEditor}
        >
          <Icon name="code" />
        </button>
      )}
      {onIssue && (
        <button
          type="button"
          class="btn quiet icon"
          aria-label={T.newIssue}
          title={T.newIssueHint}
          onClick={onIssue}
        >
          <Icon name="issue" />
        </button>
      )}
    </>
  );
}
