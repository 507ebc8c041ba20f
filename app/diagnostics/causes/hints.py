"""What can be seen from the values of a request: facts named ``hint``, ``reason`` and ``differs`` are keys here."""

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

# Whole sentences, shown after why a request was refused; facts of the request stand at %(name)s.
HINTS: dict[str, LazyString] = {
    "white_space": _l("There is white space in it, often a line break that came along when it was copied."),
    "quoted": _l("There are quotation marks around it, which became part of the value."),
    "encoded": _l("It is encoded twice: percent signs stand where the characters themselves belong."),
    "upper_case": _l("It would be right in lower case."),
    "cut": _l("Its beginning is right, but the end is missing."),
    "placeholder": _l("It looks like a placeholder of a documentation that was never replaced."),
    "looks_like_secret": _l(
        "It looks like a client secret, not like a client ID. Make a new secret to be safe."
    ),
    "id_and_secret_swapped": _l("Client ID and client secret are swapped. Make a new secret to be safe."),
    "looks_like_address": _l("It looks like an address or an email address, not like a client ID."),
    "of_other_portal": _l("It does not look like a value that this portal gives out."),
    "authentication_header": _l("There is a header “Authentication”; its name must be “Authorization”."),
    "no_scheme": _l("The header holds the credentials without the word “Basic” before them."),
    "not_base64": _l("What follows “Basic” is not base64."),
    "not_encoded": _l("Client ID and secret follow “Basic” as they are, not in base64."),
    "no_padding": _l("The base64 that follows “Basic” lacks its padding, the signs = at its end."),
    "no_colon": _l("There is no colon between client ID and secret after decoding base64."),
    "mistyped_form": _l("The body is a form already; only its content type says otherwise."),
    "padded": _l("It ends with the padding sign =."),
    "plain_challenge": _l("The verifier itself was sent as the challenge instead of its SHA-256."),
    "too_short": _l("It is too short."),
    "too_long": _l("It is too long."),
    "wrong_characters": _l("It has characters that are not allowed."),
    "nearest_registered": _l("The nearest registered one is %(nearest)s; they differ in: %(differs)s."),
    "none_registered": _l("The app has no redirect URI registered."),
    "none_registered_for_logout": _l("The app has no address registered for after signing out."),
    "similar_grant_type": _l("Perhaps %(nearest)s was meant."),
    "similar_scope": _l("A similar name is among those that the app may ask for."),
    "dpop_required": _l("The app's switch “Require DPoP” is on."),
    "dpop_code": _l("The code is bound to a key, by dpop_jkt of the authorization request."),
    "dpop_refresh_token": _l(
        "The refresh token is bound to a key: so are all that public apps got with a proof."
    ),
    "dpop_access_token": _l("The access token is bound to that key."),
    "dpop_scheme": _l("“Authorization: DPoP” says that there is one."),
    "dpop_several": _l("There is more than one header “DPoP”, or more than one proof in it."),
    "dpop_private_key": _l(
        "The private key is in it, or the secret of a symmetric one. Make a new key: this one is known now."
    ),
    "dpop_other_key": _l("The key is of another kind than alg needs."),
    "dpop_weak_key": _l("RSA keys must have 2048 to 4096 bits and a common exponent."),
    "next_try": _l("The next try: %(next_try)s."),
    "last_try": _l("It was the last one: the app does not hear of this sign-out any more."),
    "no_connection": _l("There was no connection: %(detail)s."),
    "not_https": _l("It is no address that begins with https://."),
    "no_answer_in_time": _l("There was no whole answer in time."),
    "no_tls": _l("The server could not prove by TLS that it is the one: %(detail)s."),
    "no_http": _l("What the server sent was no HTTP."),
    "redirected": _l("The answer was a redirect, which the portal does not follow."),
    "other_status": _l("The answer had the status %(status)s."),
    "not_json": _l("The answer is no JSON, or its content type says otherwise."),
    "too_many_bytes": _l("The answer is longer than 5 kB."),
    "private_key": _l("There is a private key in it: replace that one at once."),
    "short_key": _l("There is an RSA key of less than 2048 bits in it."),
    "no_usable_key": _l("There is no usable key in it."),
    "public_client": _l("A public client cannot have this grant, since it proves to nobody who it is."),
}

HINT_FACTS = frozenset({"nearest", "differs", "detail", "status", "next_try"})

# Words in the middle of a sentence: where two redirect URIs differ, and why something was ended.
WORDS: dict[str, LazyString] = {
    "scheme": _l("the scheme (http or https)"),
    "host": _l("the host"),
    "loopback_name": _l("localhost and 127.0.0.1, which are not the same here"),
    "subdomain": _l("www. before the host"),
    "port": _l("the port"),
    "path": _l("the path"),
    "trailing_slash": _l("a slash at the end"),
    "query": _l("the query"),
    "fragment": _l("the part after #"),
    "letter_case": _l("upper and lower case"),
    "encoded_twice": _l("it was encoded twice"),
    "white_space_around": _l("white space around it"),
    "owner": _l("the owner"),
    "administrator": _l("an administrator"),
    "token_revoked": _l("the app revoked it"),
    "code_replayed": _l("the authorization code was used twice"),
    "refresh_replayed": _l("an old refresh token was used again"),
    "access_withdrawn": _l("the person disconnected the app, or left the team for which it was connected"),
    "user_blocked": _l("the account is blocked"),
    "user_deleted": _l("the account was deleted"),
    "deleted": _l("the person, the app or their connection was deleted"),
    "of_other_app": _l("for another app than client_id names"),
    "of_other_issuer": _l("by another server"),
    "of_other_person": _l("for somebody who is not signed in in that browser"),
    "no_answer": _l("it did not answer in time"),
    "no_room": _l("the portal had too much else to do, which is not the app's fault"),
    "no_connection": _l("there was no connection to it"),
    "no_tls": _l("there was no TLS connection to it"),
    "no_http": _l("what it answered is no HTTP"),
    "redirected": _l("it answered with a redirect, which the portal does not follow"),
    "default": _l("default"),  # the name of an app's first secret
}
