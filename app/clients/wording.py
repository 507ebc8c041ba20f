"""Why details of an app are refused, in the reader's language."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from ..fetching.targets import LONGEST_URL
from ..users.display_names import LONGEST_NAME
from . import redirect_uri_checks
from .checks import LONGEST_DESCRIPTION
from .client_secrets import FIRST_NAME
from .refusals import Problem, Reason

# %(uri)s is the entry as it was typed.
_OF_A_URI: dict[Reason, LazyString] = {
    Reason.MISSING: _l("The redirect URI is empty."),
    Reason.TOO_LONG: _l("“%(uri)s” is longer than %(most)s characters. Shorten it."),
    Reason.DUPLICATE: _l("“%(uri)s” is listed twice. Keep one of them."),
    Reason.WHITE_SPACE: _l(
        "“%(uri)s” contains white space. Put each URI on a line of its own, without spaces in it."
    ),
    Reason.CONTROL_CHARACTER: _l(
        "“%(uri)s” contains an invisible control character. Type it again instead of pasting it."
    ),
    Reason.BACKSLASH: _l("“%(uri)s” contains a backslash. Use forward slashes only."),
    Reason.NON_ASCII: _l(
        "“%(uri)s” contains characters outside ASCII. Write an international domain in Punycode (xn--…) and percent-encode the rest."
    ),
    Reason.MALFORMED: _l(
        "“%(uri)s” is not a valid URI. Percent-encode special characters and check the host."
    ),
    Reason.NOT_ABSOLUTE: _l("“%(uri)s” is not absolute. Start it with https:// and name the host."),
    Reason.SCHEME_FORBIDDEN: _l(
        "“%(uri)s” uses a scheme that can run code or open files in the browser. Use https."
    ),
    Reason.FRAGMENT: _l("“%(uri)s” contains a fragment. Remove the # and everything after it."),
    Reason.WILDCARD: _l(
        "“%(uri)s” contains a wildcard. Redirect URIs must match exactly, so list each one in full."
    ),
    Reason.HOST_MISSING: _l("“%(uri)s” names no host. Write it like https://app.example.com/callback."),
    Reason.USERINFO: _l(
        "“%(uri)s” contains a username or password before the host. Remove everything up to the @."
    ),
    Reason.PORT: _l(
        "“%(uri)s” has a port that does not exist. Use a number from 1 to 65535, or leave it out."
    ),
    Reason.PLAIN_HTTP: _l(
        "“%(uri)s” uses http, which others can read on the way. Use https; plain http is allowed for 127.0.0.1, [::1] and localhost only."
    ),
    Reason.QUERY_IS_OURS: _l(
        "“%(uri)s” has code, state, iss or error in its query, which this portal adds itself. Remove it."
    ),
    Reason.PRIVATE_SCHEME_NOT_REVERSE_DOMAIN: _l(
        "“%(uri)s” uses a scheme that is neither your domain in reverse nor that of a known program. Write it like com.example.app:/callback."
    ),
}

_OF_A_FIELD: dict[tuple[str, Reason], LazyString] = {
    ("name", Reason.MISSING): _l("Enter a name for the app."),
    ("name", Reason.TOO_LONG): _l("The name may have up to %(longest_name)s characters."),
    ("name", Reason.INVISIBLE): _l(
        "The name contains characters that cannot be seen. Type it again with visible ones only."
    ),
    ("name", Reason.MIXED_SCRIPTS): _l(
        "A word of the name mixes letters of two scripts that look alike. Write each word in one script."
    ),
    ("name", Reason.BORROWED): _l(
        "Only an administrator of this portal may give a name with “%(value)s” in it. Choose a different one."
    ),
    ("name", Reason.TAKEN): _l("Another app already has this name. Choose a different one."),
    ("description", Reason.TOO_LONG): _l(
        "The description may have up to %(longest_description)s characters."
    ),
    ("homepage_url", Reason.NOT_A_WEB_ADDRESS): _l("Enter a full web address, such as https://example.com."),
    ("client_type", Reason.UNKNOWN): _l("Choose confidential or public."),
    ("grant_types", Reason.MISSING): _l("Choose at least one grant."),
    ("grant_types", Reason.UNKNOWN): _l("There is no grant “%(value)s” here."),
    ("grant_types", Reason.NOT_OFFERED): _l("Only an administrator can switch on the grant “%(value)s”."),
    ("grant_types", Reason.PUBLIC_WITHOUT_SECRET): _l(
        "A public app has no secret, so it cannot use %(value)s. Untick it, or make this a confidential app."
    ),
    ("grant_types", Reason.PUBLIC_WITH_PASSWORDS): _l(
        "A public app cannot have the password grant, since anybody could guess passwords with its client ID. "
        "Keep it confidential, or let an administrator switch that grant off first."
    ),
    ("redirect_uris", Reason.REDIRECT_URI_NEEDED): _l(
        "The grant authorization_code needs at least one redirect URI."
    ),
    ("redirect_uris", Reason.TOO_MANY): _l("An app may have up to %(most_uris)s redirect URIs."),
    ("owner", Reason.TOO_MANY): _l(
        "You have %(value)s apps, as many as one person may have. Delete one you no longer use, or ask an administrator."
    ),
    ("team", Reason.TOO_MANY): _l(
        "The team has %(value)s apps, as many as one team may have. Delete one it no longer uses, or ask an administrator."
    ),
    ("post_logout_redirect_uris", Reason.TOO_MANY): _l("An app may have up to %(most_uris)s redirect URIs."),
    ("backchannel_logout_uri", Reason.NOT_A_WEB_ADDRESS): _l(
        "Enter a full https address, such as https://app.example.com/backchannel-logout."
    ),
    ("backchannel_logout_uri", Reason.PLAIN_HTTP): _l(
        "“%(uri)s” uses http, which others can read and change on the way. Use https."
    ),
    ("backchannel_logout_uri", Reason.NOT_PUBLIC): _l(
        "This portal sends nothing to “%(uri)s”, since it is no address of the public internet. Name the public host of your app."
    ),
    ("scopes", Reason.UNKNOWN): _l("There is no permission “%(value)s”."),
    ("scopes", Reason.NOT_OFFERED): _l("Only an administrator can give the permission “%(value)s”."),
    ("pkce_required", Reason.PUBLIC_NEEDS_PKCE): _l(
        "A public app must use PKCE, since nothing else protects its codes."
    ),
    ("auth_method", Reason.UNKNOWN): _l("There is no way of client authentication called “%(value)s”."),
    ("auth_method", Reason.METHOD_DOES_NOT_FIT): _l(
        "Public apps authenticate with “none”, and only they do."
    ),
    ("alg", Reason.UNKNOWN): _l("Tokens cannot be signed with “%(value)s”. Choose RS256, ES256 or EdDSA."),
    ("jwks", Reason.TOO_LONG): _l("The key set is too long. Keep the keys that are in use."),
    ("jwks", Reason.KEYS_NEEDED): _l(
        "private_key_jwt needs the app's public keys: a JSON Web Key Set, or the address of one."
    ),
    ("jwks", Reason.KEYS_MALFORMED): _l("This is not a JSON Web Key Set with usable public keys."),
    ("jwks", Reason.KEYS_TOO_SHORT): _l("An RSA key needs 2048 bits or more. Replace the shorter one."),
    ("jwks", Reason.KEYS_PRIVATE): _l(
        "The key set contains a private key. Send the public parts only, and replace this key."
    ),
    ("jwks_uri", Reason.KEYS_TWICE): _l("Give either the keys themselves or their address, not both."),
    ("jwks_uri", Reason.TOO_LONG): _l("The address may have up to %(longest_address)s characters."),
    ("jwks_uri", Reason.NOT_A_WEB_ADDRESS): _l(
        "Enter a full https address without # and user name, such as https://app.example.com/jwks.json."
    ),
    ("jwks_uri", Reason.NOT_PUBLIC): _l(
        "The portal fetches from the public internet only. Enter an address that is reached from there, or the keys themselves."
    ),
}


def secret_name(name: str) -> str:
    """What the reader calls a secret; the first one of an app has its name from the portal."""
    return _("default") if name == FIRST_NAME else name


def explain(problem: Problem) -> str:
    """What is wrong and what to do about it, as a sentence."""
    sentence = _OF_A_FIELD.get((problem.field, problem.reason))
    if sentence is None:
        sentence = _OF_A_URI[problem.reason]
    values = {
        "value": problem.value,
        "uri": _shortened(problem.value),
        "most": redirect_uri_checks.LONGEST_URI,
        "most_uris": redirect_uri_checks.MOST_URIS,
        "longest_name": LONGEST_NAME,
        "longest_description": LONGEST_DESCRIPTION,
        "longest_address": LONGEST_URL,
    }
    text = str(sentence) % values
    if problem.line:
        return _("Line %(line)s: %(text)s", line=problem.line, text=text)
    return text


def _shortened(uri: str) -> str:
    """``uri`` short enough to be read in a message, what cannot be seen made visible."""
    visible = "".join(character if character.isprintable() else "�" for character in uri)
    return visible if len(visible) <= 120 else f"{visible[:100]}…"
