"""Connections that break: reset, hang, and an answer that is cut in the middle."""

import os
import socket
import struct

LONGEST_HANG_S = 120


def connection(environ, how):
    """Break the connection of this request; does not return."""
    sock = environ["werkzeug.socket"]
    if how == "hang":
        sock.settimeout(LONGEST_HANG_S)
        try:
            sock.recv(1)
        except OSError:
            pass
    elif how == "cut":
        sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: 5000\r\n\r\n<half")
        sock.shutdown(socket.SHUT_RDWR)
    elif how == "reset":
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        os.close(sock.detach())  # at once: a plain close waits for the files that the handler made of the socket
    else:
        raise ValueError(f"`{how}` is no way to break a connection")
    raise ConnectionResetError(f"broken on purpose: {how}")
