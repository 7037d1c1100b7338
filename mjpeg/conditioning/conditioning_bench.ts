import { makeJpeg } from "../../tests/support/jpegs.ts";
import { decodeCoefficients } from "../entropy/coefficients.ts";
import { conditionJpeg } from "./conditioning.ts";

const size = { width: 1280, height: 720, quality: 60 };
const plain = await makeJpeg(size);
const optimized = await makeJpeg({ ...size, optimized: true });
const progressive = await makeJpeg({ ...size, progressive: true });

// One frame an iteration: 5 ms are 200 frames a second.
const group = `a frame of 1280x720, ${Math.round(optimized.length / 1000)} kB`;
Deno.bench("conditionJpeg(): the standard tables, not transcoded", { group }, () => {
  conditionJpeg(plain);
});
Deno.bench("conditionJpeg(): optimized tables", { group, baseline: true }, () => {
  conditionJpeg(optimized);
});
Deno.bench("conditionJpeg(): progressive", { group }, () => {
  conditionJpeg(progressive);
});
Deno.bench("decodeCoefficients(): optimized tables", { group }, () => {
  decodeCoefficients(optimized);
});
Deno.bench("decodeCoefficients(): progressive", { group }, () => {
  decodeCoefficients(progressive);
});
