import { assertEquals } from "@std/assert";
import { MAX_WAITING_CAPTURE_BYTES } from "../../net/limits.ts";
import { systemClock } from "../../net/system_clock.ts";
import {
  type CaptureBatch,
  captureReceived,
  CaptureSender,
  createWaitingBytes,
  passOn,
  receiveCapture,
} from "./capture_pipe.ts";

Deno.test("CaptureSender drops and counts whole packets beyond what may wait in all threads, and sends on later", async () => {
  const waiting = createWaitingBytes();
  const [engine, main] = [new MessageChannel(), new MessageChannel()];
  passOn(engine.port1, main.port2);
  const sender = new CaptureSender({ port: engine.port2, waiting }, systemClock);
  sender.write(new Uint8Array(MAX_WAITING_CAPTURE_BYTES - 4));
  sender.write(Uint8Array.of(1, 2, 3, 4));
  sender.write(Uint8Array.of(5));
  const batches: CaptureBatch[] = [];
  receiveCapture({ port: main.port1, waiting }, (batch) => batches.push(batch));
  await captureReceived(waiting, systemClock);
  sender.write(Uint8Array.of(6));
  sender.flush();
  await captureReceived(waiting, systemClock);
  assertEquals(batches.map(({ blocks, packets, dropped }) => [blocks.length, packets, dropped]), [
    [MAX_WAITING_CAPTURE_BYTES - 4, 1, 0],
    [4, 1, 1],
    [1, 1, 0],
  ]);
  for (const port of [engine.port1, engine.port2, main.port1, main.port2]) port.close();
});
