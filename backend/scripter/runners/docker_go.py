"""Hands the go to a waiting container, over a connection to its standard input; called by docker."""

from __future__ import annotations

import socket
from contextlib import closing

from docker import APIClient

from scripter.runners.protocol import SlotGone

_PATIENCE_S = 15


def hand_over(client: APIClient, container: str, line: bytes) -> None:
    """Send one line; the engine passes it on, also after this connection is closed.

    The container's input ends with this connection, whether it brought the whole line or not: half a go is the end of
    input for the agent, and runs nothing. There is no answer to wait for: the engine closes its side only when the
    container ends.

    Raises:
        SlotGone: the container does not run, or does not take it.
    """
    if not client.inspect_container(container)["State"]["Running"]:
        raise SlotGone
    stream = client.attach_socket(container, params={"stdin": 1, "stream": 1})
    # The SDK's stream is a file over the socket, and the response a file over that; all three hold it open.
    connection: socket.socket = stream._sock
    with closing(connection), closing(stream), closing(stream._response):
        connection.settimeout(_PATIENCE_S)
        try:
            connection.sendall(line)
            connection.shutdown(socket.SHUT_WR)
        except (BrokenPipeError, ConnectionResetError, TimeoutError) as error:
            raise SlotGone from error
