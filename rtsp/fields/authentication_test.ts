import { assertEquals, assertMatch } from "@std/assert";
import fc from "fast-check";
import { chooseChallenge, encodeAuthorization, isStale, nonceOf, withNextNonce } from "./authentication.ts";

const CREDENTIALS = { user: "Mufasa", password: "Circle Of Life" };

Deno.test("encodeAuthorization() answers Basic (RFC 7617, 2)", () => {
  const challenge = chooseChallenge(['Basic realm="x"'])!;
  const header = encodeAuthorization(challenge, { user: "Aladdin", password: "open sesame" }, {
    method: "DESCRIBE",
    uri: "rtsp://a",
    nonceCount: 1,
    clientNonce: "",
  });
  assertEquals(header, "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
});

Deno.test("encodeAuthorization() answers Digest with MD5 and qop (the example of RFC 2617, 3.5)", () => {
  const challenge = chooseChallenge([
    'Digest realm="testrealm@host.com", qop="auth,auth-int", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", ' +
    'opaque="5ccc069c403ebaf9f0171e9517f40e41"',
  ])!;
  const header = encodeAuthorization(challenge, CREDENTIALS, {
    method: "GET",
    uri: "/dir/index.html",
    nonceCount: 1,
    clientNonce: "0a4f113b",
  });
  assertMatch(header, /response="6629fae49393a05397450978507c4ef1"/);
  assertMatch(header, /qop=auth, nc=00000001, cnonce="0a4f113b", opaque="5ccc069c403ebaf9f0171e9517f40e41"$/);
});

Deno.test("encodeAuthorization() answers Digest with SHA-256 (the example of RFC 7616, 3.9.1)", () => {
  const challenge = chooseChallenge([
    'Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=SHA-256, ' +
    'nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"',
  ])!;
  const header = encodeAuthorization(challenge, { user: "Mufasa", password: "Circle of Life" }, {
    method: "GET",
    uri: "/dir/index.html",
    nonceCount: 1,
    clientNonce: "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
  });
  assertMatch(header, /response="753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"/);
  assertMatch(header, /algorithm=SHA-256/);
});

Deno.test("encodeAuthorization() answers Digest without qop, as most cameras ask", () => {
  const challenge = chooseChallenge(['Digest realm="cam", nonce="n"'])!;
  const header = encodeAuthorization(challenge, { user: "u", password: "p" }, {
    method: "DESCRIBE",
    uri: "rtsp://c/s",
    nonceCount: 1,
    clientNonce: "x",
  });
  // md5(md5("u:cam:p") ":n:" md5("DESCRIBE:rtsp://c/s"))
  assertEquals(
    header,
    'Digest username="u", realm="cam", nonce="n", uri="rtsp://c/s", response="f345372c2d7f686603be40b2886508b0"',
  );
});

const CHOICES: readonly { title: string; headers: string[]; chosen: string | undefined }[] = [
  { title: "Digest over Basic", headers: ['Basic realm="a"', 'Digest realm="a", nonce="n"'], chosen: "digest MD5" },
  {
    title: "SHA-256 over MD5, in one header",
    headers: [
      'Digest realm="a", nonce="n", algorithm=MD5, Digest realm="a", nonce="m", algorithm=SHA-256, Basic realm="a"',
    ],
    chosen: "digest SHA-256",
  },
  {
    title: "what it can over what it cannot",
    headers: [
      'Digest realm="a", nonce="n", algorithm=SHA-512-256',
      'Digest realm="a", nonce="n", qop="auth-int"',
      "Basic",
    ],
    chosen: "basic",
  },
  { title: "nothing where it can do nothing", headers: ["Bearer x", "Negotiate"], chosen: undefined },
  { title: "nothing of nothing", headers: [], chosen: undefined },
];

for (const { title, headers, chosen } of CHOICES) {
  Deno.test(`chooseChallenge() takes ${title}`, () => {
    const challenge = chooseChallenge(headers);
    const algorithm = challenge?.parameters.get("algorithm") ?? "MD5";
    assertEquals(challenge && (challenge.scheme === "basic" ? "basic" : `digest ${algorithm}`), chosen);
  });
}

Deno.test("chooseChallenge() reads quoted text with commas, quotes and equals signs", () => {
  const challenge = chooseChallenge(['Digest realm="a, \\"b\\" = c", nonce="x=="'])!;
  assertEquals([challenge.parameters.get("realm"), challenge.parameters.get("nonce")], ['a, "b" = c', "x=="]);
});

/** Challenges as cameras spell them. */
const SPELLINGS: readonly [header: string, parameters: Record<string, string>][] = [
  ["Digest realm=cam, nonce=n", { realm: "cam", nonce: "n" }],
  ["Digest realm=IP Camera, nonce=n==", { realm: "IP Camera", nonce: "n==" }],
  ["Digest realm = IP Camera , nonce = n", { realm: "IP Camera", nonce: "n" }],
  ['DIGEST REALM="cam" NONCE="n" STALE=false', { realm: "cam", nonce: "n", stale: "false" }],
  ["Digest realm=IP Camera nonce=n", { realm: "IP Camera", nonce: "n" }],
  ['Digest realm="cam",nonce="n",qop=""', { realm: "cam", nonce: "n", qop: "" }],
  ['Digest realm="cam", nonce="n", opaque=, qop=', { realm: "cam", nonce: "n", opaque: "", qop: "" }],
  ['Digest realm="cam", nonce="n", qop=auth', { realm: "cam", nonce: "n", qop: "auth" }],
  ['Digest realm="cam", nonce="n', { realm: "cam", nonce: "n" }],
  ['  ,Digest realm="cam",, nonce="n",', { realm: "cam", nonce: "n" }],
  ['Basic realm=IP Camera, Digest realm="cam", nonce="n"', { realm: "cam", nonce: "n" }],
  ['Basic realm=IP Camera Digest realm="cam", nonce="n"', { realm: "cam", nonce: "n" }],
  ['Negotiate, Bearer realm="x", Digest realm="cam", nonce="n"', { realm: "cam", nonce: "n" }],
];

for (const [header, parameters] of SPELLINGS) {
  Deno.test(`chooseChallenge() reads ${header}`, () => {
    const challenge = chooseChallenge([header])!;
    assertEquals([challenge.scheme, Object.fromEntries(challenge.parameters)], ["digest", parameters]);
  });
}

Deno.test("encodeAuthorization() takes an empty qop for none", () => {
  const authorize = (header: string) =>
    encodeAuthorization(chooseChallenge([header])!, { user: "u", password: "p" }, {
      ...{ method: "DESCRIBE", uri: "rtsp://c/s", nonceCount: 1, clientNonce: "x" },
    });
  assertEquals(authorize('Digest realm="cam", nonce="n", qop=""'), authorize('Digest realm="cam", nonce="n"'));
});

Deno.test("withNextNonce() takes the nonce that a reply names for the next request", () => {
  const challenge = chooseChallenge(['Digest realm="cam", nonce="n", qop="auth"'])!;
  const next = withNextNonce(challenge, 'qop=auth, nextnonce="m", nc=00000001');
  assertEquals([nonceOf(next), next.parameters.get("realm")], ["m", "cam"]);
  for (const header of ["", "qop=auth", 'nextnonce=""']) assertEquals(withNextNonce(challenge, header), challenge);
  const basic = chooseChallenge(['Basic realm="cam"'])!;
  assertEquals(withNextNonce(basic, 'nextnonce="m"'), basic);
});

Deno.test("isStale() sees that only the nonce is old", () => {
  const stale = (text: string) => isStale(chooseChallenge([`Digest realm="a", nonce="n"${text}`])!);
  assertEquals([stale(", stale=true"), stale(', stale="TRUE"'), stale(", stale=false"), stale("")], [
    ...[true, true, false, false],
  ]);
});

Deno.test("chooseChallenge() survives any text", () => {
  fc.assert(fc.property(fc.string({ maxLength: 100 }), (text) => void chooseChallenge([`Digest ${text}`, text])));
});
