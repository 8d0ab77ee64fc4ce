import type { FlameModel } from "../../flame/model";
import type { FunctionsResponse } from "../../lib/api";
import { int64 } from "../../lib/format";

/**
 * What percentages refer to on every panel of the page. The graph leaves out samples without a stack,
 * so its root is only used while or where the server has no better answer.
 */
export function queryTotal(exact: FunctionsResponse | undefined, model: FlameModel): number {
  return exact?.queryTotal === undefined ? model.sum : int64(exact.queryTotal);
}
