/**
 * `mjpegrtsp demo`: a server and a player in one process, over real sockets. It shows video without any file.
 *
 * @module
 */

import { Player } from "../../client/player.ts";
import { systemClock } from "../../net/system_clock.ts";
import { freeUdpPort } from "../../net/udp_ports.ts";
import { RtspServer } from "../../server/server.ts";
import type { Command } from "../command.ts";
import { EXIT, UsageError } from "../options/errors.ts";
import { number } from "../options/option.ts";
import { parseCommand } from "../options/parse_command.ts";
import { playUntilEnd } from "../playing.ts";
import { summaryLine, summaryOf } from "../summary.ts";
import { interruptSignal } from "../terminal/interrupts.ts";
import { standardError } from "../terminal/line_output.ts";
import { configureLogging, LOGGING_OPTIONS } from "../terminal/logging.ts";

const HOST = "127.0.0.1";

const OPTIONS = {
  seconds: number("N", "Stop after N seconds of playing", { min: 0.01 }),
  "preview-port": number("PORT", "TCP port of the page", {
    min: 1,
    max: 65_535,
    integer: true,
    defaultText: "8025, or the next free port",
  }),
  ...LOGGING_OPTIONS,
};

/** The command. */
export const command: Command = {
  usage: ["demo [OPTIONS]"],
  description:
    `Serves the built-in test source on this machine and plays it. Open the link that it prints in your browser.
Ctrl-C or q ends it.`,
  options: OPTIONS,
  examples: ["demo", "demo --log-level debug"],

  async run(args) {
    const { options, positionals } = parseCommand(args, OPTIONS);
    if (positionals.length > 0) throw new UsageError(`demo takes no arguments, got ${positionals.join(" ")}`);
    const interrupt = interruptSignal();
    configureLogging(options);
    const server = new RtspServer({
      root: undefined,
      hostname: HOST,
      port: 0,
      frameRate: 20,
      loop: true,
      fragmentBytes: undefined,
      emulation: undefined,
      clock: systemClock,
      random: Math.random,
    });
    const serving = server.run();
    const player = new Player({
      target: {
        hostname: HOST,
        port: server.address.port,
        rtpPort: freeUdpPort(HOST),
        file: "testsrc",
        dialect: "auto",
      },
      clock: systemClock,
    });
    try {
      await playUntilEnd({
        player,
        recorder: undefined,
        preview: { port: options["preview-port"] },
        paused: false,
        maxFrames: Infinity,
        maxSeconds: options.seconds ?? Infinity,
        clock: systemClock,
        interrupt,
      });
    } finally {
      await server.close();
      await serving;
      const summary = summaryOf(player, undefined);
      if (summary.packets > 0) standardError.line(summaryLine(summary, {}));
    }
    return EXIT.done;
  },
};
