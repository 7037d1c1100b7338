import { assert, assertEquals, assertRejects } from "@std/assert";
import { makeJpeg } from "../../tests/support/jpegs.ts";
import { LARGE_FRAME_BYTES } from "../limits.ts";
import { Conditioner } from "./conditioner.ts";

Deno.test("Conditioner lets large frames hold up no small ones", async () => {
  const conditioner = new Conditioner({ reencode: false });
  try {
    const small = await Promise.all([0, 1].map((seed) => makeJpeg({ seed, optimized: true })));
    const large = await makeJpeg({ width: 1280, height: 800, quality: 95, progressive: true });
    assert(large.length > LARGE_FRAME_BYTES);
    await conditioner.condition(small[0]);
    const order: string[] = [];
    const conditioned = [large, small[1]].map(async (jpeg) => {
      const frame = await conditioner.condition(jpeg);
      assert("image" in frame && frame.image.isTranscoded);
      order.push(jpeg === large ? "large" : "small");
    });
    await Promise.all(conditioned);
    assertEquals(order, ["small", "large"]);
  } finally {
    conditioner.close();
  }
});

Deno.test("Conditioner.close() ends what its workers do", async () => {
  const conditioner = new Conditioner({ reencode: false });
  const conditioned = Promise.resolve(conditioner.condition(await makeJpeg({ optimized: true })));
  conditioner.close();
  await assertRejects(() => conditioned, Error, "The server has stopped");
});
