// The load of the benchmarks: many RTSP sessions at once, the same for every server.
//
//   load_client MODE SESSIONS SECONDS URL [POLL_US] [BUFFER_BYTES] [SPREAD_SECONDS]
//
// Opens the sessions one after the other, a hundred a second, and lets them settle. Then prints "window", receives for
// SECONDS, prints one line of JSON and ends all sessions. MODE udp and tcp send DESCRIBE, SETUP and PLAY of RFC 2326; MODE
// lab sends SETUP and PLAY of the networking lab; MODE sink receives any datagrams that come to the UDP port of URL.
//
// In the window every session counts its packets, the gaps in their sequence numbers, and its whole frames: those of
// which every packet came, up to the marker (in the lab a packet is a frame). To leave the CPU to the server, one thread
// waits in epoll, at least POLL_US microseconds between two reads (default 500), and reads only the first bytes of each
// datagram, 64 datagrams a call. UDP sockets get a buffer of BUFFER_BYTES (default 8 MiB, which may need root; 0 keeps the
// system's default). Each session of udp and tcp plays from SPREAD_SECONDS behind where the one before it does (default 0).
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define MAX_SESSIONS 1000
#define MAX_SECONDS 60
#define SESSIONS_PER_SECOND 100.0
#define SETTLE_SECONDS 1.5
#define REPLY_SECONDS 10
#define TEXT 2048
#define BATCH 64
#define RTP_HEADER 12
#define INTERLEAVED_HEADER 4

typedef struct {
  int tcp, rtp, rtcp;            // sockets, -1 for none
  char id[128];                  // the server's session identifier
  int next_sequence;             // next expected sequence number, -1 before the first packet
  int is_whole;                  // no gap since the last marker
  long packets, lost, frames, damaged;
  unsigned char head[INTERLEAVED_HEADER + RTP_HEADER];  // TCP: headers of the current packet
  int have, skip;                                       // TCP: bytes in head; bytes of payload still missing
} Session;

static enum { UDP, TCP, LAB, SINK } mode;
static const char *names[] = {"udp", "tcp", "lab", "sink"};
static Session sessions[MAX_SESSIONS];
static int count, ep, poll_us = 500, buffer_bytes = 8 << 20, next_port = 20000;
static char host[64], path[512];
static double spread_seconds;
static struct sockaddr_in server = {.sin_family = AF_INET};

static void die(const char *what) {
  perror(what);
  exit(1);
}

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec * 1e-9;
}

// ---- receiving

static void on_packet(Session *s, const unsigned char *p) {
  int sequence = p[2] << 8 | p[3];
  int gap = s->next_sequence < 0 ? 0 : (int16_t)(sequence - s->next_sequence);
  s->packets++;
  s->lost += gap;  // a late packet was counted as lost; its gap is negative
  if (gap) s->is_whole = 0;
  if (gap >= 0) s->next_sequence = (sequence + 1) & 0xffff;
  if (mode != LAB && !(p[1] & 0x80)) return;
  if (s->is_whole || mode == LAB) s->frames++;
  else s->damaged++;
  s->is_whole = 1;
}

static void read_udp(Session *s) {
  static unsigned char heads[BATCH][16];
  static struct iovec vectors[BATCH];
  static struct mmsghdr messages[BATCH];
  for (int i = 0; i < BATCH; i++) {
    vectors[i] = (struct iovec){heads[i], sizeof heads[i]};
    messages[i].msg_hdr = (struct msghdr){.msg_iov = &vectors[i], .msg_iovlen = 1};
  }
  for (int got = BATCH; got == BATCH;) {
    got = recvmmsg(s->rtp, messages, BATCH, MSG_DONTWAIT, NULL);
    for (int i = 0; i < got; i++) {
      if (messages[i].msg_len >= RTP_HEADER) on_packet(s, heads[i]);
    }
  }
}

static void read_tcp(Session *s) {
  static unsigned char bytes[256 * 1024];
  ssize_t got = recv(s->tcp, bytes, sizeof bytes, MSG_DONTWAIT);
  if (got == 0) {  // the server closed the connection; missing frames show in the count
    close(s->tcp);
    s->tcp = -1;
  }
  for (ssize_t at = 0; at < got;) {
    if (s->skip > 0) {
      int part = got - at < s->skip ? got - at : s->skip;
      at += part;
      s->skip -= part;
      continue;
    }
    s->head[s->have++] = bytes[at++];
    if (s->head[0] != '$') s->have = 0;  // the reply to a request
    if (s->have < INTERLEAVED_HEADER) continue;
    int length = s->head[2] << 8 | s->head[3], is_rtp = s->head[1] % 2 == 0 && length >= RTP_HEADER;
    if (is_rtp && s->have < INTERLEAVED_HEADER + RTP_HEADER) continue;
    if (is_rtp) on_packet(s, s->head + INTERLEAVED_HEADER);
    s->skip = is_rtp ? length - RTP_HEADER : length;
    s->have = 0;
  }
}

static void receive_until(double end) {
  struct epoll_event events[256];
  while (now() < end) {
    int ready = epoll_wait(ep, events, 256, 5);
    for (int i = 0; i < ready; i++) {
      Session *s = events[i].data.ptr;
      if (mode == TCP) read_tcp(s);
      else read_udp(s);
    }
    usleep(poll_us);
  }
}

// ---- the dialogue, one request at a time

static void watch(Session *s, int fd) {
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = s};
  if (epoll_ctl(ep, EPOLL_CTL_ADD, fd, &event)) die("epoll_ctl");
}

static int bind_udp(int port) {
  int fd = socket(AF_INET, SOCK_DGRAM, 0);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  if (buffer_bytes && setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &buffer_bytes, sizeof buffer_bytes))
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &buffer_bytes, sizeof buffer_bytes);
  if (!bind(fd, (struct sockaddr *)&address, sizeof address)) return fd;
  close(fd);
  return -1;
}

static int bind_pair(Session *s) {
  for (; next_port < 60000; next_port += 2) {
    s->rtp = bind_udp(next_port);
    s->rtcp = bind_udp(next_port + 1);
    if (s->rtp >= 0 && s->rtcp >= 0) break;
    if (s->rtp >= 0) close(s->rtp);
    if (s->rtcp >= 0) close(s->rtcp);
  }
  watch(s, s->rtp);
  next_port += 2;
  return next_port - 2;
}

static void read_exactly(int fd, char *target, int length) {
  if (length > 0 && recv(fd, target, length, MSG_WAITALL) != length) die("the server's reply");
}

// Reads a reply with its body, and drops the interleaved packets before it.
static void read_reply(int fd, char *reply) {
  int length = 0;
  if (mode == LAB) {
    length = recv(fd, reply, TEXT - 1, 0);
    reply[length > 0 ? length : 0] = 0;
    return;
  }
  while (length < 4 || memcmp(reply + length - 4, "\r\n\r\n", 4)) {
    if (length >= TEXT - 1) die("the reply is too long");
    read_exactly(fd, reply + length, 1);
    if (reply[0] != '$') {
      length++;
      continue;
    }
    unsigned char head[3];
    char packet[65536];
    read_exactly(fd, (char *)head, 3);
    read_exactly(fd, packet, head[1] << 8 | head[2]);
  }
  reply[length] = 0;
  char *field = strcasestr(reply, "\nContent-Length:");
  int body = field ? atoi(field + 16) : 0;
  if (length + body >= TEXT) die("the reply is too long");
  read_exactly(fd, reply + length, body);
  reply[length + body] = 0;
}

// The word behind `name` in a reply, searched from `text` on; empty if there is none.
static void word_after(char *target, const char *text, const char *name) {
  const char *at = text ? strcasestr(text, name) : NULL;
  target[0] = 0;
  if (at) sscanf(at + strlen(name), " %500[^;\r\n]", target);
}

static void ask(Session *s, char *reply, const char *format, ...) {
  char request[TEXT];
  va_list arguments;
  va_start(arguments, format);
  int length = vsnprintf(request, sizeof request, format, arguments);
  va_end(arguments);
  if (send(s->tcp, request, length, MSG_NOSIGNAL) != length) die("a request");
  read_reply(s->tcp, reply);
  if (strstr(reply, " 200 ")) return;
  fprintf(stderr, "refused: %s\n%s\n", request, reply);
  exit(1);
}

static void play_lab(Session *s) {
  char reply[TEXT];
  ask(s, reply, "SETUP %s RTSP/1.0\nCSeq: 1\nTransport: RTP/UDP; client_port= %d", path + 1, bind_pair(s));
  word_after(s->id, reply, "Session:");
  ask(s, reply, "PLAY %s RTSP/1.0\nCSeq: 2\nSession: %s", path + 1, s->id);
}

static void play(Session *s, const char *url) {
  char reply[TEXT], base[TEXT], control[TEXT], track[2 * TEXT], transport[64];
  ask(s, reply, "DESCRIBE %s RTSP/1.0\r\nCSeq: 1\r\nAccept: application/sdp\r\n\r\n", url);
  word_after(base, reply, "\nContent-Base:");
  if (!base[0]) strcpy(base, url);
  word_after(control, strstr(reply, "m=video"), "a=control:");
  int is_whole_url = !strncasecmp(control, "rtsp:", 5), has_slash = base[strlen(base) - 1] == '/';
  if (is_whole_url) strcpy(track, control);
  else snprintf(track, sizeof track, "%s%s%s", base, has_slash ? "" : "/", control);
  if (mode == TCP) strcpy(transport, "RTP/AVP/TCP;unicast;interleaved=0-1");
  else {
    int port = bind_pair(s);
    snprintf(transport, sizeof transport, "RTP/AVP;unicast;client_port=%d-%d", port, port + 1);
  }
  ask(s, reply, "SETUP %s RTSP/1.0\r\nCSeq: 2\r\nTransport: %s\r\n\r\n", track, transport);
  word_after(s->id, reply, "\nSession:");
  char range[64] = "";
  if (spread_seconds > 0) {
    snprintf(range, sizeof range, "Range: npt=%.3f-\r\n", (int)(s - sessions) * spread_seconds);
  }
  ask(s, reply, "PLAY %s RTSP/1.0\r\nCSeq: 3\r\nSession: %s\r\n%s\r\n", base, s->id, range);
  if (mode == TCP) watch(s, s->tcp);
}

static void open_session(Session *s, const char *url) {
  struct timeval patience = {REPLY_SECONDS, 0};
  *s = (Session){.tcp = -1, .rtp = -1, .rtcp = -1, .next_sequence = -1};
  if (mode == SINK) {
    s->rtp = bind_udp(ntohs(server.sin_port));
    if (s->rtp < 0) die("bind");
    return watch(s, s->rtp);
  }
  s->tcp = socket(AF_INET, SOCK_STREAM, 0);
  setsockopt(s->tcp, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  if (connect(s->tcp, (struct sockaddr *)&server, sizeof server)) die("connect");
  if (mode == LAB) play_lab(s);
  else play(s, url);
}

static void close_session(Session *s, const char *url) {
  char request[TEXT];
  const char *end = mode == LAB ? "\n" : "\r\n", *target = mode == LAB ? path + 1 : url;
  if (s->tcp < 0) return;
  int length = snprintf(request, sizeof request, "TEARDOWN %s RTSP/1.0%sCSeq: 4%sSession: %s%s", target, end, end, s->id,
                        mode == LAB ? "" : "\r\n\r\n");
  if (send(s->tcp, request, length, MSG_NOSIGNAL) == length) shutdown(s->tcp, SHUT_WR);
}

int main(int argc, char **argv) {
  int port = 554;
  if (argc < 5 || sscanf(argv[4], "rtsp://%63[^:/]:%d%511s", host, &port, path) < 2) {
    fprintf(stderr, "usage: load_client udp|tcp|lab|sink SESSIONS SECONDS rtsp://ADDRESS:PORT/PATH [POLL_US] [BUFFER_BYTES] "
                    "[SPREAD_SECONDS]\n");
    return 2;
  }
  while (mode <= SINK && strcmp(argv[1], names[mode])) mode++;
  count = atoi(argv[2]);
  double seconds = atof(argv[3]);
  if (mode > SINK || count < 1 || count > MAX_SESSIONS || !(seconds > 0 && seconds <= MAX_SECONDS)) {
    fprintf(stderr, "load_client: at most %d sessions and %d seconds\n", MAX_SESSIONS, MAX_SECONDS);
    return 2;
  }
  if (argc > 5) poll_us = atoi(argv[5]);
  if (argc > 6) buffer_bytes = atoi(argv[6]);
  if (argc > 7) spread_seconds = atof(argv[7]);
  server.sin_port = htons(port);
  inet_pton(AF_INET, host, &server.sin_addr);
  struct rlimit files;
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  ep = epoll_create1(0);

  double start = now();
  for (int i = 0; i < count; i++) {
    open_session(&sessions[i], argv[4]);
    receive_until(start + (i + 1) / SESSIONS_PER_SECOND);
  }
  if (mode != SINK) receive_until(now() + SETTLE_SECONDS);
  for (int i = 0; i < count; i++) {
    sessions[i].packets = sessions[i].lost = sessions[i].frames = sessions[i].damaged = 0;
  }
  printf("window\n");
  fflush(stdout);
  start = now();
  receive_until(start + seconds);
  seconds = now() - start;

  long packets = 0, lost = 0, frames = 0, damaged = 0, fewest = sessions[0].frames;
  for (int i = 0; i < count; i++) {
    packets += sessions[i].packets;
    lost += sessions[i].lost;
    frames += sessions[i].frames;
    damaged += sessions[i].damaged;
    if (sessions[i].frames < fewest) fewest = sessions[i].frames;
  }
  printf("{\"seconds\":%.3f,\"packets\":%ld,\"lost\":%ld,\"frames\":%ld,\"damaged\":%ld,\"fewestFrames\":%ld}\n", seconds,
         packets, lost, frames, damaged, fewest);
  fflush(stdout);
  for (int i = 0; i < count; i++) close_session(&sessions[i], argv[4]);
  usleep(200 * 1000);
  return 0;
}
