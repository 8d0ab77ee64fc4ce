// SPDX-License-Identifier: Apache-2.0
// Routes like "/help/:topic/sizes" as a tree: one level per part of an address.

export function newRoutes() {
  return { fixed: new Map(), parameter: null, page: null };
}

export function addRoute(routes, route, page) {
  let node = routes;
  for (const part of route.split("/")) {
    if (part.startsWith(":")) {
      node.parameter ??= { name: part.slice(1), routes: newRoutes() };
      node = node.parameter.routes;
    } else {
      if (!node.fixed.has(part)) {
        node.fixed.set(part, newRoutes());
      }
      node = node.fixed.get(part);
    }
  }
  node.page = page;
}

/** The page of an address that was split into parts. Fixed parts go before parameters. */
export function matchRoute(node, parts, at, parameters) {
  if (at === parts.length) {
    return node.page && { page: node.page, parameters };
  }
  const next = node.fixed.get(parts[at]);
  const found = next && matchRoute(next, parts, at + 1, parameters);
  if (found || !node.parameter) {
    return found;
  }
  const { name, routes } = node.parameter;
  return matchRoute(routes, parts, at + 1, { ...parameters, [name]: parts[at] });
}
