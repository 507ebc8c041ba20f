"""What a client is told before there is a request that a thread could answer."""

CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"

WORDS = {
    408: ("Request Timeout", "The request took too long to arrive. Please send it again."),
    413: ("Content Too Large", "The body of the request is too large."),
    431: ("Request Header Fields Too Large", "The headers of the request are too large."),
}


def refusal(status: int) -> bytes:
    """A whole answer in plain text, the last one on its connection."""
    reason, words = WORDS[status]
    return (
        f"HTTP/1.1 {status} {reason}\r\n"
        "Connection: close\r\n"
        "Content-Type: text/plain; charset=utf-8\r\n"
        "X-Content-Type-Options: nosniff\r\n"
        "Cache-Control: no-store\r\n"
        f"Content-Length: {len(words) + 1}\r\n"
        "\r\n"
        f"{words}\n"
    ).encode("ascii")
