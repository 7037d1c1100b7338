/**
 * URLs and other text that people and peers write: what is sent of it is well-formed, what is shown of it is harmless and without
 * secrets.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { parseRtspUrl } from "../../client/rtsp/rtsp_url.ts";
import { withoutSecrets } from "../../rtsp/fields/secrets.ts";
import { printable } from "../../net/printable.ts";
import { decodePercents, encodePath, encodeSegment, resolveUri } from "../../rtsp/fields/uri.ts";
import { fuzz, mayThrow, repetitive } from "./fuzz.ts";

const SIGNS = [
  ..."/?#@:%[]&;= \"'\\.,-~",
  "//",
  "://",
  "rtsp://",
  "%2F",
  "%25",
  "%zz",
  "[::1]",
  ":554",
  "ü",
  "\u202e",
  "\n",
];
const anyText = fc.oneof(repetitive([...SIGNS, "a", "password="], 200), fc.string({ unit: "binary", maxLength: 60 }));
const url = anyText.map((rest) => `rtsp://${rest}`);

fuzz("parseRtspUrl() throws nothing but SyntaxError, and gives a URL that means the same", url, (text) => {
  const parsed = mayThrow([SyntaxError], () => parseRtspUrl(text));
  if (parsed === undefined) return;
  const { href, path, port, hostname } = parsed;
  assert(path.startsWith("/") || path.startsWith("?"), path);
  assert(/^[A-Za-z0-9\-._~!$&'()*+,;=:@/?%]*$/.test(path) && !/%(?![0-9A-Fa-f]{2})/.test(path), path);
  assert(port >= 1 && port <= 65_535 && hostname !== "");
  const again = mayThrow([SyntaxError], () => parseRtspUrl(href));
  // A host is not looked into before it is connected to.
  if (again !== undefined) assertEquals([again.href, again.path, again.port], [href, path, port]);
});

const userInfo = fc.record({
  user: fc.stringMatching(/^[a-z]{1,8}$/),
  // A password that is digits up to a slash cannot be told from a port, and one with an @ from a host.
  password: repetitive(SIGNS, 3).map((text) => `s3cret${text.replace(/[\s"@]/g, "")}s3cret`),
  before: fc.constantFrom("", "got ", 'Location: "', "DESCRIBE ", "http://x/ "),
  after: fc.constantFrom("", "/x RTSP/1.0\r\nCSeq: 1", '" and more', "/live@main rtsp://b@c/d"),
});

fuzz("withoutSecrets() leaves nothing of a password", userInfo, ({ user, password, before, after }) => {
  const shown = withoutSecrets(`${before}rtsp://${user}:${password}@camera:554${after}`);
  assert(!shown.includes("s3cret"), shown);
});

fuzz("withoutSecrets() leaves text without user names and passwords as it is", anyText, (text) => {
  const plain = text.replace(/[@=]/g, "");
  assertEquals(withoutSecrets(plain), plain);
});

const reference = fc.stringMatching(/^[a-z./?;=]{0,20}$/);
const BASES = ["http://a/b/c/d;p?q", "http://a/", "http://a/b/", "http://a/b?q/r"];

fuzz("resolveUri() resolves as browsers do", fc.tuple(fc.constantFrom(...BASES), reference), ([base, reference]) => {
  // They take more slashes than two for two.
  if (reference.startsWith("//")) return;
  assertEquals(resolveUri(base, reference), new URL(reference, base).href);
});

fuzz("what is encoded comes back, and encoding twice changes nothing", anyText, (text) => {
  assertEquals(decodePercents(encodeSegment(text)), text.toWellFormed());
  assertEquals(encodePath(encodePath(text)), encodePath(text));
});

fuzz(
  "printable() leaves nothing that a terminal obeys, and JSON what it means",
  fc.string({ unit: "binary" }),
  (text) => {
    const shown = printable(text);
    assert(!/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u.test(shown), JSON.stringify(shown));
    assertEquals(printable(shown), shown);
    assertEquals(JSON.parse(printable(JSON.stringify({ text }))), { text });
  },
);
