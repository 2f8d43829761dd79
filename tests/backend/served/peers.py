"""Peers on loopback addresses that a probe can reach: `{"address", "port", "says"}`.

`says` is what the peer sends to whoever connects, before it stays silent; an empty text is a peer that says nothing at all, and null
one that closes the connection at once. Nobody listening at all needs no peer.
"""

import ipaddress
import socket
import threading

LONGEST_S = 60


def listen(address, port, says):
    """Start one; it ends with the process."""
    if not ipaddress.ip_address(address).is_loopback:
        raise ValueError(f"{address} is no loopback address")
    server = socket.create_server((address, int(port)), backlog=8)
    threading.Thread(target=_serve, args=(server, says), daemon=True).start()


def _serve(server, says):
    while True:
        client, _ = server.accept()
        threading.Thread(target=_speak, args=(client, says), daemon=True).start()


def _speak(client, says):
    with client:
        if says is None:
            return
        client.settimeout(LONGEST_S)
        try:
            client.sendall(says.encode())
            while client.recv(4096):
                pass
        except OSError:
            pass
