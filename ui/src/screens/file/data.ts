// What the file view asks for: every version of the file in one answer.
import { fetchFileVersions, selection } from "../../lib/api";
import { range } from "../../lib/range";
import { urlState } from "../../lib/router";
import { serviceSelector } from "../../lib/selector";
import { type Query, useQuery } from "../../lib/use-query";
import { type FileCosts, readFile } from "../../source/file-costs";

/** `asked`: the function of the link, which the source is looked up for. */
export function useFileVersions(
  type: string | undefined,
  file: string,
  asked: string | undefined,
): Query<FileCosts> {
  const { service, sel } = urlState.value;
  const query =
    service && type && file ? selection(type, serviceSelector(service, sel), range.value) : undefined;
  const key = query ? `file versions ${JSON.stringify([file, asked, query])}` : null;
  return useQuery(key, async (signal) => {
    if (!query) throw new Error("no selection");
    return readFile(await fetchFileVersions(query, file, signal), asked);
  });
}
