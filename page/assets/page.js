/*
 * The local page: puts its parts together. What the player says and takes is in player.js; stage/ is the picture with its controls,
 * panel/ what stands beside it, wire/ what goes over the wire, and sound/ what is heard.
 */

// @ts-check
/// <reference lib="dom" />

import { SessionPanel } from "./panel/session.js";
import { Statistics } from "./panel/statistics.js";
import { Player } from "./player.js";
import { HeldFrames } from "./sound/held_frames.js";
import { PlayoutClock } from "./sound/playout_clock.js";
import { Sound } from "./sound/sound.js";
import { Bubble } from "./stage/bubble.js";
import { Controls } from "./stage/controls.js";
import { Fading } from "./stage/fading.js";
import { Keys } from "./stage/keys.js";
import { Notices } from "./stage/notices.js";
import { Picture } from "./stage/picture.js";
import { Pointer } from "./stage/pointer.js";
import { Timeline } from "./stage/timeline.js";
import { View } from "./stage/view.js";
import { Volume } from "./stage/volume.js";
import { Packet } from "./wire/packet.js";
import { Wire } from "./wire/wire.js";

const player = new Player();
const clock = new PlayoutClock();
const frames = new HeldFrames({ player, clock });
const sound = new Sound({ player, frames, clock });
const picture = new Picture({ player, frames });
const bubble = new Bubble();
const controls = new Controls({ player, picture, bubble });
const view = new View({ picture, bubble });
const volume = new Volume({ sound, bubble });
const fading = new Fading(player);

new Timeline(player);
new Notices({ player, picture });
new Pointer({ player, bubble, controls, fading, view });
new Keys({ player, picture, controls, view, volume });
new SessionPanel(player);
new Statistics({ player, picture });
new Wire(player);
new Packet(player);
