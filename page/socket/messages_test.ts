import { assertEquals } from "@std/assert";
import { decodePageCommand } from "./messages.ts";

Deno.test("decodePageCommand() takes the methods of the state table, and nothing else", () => {
  assertEquals(decodePageCommand('{"command":"PLAY"}'), { command: "PLAY" });
  for (const text of ["", "null", "[]", "{}", '{"command":"RECORD"}', '{"command":["PLAY"]}', "{"]) {
    assertEquals(decodePageCommand(text), undefined);
  }
});

const MOVES = [
  ...[{ command: "step" }, { command: "seek", seconds: 0 }, { command: "seek", seconds: -1.5 }],
  ...[0.25, 1, 4, -0.25, -4].map((scale) => ({ command: "scale", scale })),
  ...[{ command: "sound", wanted: true }, { command: "sound", wanted: false }],
];
const CHOICES = [
  ...[{ command: "select", index: 0 }, { command: "skip", direction: 1 }, { command: "skip", direction: -1 }],
  ...["loop", "shuffle", "pictures", "grid"].flatMap((
    command,
  ) => [{ command, wanted: true }, { command, wanted: false }]),
];
const NO_CHOICES = [
  ...[{ command: "select" }, { command: "select", index: "0" }, { command: "select", index: 0.5 }],
  ...[{ command: "skip" }, { command: "skip", direction: 0 }, { command: "skip", direction: "1" }],
  ...[{ command: "loop" }, { command: "shuffle", wanted: 1 }],
];
const NO_MOVES = [
  ...[{ command: "seek" }, { command: "seek", seconds: "1" }, { command: "seek", seconds: null }],
  ...[0, 0.2, 4.1, -5, "2", null].map((scale) => ({ command: "scale", scale })),
  ...[{ command: "sound" }, { command: "sound", wanted: 1 }, { command: "sound", wanted: "true" }],
];

Deno.test("decodePageCommand() takes places and speeds that there can be, and whether sound is wanted", () => {
  for (const move of MOVES) assertEquals<unknown>(decodePageCommand(JSON.stringify(move)), move);
  for (const move of NO_MOVES) assertEquals(decodePageCommand(JSON.stringify(move)), undefined, JSON.stringify(move));
});

Deno.test("decodePageCommand() takes what can be asked of a playlist", () => {
  for (const choice of CHOICES) assertEquals<unknown>(decodePageCommand(JSON.stringify(choice)), choice);
  for (const choice of NO_CHOICES) assertEquals(decodePageCommand(JSON.stringify(choice)), undefined);
});
