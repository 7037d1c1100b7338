/** Sessions over channels that are simulated by the emulated network, with clients that report, and some that ask again. */
import { assert, assertEquals } from "@std/assert";
import { FakeClock } from "../../tests/support/fake_clock.ts";
import { NetworkEmulator, NO_IMPAIRMENTS } from "../emulation/network_emulator.ts";
import { seededRandom } from "../emulation/random.ts";
import { Adaptation } from "./adaptation.ts";
import { hasFrame, QUALITIES, type Quality } from "./quality_ladder.ts";

const FPS = 25;
const PACKET_BYTES = 1400;
/** A movie of 8 Mbit/s. */
const FRAME_BYTES = 8e6 / 8 / FPS;
/** RFC 3550, 6.2: about so long between two reports. */
const REPORT_MS = 5000;

/** What a second of the channel is like, and how the client sees it. */
interface Channel {
  /** In bits a second; `undefined` without limit. */
  readonly rate?: number;
  readonly loss?: number;
}

/** What happened in one second. */
interface Second {
  readonly wholeFrames: number;
  /** The quality at its end. */
  readonly quality: Quality;
}

/** How the client and its movie are. */
interface Kind {
  /** Whether it asks for lost packets again. */
  readonly asksAgain?: boolean;
  /** Requantized frames are so much larger than expected. */
  readonly sizeFactor?: number;
}

class Simulation {
  readonly #clock = new FakeClock();
  readonly #adaptation = new Adaptation({ clock: this.#clock, isOverTcp: false });
  readonly #random = seededRandom(7);
  readonly #kind: Kind;
  #emulator = new NetworkEmulator<number>(NO_IMPAIRMENTS, { random: this.#random, maxQueueMs: 500 });
  #number = 65_000;
  #order = 0;
  #sent = 0;
  #lost = 0;
  /** Times at which the quality changed, and to what rate. */
  readonly changes: { readonly atMs: number; readonly rate: number }[] = [];

  constructor(kind: Kind = {}) {
    this.#adaptation.restart(this.#number + 1);
    this.#kind = kind;
  }

  /** Lets seconds go by. */
  run(seconds: number, { rate, loss = 0 }: Channel = {}): Second[] {
    this.#emulator = new NetworkEmulator({ ...NO_IMPAIRMENTS, rate, loss }, { random: this.#random, maxQueueMs: 500 });
    return Array.from({ length: seconds }, () => {
      let wholeFrames = 0;
      for (let frame = 0; frame < FPS; frame++) if (this.#frame()) wholeFrames++;
      return { wholeFrames, quality: this.#adaptation.quality };
    });
  }

  get leftOut(): number {
    return this.#adaptation.leftOut;
  }

  /** Whether a frame was sent, and came whole. */
  #frame(): boolean {
    const adaptation = this.#adaptation;
    const { quality } = adaptation;
    let isWhole = false;
    if (!hasFrame(quality, this.#order++)) adaptation.noteLeftOut();
    else isWhole = this.#send(quality);
    this.#clock.advance(1000 / FPS);
    if (this.#clock.nowMs() % REPORT_MS < 1000 / FPS) this.#report();
    if (adaptation.quality !== quality) {
      this.changes.push({ atMs: this.#clock.nowMs(), rate: adaptation.quality.rate });
    }
    return isWhole;
  }

  #send({ level, rate, frames: [sent, of] }: Quality): boolean {
    const { sizeFactor = 1, asksAgain = false } = this.#kind;
    const size = level === 0 ? 1 : sizeFactor * rate * of / sent;
    const packets = Math.ceil(FRAME_BYTES * size / PACKET_BYTES);
    const missing: number[] = [];
    for (let packet = 0; packet < packets; packet++) {
      this.#number = (this.#number + 1) & 0xffff;
      const spreadMs = packet * 20 / packets;
      const nowMs = this.#clock.nowMs() + spreadMs;
      const delivered = this.#emulator.push(this.#number, { lengthBytes: PACKET_BYTES, nowMs });
      if (delivered.length === 0) missing.push(this.#number);
    }
    this.#sent += packets;
    this.#lost += missing.length;
    this.#adaptation.noteSent(packets, (this.#number + 1) & 0xffff);
    // Asked for twice, as by those who wait for an answer in vain.
    if (asksAgain && missing.length > 0) { for (let time = 0; time < 2; time++) this.#adaptation.takeAsked(missing); }
    return missing.length === 0;
  }

  #report(): void {
    this.#adaptation.takeReport({ fractionLost: this.#sent === 0 ? 0 : Math.floor(256 * this.#lost / this.#sent) });
    this.#sent = this.#lost = 0;
  }
}

function meanFrames(seconds: readonly Second[]): number {
  return seconds.reduce((sum, { wholeFrames }) => sum + wholeFrames, 0) / seconds.length;
}

const NARROW = { rate: 2e6 };

for (
  const { title, kind } of [
    { title: "a client that reports", kind: {} },
    { title: "a client that asks for packets again", kind: { asksAgain: true } },
    { title: "frames that are larger than expected", kind: { asksAgain: true, sizeFactor: 1.4 } },
    { title: "frames that are smaller than expected", kind: { sizeFactor: 0.7 } },
  ]
) {
  Deno.test(`8 Mbit/s through 2 Mbit/s: at least 10 whole frames a second once it has settled; ${title}`, () => {
    const simulation = new Simulation(kind);
    assertEquals(meanFrames(simulation.run(10)), FPS);
    assertEquals(simulation.changes, []);
    simulation.run(20, NARROW);
    const before = simulation.changes.length;
    const frames = meanFrames(simulation.run(120, NARROW));
    assert(frames >= 10, `${frames} frames a second, ${JSON.stringify(simulation.changes)}`);
    const changes = simulation.changes.slice(before);
    assert(changes.length <= 120 / 5, `${changes.length} changes in two minutes ${JSON.stringify(simulation.changes)}`);
  });

  Deno.test(`back at full quality 30 s after the network has room again; ${title}`, () => {
    const simulation = new Simulation(kind);
    for (const seconds of [10, 20, 60, 61, 64, 67, 70, 73]) {
      simulation.run(seconds, NARROW);
      assert(simulation.run(30).at(-1)!.quality === QUALITIES[0], `after ${seconds} s`);
      assertEquals(meanFrames(simulation.run(5)), FPS);
    }
  });

  Deno.test(`loss of 1 % that has nothing to do with the rate leaves the quality where it is; ${title}`, () => {
    const simulation = new Simulation(kind);
    const seconds = simulation.run(300, { loss: 0.01 });
    const full = seconds.filter(({ quality }) => quality === QUALITIES[0]).length;
    assert(full >= 0.95 * seconds.length, `${full} of ${seconds.length} s at full quality`);
  });
}

Deno.test("loss of 8 % that stays however little is sent is put up with", () => {
  const simulation = new Simulation({ asksAgain: true });
  const seconds = simulation.run(300, { loss: 0.08 }).slice(60);
  const rates = seconds.map(({ quality }) => quality.rate);
  assert(Math.min(...rates) >= 0.25, `down to ${Math.min(...rates)}: ${JSON.stringify(simulation.changes)}`);
  assertEquals(simulation.run(60).at(-1)!.quality, QUALITIES[0]);
});

Deno.test("a network that is gone for some seconds costs no more than these and half a minute", () => {
  const simulation = new Simulation({ asksAgain: true });
  simulation.run(10);
  assertEquals(meanFrames(simulation.run(4, { loss: 1 })), 0);
  assertEquals(simulation.run(30).at(-1)!.quality, QUALITIES[0]);
});

Deno.test("over TCP frames that find the client behind tell, and reports do not", () => {
  const clock = new FakeClock();
  const adaptation = new Adaptation({ clock, isOverTcp: true });
  const watch = (seconds: number, droppedOf: number) => {
    for (let frame = 0; frame < seconds * FPS; frame++) {
      adaptation.noteSent(1, frame + 1);
      adaptation.takeReport({ fractionLost: 255 });
      adaptation.takeAsked([frame]);
      adaptation.noteFrame({ isDropped: droppedOf > 0 && frame % droppedOf === 0 });
      clock.advance(1000 / FPS);
    }
    return adaptation.quality;
  };
  assertEquals(watch(10, 0), QUALITIES[0]);
  // One frame that comes too late in two seconds may be chance.
  assertEquals(watch(10, 2 * FPS), QUALITIES[0]);
  assert(watch(5, 2).rate <= 0.5);
  assertEquals(adaptation.lowest, adaptation.quality);
  assertEquals(watch(30, 0), QUALITIES[0]);
  assert(adaptation.lowest.rate <= 0.5);
});

Deno.test("packets that are asked for are sent again once each, also after numbers that were never sent and long ago", () => {
  const clock = new FakeClock();
  const adaptation = new Adaptation({ clock, isOverTcp: false });
  let next = 65_000;
  const send = (packets: number) => {
    next = (next + packets) & 0xffff;
    adaptation.noteSent(packets, next);
    clock.advance(40);
  };
  adaptation.restart(next);
  for (const packets of [100, 1000, 40_000, 60_000]) {
    for (let sent = 0; sent < packets; sent += 50) send(50);
    const number = (next - 3) & 0xffff;
    assertEquals(adaptation.takeAsked([number]), [number], `after ${packets}`);
    assertEquals(adaptation.takeAsked([number]), [], `after ${packets}, again`);
  }
  adaptation.takeAsked([(next + 20_000) & 0xffff]);
  send(50);
  const number = (next - 3) & 0xffff;
  assertEquals(adaptation.takeAsked([number]), [number]);
});
