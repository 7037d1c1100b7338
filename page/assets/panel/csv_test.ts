import { assertEquals } from "@std/assert";
import { csvOf } from "./csv.js";

Deno.test("csvOf() has a line for each time, and nothing where nothing was measured", () => {
  const columns = [{ name: "fps", values: [20, undefined] }, { name: "lossRate", values: [0, 0.05] }];
  assertEquals(
    csvOf([0, 500], columns),
    "time,fps,lossRate\r\n1970-01-01T00:00:00.000Z,20,0\r\n1970-01-01T00:00:00.500Z,,0.05\r\n",
  );
});
