"""A strict, headless client of the networking lab (Kurose & Ross, "Video Streaming with RTSP and RTP").

It sends, reads, drops and breaks as the students' Client.py does, so that a server that satisfies it satisfies them:

- a request goes out in one send(), by default without a newline at its end;
- a reply is whatever one recv(1024) returns, indexed by split('\n') and split(' ') with int() around it: a line that is
  missing raises IndexError, `Session: 123456;timeout=60` raises ValueError, a CSeq or Session that is not ours is
  passed over in silence;
- the RTP socket is bound when SETUP is answered, reads 20480 bytes at a time, and drops every packet whose sequence
  number is not higher than the last one's.

Where the students' program dies of an exception, so does this one (exit code 1, the traceback on stderr). Where theirs
would wait for ever, this one gives up (exit code 3) and says what it waited for: with --patience it gives up on the last
step sooner than on the whole script. A reply other than 200 gives exit code 4. At the end one line of JSON goes to stdout,
whatever happened.

"play:N" waits for N frames, "play:end" until nothing more comes, "play:end:N" for N packets before that: a server that
is only slow has not ended.

    python3 lab_client.py 127.0.0.1 1025 5008 movie.Mjpeg --script setup,play:20,pause,play:20,teardown --out frames
"""

import argparse
import json
import os
import socket
import struct
import sys
import threading
import time
import traceback

INIT, READY, PLAYING = "INIT", "READY", "PLAYING"
HEADER_BYTES = 12
REPLY_READ_BYTES = 1024
RTP_TIMEOUT_SECONDS = 0.5
# Packets that were on their way when PAUSE or TEARDOWN was answered, and how long it must be quiet afterwards.
GRACE_SECONDS = 0.15
QUIET_SECONDS = 0.3
# A stream has ended when nothing has come for this long: the lab has no other sign of it.
END_SECONDS = 1.0
# The system's time of arrival comes with each packet on Linux (SO_TIMESTAMPNS): how late it is read does not matter.
SO_TIMESTAMPNS = 35

VARIANTS_A = {
    "canonical": "Transport: RTP/UDP; client_port= 25000",
    "colon": "Transport: RTP/UDP; client_port: 25000",
    "tight": "Transport: RTP/UDP; client_port=25000",
    "upper": "TRANSPORT: RTP/UDP; client_port= 25000",
    "trailing-space": "a space at the end of every line",
    "final-newline": "a newline after the last line",
    "crlf": "lines joined by CR LF",
    "crlf-blank": "lines ended by CR LF, and a blank line",
    "java": "the lab's Java edition: lines ended by CR LF, replies read by lines, 15000 bytes a packet, none dropped",
}
VARIANTS_B = {
    "canonical": "SETUP file, 1, ` RTSP/1.0 RTP/UDP 25000`",
    "spaced": "a space before and after the number of the second line",
    "seq": "`Seq: 1` as second line",
    "no-space": "no space before RTSP/1.0 in the third line of SETUP",
}


class StepFailure(Exception):
    """A step of the script that did not come to its end."""

    def __init__(self, message, exit_code):
        super().__init__(message)
        self.exit_code = exit_code


class LabClient:
    """One session, with the students' two threads beside the main one: replies, and RTP."""

    def __init__(self, options):
        self.options = options
        self.java = options.variant == "java"
        self.state = INIT
        self.rtsp_seq = 0
        self.session_id = 0
        self.request_sent = None
        self.teardown_acked = False
        self.frame_nbr = 0
        self.rtp_socket = None
        self.rtsp_socket = None
        self.listener = None
        self.play_event = threading.Event()
        self.closing = False

        # Everything below is written by the threads and read by the script, under this condition.
        self.changed = threading.Condition()
        self.crash = None
        self.refusal = None
        self.server_closed = False
        self.last_packet_at = None
        self.last_reply_at = 0.0
        self.pieces = []
        self.replies = []
        self.frames = 0
        self.packets = 0
        self.dropped = 0
        self.unshowable = 0
        self.sequence_numbers = []
        self.markers_seen = 0
        self.timestamps = set()
        self.ssrcs = set()
        self.payload_types = set()
        self.versions = set()
        self.source_ports = set()
        self.largest_datagram = 0

    # ---- the script -------------------------------------------------------------------------------------------------

    def run(self, script):
        """Does the steps one after the other; raises StepFailure where one does not come to its end."""
        deadline = time.monotonic() + self.options.timeout
        self.rtsp_socket = socket.create_connection((self.options.host, self.options.rtsp_port), self.options.timeout)
        self.rtsp_socket.settimeout(None)
        for index, step in enumerate(script):
            if self.options.patience is not None and index == len(script) - 1:
                deadline = min(deadline, time.monotonic() + self.options.patience)
            name, _, argument = step.partition(":")
            if name == "play":
                self.play(step, argument, deadline)
            elif name == "vanish":
                self.vanish()
            elif name in ("setup", "pause", "teardown", "describe"):
                getattr(self, name)(deadline)
            else:
                raise StepFailure(f"unknown step {step!r}", 2)

    def setup(self, deadline):
        threading.Thread(target=self.guarded, args=(self.receive_replies,), daemon=True).start()
        self.send_request("SETUP")
        self.wait_for(lambda: self.state == READY, deadline, "the reply to SETUP")

    def describe(self, deadline):
        before = len(self.replies)
        self.send_request("DESCRIBE")
        self.wait_for(lambda: len(self.replies) > before, deadline, "the reply to DESCRIBE")

    def play(self, step, argument, deadline):
        self.play_event = threading.Event()
        self.listener = threading.Thread(target=self.guarded, args=(self.listen_rtp,), daemon=True)
        self.listener.start()
        with self.changed:
            end, _, packets = argument.partition(":")
            wanted = None if end in ("", "end") else self.frames + int(argument)
            wanted_packets = self.packets + int(packets or 1)
            self.last_packet_at = None
        self.send_request("PLAY")
        self.wait_for(lambda: self.state == PLAYING, deadline, "the reply to PLAY")
        if wanted is not None:
            self.wait_for(lambda: self.frames >= wanted, deadline, f"{step}: frame {wanted}")
            return
        self.wait_for(lambda: self.packets >= wanted_packets, deadline, f"{step}: packet {wanted_packets}")
        while True:
            with self.changed:
                quiet_since = self.last_packet_at
            if not self.happens(lambda: self.last_packet_at != quiet_since, time.monotonic() + END_SECONDS):
                return
            if time.monotonic() > deadline:
                raise StepFailure(f"{step}: the stream did not end; {self.frames} frames so far", 3)

    def pause(self, deadline):
        self.send_request("PAUSE")
        self.wait_for(lambda: self.state == READY, deadline, "the reply to PAUSE")
        self.expect_quiet("PAUSE")
        self.listener.join()

    def teardown(self, deadline):
        self.send_request("TEARDOWN")
        self.wait_for(lambda: self.teardown_acked, deadline, "the reply to TEARDOWN")
        self.expect_quiet("TEARDOWN")
        self.close()

    def vanish(self):
        """Ends as a window that is closed by the system: no TEARDOWN, both sockets gone."""
        self.close()

    def expect_quiet(self, method):
        """After the reply (and a little grace) no packet may come."""
        if self.rtp_socket is None:
            return
        graced = self.last_reply_at + GRACE_SECONDS
        if self.happens(lambda: (self.last_packet_at or 0) > graced, time.monotonic() + GRACE_SECONDS + QUIET_SECONDS):
            delay = self.last_packet_at - self.last_reply_at
            raise StepFailure(f"a packet came {delay:.3f} s after the reply to {method}", 5)

    def close(self):
        self.closing = True
        if self.listener is not None:
            self.listener.join()
        if self.rtp_socket is not None:
            self.rtp_socket.close()
        self.rtsp_socket.close()

    def happens(self, condition, until):
        """Waits till the condition holds or the time has come; says which."""
        with self.changed:
            while not condition():
                left = until - time.monotonic()
                if left <= 0 or self.crash is not None:
                    return False
                self.changed.wait(left)
            return True

    def wait_for(self, condition, deadline, what):
        happened = self.happens(lambda: condition() or self.refusal or self.server_closed, deadline)
        with self.changed:
            if self.crash is not None:
                raise StepFailure(self.crash, 1)
            if condition():
                return
            if self.refusal is not None:
                raise StepFailure(f"waiting for {what}: the server answered {self.refusal}", 4)
            if happened and self.server_closed:
                raise StepFailure(f"waiting for {what}: the server closed the connection", 3)
        raise StepFailure(f"waiting for {what}: nothing in time; {self.frames} frames so far", 3)

    def guarded(self, work):
        """Runs a thread; an exception ends the program instead of only the thread."""
        try:
            work()
        except Exception as error:  # pylint: disable=broad-except
            traceback.print_exc()
            with self.changed:
                self.crash = f"{type(error).__name__}: {error}"
                self.changed.notify_all()

    # ---- RTSP -------------------------------------------------------------------------------------------------------

    def send_request(self, method):
        self.rtsp_seq += 1
        text = self.request_b(method) if self.options.dialect == "b" else self.request_a(method)
        self.request_sent = method
        self.rtsp_socket.send(text.encode("utf-8"))

    def request_a(self, method):
        options, variant = self.options, self.options.variant
        flows = f" flow_num= {options.flows}" if options.flows else ""
        if method == "SETUP":
            label = "TRANSPORT" if variant == "upper" else "Transport"
            separator = {"colon": ": ", "tight": "="}.get(variant, "= ")
            third = f"{label}: RTP/UDP; client_port{separator}{options.rtp_port}{flows}"
        else:
            third = f"Session: {self.session_id}"
        lines = [f"{method} {options.file} RTSP/1.0", f"CSeq: {self.rtsp_seq}", third]
        if variant == "trailing-space":
            lines = [line + " " for line in lines]
        newline = "\r\n" if variant in ("crlf", "crlf-blank", "java") else "\n"
        end = {"final-newline": "\n", "crlf-blank": "\r\n\r\n", "java": "\r\n"}.get(variant, "")
        return newline.join(lines) + end

    def request_b(self, method):
        options, variant = self.options, self.options.variant
        seq = {"spaced": f" {self.rtsp_seq} ", "seq": f"Seq: {self.rtsp_seq}"}.get(variant, str(self.rtsp_seq))
        if method != "SETUP":
            return f"{method} \n{seq.rstrip()}"
        flows = f" flow_num= {options.flows}" if options.flows else ""
        indent = "" if variant == "no-space" else " "
        return f"SETUP {options.file}\n{seq}\n{indent}RTSP/1.0 RTP/UDP {options.rtp_port}{flows}"

    def receive_replies(self):
        lines = self.rtsp_socket.makefile("r", encoding="utf-8", newline=None) if self.java else None
        while not self.closing:
            try:
                reply = self.read_lines(lines) if self.java else self.rtsp_socket.recv(REPLY_READ_BYTES).decode("utf-8")
            except OSError:
                if self.closing:
                    return
                raise
            with self.changed:
                if reply:
                    self.last_reply_at = time.time()
                    self.replies.append(reply)
                    self.parse_reply(reply)
                else:
                    # The students' loop would spin here for ever.
                    self.server_closed = True
                self.changed.notify_all()
            if self.request_sent == "TEARDOWN":
                # Raises OSError where the server has reset the connection by now.
                self.rtsp_socket.shutdown(socket.SHUT_RDWR)
                self.rtsp_socket.close()
                return
            if not reply:
                return

    @staticmethod
    def read_lines(lines):
        """The Java edition: three lines of a 200, one of anything else, each of which must be ended."""
        status = lines.readline()
        if status == "" or status.split()[1] != "200":
            return status
        return status + lines.readline() + lines.readline()

    def parse_reply(self, data):
        lines = data.split("\n")
        if self.java:
            code = int(lines[0].split()[1])
            if code == 200:
                self.accept(int(lines[2].split()[1]), code)
            else:
                self.refusal = code
            return
        seq_num = int(lines[1].split(" ")[1])
        if seq_num == self.rtsp_seq:
            self.accept(int(lines[2].split(" ")[1]), int(lines[0].split(" ")[1]))

    def accept(self, session, code):
        if self.session_id == 0 and self.request_sent != "DESCRIBE":
            self.session_id = session
        if self.session_id != session and not self.java:
            return
        if code != 200:
            self.refusal = code
        elif self.request_sent == "SETUP":
            self.state = READY
            self.open_rtp_port()
        elif self.request_sent == "PLAY":
            self.state = PLAYING
        elif self.request_sent == "PAUSE":
            self.state = READY
            self.play_event.set()
        elif self.request_sent == "TEARDOWN":
            self.state = INIT
            self.teardown_acked = True

    # ---- RTP --------------------------------------------------------------------------------------------------------

    def open_rtp_port(self):
        self.rtp_socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.rtp_socket.settimeout(RTP_TIMEOUT_SECONDS)
        if sys.platform == "linux":
            self.rtp_socket.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        self.rtp_socket.bind((self.options.bind, self.options.rtp_port))

    def listen_rtp(self):
        while not self.closing:
            try:
                data, source, arrived_at = self.receive_packet()
            except socket.timeout:
                self.pieces.clear()
                if self.play_event.is_set() or self.teardown_acked:
                    return
                continue
            with self.changed:
                self.last_packet_at = arrived_at
                self.source_ports.add(source[1])
                self.take_packet(data)
                self.changed.notify_all()

    def receive_packet(self):
        """A datagram, where it is from, and when it arrived."""
        if sys.platform != "linux":
            return (*self.rtp_socket.recvfrom(self.options.rtp_read), time.time())
        data, [(_, _, arrived)], _, source = self.rtp_socket.recvmsg(self.options.rtp_read, socket.CMSG_SPACE(16))
        seconds, nanoseconds = struct.unpack("@ll", arrived)
        return data, source, seconds + nanoseconds / 1e9

    def take_packet(self, data):
        header, payload = bytearray(data[:HEADER_BYTES]), data[HEADER_BYTES:]
        seq_num = header[2] << 8 | header[3]
        marker = header[1] >> 7
        self.packets += 1
        self.largest_datagram = max(self.largest_datagram, len(data))
        self.sequence_numbers.append(seq_num)
        self.markers_seen += marker
        self.versions.add(header[0] >> 6)
        self.payload_types.add(header[1] & 127)
        self.timestamps.add(header[4] << 24 | header[5] << 16 | header[6] << 8 | header[7])
        self.ssrcs.add(header[8] << 24 | header[9] << 16 | header[10] << 8 | header[11])
        if seq_num <= self.frame_nbr and not self.java:
            self.dropped += 1
            return
        self.frame_nbr = seq_num
        if not self.options.fragments:
            # A datagram that fills the read is cut off by the system, and a JPEG cut off is not shown.
            self.show(payload, len(data) < self.options.rtp_read)
            return
        self.pieces.append(payload)
        if marker == 1:
            frame = b"".join(self.pieces)
            self.pieces.clear()
            self.show(frame, True)

    def show(self, frame, whole):
        if not whole or frame[:2] != b"\xff\xd8":
            self.unshowable += 1
            return
        self.frames += 1
        if self.options.out is not None:
            with open(os.path.join(self.options.out, "%06d.jpg" % self.frames), "wb") as file:
                file.write(frame)

    def report(self, error):
        """What has happened, for the last line of stdout."""
        return {
            "error": error,
            "frames": self.frames,
            "packets": self.packets,
            "dropped": self.dropped,
            "unshowable": self.unshowable,
            "largest_datagram": self.largest_datagram,
            "sequence_numbers": self.sequence_numbers,
            "markers_seen": self.markers_seen,
            "timestamps": sorted(self.timestamps),
            "ssrcs": sorted(self.ssrcs),
            "payload_types": sorted(self.payload_types),
            "versions": sorted(self.versions),
            "source_ports": sorted(self.source_ports),
            "session": self.session_id,
            "replies": self.replies,
        }


def parse_arguments():
    listed = "\n".join(
        f"  {dialect}: {name:15} {meaning}"
        for dialect, variants in (("a", VARIANTS_A), ("b", VARIANTS_B))
        for name, meaning in variants.items()
    )
    parser = argparse.ArgumentParser(
        description=__doc__,
        epilog=f"variants:\n{listed}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("host")
    parser.add_argument("rtsp_port", type=int)
    parser.add_argument("rtp_port", type=int)
    parser.add_argument("file")
    parser.add_argument("--dialect", choices=("a", "b"), default="a")
    parser.add_argument("--variant", default="canonical", help="how requests are written; see the list below")
    parser.add_argument("--flows", type=int, default=0, help="ask for this many flows with flow_num=")
    parser.add_argument("--fragments", action="store_true", help="the fork that collects payloads until marker 1")
    parser.add_argument("--frames", type=int, help="without --script: play this many frames instead of all")
    parser.add_argument("--script", help="steps: setup, describe, play:N, play:end[:N], pause, teardown, vanish")
    parser.add_argument("--out", help="directory for the shown frames")
    parser.add_argument("--rtp-read", type=int, help="bytes a datagram, default 20480 (java: 15000)")
    parser.add_argument("--bind", default="", help="address of the RTP socket, default all; some forks: the server's")
    parser.add_argument("--timeout", type=float, default=20.0, help="seconds for the whole script")
    parser.add_argument("--patience", type=float, help="seconds for the last step")
    options = parser.parse_args()
    if options.variant not in (VARIANTS_B if options.dialect == "b" else VARIANTS_A):
        parser.error(f"dialect {options.dialect} has no variant {options.variant!r}")
    if options.rtp_read is None:
        options.rtp_read = 15000 if options.variant == "java" else 20480
    if options.script is None:
        options.script = f"setup,play:{options.frames or 'end'},teardown"
    return options


def main():
    options = parse_arguments()
    if options.out is not None:
        os.makedirs(options.out, exist_ok=True)
    client = LabClient(options)
    error, exit_code = None, 0
    try:
        client.run(options.script.split(","))
    except StepFailure as failure:
        error, exit_code = str(failure), failure.exit_code
        print(error, file=sys.stderr)
    except Exception as failure:  # pylint: disable=broad-except
        traceback.print_exc()
        error, exit_code = f"{type(failure).__name__}: {failure}", 1
    with client.changed:
        if client.crash is not None and exit_code == 0:
            error, exit_code = client.crash, 1
        print(json.dumps(client.report(error)), flush=True)
    # A thread that still waits for a reply must not keep the program.
    os._exit(exit_code)


if __name__ == "__main__":
    main()
