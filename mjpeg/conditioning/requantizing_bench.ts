import { makeJpeg } from "../../tests/support/jpegs.ts";
import { conditionJpeg } from "./conditioning.ts";
import { COARSENESS, requantizeJpeg } from "./requantizing.ts";

const size = { width: 1280, height: 720, quality: 60 };
const plain = await makeJpeg(size);
const optimized = await makeJpeg({ ...size, optimized: true });

// One frame an iteration: 10 ms are 100 frames a second.
const group = `a frame of 1280x720, ${Math.round(plain.length / 1000)} kB`;
Deno.bench("conditionJpeg(): optimized tables", { group, baseline: true }, () => {
  conditionJpeg(optimized);
});
for (let level = 1; level < COARSENESS.length; level++) {
  Deno.bench(`requantizeJpeg(): level ${level}, ${COARSENESS[level]} times as coarse`, { group }, () => {
    requantizeJpeg(plain, level);
  });
}
