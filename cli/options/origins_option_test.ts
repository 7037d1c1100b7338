import { assertEquals, assertThrows } from "@std/assert";
import { UsageError } from "./errors.ts";
import { origins } from "./origins_option.ts";

const { parse } = origins("ORIGIN", "Let pages of this origin show the video");

Deno.test("origins() reads one and several, as browsers write them", () => {
  assertEquals(parse("http://localhost:3000"), ["http://localhost:3000"]);
  assertEquals(parse("HTTPS://Studio.Example:443/, http://10.0.0.2"), ["https://studio.example", "http://10.0.0.2"]);
});

for (const given of ["", "*", "localhost:3000", "ftp://host", "http://host/path", "http://host?q", "http://u:p@host"]) {
  Deno.test(`origins() refuses ${JSON.stringify(given)}`, () => {
    assertThrows(() => parse(given), UsageError, "needs an origin without a path, such as http://localhost:3000");
  });
}
