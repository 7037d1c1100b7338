#!/usr/bin/python3
"""gst-rtsp-server sending the MJPEG track of an AVI file, as a peer for tests and benchmarks.

  gst_server.py FILE.avi [--auth none|basic|digest] [--tcp-only] [--udp-only] [--no-parse]
      [--sound ENCODING...] [--sound-wave WAVE] [--sound-buffers COUNT] [--sound-samples COUNT]
      [--address ADDRESS] [--multicast GROUP] [--record FILE.mjpg]

prints "listening PORT". rtsp://ADDRESS:PORT/stream makes a pipeline for each client, as gst-rtsp-server does by default,
and /shared one for all of them, who then see the same frame at the same time. User "user", password "pass word".
With --record, what is published as /record (ANNOUNCE, RECORD) is written to a file, one JPEG after the other.
"""

import argparse

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtsp", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtsp, GstRtspServer  # noqa: E402

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("file")
parser.add_argument("--auth", choices=["none", "basic", "digest"], default="none")
parser.add_argument("--tcp-only", action="store_true")
parser.add_argument("--udp-only", action="store_true")
parser.add_argument("--address", default="127.0.0.1")
parser.add_argument("--multicast", metavar="GROUP", help="send to this group only, ports 45000 to 45009")
parser.add_argument("--sound", nargs="+", default=[], choices=["PCMU", "PCMA", "L16"], help="add a tone in each of these")
parser.add_argument("--sound-wave", default="sine", help="what audiotestsrc makes: sine, ticks (one a second)")
parser.add_argument("--sound-buffers", type=int, default=100, help="how long it is, in buffers; -1 has no end")
parser.add_argument("--sound-samples", type=int, default=1024, help="samples of a buffer")
parser.add_argument("--no-parse", action="store_true", help="send the track's frames as they are, the cheapest way")
parser.add_argument("--record", metavar="FILE", help="write what is published as /record to a file")
args = parser.parse_args()

Gst.init(None)
server = GstRtspServer.RTSPServer()
server.set_address(args.address)
server.set_service("0")

source = f'filesrc location="{args.file}" ! avidemux'
payloader = "rtpjpegpay name=pay0 pt=26"
launch = f"{source} ! {payloader} mtu=1400" if args.no_parse else f"{source} ! jpegparse ! {payloader}"
sounds = {
    "PCMU": "audio/x-raw,rate=8000,channels=1 ! mulawenc ! rtppcmupay pt=0",
    "PCMA": "audio/x-raw,rate=8000,channels=1 ! alawenc ! rtppcmapay pt=8",
    "L16": "audio/x-raw,rate=16000,channels=2 ! rtpL16pay pt=97",
}
for track, encoding in enumerate(args.sound, start=1):
    tone = f"audiotestsrc wave={args.sound_wave} num-buffers={args.sound_buffers} samplesperbuffer={args.sound_samples}"
    tone += " ! audioresample ! audioconvert"
    launch += f" {tone} ! {sounds[encoding]} name=pay{track}"

if args.auth != "none":
    auth = GstRtspServer.RTSPAuth()
    token = GstRtspServer.RTSPToken()
    token.set_string("media.factory.role", "user")
    if args.auth == "basic":
        auth.set_supported_methods(GstRtsp.RTSPAuthMethod.BASIC)
        auth.add_basic(GstRtspServer.RTSPAuth.make_basic("user", "pass word"), token)
    else:
        auth.set_supported_methods(GstRtsp.RTSPAuthMethod.DIGEST)
        auth.add_digest("user", "pass word", token)
    server.set_auth(auth)

for path, is_shared in (("/stream", False), ("/shared", True)):
    factory = GstRtspServer.RTSPMediaFactory()
    factory.set_launch(f"( {launch} )")
    factory.set_shared(is_shared)
    if args.tcp_only:
        factory.set_protocols(GstRtsp.RTSPLowerTrans.TCP)
    if args.udp_only:
        factory.set_protocols(GstRtsp.RTSPLowerTrans.UDP)
    if args.multicast:
        pool = GstRtspServer.RTSPAddressPool()
        pool.add_range(args.multicast, args.multicast, 45000, 45009, 1)
        factory.set_address_pool(pool)
        factory.set_protocols(GstRtsp.RTSPLowerTrans.UDP_MCAST)
    if args.auth != "none":
        permissions = GstRtspServer.RTSPPermissions()
        permissions.add_permission_for_role("user", "media.factory.access", True)
        permissions.add_permission_for_role("user", "media.factory.construct", True)
        factory.set_permissions(permissions)
    server.get_mount_points().add_factory(path, factory)

if args.record:
    factory = GstRtspServer.RTSPMediaFactory()
    # The JPEGs as they are put together from their packets.
    factory.set_launch(f'( rtpjpegdepay name=depay0 ! filesink sync=false buffer-mode=2 location="{args.record}" )')
    factory.set_transport_mode(GstRtspServer.RTSPTransportMode.RECORD)
    factory.set_latency(500)
    if args.auth != "none":
        factory.set_permissions(permissions)
    server.get_mount_points().add_factory("/record", factory)

server.attach(None)
print("listening", server.get_bound_port(), flush=True)
GLib.MainLoop().run()
