/** Hundreds of clients of one server at once, of every kind: each gets every frame, whatever happens to the others. */
import { assert, assertEquals } from "@std/assert";
import { equals } from "@std/bytes";
import { Player, type PlayerOptions } from "../../client/player.ts";
import { parseRtspUrl } from "../../client/rtsp/rtsp_url.ts";
import { conditionJpeg } from "../../mjpeg/conditioning/conditioning.ts";
import { rebuildJpeg } from "../../mjpeg/conditioning/rebuild.ts";
import { systemClock } from "../../net/system_clock.ts";
import { ThreadedServer } from "../../server/engines/threaded_server.ts";
import { openServed } from "../../server/source/served/open_served.ts";
import { makeLabMovie } from "../support/lab_movie.ts";
import { reservePort } from "../support/ports.ts";
import { until } from "../support/until.ts";

const isLinux = Deno.build.os === "linux";
const FRAME_RATE = 5;
/** Frames that are looked at each time: more than the movie has, which loops. */
const WATCHED = 22;
const MOVIE_FRAMES = 20;
/**
 * Part of the clients that may lose packets, over UDP: a machine that is busy with other things leaves their sockets unread until they
 * are full.
 */
const MAX_UNLUCKY_SHARE = 0.05;
const PATIENCE_MS = 120_000;

/** A kind of client: how many there are, and whether their frames come as RTP/JPEG. */
interface Kind {
  readonly name: string;
  readonly count: number;
  readonly isLab: boolean;
  readonly options: (port: number, file: string) => Pick<PlayerOptions, "target" | "transport">;
}

const lab = (name: string, count: number, more: { dialect: "lab" | "lab-b"; flowCount?: number }): Kind => ({
  ...{ name, count, isLab: true },
  options: (port, file) => ({ target: { hostname: "127.0.0.1", port, rtpPort: reservePort(), file, ...more } }),
});
const rtsp = (transport: "udp" | "tcp" | "multicast", count: number): Kind => ({
  ...{ name: transport, count, isLab: false },
  options: (port, file) => ({ target: { url: parseRtspUrl(`rtsp://127.0.0.1:${port}/${file}`) }, transport }),
});

const KINDS: readonly Kind[] = [
  lab("lab", 100, { dialect: "lab" }),
  lab("lab-b", 60, { dialect: "lab-b" }),
  lab("three flows", 40, { dialect: "lab", flowCount: 3 }),
  rtsp("udp", 80),
  rtsp("tcp", 100),
  rtsp("multicast", 20),
];
const CLIENTS = KINDS.reduce((sum, { count }) => sum + count, 0);

/** Somebody who watches a movie that loops, and checks that each frame is the one behind the one before. */
class Viewer {
  readonly kind: Kind;
  readonly #player: Player;
  readonly #movie: readonly Uint8Array[];
  #frames = 0;
  #next: number | undefined;
  /** What was wrong with a frame. */
  #fault: string | undefined;
  /** How often frames were missing between two others. */
  #gaps = 0;
  #hasPlayed = false;
  #isLost = false;

  /** `frames` are those of the movie, as they come. */
  constructor(kind: Kind, { port, file, frames }: { port: number; file: string; frames: readonly Uint8Array[] }) {
    this.kind = kind;
    this.#movie = frames;
    this.#player = new Player({ ...kind.options(port, file), reconnect: false, clock: systemClock });
    this.#player.subscribe({
      frame: ({ data }) => this.#take(data),
      status: ({ state }) => {
        this.#hasPlayed ||= state === "PLAYING";
        this.#isLost ||= this.#hasPlayed && state !== "PLAYING";
      },
    });
  }

  get frames(): number {
    return this.#frames;
  }

  /** Whether the session has ended. */
  get isLost(): boolean {
    return this.#isLost;
  }

  async start(): Promise<void> {
    await this.#player.command("SETUP");
    await this.#player.command("PLAY");
  }

  /** Whether frames were missing, as the player counts as well. Throws where a frame was not as it was sent, or missing without a reason. */
  isUnlucky(): boolean {
    const { damagedFrames, lostPackets } = this.#player.statistics();
    const { name } = this.kind;
    assertEquals([name, this.#fault], [name, undefined], this.#player.status.notice?.text);
    const hasLost = damagedFrames + lostPackets > 0;
    assert(this.#gaps === 0 || hasLost, `${name}: ${this.#gaps} gaps, and nothing is counted as lost`);
    assert(name !== "tcp" || !hasLost, `${name}: ${lostPackets} packets lost, ${damagedFrames} frames damaged`);
    return hasLost;
  }

  close(): Promise<void> {
    return this.#player.close();
  }

  #take(data: Uint8Array): void {
    const expected = this.#next;
    const isExpected = expected !== undefined && equals(data, this.#movie[expected]);
    const found = isExpected ? expected : this.#movie.findIndex((frame) => equals(frame, data));
    if (found < 0) this.#fault ??= `frame ${this.#frames + 1} is none of the movie's`;
    if (!isExpected && expected !== undefined) this.#gaps++;
    this.#next = (found + 1) % this.#movie.length;
    this.#frames++;
  }
}

/** Each of them has every frame as it was sent, but for a few. */
function assertWhole(viewers: readonly Viewer[]): void {
  const unlucky = viewers.filter((viewer) => viewer.isUnlucky()).length;
  assert(unlucky <= viewers.length * MAX_UNLUCKY_SHARE, `${unlucky} of ${viewers.length} have lost packets`);
}

/** Waits until each of them has watched on, or has lost its session. */
async function watchOn(viewers: readonly Viewer[]): Promise<void> {
  const before = viewers.map(({ frames }) => frames);
  const isDone = (viewer: Viewer, index: number) => viewer.isLost || viewer.frames >= before[index] + WATCHED;
  await until(() => viewers.every(isDone), { timeoutMs: PATIENCE_MS });
}

async function open(threads: number) {
  const stack = new AsyncDisposableStack();
  const movie = stack.use(await makeLabMovie({ frameCount: MOVIE_FRAMES }));
  const server = await ThreadedServer.start({
    ...{ root: await openServed(movie.root), hostname: "127.0.0.1", port: 0, frameRate: FRAME_RATE, loop: true },
    ...{ fragmentBytes: undefined, emulation: undefined, threads, logLevel: "error" as const, onLogDropped() {} },
    group: { hostname: "239.255.77.5", port: reservePort(), ttl: 0 },
  });
  stack.defer(() => server.close());
  const { port } = server.address;
  const overRtp = movie.frames.map((frame) => rebuildJpeg(conditionJpeg(frame)));
  const viewers: Viewer[] = [];
  stack.defer(async () => void await Promise.all(viewers.map((viewer) => viewer.close())));
  return {
    server,
    /** So many viewers of each kind. */
    async watch(countOf: (kind: Kind) => number): Promise<readonly Viewer[]> {
      const some = KINDS.flatMap((kind) =>
        Array.from(
          { length: countOf(kind) },
          () => new Viewer(kind, { port, file: movie.file, frames: kind.isLab ? movie.frames : overRtp }),
        )
      );
      viewers.push(...some);
      await Promise.all(some.map((viewer) => viewer.start()));
      return some;
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

for (const threads of isLinux ? [1, 2] : [1]) {
  Deno.test(`${CLIENTS} clients of all kinds at ${threads} thread${threads > 1 ? "s" : ""} each receive every frame`, async () => {
    await using opened = await open(threads);
    const viewers = await opened.watch(({ count }) => count);
    await watchOn(viewers);
    assertWhole(viewers);
    assertEquals(viewers.filter(({ isLost }) => isLost).length, 0);
  });
}

Deno.test({
  name: `${CLIENTS} clients of all kinds, and threads that fail under them: the others receive every frame`,
  ignore: !isLinux,
  async fn() {
    await using opened = await open(2);
    const viewers = await opened.watch(({ count }) => count);
    await watchOn(viewers);
    let left: readonly Viewer[] = viewers;
    for (const thread of [1, 0]) {
      await opened.server.crash(thread);
      await watchOn(left);
      const kept = left.filter(({ isLost }) => !isLost);
      assertWhole(kept);
      if (thread === 1) assert(kept.length > CLIENTS / 4 && kept.length < CLIENTS * 3 / 4, `${kept.length} are left`);
      left = kept;
    }
    assertEquals(left.map(({ kind }) => kind.name), [], "both threads have failed");
    const others = await opened.watch(() => 4);
    await watchOn(others);
    assertWhole(others);
    assertEquals(others.filter(({ isLost }) => isLost).length, 0);
  },
});
