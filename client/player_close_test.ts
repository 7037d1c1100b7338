/** A player that is closed while its session is being set up: it ends at once, and leaves nothing behind. */
import { assert, assertEquals } from "@std/assert";
import type { Clock } from "../net/clock.ts";
import { FakeClock } from "../tests/support/fake_clock.ts";
import { TAKE_ANY } from "../tests/support/player_at_camera.ts";
import { reservePort } from "../tests/support/ports.ts";
import { type Answers, PLAIN, ScriptedCamera, sdp } from "../tests/support/scripted_camera.ts";
import { until } from "../tests/support/until.ts";
import { Player, type PlayerOptions } from "./player.ts";
import { parseRtspUrl } from "./rtsp/rtsp_url.ts";

/** Calls `onStep` when a step has just been done: connecting, and each request, cancel their timeout then. */
function countSteps(clock: Clock, onStep: () => void): Clock {
  return {
    nowMs: () => clock.nowMs(),
    unixMs: () => clock.unixMs(),
    after(delayMs, callback) {
      const cancel = clock.after(delayMs, callback);
      return () => {
        cancel();
        onStep();
      };
    },
  };
}

const WITH_SOUND: Answers = {
  ...TAKE_ANY,
  DESCRIBE: {
    ...PLAIN.DESCRIBE,
    body: sdp("m=video 0 RTP/AVP 26", "a=control:v", "m=audio 0 RTP/AVP 0", "a=control:a"),
  },
};
/** Reserved before the tests, which allow no listener to outlive them. */
const RTP_PORT = reservePort();
const lab = (port: number) => ({ hostname: "127.0.0.1", port, rtpPort: RTP_PORT, file: "movie.mjpeg" });
const url = (port: number) => ({ url: parseRtspUrl(`rtsp://127.0.0.1:${port}/stream`) });

const SETUPS: readonly [
  title: string,
  answers: Answers,
  options: (port: number) => Pick<PlayerOptions, "target" | "transport">,
][] = [
  ["over UDP, with sound", WITH_SOUND, (port) => ({ target: url(port), transport: "udp" })],
  ["over TCP, with sound", WITH_SOUND, (port) => ({ target: url(port), transport: "tcp" })],
  ["over TCP after UDP", {
    ...WITH_SOUND,
    SETUP: ({ headers }) =>
      /TCP/.test(headers.get("Transport") ?? "") ? PLAIN.SETUP : { status: "461 Unsupported Transport" },
  }, (port) => ({ target: url(port) })],
  ["at a lab server", {
    SETUP: ({ cseq }) => ({ text: `RTSP/1.0 200 OK\nCSeq: ${cseq}\nSession: 123456` }),
  }, (port) => ({ target: { ...lab(port), dialect: "auto" } })],
  ["at an RTSP/1.0 server in the lab's form", {
    ...WITH_SOUND,
    SETUP: (request) =>
      request.uri.startsWith("rtsp://")
        ? { lines: ["Session: 1", `Transport: ${request.headers.get("Transport")}`] }
        : { status: "400 Bad Request", lines: ["Server: camera"] },
  }, (port) => ({ target: { ...lab(port), dialect: "auto" } })],
];

for (const [title, answers, options] of SETUPS) {
  Deno.test({
    name: `Player.close() after whichever step of SETUP ${title} leaves nothing behind`,
    sanitizeOps: true,
    sanitizeResources: true,
    async fn() {
      let isSetUp = false;
      for (let last = 1; !isSetUp; last++) {
        await using camera = new ScriptedCamera(answers);
        const clock = new FakeClock();
        let steps = 0;
        let closed: Promise<void> | undefined;
        let isClosed = false;
        const player: Player = new Player({
          ...options(camera.port),
          clock: countSteps(clock, () => {
            if (++steps === last) closed = player.close();
          }),
        });
        const setUp = player.command("SETUP").then(() => isSetUp = true, () => isSetUp = closed === undefined);
        await setUp;
        assert(!isSetUp || player.status.notice?.level !== "error", player.status.notice?.text);
        closed = (closed ?? player.close()).then(() => {
          isClosed = true;
        });
        // Not by its patience: the clock stands still.
        await until(() => isClosed);
        assertEquals(
          [player.status.state, player.status.ended, clock.pendingTimers],
          ["INIT", true, 0],
          `step ${last}`,
        );
        await until(() => camera.openConnections === 0);
        assert(last < 30, "no end");
      }
    },
  });
}
