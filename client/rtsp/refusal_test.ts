import { assertEquals, assertMatch, assertNotMatch } from "@std/assert";
import { decodeRtspResponse } from "../../rtsp/rtsp_grammar.ts";
import { refusal } from "./refusal.ts";

/** What is said of a reply with this status line and Server field. */
function said(status: string, server: string | undefined): string {
  const lines = [`RTSP/1.0 ${status}`, "CSeq: 2", ...(server === undefined ? [] : [`Server: ${server}`]), "", ""];
  return refusal("DESCRIBE rtsp://u:secret@cam/x", decodeRtspResponse(lines.join("\r\n"), ""), { name: "/x" }).message;
}

Deno.test("refusal() names our log for our server only", () => {
  for (const status of ["404 Not Found", "415 Unsupported Media Type"]) {
    assertMatch(said(status, "mjpegrtsp/0.1.0"), /its log /);
    for (const server of [undefined, "Hipcam RealServer/V1.0", "GStreamer RTSP server"]) {
      assertNotMatch(said(status, server), /\blog\b/);
    }
  }
  const response = decodeRtspResponse("RTSP/1.0 404 Not Found\r\n", "");
  assertMatch(refusal("SETUP x", response, { name: "x", isLab: true }).message, /its log lists similar names/);
});

Deno.test("refusal() says what was asked for, the status, and what to do, without secrets", () => {
  assertEquals(
    said("404 Stream Not Found", "Camera"),
    'The server refused DESCRIBE rtsp://…@cam/x: 404 Stream Not Found; it has nothing of that name: check "/x", which must ' +
      "be as the server's manual or settings have it",
  );
  assertEquals(said("453", undefined), "The server refused DESCRIBE rtsp://…@cam/x: 453");
  const response = decodeRtspResponse("RTSP/1.0 400 Bad Request\r\n", "");
  assertMatch(
    refusal("DESCRIBE rtsp://cam/", response, { name: "/" }).message,
    /has no list of names: put one behind the \//,
  );
  assertMatch(said("401 Unauthorized", undefined), /check user name and password/);
});
