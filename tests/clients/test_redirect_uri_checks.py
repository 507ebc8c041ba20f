import pytest

from app.clients.redirect_uri_checks import LONGEST_URI, MOST_URIS, check_redirect_uri, find_problems
from app.clients.refusals import Reason, RedirectUriNotAllowed

ZAPIER = "https://zapier.com/dashboard/auth/oauth/return/App1CLIAPI/"


@pytest.mark.parametrize(
    "uri",
    [
        "https://app.example.com/callback",
        "https://app.example.com",
        "https://app.example.com:8443/callback?tenant=1&x=%20",
        "https://xn--bcher-kva.example/r%C3%BCck",
        "https://[2001:db8::1]/callback",
        "http://127.0.0.1/callback",
        "http://127.0.0.1:5000/callback",
        "http://[::1]:5000/callback",
        "http://localhost:3000/api/auth/callback/pforte",
        ZAPIER,
        "https://www.make.com/oauth/cb/app",
        "https://oauth.pstmn.io/v1/browser-callback",
        "https://my_host.example/rest/oauth2-credential/callback",
    ],
)
def test_addresses_that_integrations_use_are_allowed(uri: str) -> None:
    check_redirect_uri(uri)


@pytest.mark.parametrize(
    ("uri", "reason"),
    [
        ("", Reason.MISSING),
        ("/callback", Reason.NOT_ABSOLUTE),
        ("app.example.com/callback", Reason.NOT_ABSOLUTE),
        ("//app.example.com/callback", Reason.NOT_ABSOLUTE),
        ("https://", Reason.HOST_MISSING),
        ("https:/callback", Reason.HOST_MISSING),
        ("https:callback", Reason.HOST_MISSING),
        ("https:///callback", Reason.HOST_MISSING),
        ("https://:443/callback", Reason.HOST_MISSING),
        ("https://app.example.com/cb#part", Reason.FRAGMENT),
        ("https://app.example.com/cb#", Reason.FRAGMENT),
        ("https://user@app.example.com/cb", Reason.USERINFO),
        ("https://app.example.com@evil.example/cb", Reason.USERINFO),
        ("https://user:password@app.example.com/cb", Reason.USERINFO),
        ("https://*.example.com/cb", Reason.WILDCARD),
        ("https://app.example.com/*", Reason.WILDCARD),
        ("https://app.example.com/cb?state=fixed", Reason.QUERY_IS_OURS),
        ("https://app.example.com/cb?x=1&code", Reason.QUERY_IS_OURS),
        ("https://app.example.com/cb?%69ss=x", Reason.QUERY_IS_OURS),
        ("javascript:alert(1)", Reason.SCHEME_FORBIDDEN),
        ("JavaScript://app.example.com/%0Aalert(1)", Reason.SCHEME_FORBIDDEN),
        ("data:text/html,x", Reason.SCHEME_FORBIDDEN),
        ("vbscript:x", Reason.SCHEME_FORBIDDEN),
        ("file:///etc/passwd", Reason.SCHEME_FORBIDDEN),
        ("view-source:https://app.example.com", Reason.SCHEME_FORBIDDEN),
        ("http://app.example.com/cb", Reason.PLAIN_HTTP),
        ("HTTP://app.example.com/cb", Reason.PLAIN_HTTP),
        ("http://127.0.0.1.evil.example/cb", Reason.PLAIN_HTTP),
        ("http://localhost.evil.example/cb", Reason.PLAIN_HTTP),
        ("http://192.168.1.1/cb", Reason.PLAIN_HTTP),
        ("http://0.0.0.0/cb", Reason.PLAIN_HTTP),
        ("https://bücher.example/cb", Reason.NON_ASCII),
        ("https://app.example.com/rück", Reason.NON_ASCII),
        ("https://app.example.com/a b", Reason.WHITE_SPACE),
        ("https://app.example.com/a\tb", Reason.WHITE_SPACE),
        ("https://app.example.com/a\r\nSet-Cookie:x", Reason.WHITE_SPACE),
        ("https://app.example.com/\x01", Reason.CONTROL_CHARACTER),
        ("https://app.example.com/\x7f", Reason.CONTROL_CHARACTER),
        ("https://app.example.com\\@evil.example/", Reason.BACKSLASH),
        ('https://app.example.com/"onload=x', Reason.MALFORMED),
        ("https://app.example.com/<b>", Reason.MALFORMED),
        # What follows a bracket would stand in a Content-Security-Policy, and no browser goes there.
        ("https://[::1];sandbox", Reason.MALFORMED),
        ("https://[::1];sandbox:443/cb", Reason.MALFORMED),
        ("https://evil.example;x[v1.a]/cb", Reason.MALFORMED),
        ("http://[::1]evil.example/cb", Reason.MALFORMED),
        ("https://app.example.com/%zz", Reason.MALFORMED),
        ("https://app.example.com;script-src/", Reason.MALFORMED),
        ("https://a,b/", Reason.MALFORMED),
        ("https://[::1/cb", Reason.MALFORMED),
        ("https://[nonsense]/cb", Reason.MALFORMED),
        ("https://app.example.com:99999/cb", Reason.PORT),
        ("https://app.example.com:0/cb", Reason.PORT),
        ("https://app.example.com:/cb", Reason.PORT),
        ("https://app.example.com:abc/cb", Reason.PORT),
        (f"https://app.example.com/{'a' * LONGEST_URI}", Reason.TOO_LONG),
    ],
)
def test_what_is_wrong_with_an_address_is_named(uri: str, reason: Reason) -> None:
    with pytest.raises(RedirectUriNotAllowed) as refused:
        check_redirect_uri(uri)
    assert refused.value.reason == reason


@pytest.mark.parametrize(
    "uri",
    [
        "com.example.app:/callback",
        "com.example.app://callback",
        "org.x-y.app2:/",
        "app.immich:///oauth-callback",
        "audiobookshelf://oauth",
        "cursor://anysphere.cursor-mcp/oauth/callback",
        "vscode://vscode.github-authentication/did-authenticate",
    ],
)
def test_a_scheme_of_its_own_is_a_domain_in_reverse_or_that_of_a_known_program(uri: str) -> None:
    check_redirect_uri(uri)


@pytest.mark.parametrize(
    "uri",
    ["myapp:/callback", "myapp://callback", "com.example.app:callback", "com..app:/x", "ftp://a/b", "cursor:x",
     "cursors://x", "mailto:a@b.example"],
)  # fmt: skip
def test_any_other_scheme_of_its_own_is_refused(uri: str) -> None:
    with pytest.raises(RedirectUriNotAllowed) as refused:
        check_redirect_uri(uri)
    assert refused.value.reason == Reason.PRIVATE_SCHEME_NOT_REVERSE_DOMAIN


def test_each_problem_names_its_line_and_address() -> None:
    uris = [(1, ZAPIER), (3, "http://a.example/"), (4, ZAPIER)]
    found = [(problem.line, problem.value, problem.reason) for problem in find_problems(uris)]
    assert found == [(3, "http://a.example/", Reason.PLAIN_HTTP), (4, ZAPIER, Reason.DUPLICATE)]


def test_an_app_has_so_many_addresses_and_no_more() -> None:
    uris = [(line, f"https://a.example/{line}") for line in range(1, MOST_URIS + 2)]
    assert find_problems(uris[:MOST_URIS]) == []
    [problem] = find_problems(uris)
    assert (problem.reason, problem.line) == (Reason.TOO_MANY, MOST_URIS + 1)
