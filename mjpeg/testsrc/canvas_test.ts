import { assertEquals } from "@std/assert";
import { Canvas } from "./canvas.ts";

/** The red bytes, a line of text for each row: `#` for 255, `.` for 0. */
function redOf({ image: { width, height, data } }: Canvas): string[] {
  return Array.from(
    { length: height },
    (_, y) => Array.from({ length: width }, (_, x) => data[(y * width + x) * 4] === 255 ? "#" : ".").join(""),
  );
}

Deno.test("Canvas.fill() fills what lies within the image", () => {
  const canvas = new Canvas({ width: 4, height: 3 });
  canvas.fill({ x: 2, y: 1, width: 5, height: 5 }, [255, 2, 3]);
  canvas.fill({ x: -3, y: -3, width: 4, height: 4 }, [255, 2, 3]);
  assertEquals(redOf(canvas), ["#...", "..##", "..##"]);
  assertEquals([...canvas.image.data.subarray(0, 8)], [255, 2, 3, 255, 0, 0, 0, 0]);
});

Deno.test("Canvas.writeText() centres a line, a column apart, and leaves unknown characters blank", () => {
  const canvas = new Canvas({ width: 19, height: 8 });
  canvas.writeText("1~L", { x: 9.5, y: 1, scale: 1, colour: [255, 255, 255] });
  assertEquals(redOf(canvas), [
    "...................",
    "...#.........#.....",
    "..##.........#.....",
    "...#.........#.....",
    "...#.........#.....",
    "...#.........#.....",
    "...#.........#.....",
    "..###........#####.",
  ]);
});
