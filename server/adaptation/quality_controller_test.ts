import { assert, assertEquals } from "@std/assert";
import { QualityController } from "./quality_controller.ts";
import { QUALITIES } from "./quality_ladder.ts";

/** A controller that is told of 1000 packets each second. */
function controller() {
  const subject = new QualityController();
  let nowMs = 0;
  return {
    subject,
    take(lost: number, { seconds = 1, sinceMs = nowMs } = {}): number {
      nowMs += 1000 * seconds;
      subject.take({ sent: 1000, lost, enough: 200, sinceMs, nowMs });
      return QUALITIES.indexOf(subject.quality);
    },
  };
}

Deno.test("QualityController falls by what was lost, at once, and by a fifth at the most", () => {
  assertEquals(controller().take(40), 0);
  assertEquals(controller().take(41), 1);
  const { take, subject } = controller();
  take(750);
  assert(subject.quality.rate <= 0.25 * 0.9 && subject.quality.rate > 0.15, `${subject.quality.rate}`);
  const gone = controller();
  gone.take(1000);
  assert(gone.subject.quality.rate > 0.1, `${gone.subject.quality.rate}`);
});

Deno.test("QualityController does not fall twice for the same loss", () => {
  const { take } = controller();
  const first = take(750);
  assertEquals(take(750), first);
  assertEquals(take(750, { sinceMs: 0 }), first);
  assert(take(750) > first);
});

Deno.test("QualityController tries one step first, then ever more, and stays at the best", () => {
  const { take } = controller();
  for (let second = 0; second < 20; second++) take(1000);
  const bottom = QUALITIES.length - 1;
  assertEquals(take(1000), bottom);
  const seen = new Set(Array.from({ length: 60 }, () => take(0)));
  assertEquals([...seen], [bottom, bottom - 1, 6, 5, 0]);
});

Deno.test("QualityController waits longer after a trial that failed, and not for ever", () => {
  const { take } = controller();
  let last = take(400);
  const floor = last;
  const trialSeconds: number[] = [];
  for (let second = 1; second < 200; second++) {
    const index = take(last < floor ? 60 : 0);
    if (index < last) trialSeconds.push(second);
    last = index;
  }
  const waits = trialSeconds.slice(1).map((second, index) => second - trialSeconds[index]);
  assert(waits.every((wait) => wait >= 12 && wait <= 18), `${waits}`);
});
