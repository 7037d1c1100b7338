import { assertEquals } from "@std/assert";
import { PLAYERS } from "../tests/interop/players.ts";
import { decodeJUnit, ROWS } from "./interop_matrix.ts";

Deno.test("the table has a row for each player", () => {
  const missing = Object.keys(PLAYERS).filter((name) => {
    const test = `${name} plays what we serve over udp, pixel for pixel`;
    return ROWS.filter(({ cells }) => cells.exec(test)?.[1] === "udp").length !== 1;
  });
  assertEquals(missing, []);
});

Deno.test("decodeJUnit() reads which tests passed, failed and were ignored", () => {
  const xml = `<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="deno test" tests="3" failures="1" errors="0" time="1">
  <testsuite name="./a_test.ts" tests="3" disabled="1" errors="0" failures="1">
    <testcase name="one &quot;quoted&quot; &amp; more" classname="./a_test.ts" time="0.1" line="1" col="6">
    </testcase>
    <testcase name="two" classname="./a_test.ts" time="0.1" line="2" col="6">
      <failure message="Uncaught AssertionError">no</failure>
    </testcase>
    <testcase name="three" classname="./a_test.ts" time="0" line="3" col="6"><skipped/></testcase>
    <testcase name="four" classname="./a_test.ts" time="0" line="3" col="6"/>
  </testsuite>
</testsuites>`;
  assertEquals(decodeJUnit(xml), [
    { name: 'one "quoted" & more', outcome: "passed" },
    { name: "two", outcome: "failed" },
    { name: "three", outcome: "ignored" },
    { name: "four", outcome: "passed" },
  ]);
});
