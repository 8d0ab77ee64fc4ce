import { expect, it } from "vitest";
import { hash64, initialsOf, packageOf, shortRef, shortRepository, splitName, splitPath } from "./names";

it("finds packages in the spelling of each language", () => {
  expect(packageOf("shop/cart.(*Pricer).Total")).toBe("shop/cart");
  expect(packageOf("encoding/json.Unmarshal")).toBe("encoding/json");
  expect(packageOf("gopkg.in/yaml.v3.parse")).toBe("gopkg.in/yaml");
  expect(packageOf("main.run")).toBe("main");
  expect(packageOf("com.acme.Billing.charge")).toBe("com.acme.Billing");
  expect(packageOf("edge::Router::route(std::string const&)")).toBe("edge::Router");
  expect(packageOf("std::vector<a::b>::push")).toBe("std");
  expect(packageOf("malloc")).toBe("");
  expect(packageOf("./src/closest.js:closest:5")).toBe("./src/closest.js");
  expect(packageOf("node:internal/fs:(anonymous):12")).toBe("node:internal/fs");
});

it("splits so that both parts give the whole", () => {
  for (const name of [
    "shop/cart.(*Pricer).Total",
    "a::b::c(int)",
    "malloc",
    "<img src=x onerror=alert(1)>",
    "",
  ]) {
    expect(splitName(name).join("")).toBe(name);
  }
  expect(splitName("shop/cart.(*Pricer).Total")[1]).toBe("(*Pricer).Total");
  expect(splitName("./src/main.js:answer:23")[1]).toBe("answer:23");
  expect(splitPath("cart/pricer.go")).toEqual(["cart/", "pricer.go"]);
});

it("shortens versions", () => {
  expect(shortRef("a".repeat(40))).toBe("aaaaaaa");
  expect(shortRef("release/2026-01")).toBe("release/2026-01");
  expect(shortRepository("https://github.com/acme/shop.git")).toBe("acme/shop");
  expect(shortRepository("git@github.com:acme/shop.git")).toBe("acme/shop");
  expect(shortRepository("acme/shop")).toBe("acme/shop");
});

it("hash64 is FNV-1a", () => {
  expect(hash64("")).toBe("cbf29ce484222325");
  expect(hash64("a")).toBe("af63dc4c8601ec8c");
});

it("initials of an author, whatever the script", () => {
  expect(initialsOf("mona")).toBe("M");
  expect(initialsOf("Mona Lisa-Octocat")).toBe("ML");
  expect(initialsOf("\u0436\u0430\u043d \u0434")).toBe("\u0416\u0414");
  expect(initialsOf("")).toBe("");
  expect(initialsOf(undefined)).toBe("");
});
