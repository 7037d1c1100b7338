import { assertEquals, assertThrows } from "@std/assert";
import { decodeNetwork, encodeNetwork } from "./emulation_parameters.ts";
import { decodeParameters, encodeParameters, MAX_PARAMETERS } from "./parameters.ts";

Deno.test("decodeParameters() reads names, values and spaces as people write them", () => {
  assertEquals(decodeParameters("A: b\r\n c :d: e \n\nF\r\n"), [["a", "b"], ["c", "d: e"], ["f", ""]]);
  assertEquals(encodeParameters([["a", "b"], ["f", ""]]), "a: b\r\nf\r\n");
});

Deno.test("decodeParameters() reads MAX_PARAMETERS, and refuses one more", () => {
  assertEquals(decodeParameters("a\n".repeat(MAX_PARAMETERS)).length, MAX_PARAMETERS);
  assertThrows(() => decodeParameters("a\n".repeat(MAX_PARAMETERS + 1)), SyntaxError, "at most 32");
});

Deno.test("decodeNetwork() reads what encodeNetwork() writes, and refuses what is no number in range", () => {
  const values = { loss: 0.05, duplicate: 0, reorder: 1, delayMs: 40.5, jitterMs: 20, rate: 2e6 };
  assertEquals(decodeNetwork(encodeNetwork(values)), { values, refused: [] });
  for (const text of ["", "-1", "1e-3", "0x1", "1.0001", "Infinity", "0.5 %", "1".repeat(400)]) {
    assertEquals(decodeNetwork([["emulation_loss", text]]), { values: {}, refused: [["emulation_loss", text]] });
  }
  assertEquals(decodeNetwork([["emulation_rate", "0"], ["emulation_rate", "5"]]).refused, [["emulation_rate", "5"]]);
});
