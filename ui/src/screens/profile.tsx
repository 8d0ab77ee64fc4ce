// S2: one service. Chart over time, then the tabs, and the details dock beside them.
import { useEffect } from "preact/hooks";
import { DetailsOff } from "../components/details-off";
import { Icon } from "../components/icon";
import { lazy } from "../components/lazy";
import { NoSamples } from "../components/no-samples";
import { Boundary, ErrorPanel, QueryView } from "../components/states";
import { TypeSelect } from "../components/type-select";
import { useCatalog } from "../lib/catalog";
import { useKeys } from "../lib/keys";
import { chartOpen, dockWidth } from "../lib/preferences";
import { chooseType, compareTypes, parseType, typeName } from "../lib/profile-types";
import { replace, update, urlState } from "../lib/router";
import { detailsEnabled, tenantSettings } from "../lib/settings";
import { useMediaQuery } from "../lib/use-media";
import { type View, withService } from "../lib/urlstate";
import { T } from "../texts";
import { Chart } from "./profile/chart";
import { useChart, useFlame, useFunctions, useSelection } from "./profile/data";
import { Dock } from "./profile/dock";
import { Filters } from "./profile/filters";
import { FlamePanel } from "./profile/flame-panel";
import { HotLines } from "./profile/hot-lines";
import "../styles/profile.css";

const FunctionDetails = lazy(() => import("./function/details").then((module) => module.FunctionDetails));

/** Service and type of the page: those of the link, or the best there is. */
function useChoice() {
  const catalog = useCatalog();
  const { service, type } = urlState.value;
  const services = catalog.data ? [...catalog.data.services.values()] : [];
  const known = catalog.data?.services.get(service ?? "");
  const ids = known?.types ?? [];
  const chosen = service === undefined ? undefined : chooseType(ids, type);
  // Without an answer yet, the link is believed, so that nothing waits for the catalog.
  const used = chosen ?? type;
  // Without data in range there is nothing to choose a type from, and the panels would wait for ever.
  const absent =
    catalog.data !== undefined && !catalog.stale && (service === undefined ? services.length === 0 : !known);
  const missing = known && type && chosen !== type ? type : undefined;

  useEffect(() => {
    if (!catalog.data || catalog.stale) return;
    if (service === undefined && services.length > 0) replace(withService(urlState.peek(), services[0].name));
    else if (type === undefined && chosen) replace({ type: chosen });
  });
  return {
    catalog,
    services,
    types: ids.map(parseType).sort(compareTypes),
    type: used,
    shown: chosen ?? type,
    missing,
    absent,
  };
}

export function Profile() {
  const { service, fn } = urlState.value;
  const choice = useChoice();
  const selection = useSelection(choice.shown);
  const narrow = useMediaQuery("(max-width: 640px)");
  useEffect(() => {
    document.title = T.pageTitle([service ?? "", T.tabFlame].filter((part) => part !== ""));
  }, [service]);
  const view = urlState.value.view;
  const docked = fn !== undefined && !choice.absent;
  const tab = view === "lines" ? "lines" : "flame";
  useKeys({ "1": () => update({ view: undefined }), "2": () => update({ view: "lines" }) });

  return (
    <>
      <div class="second-bar">
        {/* The selector beside shows the name; a second one would only be larger. */}
        <h1 tabIndex={-1} class="sr">
          <bdi>{service}</bdi>
        </h1>
        <select
          class="select service-select"
          aria-label={T.service}
          value={service}
          onChange={(event) => update(withService(urlState.peek(), event.currentTarget.value))}
        >
          {!choice.services.some((s) => s.name === service) && <option value={service}>{service}</option>}
          {choice.services.map((s) => (
            <option key={s.name} value={s.name}>
              {s.name}
            </option>
          ))}
        </select>
        {choice.type && <TypeSelect types={choice.types} value={choice.type} />}
        <Filters />
        <span class="spacer" />
        <div class="segments" role="group" aria-label={T.layout}>
          <button type="button" aria-pressed={tab === "flame"} onClick={() => update({ view: undefined })}>
            {T.tabFlame}
          </button>
          <button type="button" aria-pressed={tab === "lines"} onClick={() => update({ view: "lines" })}>
            {T.tabLines}
          </button>
        </div>
      </div>
      {choice.missing && choice.shown && (
        <p class="notice warn" role="status">
          {T.typeMissing(typeName(parseType(choice.missing)), typeName(parseType(choice.shown)))}
        </p>
      )}
      <div class="profile" data-dock={docked && !narrow ? "open" : undefined}>
        <div class="work">
          {choice.absent ? (
            <div class="card">
              <NoSamples service={service} />
            </div>
          ) : !selection && choice.catalog.error ? (
            <ErrorPanel error={choice.catalog.error} retry={choice.catalog.retry} />
          ) : (
            <>
              <Boundary>
                <ChartCard type={choice.shown} />
              </Boundary>
              <Boundary key={tab}>
                {selection && tab === "flame" && (
                  <Graph selection={selection} type={choice.shown ?? ""} narrow={narrow} />
                )}
                {selection && tab === "lines" && <HotLines selection={selection} />}
              </Boundary>
            </>
          )}
        </div>
        {fn && docked && (
          <Dock width={dockWidth} label={fn}>
            <Boundary key={fn}>
              {detailsEnabled.value ? (
                <FunctionDetails mode="dock" type={choice.shown ?? ""} />
              ) : (
                <DetailsOff />
              )}
            </Boundary>
          </Dock>
        )}
      </div>
    </>
  );
}

function ChartCard({ type }: { type: string | undefined }) {
  const chart = useChart(type);
  const open = chartOpen.value === "yes";
  return (
    <section class={open ? "card chart-card" : "card chart-card closed"} aria-label={T.chart}>
      <button
        type="button"
        class="btn quiet icon small chart-toggle"
        aria-expanded={open}
        aria-label={open ? T.hideChart : T.showChart}
        title={open ? T.hideChart : T.showChart}
        onClick={() => (chartOpen.value = open ? "no" : "yes")}
      >
        <Icon name={open ? "down" : "right"} />
      </button>
      {open && (
        <QueryView query={chart} lines={3} class="answer fill">
          {(data) => <Chart data={data} />}
        </QueryView>
      )}
    </section>
  );
}

function defaultView(narrow: boolean): View {
  if (narrow) return "table";
  return window.innerWidth >= 900 ? "both" : "flame";
}

function Graph(props: {
  selection: NonNullable<ReturnType<typeof useSelection>>;
  type: string;
  narrow: boolean;
}) {
  const { view, max } = urlState.value;
  const maxNodes = max ?? tenantSettings.value.maxNodes;
  const flame = useFlame(props.selection, maxNodes);
  const exact = useFunctions(props.selection);
  return (
    <QueryView query={flame} lines={14} class="answer fill">
      {(model) =>
        model.sum === 0 ? (
          <NoSamples />
        ) : (
          <FlamePanel
            model={model}
            exact={exact.stale ? undefined : exact.data}
            unit={parseType(props.type).unit}
            type={props.type}
            maxNodes={maxNodes}
            dataKey={JSON.stringify(props.selection)}
            view={
              props.narrow
                ? "table"
                : view === undefined || view === "lines"
                  ? defaultView(props.narrow)
                  : view
            }
          />
        )
      }
    </QueryView>
  );
}
