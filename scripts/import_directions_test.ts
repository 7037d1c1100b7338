import { assertEquals } from "@std/assert";
import { checkImports } from "./import_directions.ts";

const CASES: readonly { title: string; file: string; source: string; expected: string[] }[] = [
  { title: "accepts the way down", file: "cli/serve.ts", source: 'import { a } from "../server/a.ts";', expected: [] },
  {
    title: "rejects the way up",
    file: "rtp/packet.ts",
    source: '\nimport { a } from "../server/a.ts";',
    expected: ["rtp/packet.ts:2 imports server/a.ts; rtp may import mjpeg"],
  },
  {
    title: "rejects server to client",
    file: "server/a.ts",
    source: 'export { a } from "../client/a.ts";',
    expected: ["server/a.ts:1 imports client/a.ts; server may import rtsp, rtp, mjpeg"],
  },
  {
    title: "sees dynamic imports",
    file: "mjpeg/a.ts",
    source: 'const a = await import("../rtp/a.ts");',
    expected: ["mjpeg/a.ts:1 imports rtp/a.ts; mjpeg may import nothing"],
  },
  {
    title: "sees deep folders",
    file: "client/preview/a.ts",
    source: 'import "../../server/a.ts";',
    expected: ["client/preview/a.ts:1 imports server/a.ts; client may import rtsp, rtp, mjpeg"],
  },
  {
    title: "rejects the clock in a codec room",
    file: "rtp/a.ts",
    source: "const now = Date.now();",
    expected: ["rtp/a.ts:1 uses Date.now, which is to be handed in"],
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
