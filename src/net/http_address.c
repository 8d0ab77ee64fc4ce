/* SPDX-License-Identifier: Apache-2.0 */
/*
 * net/http_address.c - which addresses belong to the public internet (IANA special-purpose address
 * registries, RFC 6890 and its updates).
 */
#include <arpa/inet.h>
#include <netinet/in.h>

#include "net/http_client.h"

typedef struct Range4 {
    uint32_t network;
    unsigned bits;
} Range4;

static const Range4 special4[] = {
    { 0x00000000, 8 },  /* this network */
    { 0x0a000000, 8 },  /* private */
    { 0x64400000, 10 }, /* carrier-grade NAT */
    { 0x7f000000, 8 },  /* loopback */
    { 0xa9fe0000, 16 }, /* link-local, cloud metadata */
    { 0xac100000, 12 }, /* private */
    { 0xc0000000, 24 }, /* protocol assignments */
    { 0xc0000200, 24 }, /* documentation */
    { 0xc0a80000, 16 }, /* private */
    { 0xc6120000, 15 }, /* benchmarks */
    { 0xc6336400, 24 }, /* documentation */
    { 0xcb007100, 24 }, /* documentation */
    { 0xe0000000, 4 },  /* multicast */
    { 0xf0000000, 4 },  /* reserved, broadcast */
};

static bool is_public4(uint32_t address)
{
    for (size_t i = 0; i < ARRAY_LEN(special4); i++) {
        uint32_t mask = UINT32_MAX << (32 - special4[i].bits);
        if ((address & mask) == special4[i].network) {
            return false;
        }
    }
    return true;
}

static bool is_public6(const struct in6_addr *address)
{
    const uint8_t *b = address->s6_addr;

    if (IN6_IS_ADDR_V4MAPPED(address) || IN6_IS_ADDR_V4COMPAT(address) ||
        (b[0] == 0x00 && b[1] == 0x64 && b[2] == 0xff && b[3] == 0x9b)) { /* NAT64 */
        uint32_t inner;
        memcpy(&inner, b + 12, sizeof(inner));
        return is_public4(ntohl(inner));
    }
    if (b[0] == 0x20 && b[1] == 0x02) { /* 6to4 carries an IPv4 address */
        uint32_t inner;
        memcpy(&inner, b + 2, sizeof(inner));
        return is_public4(ntohl(inner));
    }
    /* global unicast is 2000::/3; of it not Teredo 2001::/32 and documentation 2001:db8::/32 */
    bool global = (b[0] & 0xe0) == 0x20;
    bool teredo = b[0] == 0x20 && b[1] == 0x01 && b[2] == 0 && b[3] == 0;
    bool documentation = b[0] == 0x20 && b[1] == 0x01 && b[2] == 0x0d && b[3] == 0xb8;
    return global && !teredo && !documentation;
}

bool http_address_is_public(const struct sockaddr *address)
{
    if (address->sa_family == AF_INET) {
        struct sockaddr_in in;
        memcpy(&in, address, sizeof(in));
        return is_public4(ntohl(in.sin_addr.s_addr));
    }
    if (address->sa_family == AF_INET6) {
        struct sockaddr_in6 in6;
        memcpy(&in6, address, sizeof(in6));
        return is_public6(&in6.sin6_addr);
    }
    return false;
}
