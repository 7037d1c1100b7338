/** Cameras that do not follow the letter of RFC 2326, each oddity by itself: the session plays all the same. */
import { assert, assertEquals } from "@std/assert";
import { concat } from "@std/bytes";
import { decodeRtcp } from "../../rtp/rtcp.ts";
import type { RtspRequest } from "../../rtsp/message.ts";
import { decodeTransports } from "../../rtsp/fields/transport.ts";
import { openSessionAtCamera as open } from "../../tests/support/camera_session.ts";
import { encodeFrame } from "../../tests/support/encoded_frames.ts";
import {
  type Answer,
  type Answers,
  type CameraOptions,
  interleaved,
  PLAIN,
  sdp,
} from "../../tests/support/scripted_camera.ts";
import { until } from "../../tests/support/until.ts";
import { BODY_SETTLE_MS, REPLY_TIMEOUT_MS } from "../limits.ts";

const PACKET = encodeFrame({ sequenceNumber: 1 });
const BODY = PLAIN.DESCRIBE.body!;

/** The answers to SETUP and DESCRIBE, rewritten as a whole. */
function rewritten(rewrite: (text: string) => string): Answers {
  const all: Record<string, (request: RtspRequest) => Answer> = {};
  for (const method of ["OPTIONS", "DESCRIBE", "SETUP", "PLAY", "TEARDOWN"]) {
    const { lines = [], body = "" } = PLAIN[method] ?? {};
    const length = body === "" ? [] : [`Content-Length: ${body.length}`];
    all[method] = ({ cseq }) => ({
      text: rewrite(["RTSP/1.0 200 OK", `CSeq: ${cseq}`, ...lines, ...length, "", ""].join("\r\n")) + body,
    });
  }
  return all;
}

/** Cameras over TCP. */
const ODDITIES: readonly [title: string, answers: Answers, options?: CameraOptions & { userInfo?: string }][] = [
  ["none", {}],
  ["no Public", { OPTIONS: {} }],
  ["OPTIONS not implemented", { OPTIONS: { status: "501 Not Implemented" } }],
  ["no Transport in its answer", { SETUP: { lines: ["Session: 1"] } }],
  ["a Transport that nobody understands", { SETUP: { lines: ["Session: 1", "Transport: x/y;z"] } }],
  ["a session with its timeout and spaces", { SETUP: { lines: ["Session: 7 ; timeout = 60 "] } }],
  ["a session of letters and signs", { SETUP: { lines: ["Session: aB3$-_.+;timeout=60;x=y"] } }],
  ["a timeout that is no number", { SETUP: { lines: ["Session: 1;timeout=soon"] } }],
  ["a timeout of no time", { SETUP: { lines: ["Session: 1;timeout=0"] } }],
  ["a timeout of ages", { SETUP: { lines: ["Session: 1;timeout=99999999999"] } }],
  ["replies without CSeq", rewritten((text) => text.replace(/CSeq: .*\r\n/, ""))],
  [
    "names of fields in small letters",
    rewritten((text) => text.replace(/^[A-Za-z-]+:/gm, (name) => name.toLowerCase())),
  ],
  ["names of fields in capitals", rewritten((text) => text.replace(/^[A-Za-z-]+:/gm, (name) => name.toUpperCase()))],
  ["spaces where none belong", rewritten((text) => text.replace(/: /g, " :   ").replace(/(?<!^)\r\n(?=.)/g, "  \r\n"))],
  ["no spaces where one belongs", rewritten((text) => text.replace(/: /g, ":"))],
  ["lines that end in LF", rewritten((text) => text.replaceAll("\r\n", "\n"))],
  ["fields over several lines", rewritten((text) => text.replace("OPTIONS, ", "OPTIONS,\r\n\t"))],
  ["no reason phrase", rewritten((text) => text.replace(" OK", ""))],
  ["a line end before each reply", rewritten((text) => `\r\n${text}`)],
  [
    "a charset in its Content-Type",
    { DESCRIBE: { lines: ["Content-Type: application/sdp; charset=utf-8"], body: BODY } },
  ],
  ["no Content-Type", { DESCRIBE: { body: BODY } }],
  ["an empty Content-Base", { DESCRIBE: { lines: ["Content-Base: ", "Content-Type: application/sdp"], body: BODY } }],
  [
    "a Content-Base that is a path",
    { DESCRIBE: { lines: ["Content-Base: /stream/", "Content-Type: application/sdp"], body: BODY } },
  ],
  ["a description in many segments", {}, { pieces: 30 }],
  ["a description whose lines end in LF", { DESCRIBE: { body: BODY.replaceAll("\r\n", "\n") } }],
  ["a description without times, names and origin", { DESCRIBE: { body: "v=0\r\nm=video 0 RTP/AVP 26\r\n" } }],
  ["an empty control", { DESCRIBE: { body: sdp("m=video 0 RTP/AVP 26", "a=control:") } }],
  [
    "odd kinds of tracks",
    { DESCRIBE: { body: sdp("m=vana 0 RTP/AVP 107", "a=control:m", "m=metadata 0 TCP x", "m=video 0 RTP/AVP 26") } },
  ],
  ["an end of its own to PLAY", { PLAY: { lines: ["RTP-Info: url=x;seq=;rtptime=", "Range: clock=-"] } }],
  [
    "several challenges in one field",
    {
      DESCRIBE: ({ headers }) =>
        headers.get("Authorization")?.startsWith("Digest") ? PLAIN.DESCRIBE : {
          status: "401 Unauthorized",
          lines: ['www-authenticate: basic realm="a, b", DIGEST realm="c", nonce="d",stale=FALSE'],
        },
    },
    { userInfo: "user:pass@" },
  ],
  [
    "a challenge to every method, OPTIONS too",
    Object.fromEntries(
      ["OPTIONS", "DESCRIBE", "SETUP", "PLAY", "TEARDOWN"].map((
        method,
      ) => [
        method,
        ({ headers }: RtspRequest) =>
          headers.get("Authorization") === undefined
            ? { status: "401 Unauthorized", lines: ['WWW-Authenticate: Digest realm="a", nonce="b"'] }
            : PLAIN[method] ?? {},
      ]),
    ),
    { userInfo: "user:pass@" },
  ],
];

for (const [title, answers, options] of ODDITIES) {
  Deno.test(`RtspSession plays at a camera with ${title}`, async () => {
    await using camera = open(answers, options);
    await camera.session.setUp();
    await camera.session.play();
    await camera.send(0, PACKET);
    await until(() => camera.frames.length === 1);
    await camera.session.tearDown();
    assertEquals(camera.events, []);
    assert(camera.requests.slice(-2).every(({ session }) => session !== undefined));
    assertEquals([...new Set(camera.methods)], ["OPTIONS", "DESCRIBE", "SETUP", "PLAY", "TEARDOWN"]);
  });
}

Deno.test("RtspSession plays at a camera that insists on its sound", async () => {
  let tracks = 0;
  await using camera = open({
    DESCRIBE: { body: sdp("m=video 0 RTP/AVP 26", "a=control:v", "m=audio 0 RTP/AVP 0", "a=control:a") },
    SETUP: ({ headers }) => {
      tracks++;
      return { lines: ["Session: 1", `Transport: ${headers.get("Transport")}`] };
    },
    PLAY: () => tracks === 2 ? {} : { status: "455 Method Not Valid in This State" },
  });
  await camera.session.setUp();
  await camera.session.play();
});

for (const status of ["404 Not Found", "461 Unsupported Transport", "500 Internal Server Error"]) {
  Deno.test(`RtspSession plays without the sound that a camera refuses: ${status}`, async () => {
    await using camera = open({
      DESCRIBE: { body: sdp("m=audio 0 RTP/AVP 0", "a=control:a", "m=video 0 RTP/AVP 26", "a=control:v") },
      SETUP: ({ uri }) => uri.endsWith("/a") ? { status } : PLAIN.SETUP,
    });
    await camera.session.setUp();
    await camera.session.play();
    assertEquals([camera.session.audio.length, camera.methods.at(-1)], [0, "PLAY"]);
    await camera.send(0, PACKET);
    await until(() => camera.frames.length === 1);
  });
}

Deno.test("RtspSession plays without the sound whose SETUP a camera does not answer", async () => {
  await using camera = open({
    DESCRIBE: { body: sdp("m=video 0 RTP/AVP 26", "a=control:v", "m=audio 0 RTP/AVP 0", "a=control:a") },
    SETUP: ({ uri }) => uri.endsWith("/a") ? { text: "" } : PLAIN.SETUP,
  });
  const settingUp = camera.session.setUp();
  await until(() => camera.methods.filter((method) => method === "SETUP").length === 2);
  camera.clock.advance(REPLY_TIMEOUT_MS);
  await settingUp;
  await camera.session.play();
  assertEquals(camera.session.audio.length, 0);
  await camera.send(0, PACKET);
  await until(() => camera.frames.length === 1);
});

Deno.test("RtspSession takes packets that come before the answer to PLAY, in front of it and behind", async () => {
  await using camera = open({
    PLAY: {
      before: concat(
        [1, 2].map((sequenceNumber) => interleaved(0, encodeFrame({ sequenceNumber, timestamp: sequenceNumber }))),
      ),
      then: interleaved(0, encodeFrame({ sequenceNumber: 3, timestamp: 3 })),
    },
  });
  await camera.session.setUp();
  await camera.session.play();
  await until(() => camera.frames.length === 3);
  assertEquals(camera.frames.map(({ timestamp }) => timestamp), [1, 2, 3]);
});

Deno.test("RtspSession takes packets over UDP that come before the answer to PLAY", async () => {
  const sender = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  try {
    let clientPort = 0;
    await using camera = open({
      SETUP: ({ headers }) => {
        clientPort = decodeTransports(headers.get("Transport")!)[0].clientPort![0];
        return { lines: ["Session: 1"] };
      },
      PLAY: () => undefined,
    }, { transport: "udp" });
    await camera.session.setUp();
    const played = camera.session.play();
    await until(() => camera.methods.at(-1) === "PLAY");
    await sender.send(PACKET, { transport: "udp", hostname: "127.0.0.1", port: clientPort });
    await until(() => camera.frames.length === 1);
    await camera.say("RTSP/1.0 200 OK", "", "");
    await played;
  } finally {
    sender.close();
  }
});

Deno.test("RtspSession falls back to TCP where a camera answers UDP with it", async () => {
  await using camera = open({
    SETUP: { lines: ["Session: 1", "Transport: RTP/AVP/TCP;unicast;interleaved=4-5"] },
  }, { transport: "auto" });
  await camera.session.setUp();
  await camera.session.play();
  await camera.send(4, PACKET);
  await until(() => camera.frames.length === 1);
  assertEquals([camera.session.transport, camera.events], ["tcp", [
    "info: The server sends over TCP only: using TCP",
  ]]);
});

Deno.test("RtspSession reports at once and every 5 s, also before a packet came: some cameras hang up without", async () => {
  await using camera = open({});
  await camera.session.setUp();
  await camera.session.play();
  for (let count = 1; count <= 3; count++) {
    await until(() => camera.packets.length === count);
    const { channel, data } = camera.packets.at(-1)!;
    assertEquals([channel, decodeRtcp(data).map(({ kind }) => kind)], [1, ["receiver-report", "cname"]]);
    camera.clock.advance(5000);
  }
});

Deno.test("RtspSession passes over bytes between packets, and plays on", async () => {
  await using camera = open();
  await camera.session.setUp();
  await camera.session.play();
  const frame = (sequenceNumber: number) => interleaved(0, encodeFrame({ sequenceNumber, timestamp: sequenceNumber }));
  const garbage = PACKET.subarray(20).map((byte) => byte === 0x24 ? 0 : byte);
  await camera.sendBytes(concat([frame(1), garbage, frame(2), garbage, frame(3)]));
  await until(() => camera.frames.length === 3);
  await camera.session.pause();
  assertEquals([camera.events, camera.openConnections], [[], 1]);
});

for (const [title, change] of [["longer", 20], ["shorter", -9]] as const) {
  Deno.test(`RtspSession reads a description that is ${title} than it is said to be`, async () => {
    const announced = BODY.length - change;
    await using camera = open({
      DESCRIBE: ({ cseq }) => ({
        text:
          `RTSP/1.0 200 OK\r\nCSeq: ${cseq}\r\nContent-Type: application/sdp\r\nContent-Length: ${announced}\r\n\r\n${BODY}`,
      }),
    });
    const setUp = camera.session.setUp();
    await until(() => camera.requests.length === 2 && camera.clock.pendingTimers === 2);
    camera.clock.advance(BODY_SETTLE_MS);
    await setUp;
    assertEquals(camera.asked.at(-1), "SETUP rtsp://camera/stream/track1");
  });
}
