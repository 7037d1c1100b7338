import { assertEquals } from "@std/assert";
import { decodePercents, encodePath, encodeSegment, encodeUri, resolveUri } from "./uri.ts";

/** RFC 3986, 5.4: what references stand for at this base. */
const BASE = "rtsp://a/b/c/d;p?q";
const RFC_EXAMPLES: readonly [reference: string, uri: string][] = [
  ["g:h", "g:h"],
  ["g", "rtsp://a/b/c/g"],
  ["./g", "rtsp://a/b/c/g"],
  ["g/", "rtsp://a/b/c/g/"],
  ["/g", "rtsp://a/g"],
  ["//g", "rtsp://g"],
  ["?y", "rtsp://a/b/c/d;p?y"],
  ["g?y", "rtsp://a/b/c/g?y"],
  ["#s", "rtsp://a/b/c/d;p?q"],
  ["g#s", "rtsp://a/b/c/g"],
  ["g?y#s", "rtsp://a/b/c/g?y"],
  [";x", "rtsp://a/b/c/;x"],
  ["g;x?y#s", "rtsp://a/b/c/g;x?y"],
  ["", "rtsp://a/b/c/d;p?q"],
  [".", "rtsp://a/b/c/"],
  ["./", "rtsp://a/b/c/"],
  ["..", "rtsp://a/b/"],
  ["../", "rtsp://a/b/"],
  ["../g", "rtsp://a/b/g"],
  ["../..", "rtsp://a/"],
  ["../../", "rtsp://a/"],
  ["../../g", "rtsp://a/g"],
  ["../../../g", "rtsp://a/g"],
  ["/./g", "rtsp://a/g"],
  ["/../g", "rtsp://a/g"],
  ["g.", "rtsp://a/b/c/g."],
  [".g", "rtsp://a/b/c/.g"],
  ["g..", "rtsp://a/b/c/g.."],
  ["./../g", "rtsp://a/b/g"],
  ["./g/.", "rtsp://a/b/c/g/"],
  ["g/./h", "rtsp://a/b/c/g/h"],
  ["g/../h", "rtsp://a/b/c/h"],
  ["g;x=1/../y", "rtsp://a/b/c/y"],
  ["g?y/./x", "rtsp://a/b/c/g?y/./x"],
];

for (const [reference, uri] of RFC_EXAMPLES) {
  Deno.test(`resolveUri() takes ${JSON.stringify(reference)} at ${BASE} for ${uri}`, () => {
    assertEquals(resolveUri(BASE, reference), uri);
  });
}

Deno.test("resolveUri() gives a base without a path one", () => {
  assertEquals(resolveUri("rtsp://a", "g"), "rtsp://a/g");
  assertEquals(resolveUri("rtsp://a?q", "g"), "rtsp://a/g");
});

Deno.test("encodePath() encodes what may not stand in a URL, and leaves escapes", () => {
  const cases = [
    ["/my movie.mjpeg", "/my%20movie.mjpeg"],
    ["/100%.mjpeg", "/100%25.mjpeg"],
    ["/100%2.mjpeg", "/100%252.mjpeg"],
    ["/a%20b%E2%82%AC", "/a%20b%E2%82%AC"],
    ["/ü/€", "/%C3%BC/%E2%82%AC"],
    ["/a#b", "/a%23b"],
    ['/[1]{2}|\\^`"<>', "/%5B1%5D%7B2%7D%7C%5C%5E%60%22%3C%3E"],
    ["/a\r\nX: y", "/a%0D%0AX:%20y"],
    ["/\ud800", "/%EF%BF%BD"],
    ["/-._~!$&'()*+,;=:@?x=/?", "/-._~!$&'()*+,;=:@?x=/?"],
  ];
  for (const [path, encoded] of cases) {
    assertEquals(encodePath(path), encoded);
    assertEquals(encodePath(encoded), encoded, "encoding twice changes nothing");
  }
});

Deno.test("encodeUri() encodes path and query, leaves scheme and host, and drops a fragment", () => {
  const cases = [
    ["rtsp://[::1]:554/a b?c=50%#d", "rtsp://[::1]:554/a%20b?c=50%25"],
    ["rtsp://camera", "rtsp://camera"],
    ["rtsp://camera?x y", "rtsp://camera?x%20y"],
    ["track 1", "track%201"],
    ["*", "*"],
  ];
  for (const [uri, encoded] of cases) assertEquals(encodeUri(uri), encoded);
});

Deno.test("encodeSegment() encodes a name so that decodePercents() gives it back", () => {
  assertEquals(encodeSegment("50%25/a?b"), "50%2525%2Fa%3Fb");
  for (const name of ["50%25/a?b", "100%", "ü €#😀", "a\nb"]) assertEquals(decodePercents(encodeSegment(name)), name);
});

Deno.test("decodePercents() leaves what is no escape or no UTF-8", () => {
  const cases = [
    ["a%20b", "a b"],
    ["100%", "100%"],
    ["%zz%2", "%zz%2"],
    ["%C3%BC", "ü"],
    ["%20%E9t%E9", " %E9t%E9"],
    ["%E9%20", "%E9 "],
    ["%%32%35", "%25"],
  ];
  for (const [text, decoded] of cases) assertEquals(decodePercents(text), decoded);
});
