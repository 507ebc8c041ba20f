"""What a browser says of where a request comes from: Fetch Metadata, or in older ones ``Origin``."""

from flask import request

from . import uris


def is_navigation() -> bool:
    """Whether a browser opens a page, and says so, as all have for years; programs do not."""
    return request.headers.get("Sec-Fetch-Mode") == "navigate"


def is_framed() -> bool:
    """Whether what is opened is a part of another page: the address of the window stays as it is."""
    return request.headers.get("Sec-Fetch-Dest") in ("iframe", "frame")


def is_same_origin() -> bool:
    """Whether a page of this portal sent the request. What says nothing of it was sent by another site."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    return request.headers.get("Origin") == uris.origin_of(request)


def is_navigation_from_here() -> bool:
    """Whether a browser comes from a page of this portal: by its form or link, and by our redirects alone."""
    return is_navigation() and request.headers.get("Sec-Fetch-Site") == "same-origin"


def is_posted_by_another_site() -> bool:
    """Whether a form of another site was sent here; a browser that says nothing of it is believed."""
    if request.method != "POST":
        return False
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    if site:
        return site == "cross-site"
    return origin is not None and origin.partition("://")[2] != request.host
