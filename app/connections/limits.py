"""How long and how much a client may take: until its request is all there, and until it has taken the answer."""

TLS_WITHIN = 10.0  # seconds for the handshake: a few round trips, also from the other side of the world
HEAD_WITHIN = 10.0  # seconds for request line and headers, which browsers send in one piece
BODY_WITHIN = 30.0  # seconds for the body, and one more for every LEAST_RATE bytes of it that have arrived
ANSWER_WITHIN = 30.0  # seconds to take the answer, and one more for every LEAST_RATE bytes of it
LEAST_RATE = 4096  # bytes a second, which a poor mobile network still gives
CLOSE_WITHIN = 2.0  # seconds for the client to close its end, too, so that the last answer is not cut off
STOP_WITHIN = 2.0  # seconds that a stopping worker waits for requests already on their way

HEAD_LIMIT = 64 * 1024  # bytes; nginx sends no more as docs/operations.md sets it up
BODY_LIMIT = 256 * 1024  # bytes; the largest honest form here is far below
FILE_LIMIT = 4 * 1024 * 1024  # bytes; some 30,000 people in a CSV file
CHUNKED_LIMIT = 2 * BODY_LIMIT  # bytes of a chunked body with its sizes and extensions
ANSWER_LIMIT = 16 * 1024 * 1024  # bytes of an answer that wait for its reader; exports are far shorter
DRAIN_LIMIT = 1024 * 1024  # bytes read and thrown away behind the last answer, so that it is not cut off
HELD_LIMIT = 32 * 1024 * 1024  # bytes that a worker keeps of all requests and answers on their way

SEND_AT = 64 * 1024  # bytes of an answer that are sent before all of it is there
READ_AT_ONCE = 16 * 1024  # bytes; a TLS record has no more
LOOK_EVERY = 0.5  # seconds between two looks for who is late
TELL_EVERY = 60.0  # seconds between two lines of the log about it

FILE_PATHS = ("/admin/users/new",)  # whose forms bring a file; a proxy may put something before them


def body_limit(path: str) -> int:
    """How many bytes the body of a request to ``path`` may have."""
    return FILE_LIMIT if path.endswith(FILE_PATHS) else BODY_LIMIT
