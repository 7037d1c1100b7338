/**
 * Our server, used by clients of the lab's forks (`fork_client.py`), all of them at once.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import { ChildProgram } from "../support/child_program.ts";
import { labFile, labFrames, type LabMovie, makeLabMovie } from "../support/lab_movie.ts";
import { type OurServer, startOurServer } from "../support/our_program.ts";
import { peerTest } from "../support/peers.ts";
import { assertShowsMovie, WHOLE_SESSION, WHOLE_SESSION_FRAMES } from "./lab_assertions.ts";
import { PYTHON, runLabClient } from "./lab_peers.ts";

const CLIENT = fromFileUrl(new URL("./fork_client.py", import.meta.url));
const OTHER = "other.Mjpeg";

/** Whether each fork lists movies. */
const FORKS: Readonly<Record<string, { readonly lists: boolean }>> = {
  json: { lists: true },
  connect: { lists: true },
  scrub: { lists: false },
  time: { lists: false },
  version: { lists: false },
  quality: { lists: false },
  comma: { lists: true },
  typo: { lists: false },
  speed: { lists: true },
  movies: { lists: true },
  stop: { lists: false },
};

peerTest(
  "serve: a client of each of the lab's forks does what its buttons are for, all of them at once",
  [PYTHON],
  async () => {
    await using movie = await makeLabMovie({ frameCount: 100 });
    await Deno.writeFile(join(movie.root, OTHER), labFile((await labFrames(100)).slice(40)));
    await using server = await startOurServer({ root: movie.root });
    await Promise.all(
      Object.entries(FORKS).map(async ([fork, { lists }]) => {
        await using program = startFork(fork, { server, movie });
        const { code, stdout, stderr } = await program.exit();
        assertEquals([fork, code], [fork, 0], stderr.join("\n"));
        const report = JSON.parse(stdout.at(-1)!);
        if (lists) assertEquals([fork, report.list], [fork, [movie.file, OTHER]]);
      }),
    );
  },
);

/** The fork whose client reads the fragments of each style that gives them their frame's number somewhere. */
const STYLES: Readonly<Record<string, string>> = {
  "timestamp": "timestamp",
  "frame-number": "numbered",
  ...{ offset8: "offset8", index6: "index6", index4: "index4" },
};

for (const [style, fork] of Object.entries(STYLES)) {
  peerTest(`serve: --fragment-style ${style} is what its fork's client puts together`, [PYTHON], async () => {
    await using movie = await makeLabMovie({ frameCount: 30 });
    await Deno.writeFile(join(movie.root, OTHER), labFile(movie.frames));
    const args = ["--fragment", "1400", "--fragment-style", style];
    await using server = await startOurServer({ root: movie.root, args });
    await using program = startFork(fork, { server, movie });
    const { code, stderr } = await program.exit();
    assertEquals(code, 0, stderr.join("\n"));
  });
}

peerTest("serve: --marker marks whole frames, and a plain client does not mind", [PYTHON], async () => {
  await using movie = await makeLabMovie();
  await using server = await startOurServer({ root: movie.root, args: ["--marker"] });
  for (const fragments of [false, true]) {
    const client = { rtspPort: server.port, file: movie.file, script: WHOLE_SESSION, fragments };
    const result = await runLabClient(client);
    assertShowsMovie(result, { frames: movie.frames, atLeast: WHOLE_SESSION_FRAMES });
    assertEquals(result.report.markers_seen, result.report.packets);
  }
});

/** Starts the client of one fork. */
function startFork(fork: string, { server, movie }: { server: OurServer; movie: LabMovie }): ChildProgram {
  const args = [CLIENT, fork, "127.0.0.1", String(server.port), movie.root, movie.file, OTHER];
  return new ChildProgram(PYTHON, { args });
}
