import { assertEquals } from "@std/assert";
import { reservePort } from "./ports.ts";

Deno.test("reservePort() gives even ports with seven behind them, none twice, whichever module asks", async () => {
  // Another instance of the module, as another test module has.
  const { reservePort: reserveOther } = await import(`${import.meta.resolve("./ports.ts")}?other`);
  const ports: number[] = [];
  for (let pair = 0; pair < 40; pair++) ports.push(reservePort(), reserveOther());
  ports.sort();
  assertEquals(ports.filter((port) => port % 2 !== 0), []);
  assertEquals(ports.filter((port, index) => index > 0 && port - ports[index - 1] < 8), []);
});
