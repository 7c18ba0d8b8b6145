"""What the kernel cuts into packets late, or has put together: `serve ADDRESS PORT`, `datagrams ADDRESS PORT`, `stream ADDRESS PORT`."""
import socket
import sys

UDP_SEGMENT = 103  # linux/udp.h
SIZE = 1200
COUNT = 10
STREAM = 10_000_000


def datagrams():
    return [bytes((i + j) & 0xFF for j in range(SIZE)) for i in range(COUNT)]


def udp(family):
    udp = socket.socket(family, socket.SOCK_DGRAM)
    udp.setsockopt(socket.IPPROTO_UDP, UDP_SEGMENT, SIZE)
    udp.settimeout(60)
    return udp


def read(connection, count):
    while count > 0:
        data = connection.recv(65536)
        if not data:
            raise EOFError(f"{count} bytes are missing")
        count -= len(data)


def serve(address, port):
    """One answer of each kind."""
    tcp = socket.create_server((address, port))
    server = udp(socket.AF_INET)
    server.bind((address, port))
    print("ready", flush=True)
    kind = sys.argv[4]
    if kind == "datagrams":
        got = [server.recvfrom(65536) for _ in range(COUNT)]
        server.sendto(b"".join(data for data, _ in got), got[0][1])
    else:
        connection, _ = tcp.accept()
        read(connection, STREAM)
        connection.sendall(bytes(STREAM))


def ask_datagrams(address, port):
    client = udp(socket.AF_INET6)
    client.connect((address, port))
    sent = datagrams()
    client.send(b"".join(sent))
    got = [client.recv(65536) for _ in range(COUNT)]
    print(sum(data in got for data in sent), "of", COUNT)


def ask_stream(address, port):
    with socket.create_connection((address, port), timeout=60) as connection:
        connection.sendall(bytes(STREAM))
        read(connection, STREAM)
    print("all")


{"serve": serve, "datagrams": ask_datagrams, "stream": ask_stream}[sys.argv[1]](sys.argv[2], int(sys.argv[3]))
