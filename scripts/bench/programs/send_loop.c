// A bare loop to compare with: how many datagrams a CPU-second can sendto() send?
//
//   send_loop PORT BYTES SECONDS     sends to PORT of the loopback; prints one line of JSON
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>

int main(int argc, char **argv) {
  static char data[65536];
  struct sockaddr_in target = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  struct rusage usage;
  long datagrams = 0;
  if (argc != 4) return fprintf(stderr, "usage: send_loop PORT BYTES SECONDS\n"), 2;
  target.sin_port = htons(atoi(argv[1]));
  size_t bytes = atoi(argv[2]);
  if (bytes > sizeof data) return 2;
  int fd = socket(AF_INET, SOCK_DGRAM, 0);
  for (time_t end = time(NULL) + atoi(argv[3]); time(NULL) < end;) {
    for (int i = 0; i < 100; i++) {
      if (sendto(fd, data, bytes, 0, (struct sockaddr *)&target, sizeof target) > 0) datagrams++;
    }
  }
  getrusage(RUSAGE_SELF, &usage);
  double cpu = usage.ru_utime.tv_sec + usage.ru_stime.tv_sec + (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1e-6;
  printf("{\"datagrams\":%ld,\"cpuSeconds\":%.3f}\n", datagrams, cpu);
  return 0;
}
