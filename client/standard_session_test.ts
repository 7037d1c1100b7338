import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { conditionJpeg } from "../mjpeg/conditioning.ts";
import { packetizeJpeg } from "../rtp/jpeg_payload.ts";
import { encodeRtpPacket } from "../rtp/packet.ts";
import { decodeRtcp, encodeRtcp } from "../rtp/rtcp.ts";
import { decodeTransports } from "../rtsp/transport.ts";
import type { Clock } from "../rtp/clock.ts";
import { FakeClock } from "../tests/support/fake_clock.ts";
import { openSessionAtCamera as open } from "../tests/support/camera_session.ts";
import { makeJpeg } from "../tests/support/jpegs.ts";
import { type Answer, type Answers, PLAIN, sdp } from "../tests/support/scripted_camera.ts";
import { BYE_WAIT_MS } from "./limits.ts";

Deno.test("StandardSession asks in order, with CSeq from 1, and under the URLs of the description", async () => {
  await using camera = open();
  await camera.session.setUp();
  await camera.session.play();
  await camera.session.pause();
  await camera.session.tearDown();
  assertEquals(camera.asked, [
    "OPTIONS rtsp://camera/stream",
    "DESCRIBE rtsp://camera/stream",
    "SETUP rtsp://camera/stream/track1",
    "PLAY rtsp://camera/stream/",
    "PAUSE rtsp://camera/stream/",
    "TEARDOWN rtsp://camera/stream/",
  ]);
  assertEquals(camera.requests.map(({ cseq }) => cseq), [1, 2, 3, 4, 5, 6]);
  assert(camera.requests.slice(3).every(({ session }) => session === "12345678"));
  assert(camera.requests.every(({ headers }) => headers.get("User-Agent") === "test"));
});

/** Controls as cameras write them, and where SETUP and PLAY go. */
const CONTROLS: readonly [title: string, describe: Answer, setup: string, play: string, sound?: string][] = [
  [
    "a relative control with Content-Base",
    { lines: ["Content-Base: rtsp://camera/stream/"], body: sdp("m=video 0 RTP/AVP 26", "a=control:trackID=1") },
    "rtsp://camera/stream/trackID=1",
    "rtsp://camera/stream/",
  ],
  [
    "a Content-Base without its slash",
    { lines: ["Content-Base: rtsp://camera/stream"], body: sdp("m=video 0 RTP/AVP 26", "a=control:trackID=1") },
    "rtsp://camera/stream/trackID=1",
    "rtsp://camera/stream",
  ],
  [
    "Content-Location",
    { lines: ["Content-Location: rtsp://camera/other/"], body: sdp("m=video 0 RTP/AVP 26", "a=control:v") },
    "rtsp://camera/other/v",
    "rtsp://camera/other/",
  ],
  [
    "no base at all",
    { body: sdp("m=video 0 RTP/AVP 26", "a=control:trackID=1") },
    "rtsp://camera/stream/trackID=1",
    "rtsp://camera/stream",
  ],
  [
    "absolute controls",
    { body: sdp("a=control:rtsp://camera/all", "m=video 0 RTP/AVP 26", "a=control:rtsp://camera/video") },
    "rtsp://camera/video",
    "rtsp://camera/all",
  ],
  ["no control", { body: sdp("m=video 0 RTP/AVP 26") }, "rtsp://camera/stream", "rtsp://camera/stream"],
  [
    "control of *",
    { body: sdp("a=control:*", "m=video 0 RTP/AVP 26", "a=control:*") },
    "rtsp://camera/stream",
    "rtsp://camera/stream",
  ],
  [
    "metadata and sound before the video",
    {
      body: sdp(
        ...["m=vana 0 RTP/AVP 107", "a=control:trackID=3", "m=audio 0 RTP/AVP 0", "a=control:trackID=2"],
        ...["m=video 0 RTP/AVP 26", "a=control:trackID=1"],
      ),
    },
    "rtsp://camera/stream/trackID=1",
    "rtsp://camera/stream",
    "rtsp://camera/stream/trackID=2",
  ],
  [
    "a payload type of its own",
    { body: sdp("m=video 0 RTP/AVP 97", "a=rtpmap:97 JPEG/90000", "a=control:x") },
    "rtsp://camera/stream/x",
    "rtsp://camera/stream",
  ],
];

for (const [title, describe, setup, play, sound] of CONTROLS) {
  Deno.test(`StandardSession finds its way with ${title}`, async () => {
    const lines = ["Content-Type: application/sdp", ...(describe.lines ?? [])];
    await using camera = open({ DESCRIBE: { ...describe, lines } });
    await camera.session.setUp();
    await camera.session.play();
    const sounds = sound === undefined ? [] : [`SETUP ${sound}`];
    assertEquals(camera.asked.slice(2), [`SETUP ${setup}`, ...sounds, `PLAY ${play}`]);
  });
}

Deno.test("StandardSession reads a description that comes in many segments", async () => {
  await using camera = open({}, { pieces: 40 });
  await camera.session.setUp();
  assertEquals(camera.asked.length, 3);
});

Deno.test("StandardSession reads a description without Content-Length", async () => {
  await using camera = open({}, { withoutLength: true });
  const setUp = camera.session.setUp();
  await camera.until(() => camera.requests.length === 2 && camera.clock.pendingTimers === 2);
  camera.clock.advance(1000);
  await setUp;
  assertEquals(camera.asked.length, 3);
});

Deno.test("StandardSession names what the stream has instead of Motion-JPEG", async () => {
  const body = sdp("m=video 0 RTP/AVP 96", "a=rtpmap:96 H264/90000", "m=audio 0 RTP/AVP 8");
  await using camera = open({ DESCRIBE: { lines: ["Content-Type: application/sdp"], body } });
  await assertRejects(
    () => camera.session.setUp(),
    Error,
    "The stream has no Motion-JPEG video, the only kind that is played here: it has video H264, audio PCMA",
  );
});

Deno.test("StandardSession answers the strongest of several challenges, and authorizes everything from then on", async () => {
  const challenges = [
    'WWW-Authenticate: Basic realm="cam"',
    'WWW-Authenticate: Digest realm="cam", nonce="n1", algorithm=SHA-256, qop="auth"',
    'WWW-Authenticate: Digest realm="cam", nonce="n1"',
  ];
  await using camera = open({
    DESCRIBE: ({ headers }) =>
      headers.get("Authorization") === undefined ? { status: "401 Unauthorized", lines: challenges } : PLAIN.DESCRIBE,
  }, { userInfo: "user:secret@" });
  await camera.session.setUp();
  await camera.session.play();
  const authorizations = camera.requests.map(({ headers }) => headers.get("Authorization"));
  assertEquals(authorizations.slice(0, 2), [undefined, undefined]);
  authorizations.slice(2).forEach((value, index) => {
    assertMatch(value ?? "", /^Digest username="user".*algorithm=SHA-256/);
    assertMatch(value ?? "", new RegExp(`nc=0000000${index + 1}`));
  });
  assert(camera.requests.every(({ uri }) => !uri.includes("secret")));
});

Deno.test("StandardSession takes a newer nonce when its own is stale, and gives up when the password is wrong", async () => {
  for (const stale of [true, false]) {
    let nonce = 0;
    const challenge = () =>
      `WWW-Authenticate: Digest realm="cam", nonce="n${++nonce}"${nonce > 1 && stale ? ", stale=true" : ""}`;
    await using camera = open({
      SETUP: ({ headers }) =>
        /nonce="n2"/.test(headers.get("Authorization") ?? "")
          ? PLAIN.SETUP
          : { status: "401 Unauthorized", lines: [challenge()] },
    }, { userInfo: "user:secret@" });
    if (stale) {
      await camera.session.setUp();
      assertEquals(camera.asked.slice(2), Array(3).fill("SETUP rtsp://camera/stream/track1"));
    } else {
      await assertRejects(() => camera.session.setUp(), Error, "401 Unauthorized; check user name and password");
    }
  }
});

Deno.test("StandardSession follows a redirect, and not for ever", async () => {
  await using other = open();
  await using camera = open({
    DESCRIBE: { status: "302 Moved", lines: [`Location: rtsp://127.0.0.1:${other.port}/elsewhere`] },
  });
  await camera.session.setUp();
  assertEquals(other.asked.slice(0, 2), ["OPTIONS rtsp://camera/elsewhere", "DESCRIBE rtsp://camera/elsewhere"]);
  await using there = open();
  await using shared = open({
    SETUP: { status: "301 Moved", lines: [`Location: rtsp://127.0.0.1:${there.port}/there`] },
  });
  await shared.session.setUp();
  assertEquals(there.methods, ["OPTIONS", "DESCRIBE", "SETUP"]);
  await using circle = open({
    DESCRIBE: ({ uri }) => ({ status: "301 Moved", lines: [`Location: ${uri}`] }),
  });
  await assertRejects(() => circle.session.setUp(), Error, "The server sent us elsewhere 5 times in a row");
  await using nowhere = open({ DESCRIBE: { status: "302 Moved" } });
  await assertRejects(() => nowhere.session.setUp(), Error, "refused DESCRIBE");
  await using proxy = open({ DESCRIBE: { status: "305 Use Proxy", lines: ["Location: rtsp://proxy/"] } });
  await assertRejects(() => proxy.session.setUp(), Error, "305 Use Proxy");
});

/** A camera that asks for a password, in the way of its own. */
const GUARDED: Answers = {
  DESCRIBE: ({ headers }) =>
    headers.get("Authorization") === undefined
      ? { status: "401 Unauthorized", lines: ['WWW-Authenticate: Digest realm="cam", nonce="n1"'] }
      : PLAIN.DESCRIBE,
};

Deno.test("StandardSession shows the password to no other host, and says what to do", async () => {
  await using other = open(GUARDED);
  const location = `rtsp://127.0.0.1:${other.port}/elsewhere`;
  await using camera = open({
    DESCRIBE: (request) => {
      const guarded = typeof GUARDED.DESCRIBE === "function" ? GUARDED.DESCRIBE(request) : undefined;
      return guarded?.status === undefined ? { status: "302 Moved", lines: [`Location: ${location}`] } : guarded;
    },
  }, { userInfo: "user:secret@" });
  const { message } = await assertRejects(() => camera.session.setUp(), Error);
  assertMatch(
    message,
    new RegExp(`^The server sent us to ${location}, which asks for a user name and password; .*play`),
  );
  assertEquals(other.methods, ["OPTIONS", "DESCRIBE"]);
  assert(other.requests.every(({ headers }) => headers.get("Authorization") === undefined));
});

Deno.test("StandardSession takes the credentials of a Location along, and the user's on the same host", async () => {
  await using other = open(GUARDED);
  await using camera = open({
    DESCRIBE: { status: "302 Moved", lines: [`Location: rtsp://her:own@127.0.0.1:${other.port}/x`] },
  }, { userInfo: "user:secret@" });
  await camera.session.setUp();
  assertMatch(other.requests[2].headers.get("Authorization") ?? "", /username="her"/);

  await using same = open({
    DESCRIBE: (request) =>
      request.uri.endsWith("/stream")
        ? { status: "301 Moved", lines: ["Location: /moved"] }
        : typeof GUARDED.DESCRIBE === "function"
        ? GUARDED.DESCRIBE(request)
        : undefined,
  }, { userInfo: "user:secret@" });
  await same.session.setUp();
  assertMatch(same.requests.at(-1)!.headers.get("Authorization") ?? "", /username="user"/);
  assertEquals(same.asked.slice(2, 5), [
    "OPTIONS rtsp://camera/moved",
    "DESCRIBE rtsp://camera/moved",
    "DESCRIBE rtsp://camera/moved",
  ]);
});

Deno.test("StandardSession answers the server's own requests", async () => {
  await using camera = open();
  await camera.session.setUp();
  for (
    const [request, reply] of [
      ["OPTIONS rtsp://a RTSP/1.0", /^RTSP\/1.0 200 OK\r\nCSeq: 7\r\nPublic: .*REDIRECT/],
      ["GET_PARAMETER rtsp://a RTSP/1.0", /^RTSP\/1.0 200 OK\r\nCSeq: 7/],
      ["SET_PARAMETER rtsp://a RTSP/1.0", /^RTSP\/1.0 200 OK\r\nCSeq: 7/],
      ["ANNOUNCE rtsp://a RTSP/1.0", /^RTSP\/1.0 405 Method Not Allowed\r\nCSeq: 7\r\nAllow: OPTIONS, GET_PARAMETER/],
      ["DANCE rtsp://a RTSP/1.0", /^RTSP\/1.0 501 Not Implemented\r\nCSeq: 7/],
      ["REDIRECT rtsp://a RTSP/1.0", /^RTSP\/1.0 400 Bad Request\r\nCSeq: 7/],
    ] as const
  ) {
    const count = camera.replies.length;
    await camera.say(request, "CSeq: 7", "", "");
    await camera.until(() => camera.replies.length > count);
    assertMatch(camera.replies.at(-1)!, reply);
  }
  await camera.session.play();
  assertEquals(camera.events, []);
});

Deno.test("StandardSession goes where the server sends it while it plays", async () => {
  await using other = open();
  await using camera = open();
  await camera.session.setUp();
  await camera.session.play();
  await camera.say(
    ...["REDIRECT rtsp://a RTSP/1.0", "CSeq: 1", `Location: rtsp://127.0.0.1:${other.port}/there`, "", ""],
  );
  await camera.until(() => camera.events.length === 1);
  assertEquals(camera.events, ["renewal: The server sends its clients elsewhere"]);
  await camera.session.renew({ isPlaying: true });
  assertEquals(camera.methods.at(-1), "TEARDOWN");
  assertEquals(other.asked, [
    "OPTIONS rtsp://camera/there",
    "DESCRIBE rtsp://camera/there",
    "SETUP rtsp://camera/stream/track1",
    "PLAY rtsp://camera/stream/",
  ]);
  await other.send(0, Uint8Array.of(0x80, 9));
  await camera.until(() => camera.received.length === 1);
});

for (
  const [methods, keepalive] of [
    ["OPTIONS, DESCRIBE, SETUP, PLAY, GET_PARAMETER", "GET_PARAMETER"],
    ["OPTIONS, DESCRIBE, SETUP, PLAY", "OPTIONS"],
  ]
) {
  Deno.test(`StandardSession keeps alive with ${keepalive} at half the timeout`, async () => {
    await using camera = open({ OPTIONS: { lines: [`Public: ${methods}`] } });
    await camera.session.setUp();
    await camera.session.play();
    const before = camera.requests.length;
    camera.clock.advance(19_999);
    assertEquals(camera.requests.length, before);
    camera.clock.advance(1);
    await camera.until(() => camera.requests.length > before);
    assertEquals(camera.requests.at(-1)!.method, keepalive);
    assertEquals(camera.requests.at(-1)!.session, "12345678");
  });
}

Deno.test("StandardSession keeps alive from SETUP to TEARDOWN, paused or not", async () => {
  await using camera = open();
  const isAskedAgain = async () => {
    const before = camera.requests.length;
    camera.clock.advance(20_000);
    await camera.until(() => camera.requests.length > before);
    assertEquals(camera.methods.slice(before), ["GET_PARAMETER"]);
    // The next one is timed from the answer to this one: whoever answers a question that follows it has read it.
    const { length } = camera.replies;
    await camera.say("OPTIONS rtsp://a RTSP/1.0", "CSeq: 1", "", "");
    await camera.until(() => camera.replies.length > length);
  };
  await camera.session.setUp();
  await isAskedAgain();
  await isAskedAgain();
  await camera.session.play();
  await isAskedAgain();
  await camera.session.pause();
  await isAskedAgain();
  await camera.session.tearDown();
  assertEquals(camera.clock.pendingTimers, 0);
});

for (const status of ["454 Session Not Found", "405 Method Not Allowed"]) {
  Deno.test(`StandardSession takes leave of a server that knows of no session any more: ${status}`, async () => {
    await using camera = open({ TEARDOWN: { status } });
    await camera.session.setUp();
    await camera.session.tearDown();
    assertEquals([camera.methods.at(-1), camera.events], ["TEARDOWN", []]);
  });
}

Deno.test("StandardSession says so when the server has forgotten the session", async () => {
  await using camera = open({ GET_PARAMETER: { status: "454 Session Not Found" } });
  await camera.session.setUp();
  camera.clock.advance(20_000);
  await camera.until(() => camera.events.length > 0);
  assertEquals(camera.events, ["closed: it does not know the session any more"]);
});

Deno.test("StandardSession hands on packets of the channels that the server chose", async () => {
  await using camera = open({
    SETUP: { lines: ["Session: 1", "Transport: RTP/AVP/TCP;unicast;interleaved=6-7"] },
  });
  await camera.session.setUp();
  await camera.session.play();
  for (const channel of [0, 6, 7, 6]) await camera.send(channel, Uint8Array.of(0x80, channel));
  await camera.until(() => camera.received.length === 2);
  assertEquals(camera.received, [Uint8Array.of(0x80, 6), Uint8Array.of(0x80, 6)]);
});

Deno.test("StandardSession reports what it received: loss, highest number, the last sender report and its age", async () => {
  await using camera = open();
  await camera.session.setUp();
  await camera.session.play();
  const payloads = packetizeJpeg(conditionJpeg(await makeJpeg({ width: 200, height: 120 })), { maxPayloadBytes: 300 });
  payloads.forEach((payload, index) => {
    if (index === 1) return;
    const packet = { marker: index === payloads.length - 1, payloadType: 26, sequenceNumber: 65_535 + index & 0xffff };
    camera.session.reception.push(encodeRtpPacket({ ...packet, timestamp: 0, ssrc: 77, payload }), index);
  });
  await camera.send(
    1,
    encodeRtcp([{
      kind: "sender-report",
      ssrc: 77,
      unixMs: 500,
      rtpTimestamp: 0,
      packetCount: 1,
      octetCount: 1,
      reports: [],
    }]),
  );
  await camera.send(0, Uint8Array.of(0x80));
  await camera.until(() => camera.received.length === 1);
  const before = camera.packets.length;
  camera.clock.advance(5000);
  await camera.until(() => camera.packets.length > before);
  const [report, name] = decodeRtcp(camera.packets.at(-1)!.data);
  assert(report.kind === "receiver-report" && name.kind === "cname");
  const [{ jitter: _, ...block }] = report.reports;
  assertEquals(block, {
    ssrc: 77,
    fractionLost: Math.floor(256 / payloads.length),
    cumulativeLost: 1,
    highestSequenceNumber: 65_535 + payloads.length - 1,
    lastSenderReport: 0x7e808000,
    delaySinceLastSenderReport: 5 * 65_536,
  });
});

Deno.test("StandardSession tells that the server says BYE, and that the connection has ended", async () => {
  await using camera = open();
  await camera.session.setUp();
  await camera.session.play();
  await camera.send(1, encodeRtcp([{ kind: "bye", ssrcs: [1] }]));
  await camera.until(() => camera.events.length === 1);
  assertEquals(camera.events, ["end"]);
});

Deno.test("StandardSession offers UDP on a pair of ports, and takes what has no server_port", async () => {
  await using camera = open({
    SETUP: ({ headers }) => ({
      lines: ["Session: 1", `Transport: ${headers.get("Transport")}`],
    }),
  }, { transport: "udp" });
  await camera.session.setUp();
  const [{ clientPort }] = decodeTransports(camera.requests.at(-1)!.headers.get("Transport")!);
  assertEquals([clientPort![0] % 2, clientPort![1] - clientPort![0]], [0, 1]);
  await camera.session.play();
  const sender = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  try {
    await sender.send(Uint8Array.of(0x80, 1), { transport: "udp", hostname: "127.0.0.1", port: clientPort![0] });
    await camera.until(() => camera.received.length === 1);
  } finally {
    sender.close();
  }
});

Deno.test("StandardSession waits after a BYE over UDP for packets that it overtook", async () => {
  await using camera = open({
    SETUP: ({ headers }) => ({ lines: ["Session: 1", `Transport: ${headers.get("Transport")}`] }),
  }, { transport: "udp" });
  await camera.session.setUp();
  await camera.session.play();
  const [{ clientPort }] = decodeTransports(camera.requests[2].headers.get("Transport")!);
  const timers = camera.clock.pendingTimers;
  const sender = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  const send = (bytes: Uint8Array, port: number) =>
    sender.send(bytes, { transport: "udp", hostname: "127.0.0.1", port });
  try {
    await send(encodeRtcp([{ kind: "bye", ssrcs: [1] }]), clientPort![1]);
    await camera.until(() => camera.clock.pendingTimers > timers);
    await send(Uint8Array.of(0x80), clientPort![0]);
    await camera.until(() => camera.received.length === 1);
  } finally {
    sender.close();
  }
  camera.clock.advance(BYE_WAIT_MS - 1);
  assertEquals(camera.events, []);
  camera.clock.advance(1);
  assertEquals(camera.events, ["end"]);
});

Deno.test({
  name: "StandardSession leaves nothing open, after whichever answer it is closed",
  sanitizeOps: true,
  sanitizeResources: true,
  async fn() {
    for (const transport of ["udp", "tcp"] as const) {
      // Each timeout that is called off, of connecting and of four requests, is a step that has just been done.
      for (let step = 1; step <= 5; step++) {
        const clock = new FakeClock();
        let steps = 0;
        const closing: Clock = {
          nowMs: () => clock.nowMs(),
          unixMs: () => clock.unixMs(),
          after(delayMs, callback) {
            const cancel = clock.after(delayMs, callback);
            return () => {
              cancel();
              if (++steps === step) camera.session.close();
            };
          },
        };
        await using camera = open({
          SETUP: ({ headers }) => ({ lines: ["Session: 1", `Transport: ${headers.get("Transport")}`] }),
        }, { transport, clock: closing });
        await assertRejects(() => camera.session.setUp().then(() => camera.session.play()), Error);
        assertEquals(clock.pendingTimers, 0, `after step ${step} over ${transport}`);
      }
    }
  },
});
