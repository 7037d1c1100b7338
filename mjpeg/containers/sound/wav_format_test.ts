import { assertEquals, assertRejects } from "@std/assert";
import { concat } from "@std/bytes";
import { MAX_SOUND_CHANNELS, MAX_SOUND_RATE, MAX_WAV_CHUNKS } from "../../limits.ts";
import { memoryFile } from "../../../tests/support/memory_file.ts";
import { characters, chunk } from "../avi/riff_writer.ts";
import { WAV } from "./wav_format.ts";
import { WavWriter } from "./wav_writer.ts";

const read = async (bytes: Uint8Array) => {
  assertEquals(WAV.recognizes(bytes), true);
  return (await WAV.findSound!(memoryFile(bytes)))!;
};

const riff = (...chunks: Uint8Array[]) => concat([chunk("RIFF", characters("WAVE")), ...chunks]);

function fmt({ number = 1, channels = 1, rate = 8000, bits = 16, guid = [] as number[] } = {}): Uint8Array {
  const bytes = new Uint8Array(guid.length > 0 ? 40 : 16);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, number, true);
  view.setUint16(2, channels, true);
  view.setUint32(4, rate, true);
  view.setUint16(14, bits, true);
  if (guid.length > 0) bytes.set(guid, 24);
  return chunk("fmt ", bytes);
}

const DATA = chunk("data", new Uint8Array(8));

Deno.test("WAV reads what WavWriter writes", async () => {
  const writer = new WavWriter({ sampleRate: 8000, channels: 2 }, 0);
  const [{ bytes }] = writer.add({ data: new Uint8Array(16), timestampUs: 0 });
  const { encoding, channels, sampleRate, sampleCount, ...lists } = await read(bytes);
  assertEquals([encoding, channels, sampleRate, sampleCount], ["pcm16", 2, 8000, 4]);
  assertEquals(Object.values(lists).map(({ low: [value] }) => value), [44, 0, 4]);
});

Deno.test("WAV knows PCM, mu-law, A-law and the extensible format", async () => {
  const rest = [0, 0, 0, 0, 16, 0, 128, 0, 0, 170, 0, 56, 155, 113];
  for (
    const [format, encoding] of [
      [{ number: 1, bits: 8, guid: [] }, "pcm8"],
      [{ number: 6, bits: 8, guid: [] }, "alaw"],
      [{ number: 7, bits: 8, guid: [] }, "mulaw"],
      [{ number: 0xfffe, bits: 16, guid: [1, 0, ...rest] }, "pcm16"],
    ] as const
  ) {
    const sound = await read(riff(fmt({ ...format, guid: [...format.guid] }), DATA));
    assertEquals(sound.encoding, encoding);
  }
});

Deno.test("WAV takes chunks in any order, of odd sizes, and lengths that lie", async () => {
  const odd = chunk("LIST", new Uint8Array(3));
  const padded = odd.length % 2 === 0 ? odd : concat([odd, new Uint8Array(1)]);
  assertEquals((await read(riff(padded, DATA, fmt()))).sampleCount, 4);
  for (const length of [0, 2 ** 32 - 1]) {
    const data = DATA.slice();
    new DataView(data.buffer).setUint32(4, length, true);
    assertEquals((await read(riff(fmt(), data))).sampleCount, 4);
  }
});

Deno.test("WAV keeps its limits", async () => {
  await read(riff(fmt({ channels: MAX_SOUND_CHANNELS, rate: MAX_SOUND_RATE }), DATA));
  const empty = (count: number) => Array.from({ length: count }, () => chunk("junk", new Uint8Array(0)));
  await read(riff(...empty(MAX_WAV_CHUNKS - 2), fmt(), DATA));
  for (
    const [bytes, message] of [
      [riff(fmt({ channels: MAX_SOUND_CHANNELS + 1 }), DATA), "channels"],
      [riff(fmt({ channels: 0 }), DATA), "channels"],
      [riff(fmt({ rate: MAX_SOUND_RATE + 1 }), DATA), "samples a second"],
      [riff(fmt({ bits: 24 }), DATA), "format 1 with 24 bits"],
      [riff(...empty(MAX_WAV_CHUNKS - 1), fmt(), DATA), "no chunk `data`"],
      [riff(DATA), "no chunk `fmt `"],
    ] as const
  ) await assertRejects(() => read(bytes), SyntaxError, message);
});

Deno.test("WAV rejects every file that is cut in its headers, and finds nothing where there is no whole sample", async () => {
  const whole = riff(fmt(), DATA);
  for (let length = 12; length < whole.length - 8; length++) {
    await assertRejects(() => read(whole.subarray(0, length)), SyntaxError);
  }
  for (const length of [8, 7]) assertEquals(await read(whole.subarray(0, whole.length - length)), undefined);
  assertEquals(WAV.recognizes(whole.subarray(0, 11)), false);
});
