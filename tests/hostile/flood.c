/* Junk datagrams at a steady pace: flood FD ADDRESS PORT RATE SECONDS SSRC KINDS. Prints how many the kernel took.
 *
 * FD is an inherited IPv4 UDP socket: the source address is that of its owner, as if it were forged. KINDS: "media" are RTP,
 * reports and DTLS records of nobody, "checks" are well-formed ICE checks of an unknown user. In C, with one system call for a
 * millisecond's worth, so that what is measured beside it is the server and not this program.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

enum { VARIANTS = 64, LARGEST = 1100, BURST = 512, PAUSE_NS = 1000000 };

static unsigned char datagrams[VARIANTS][LARGEST];
static struct iovec parts[VARIANTS];

static void put32(unsigned char *at, unsigned value)
{
    value = htonl(value);
    memcpy(at, &value, sizeof value);
}

/* An RTP packet, a receiver report or a DTLS record, of 32 to 1031 bytes. */
static size_t media(unsigned char *at, int variant, unsigned ssrc)
{
    if (variant % 4 == 3) {
        memcpy(at, "\x17\xfe\xfd", 3);
    } else if (variant % 4 == 1) {
        memcpy(at, "\x81\xc9\x00\x07", 4);
        put32(at + 4, ssrc);
    } else {
        memcpy(at, "\x80\x6f", 2);
        put32(at + 8, ssrc);
    }
    return 32 + (size_t)(rand() % 1000);
}

/* A Binding request (RFC 8489) with a user name of the right length. */
static size_t check(unsigned char *at)
{
    memcpy(at, "\x00\x01\x00\x18\x21\x12\xa4\x42", 8);
    memcpy(at + 20, "\x00\x06\x00\x11nobodynobody:nobo", 21);
    return 44;
}

static double now(void)
{
    struct timespec clock;
    clock_gettime(CLOCK_MONOTONIC, &clock);
    return (double)clock.tv_sec + (double)clock.tv_nsec * 1e-9;
}

int main(int count, char **words)
{
    if (count != 8)
        return 2;
    int source = atoi(words[1]);
    double rate = atof(words[4]), seconds = atof(words[5]), began;
    unsigned ssrc = (unsigned)strtoul(words[6], NULL, 10);
    long due = 0, offered = 0, taken = 0;
    struct sockaddr_in place = {.sin_family = AF_INET, .sin_port = htons((unsigned short)atoi(words[3]))};
    static struct mmsghdr batch[BURST];

    if (inet_pton(AF_INET, words[2], &place.sin_addr) != 1)
        return 2;
    for (int n = 0; n < VARIANTS; n++) {
        for (int at = 0; at < LARGEST; at++)
            datagrams[n][at] = (unsigned char)rand();
        parts[n].iov_base = datagrams[n];
        parts[n].iov_len = words[7][0] == 'c' ? check(datagrams[n]) : media(datagrams[n], n, ssrc);
    }
    for (began = now(); now() - began < seconds;) {
        due = (long)((now() - began) * rate);
        while (offered < due) {
            int size = due - offered < BURST ? (int)(due - offered) : BURST;
            for (int n = 0; n < size; n++)
                batch[n].msg_hdr = (struct msghdr){.msg_name = &place, .msg_namelen = sizeof place,
                                                   .msg_iov = &parts[(offered + n) % VARIANTS], .msg_iovlen = 1};
            int sent = sendmmsg(source, batch, (unsigned)size, 0);
            taken += sent > 0 ? sent : 0;
            offered += size; /* what the kernel refused is not made up for */
        }
        nanosleep(&(struct timespec){.tv_nsec = PAUSE_NS}, NULL);
    }
    printf("%ld\n", taken);
    return 0;
}
