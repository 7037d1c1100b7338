/**
 * Measures, in one run, how many sessions of the lab's dialect a CPU-second serves: `mjpegrtsp serve` against the lab's
 * Python server, the same clients for both. Part of `deno task bench`; reads CPU times from /proc, so Linux only.
 *
 * @module
 */

import { startLabServer } from "../tests/lab/lab_peers.ts";
import { makeLabMovie } from "../tests/support/lab_movie.ts";
import { startOurServer } from "../tests/support/our_program.ts";
import { TcpClient } from "../tests/support/tcp_client.ts";

const SESSIONS = 100;
const SECONDS = 5;
const ROUNDS = 3;
const FRAME_RATE = 20;
/** USER_HZ: what /proc counts CPU time in, on every Linux that Deno runs on. */
const TICKS_PER_SECOND = 100;

interface Server extends AsyncDisposable {
  readonly port: number;
  readonly program: { readonly pid: number };
}

/** CPU time of a process and its threads so far, in seconds (proc(5): fields 14 and 15 of stat). */
async function cpuSeconds(pid: number): Promise<number> {
  const stat = await Deno.readTextFile(`/proc/${pid}/stat`);
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** Plays `file` in many sessions; the CPU that the server takes, and the frames that arrive, a second. */
async function measure(server: Server, file: string): Promise<{ cpu: number; framesPerSecond: number }> {
  const receiver = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  const { port } = receiver.addr as Deno.NetAddr;
  let frames = 0;
  const receiving = (async () => {
    const buffer = new Uint8Array(65_536);
    try {
      for (;;) {
        await receiver.receive(buffer);
        frames++;
      }
    } catch (error) {
      if (!(error instanceof Deno.errors.BadResource || error instanceof Deno.errors.Interrupted)) throw error;
    }
  })();
  using clients = new DisposableStack();
  for (let count = 0; count < SESSIONS; count++) {
    const client = clients.use(await TcpClient.connect(server.port));
    const reply = await client.ask(`SETUP ${file} RTSP/1.0\nCSeq: 1\nTransport: RTP/UDP; client_port= ${port}`);
    const session = /Session: (\d+)/.exec(reply)![1];
    await client.ask(`PLAY ${file} RTSP/1.0\nCSeq: 2\nSession: ${session}`);
  }
  const [startMs, startCpu, startFrames] = [performance.now(), await cpuSeconds(server.program.pid), frames];
  await new Promise((resolve) => setTimeout(resolve, SECONDS * 1000));
  const seconds = (performance.now() - startMs) / 1000;
  const cpu = (await cpuSeconds(server.program.pid) - startCpu) / seconds;
  const framesPerSecond = (frames - startFrames) / seconds;
  receiver.close();
  await receiving;
  return { cpu, framesPerSecond };
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((left, right) => left - right)[numbers.length >> 1];
}

if (Deno.build.os !== "linux") {
  console.log("bench_lab: CPU times are read from /proc, which only Linux has");
  Deno.exit(0);
}
// Long enough for all rounds; the Python server does not loop.
await using movie = await makeLabMovie({ frameCount: (SECONDS + 5) * FRAME_RATE });
const start: Record<string, () => Promise<Server>> = {
  "mjpegrtsp serve": () => startOurServer({ root: movie.root }),
  "the lab's Python server": () => startLabServer({ root: movie.root }),
};
const cpu: Record<string, number[]> = {};
console.log(`${SESSIONS} sessions of the lab's dialect, 320x240 at ${FRAME_RATE} frames a second, ${SECONDS} s each:`);
for (let round = 1; round <= ROUNDS; round++) {
  for (const [name, startServer] of Object.entries(start)) {
    await using server = await startServer();
    const measured = await measure(server, movie.file);
    (cpu[name] ??= []).push(measured.cpu);
    console.log(`  ${name}: ${measured.cpu.toFixed(3)} CPU, ${measured.framesPerSecond.toFixed(0)} frames/s`);
  }
}
const [ours, theirs] = Object.values(cpu).map(median);
console.log(`sessions a CPU-second against the Python server: ${(theirs / ours).toFixed(1)} times as many`);
