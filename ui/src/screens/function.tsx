// S5 as a page of its own: the same content as the dock, with all the width.
import { useEffect } from "preact/hooks";
import { NoSamples } from "../components/no-samples";
import { useCatalog } from "../lib/catalog";
import { chooseType } from "../lib/profile-types";
import { urlState } from "../lib/router";
import { T } from "../texts";
import { FunctionDetails } from "./function/details";

export function FunctionPage() {
  const { service, type, fn } = urlState.value;
  const catalog = useCatalog();
  const types = catalog.data?.services.get(service ?? "")?.types ?? [];
  const chosen = type ?? chooseType(types, type);
  useEffect(() => {
    document.title = T.pageTitle([fn ?? T.function, service ?? ""].filter((part) => part !== ""));
  }, [fn, service]);
  if (chosen) return <FunctionDetails mode="page" type={chosen} />;
  return catalog.data && !catalog.stale ? <NoSamples service={service} /> : null;
}
