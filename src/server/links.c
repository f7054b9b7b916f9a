#include "server/links.h"
#include "base/memory.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <string.h>

/* How likely a phone in the room reaches an IPv4 address: private networks (RFC 1918) first, 192.168 before
 * the others, bridges of containers last. */
static int network_rank(const char *name, const struct in_addr *address)
{
    uint32_t ip = ntohl(address->s_addr);
    bool bridge = strncmp(name, "docker", 6) == 0 || strncmp(name, "br-", 3) == 0 ||
                  strncmp(name, "veth", 4) == 0 || strncmp(name, "virbr", 5) == 0;
    if (bridge)
        return 1;
    if (ip >> 16 == 0xC0A8)
        return 5;
    if (ip >> 24 == 10 || ip >> 20 == 0xAC1)
        return 4;
    return ip >> 16 == 0xA9FE ? 2 : 3;
}

static void network_address(char out_address[INET6_ADDRSTRLEN])
{
    struct ifaddrs *all = NULL;
    int best = 0;
    strcpy(out_address, "127.0.0.1");
    if (getifaddrs(&all) != 0)
        return;
    for (struct ifaddrs *at = all; at; at = at->ifa_next) {
        if (!at->ifa_addr || at->ifa_addr->sa_family != AF_INET || at->ifa_flags & IFF_LOOPBACK ||
            !(at->ifa_flags & IFF_UP))
            continue;
        const struct in_addr *address = &((struct sockaddr_in *)at->ifa_addr)->sin_addr;
        int rank = network_rank(at->ifa_name, address);
        if (rank <= best)
            continue;
        best = rank;
        inet_ntop(AF_INET, address, out_address, INET6_ADDRSTRLEN);
    }
    freeifaddrs(all);
}

char *links_public_url(const struct settings *settings, uint16_t port)
{
    char address[INET6_ADDRSTRLEN];
    if (settings->public_url)
        return memory_string(settings->public_url);
    if (strcmp(settings->address, "0.0.0.0") != 0 && strcmp(settings->address, "::") != 0) {
        bool wide = strchr(settings->address, ':');
        return memory_print("http://%s%s%s:%u", wide ? "[" : "", settings->address, wide ? "]" : "", port);
    }
    network_address(address);
    return memory_print("http://%s:%u", address, port);
}
