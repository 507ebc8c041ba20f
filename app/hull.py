"""What runs around every request, in order. ``create_app`` registers these tables, and nothing else registers a hook.

A page is everything that is not for programs, also an address that nobody serves, an endpoint that browsers are
sent to, and a static file: its view is marked, for it reads no cookie, but goes the way of pages. Programs are the
views marked :func:`app.authentication.access.for_programs` whose path names them whole.
"""

from wsgiref.types import WSGIApplication

from werkzeug.middleware.proxy_fix import ProxyFix

from .admin import pages as admin_pages
from .authentication import access, current_session, kept_forms, known_browsers
from .crypto import new_request_id
from .diagnostics.pages import request_log
from .expired_forms import say_nothing_was_done
from .extensions import background, csrf
from .oauth.endpoints.documents import Documents
from .oauth.pages import pending_app
from .site import (
    addresses,
    bad_input,
    hosts,
    i18n,
    rate_limiting,
    request_ids,
    second_clicks,
    security_headers,
    static_files,
)
from .site.portal import Portal


def trusted_proxies(wsgi: WSGIApplication, app: Portal) -> WSGIApplication:
    """Believe ``X-Forwarded-*`` of as many proxies as ``TRUSTED_PROXIES`` says."""
    hops = app.config["SETTINGS"].trusted_proxies
    return ProxyFix(wsgi, x_for=hops, x_proto=hops, x_host=hops) if hops else wsgi


def canonical_addresses(wsgi: WSGIApplication, app: Portal) -> WSGIApplication:
    """Write where the request comes from in one spelling, and refuse what is no address."""
    return addresses.Addresses(wsgi, app)


def honest_hosts(wsgi: WSGIApplication, app: Portal) -> WSGIApplication:
    """Refuse a ``Host`` that is none or somebody else's, with the steps before programs and the page of an error."""
    return hosts.Hosts(wsgi, app)


def public_documents(wsgi: WSGIApplication, app: Portal) -> WSGIApplication:
    """Answer discovery and keys before anything of Flask begins."""
    headers = security_headers.headers_without_view(app.config["SETTINGS"].issuer)
    return Documents(wsgi, app, headers, new_request_id)


WSGI_LAYERS = (  # from the outermost to Flask
    trusted_proxies,  # who is asking, at which host
    canonical_addresses,  # unreadable address
    honest_hosts,  # unreadable or foreign host
    public_documents,  # discovery, keys
)
BEFORE_PAGES = (  # the first that refuses or answers is the last that runs
    request_ids.begin,  # name
    bad_input.refuse_null_bytes,  # unreadable input
    background.start,  # jobs of this process
    rate_limiting.check,  # too many; from here on the database may be asked
    csrf.check,  # forged or expired form
    second_clicks.answer_again,  # copy of a form
    access.require_sign_in,  # signed in
    admin_pages.hide_from_others,  # administrator
    admin_pages.require_second_factor,  # administrator who is one
    kept_forms.show,  # form kept over a sign-in
    pending_app.note,  # app that waits for the sign-in
)
AFTER_PAGES = (  # also when one of those above has answered; the cookie of the session is written last
    say_nothing_was_done,  # expired form
    static_files.keep,  # caching
    pending_app.allow_popups,  # window that waits for the sign-in
    i18n.remember,  # language
    known_browsers.keep,  # browser that signed in
    security_headers.protect,  # headers
    request_ids.send,  # name
    request_log.finish,  # log
    current_session.settle,  # token of the session
)
BEFORE_PROGRAMS = (
    request_ids.begin,  # name
    background.start,  # jobs of this process
    rate_limiting.check,  # too many; what cannot be read they refuse themselves, in the words of the RFCs
)
AFTER_PROGRAMS = (  # their views write the log themselves; what a step or a fault refuses goes through AFTER_PAGES
    security_headers.protect_answer_to_program,  # headers
    request_ids.send_to_program,  # name
)
