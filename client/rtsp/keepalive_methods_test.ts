import { assertEquals } from "@std/assert";
import { KeepaliveMethods } from "./keepalive_methods.ts";

const ALL = () => true;

Deno.test("KeepaliveMethods takes the best method that is offered, and OPTIONS where none is", () => {
  assertEquals(new KeepaliveMethods().best(ALL), "GET_PARAMETER");
  assertEquals(new KeepaliveMethods().best((method) => method === "SET_PARAMETER"), "OPTIONS");
  assertEquals(new KeepaliveMethods().best(() => false), "OPTIONS");
});

Deno.test("KeepaliveMethods never takes a method again that is refused", () => {
  const methods = new KeepaliveMethods();
  for (const expected of ["GET_PARAMETER", "OPTIONS", "SET_PARAMETER"]) {
    assertEquals(methods.best(ALL), expected);
    methods.refuse(expected);
  }
  assertEquals(methods.best(ALL), undefined);
});

Deno.test("KeepaliveMethods takes others before one that is not answered, and that again where none is", () => {
  const methods = new KeepaliveMethods();
  methods.refuse("OPTIONS");
  methods.doubt("GET_PARAMETER");
  assertEquals(methods.best(ALL), "SET_PARAMETER");
  assertEquals(methods.best((method) => method === "GET_PARAMETER"), "GET_PARAMETER");
  methods.doubt("SET_PARAMETER");
  assertEquals(methods.best(ALL), "GET_PARAMETER");
});
