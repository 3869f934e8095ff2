"""The process behind the base URL: `python -m infra.local.front_server <fd> <app module> <socket fd>`.

The fifth argument is the API function's time limit; GatewayResponses arrive as the first message."""

from __future__ import annotations

import socket
import sys

import waitress

from infra.local import child
from infra.local.front import REQUEST_LIMIT, Front


def main() -> None:
    child.configure_logging()
    connection, inbox = child.connect()
    listener = socket.socket(fileno=int(sys.argv[3]))
    front = Front(child.application(), inbox.get(), float(sys.argv[4]))
    server = waitress.create_server(
        front,
        sockets=[listener],
        threads=8,
        ident="",
        # larger ones are refused by the front in API Gateway's words, so it has to see them
        max_request_body_size=4 * REQUEST_LIMIT,
    )
    connection.send(None)
    server.run()


if __name__ == "__main__":
    main()
