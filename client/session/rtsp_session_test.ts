/** An RTSP/1.0 session up to PLAY: descriptions, authentication, redirects. */
import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import type { RtspRequest } from "../../rtsp/message.ts";
import { openSessionAtCamera as open } from "../../tests/support/camera_session.ts";
import { encodeFrame } from "../../tests/support/encoded_frames.ts";
import { type Answer, type Answers, PLAIN, sdp } from "../../tests/support/scripted_camera.ts";
import { until } from "../../tests/support/until.ts";

Deno.test("RtspSession asks in order, with CSeq from 1, and under the URLs of the description", async () => {
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

/** Bases and relative controls, and the SETUPs that follow where a camera does not know the first one. */
const GUESSES: readonly [base: string, control: string, setups: readonly string[]][] = [
  [
    "rtsp://camera/live?channel=1",
    "trackID=1",
    ["rtsp://camera/live?channel=1/trackID=1", "rtsp://camera/trackID=1"],
  ],
  ["rtsp://camera/live/?x=1", "trackID=1", ["rtsp://camera/live/?x=1/trackID=1", "rtsp://camera/live/trackID=1"]],
  ["rtsp://camera/live?x=1/", "v", ["rtsp://camera/live?x=1/v", "rtsp://camera/v"]],
  ["rtsp://camera/live/", "/video", ["rtsp://camera/live/video", "rtsp://camera/video"]],
  ["rtsp://camera/live/", "v?x=1", ["rtsp://camera/live/v?x=1"]],
  ["rtsp://camera/live?x=1", "?x=2", ["rtsp://camera/live?x=2"]],
  ["rtsp://camera/live/", "../v", ["rtsp://camera/v"]],
  ["rtsp://camera/my live/", "track 1", ["rtsp://camera/my%20live/track%201"]],
  ["rtsp://camera/live/", "//camera/v", ["rtsp://camera/v"]],
];

for (const [base, control, setups] of GUESSES) {
  Deno.test(`RtspSession asks for ${setups.join(" or ")} where ${base} has the control ${control}`, async () => {
    await using camera = open({
      DESCRIBE: {
        lines: [`Content-Base: ${base}`, "Content-Type: application/sdp"],
        body: sdp("m=video 0 RTP/AVP 26", `a=control:${control}`),
      },
      SETUP: ({ uri }) => uri === setups.at(-1) ? PLAIN.SETUP : { status: "404 Not Found" },
    });
    await camera.session.setUp();
    assertEquals(camera.asked.slice(2), setups.map((url) => `SETUP ${url}`));
  });
}

for (const [title, describe, setup, play, sound] of CONTROLS) {
  Deno.test(`RtspSession finds its way with ${title}`, async () => {
    const lines = ["Content-Type: application/sdp", ...(describe.lines ?? [])];
    await using camera = open({ DESCRIBE: { ...describe, lines } });
    await camera.session.setUp();
    await camera.session.play();
    const sounds = sound === undefined ? [] : [`SETUP ${sound}`];
    assertEquals(camera.asked.slice(2), [`SETUP ${setup}`, ...sounds, `PLAY ${play}`]);
  });
}

Deno.test("RtspSession reads a description that comes in many segments", async () => {
  await using camera = open({}, { pieces: 40 });
  await camera.session.setUp();
  assertEquals(camera.asked.length, 3);
});

Deno.test("RtspSession reads a description without Content-Length", async () => {
  await using camera = open({}, { withoutLength: true });
  const setUp = camera.session.setUp();
  await until(() => camera.requests.length === 2 && camera.clock.pendingTimers === 2);
  camera.clock.advance(1000);
  await setUp;
  assertEquals(camera.asked.length, 3);
});

Deno.test("RtspSession names what the stream has instead of Motion-JPEG", async () => {
  const body = sdp("m=video 0 RTP/AVP 96", "a=rtpmap:96 H264/90000", "m=audio 0 RTP/AVP 8");
  await using camera = open({ DESCRIBE: { lines: ["Content-Type: application/sdp"], body } });
  await assertRejects(
    () => camera.session.setUp(),
    Error,
    "The stream has no Motion-JPEG video, the only kind that is played here: it has video H264, audio PCMA",
  );
});

Deno.test("RtspSession answers the strongest of several challenges, and authorizes everything from then on", async () => {
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

Deno.test("RtspSession takes a new nonce wherever and whenever the server sends one", async () => {
  let nonce = "n1";
  const guarded = ({ method, headers }: RtspRequest): Answer => {
    if (headers.get("Authorization")?.includes(`nonce="${nonce}"`)) return PLAIN[method] ?? {};
    return { status: "401 Unauthorized", lines: [`WWW-Authenticate: Digest realm="cam", nonce="${nonce}"`] };
  };
  await using camera = open({
    ...{ DESCRIBE: guarded, SETUP: guarded, PAUSE: guarded },
    PLAY: (request) => {
      const answer = guarded(request);
      if (answer.status === undefined) nonce = "n3";
      return answer.status === undefined ? { lines: ['Authentication-Info: nextnonce="n3"'] } : answer;
    },
  }, { userInfo: "user:secret@" });
  await camera.session.setUp();
  nonce = "n2";
  await camera.session.play();
  await camera.session.pause();
  assertEquals(camera.methods, ["OPTIONS", "DESCRIBE", "DESCRIBE", "SETUP", "PLAY", "PLAY", "PAUSE"]);
});

Deno.test("RtspSession takes a newer nonce when its own is stale, and gives up when the password is wrong", async () => {
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

Deno.test("RtspSession follows a redirect, and not for ever", async () => {
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
  await assertRejects(() => circle.session.setUp(), Error, "The server redirected us 5 times in a row");
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

Deno.test("RtspSession shows the password to no other host, and says what to do", async () => {
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
    new RegExp(`^The server redirected us to ${location}, which asks for a user name and password; .*play`),
  );
  assertEquals(other.methods, ["OPTIONS", "DESCRIBE"]);
  assert(other.requests.every(({ headers }) => headers.get("Authorization") === undefined));
});

Deno.test("RtspSession takes the credentials of a Location along, and the user's on the same host", async () => {
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

Deno.test("RtspSession answers the server's own requests", async () => {
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
    await until(() => camera.replies.length > count);
    assertMatch(camera.replies.at(-1)!, reply);
  }
  await camera.session.play();
  assertEquals(camera.events, []);
});

Deno.test("RtspSession follows a redirect while it plays", async () => {
  await using other = open();
  await using camera = open();
  await camera.session.setUp();
  await camera.session.play();
  await camera.say(
    ...["REDIRECT rtsp://a RTSP/1.0", "CSeq: 1", `Location: rtsp://127.0.0.1:${other.port}/there`, "", ""],
  );
  await until(() => camera.events.length === 1);
  assertEquals(camera.events, ["renewal: The server redirects its clients"]);
  await camera.session.renew();
  await camera.session.play();
  assertEquals(camera.methods.at(-1), "TEARDOWN");
  assertEquals(other.asked, [
    "OPTIONS rtsp://camera/there",
    "DESCRIBE rtsp://camera/there",
    "SETUP rtsp://camera/stream/track1",
    "PLAY rtsp://camera/stream/",
  ]);
  await other.send(0, encodeFrame({ sequenceNumber: 1 }));
  await until(() => camera.frames.length === 1);
});
