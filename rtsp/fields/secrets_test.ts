import { assert, assertEquals } from "@std/assert";
import { blankSecrets, createBlanker, withoutSecrets } from "./secrets.ts";

Deno.test("withoutSecrets() takes user names and passwords out, wherever they stand in URLs and messages", () => {
  const cases = [
    ["rtsp://admin:secret@camera/stream", "rtsp://…@camera/stream"],
    ["rtsp://camera/?user=admin&password=secret&channel=1", "rtsp://camera/?user=…&password=…&channel=1"],
    ["rtsp://camera/a?channel=1&PWD=secret RTSP/1.0\r\nCSeq: 1", "rtsp://camera/a?channel=1&PWD=… RTSP/1.0\r\nCSeq: 1"],
    [
      "rtsp://camera/user=admin_password=se_cret_channel=1_stream=0.sdp",
      "rtsp://camera/user=…_password=…_channel=1_stream=0.sdp",
    ],
    ["rtsp://camera/11?u=admin&p=secret", "rtsp://camera/11?u=…&p=…"],
    ["got admin:secret@camera/stream extra", "got …@camera/stream extra"],
    ["rtsp://camera/stream?fps=25", "rtsp://camera/stream?fps=25"],
    ["rtsp://admin:se/cr#et@camera/x, rtsp://her@camera/y", "rtsp://…@camera/x, rtsp://…@camera/y"],
    ["http://admin:se/cret@camera/x", "http://…@camera/x"],
    ["rtsp://camera/live@main", "rtsp://camera/live@main"],
    [
      'PLAY * RTSP/1.0\r\nAuthorization: Digest username="her", response="0f"\r\nCSeq: 1',
      "PLAY * RTSP/1.0\r\nAuthorization: …\r\nCSeq: 1",
    ],
    ["proxy-authorization : Basic aGVyOnNlY3JldA==", "proxy-authorization : …"],
    ['WWW-Authenticate: Digest realm="cam"', 'WWW-Authenticate: Digest realm="cam"'],
  ];
  for (const [text, shown] of cases) assertEquals(withoutSecrets(text), shown);
});

Deno.test("blankSecrets() writes as many bytes in place of user names and passwords", () => {
  const cases = [
    ["OPTIONS rtsp://a:bc@camera/x RTSP/1.0\r\n", "OPTIONS rtsp://****@camera/x RTSP/1.0\r\n"],
    ["Authorization: Basic YTpi\r\nCSeq: 1", "Authorization: ***** ****\r\nCSeq: 1"],
    ["rtsp://camera/?user=her&password=secret RTSP/1.0", "rtsp://camera/?user=***&password=****** RTSP/1.0"],
    ["a=control:track1?pwd=secret\r\n", "a=control:track1?pwd=******\r\n"],
    ["Authorization:\r\n", "Authorization:\r\n"],
    // Bytes of a packet are no parameter.
    ["$\0\0\x06\xff&p=12$", "$\0\0\x06\xff&p=12$"],
    ["$\0\0\x01\x80rtsp://a@camera/", "$\0\0\x01\x80rtsp://*@camera/"],
  ];
  const bytesOf = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));
  for (const [text, expected] of cases) assertEquals(blankSecrets(bytesOf(text)), bytesOf(expected));
});

Deno.test("createBlanker() hides secrets wherever a request is cut in two, and leaves the rest", () => {
  const request = "DESCRIBE rtsp://user:secret@host/a RTSP/1.0\r\nAuthorization: Basic c2VjcmV0\r\nCSeq: 2\r\n\r\n";
  const bytes = new TextEncoder().encode(request);
  for (let cut = 0; cut <= bytes.length; cut++) {
    const blank = createBlanker();
    const shown = [bytes.subarray(0, cut), bytes.subarray(cut)].map((piece) => new TextDecoder().decode(blank(piece)));
    const text = shown.join("");
    assertEquals(text.length, request.length);
    for (const secret of ["user", "se", "et@", "c2V", "cmV0"]) assert(!text.includes(secret), `cut at ${cut}: ${text}`);
    assert(text.startsWith("DESCRIBE rtsp"), text);
    assert(text.endsWith("CSeq: 2\r\n\r\n"), text);
  }
});
