import { assertEquals } from "@std/assert";
import { checkImports } from "./import_directions.ts";

const CASES: readonly { title: string; file: string; source: string; expected: string[] }[] = [
  {
    title: "accepts the way down",
    file: "cli/commands/serve.ts",
    source: 'import { a } from "../../server/a.ts";',
    expected: [],
  },
  {
    title: "rejects the way up",
    file: "rtp/packet.ts",
    source: '\nimport { a } from "../server/a.ts";',
    expected: ["rtp/packet.ts:2 imports server/a.ts; rtp may use net"],
  },
  {
    title: "rejects server to client",
    file: "server/a.ts",
    source: 'export { a } from "../client/a.ts";',
    expected: ["server/a.ts:1 imports client/a.ts; server may use server/, rtsp/, net"],
  },
  {
    title: "sees dynamic imports",
    file: "mjpeg/a.ts",
    source: 'const a = await import("../rtp/a.ts");',
    expected: ["mjpeg/a.ts:1 imports rtp/a.ts; mjpeg may use nothing"],
  },
  {
    title: "rejects one sub-room's way up to another",
    file: "client/transport/a.ts",
    source: 'import "../session/a.ts";',
    expected: ["client/transport/a.ts:1 imports client/session/a.ts; client/transport may use rtsp/, net, net/capture"],
  },
  {
    title: "rejects a sub-room's way up to the room around it",
    file: "server/send/a.ts",
    source: 'import "../server.ts";',
    expected: [
      "server/send/a.ts:1 imports server/server.ts; " +
      "server/send may use server/adaptation, server/capture, server/connection, server/packetize, server/emulation, rtp/, net",
    ],
  },
  {
    title: "lets sub-rooms use the limits of the room around them",
    file: "server/send/a.ts",
    source: 'import "../limits.ts";',
    expected: [],
  },
  {
    title: "accepts sub-rooms where the whole room is allowed",
    file: "client/session/a.ts",
    source: 'import "../../rtp/receiver/a.ts";',
    expected: [],
  },
  {
    title: "takes a folder that is not in the table for a part of the room around it",
    file: "page/other/a.ts",
    source: 'import "../../server/a.ts";',
    expected: [
      "page/other/a.ts:1 imports server/a.ts; page may use page/http, page/socket, page/catalog, page/assets/, rtsp/, mjpeg, net",
    ],
  },
  {
    title: "rejects the clock in a codec room",
    file: "rtp/a.ts",
    source: "const now = Date.now();",
    expected: ["rtp/a.ts:1 uses Date.now; let the caller hand it in"],
  },
  {
    title: "accepts words in comments",
    file: "rtp/a.ts",
    source: "/**\n * Deno.listen is elsewhere\n */",
    expected: [],
  },
  {
    title: "lets tests use their support",
    file: "rtp/a_test.ts",
    source: 'import "../tests/support/a.ts";',
    expected: [],
  },
];

for (const { title, file, source, expected } of CASES) {
  Deno.test(`checkImports() ${title}`, () => {
    const found = checkImports(new Map([[file, source]]));
    assertEquals(found.map(({ file, line, message }) => `${file}:${line} ${message}`), expected);
  });
}

Deno.test("checkImports() finds each circle once, types included", () => {
  const sources = new Map([
    ["net/a.ts", 'import { b } from "./b.ts";'],
    ["net/b.ts", '\nimport type { c } from "./c.ts";'],
    ["net/c.ts", 'export { a } from "./a.ts";'],
    ["net/d.ts", 'import "./a.ts";\nimport "./b.ts";'],
  ]);
  assertEquals(checkImports(sources), [
    { file: "net/c.ts", line: 1, message: "closes a circle: net/a.ts -> net/b.ts -> net/c.ts -> net/a.ts" },
  ]);
});
