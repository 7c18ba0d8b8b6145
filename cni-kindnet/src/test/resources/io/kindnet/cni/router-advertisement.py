# Sends one router advertisement (RFC 4861, 4.2) to all nodes on a link.
# usage: INTERFACE LIFETIME PREFIX MTU
# LIFETIME: of the default route, in seconds; PREFIX: a /64 for addresses (RFC 4862); MTU: 0 for none
import socket
import struct
import sys

interface, lifetime, prefix, mtu = sys.argv[1], int(sys.argv[2]), sys.argv[3], int(sys.argv[4])
message = struct.pack("!BBHBBHII", 134, 0, 0, 64, 0, lifetime, 0, 0)
# prefix information: on-link and autonomous, valid for a day
message += struct.pack("!BBBBIII", 3, 4, 64, 0xC0, 86400, 43200, 0)
message += socket.inet_pton(socket.AF_INET6, prefix)
if mtu:
    message += struct.pack("!BBHI", 5, 1, 0, mtu)
sender = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6)
sender.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, 255)
sender.sendto(message, ("ff02::1", 0, 0, socket.if_nametoindex(interface)))
