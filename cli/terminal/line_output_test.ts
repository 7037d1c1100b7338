import { assertEquals } from "@std/assert";
import { soon, until } from "../../tests/support/until.ts";
import { MAX_WAITING_CHARS } from "../limits.ts";
import { LineOutput } from "./line_output.ts";

/** A pipe that takes what it is told to: nothing while `gate` is closed, and at most `chunk` bytes at once. */
function pipe(chunk = Infinity) {
  let gate = Promise.withResolvers<void>();
  gate.resolve();
  return {
    text: "",
    writes: 0,
    error: undefined as Error | undefined,
    fill: () => void (gate = Promise.withResolvers()),
    empty: () => gate.resolve(),
    async write(bytes: Uint8Array): Promise<number> {
      this.writes++;
      await gate.promise;
      if (this.error !== undefined) throw this.error;
      const taken = bytes.subarray(0, chunk);
      this.text += new TextDecoder().decode(taken);
      return taken.length;
    },
  };
}

Deno.test("LineOutput writes lines in order, escaped, in as many writes as it takes", async () => {
  const target = pipe(7);
  const output = new LineOutput(target);
  output.line("one \x1b[2J");
  output.raw("\rbar");
  output.line("two\nforged \u202e");
  await soon(output.written());
  assertEquals(target.text, "one \\u001b[2J\n\rbartwo\\nforged \\u202e\n");
});

Deno.test(`LineOutput keeps ${MAX_WAITING_CHARS} characters for a pipe that nobody reads, and counts what it drops`, async () => {
  const target = pipe();
  const output = new LineOutput(target);
  const told: number[] = [];
  output.onDropped = (count) => {
    told.push(count);
    output.line(`${count} dropped`);
  };
  target.fill();
  output.line("under way");
  const half = "x".repeat(MAX_WAITING_CHARS / 2 - 1);
  // Two lines fill the queue to its last character.
  for (const text of [half, half, "", "more"]) output.line(text);
  target.empty();
  await soon(output.written());
  assertEquals(told, [2]);
  assertEquals(target.text, `under way\n${half}\n${half}\n2 dropped\n`);
});

Deno.test("LineOutput writes a message of any length where nothing waits", async () => {
  const target = pipe();
  const output = new LineOutput(target);
  output.line("\x1b".repeat(MAX_WAITING_CHARS));
  await soon(output.written());
  assertEquals(target.text.length, 6 * MAX_WAITING_CHARS + 1);
});

Deno.test("LineOutput goes on after errors of a closed pipe or a full disk, and tells what is missing once it can", async () => {
  const target = pipe();
  const output = new LineOutput(target);
  output.onDropped = (count) => output.line(`${count} dropped`);
  target.error = new Deno.errors.BrokenPipe();
  for (const text of ["a", "b", "c"]) {
    output.line(text);
    await soon(output.written());
  }
  assertEquals(target.text, "");
  target.error = undefined;
  output.line("d");
  await soon(output.written());
  assertEquals(target.text, "d\n3 dropped\n");
});

Deno.test("LineOutput tries again where a pipe neither takes anything nor lets wait", async () => {
  const target = pipe();
  const output = new LineOutput(target);
  target.error = new Deno.errors.WouldBlock();
  output.line("a");
  await until(() => target.writes > 2);
  target.error = undefined;
  await soon(output.written());
  assertEquals(target.text, "a\n");
});
