#!/usr/bin/python3
"""A server of the standards for tests: gst-rtsp-server sending the MJPEG track of an AVI file.

  gst_server.py FILE.avi [--auth none|basic|digest] [--tcp-only]

prints "listening PORT"; the stream is rtsp://127.0.0.1:PORT/stream, user "user", password "pass word".
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
args = parser.parse_args()

Gst.init(None)
server = GstRtspServer.RTSPServer()
server.set_address("127.0.0.1")
server.set_service("0")

factory = GstRtspServer.RTSPMediaFactory()
factory.set_launch(f'( filesrc location="{args.file}" ! avidemux ! jpegparse ! rtpjpegpay name=pay0 pt=26 )')
if args.tcp_only:
    factory.set_protocols(GstRtsp.RTSPLowerTrans.TCP)

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
    permissions = GstRtspServer.RTSPPermissions()
    permissions.add_permission_for_role("user", "media.factory.access", True)
    permissions.add_permission_for_role("user", "media.factory.construct", True)
    factory.set_permissions(permissions)

server.get_mount_points().add_factory("/stream", factory)
server.attach(None)
print("listening", server.get_bound_port(), flush=True)
GLib.MainLoop().run()
