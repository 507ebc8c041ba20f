"""What the portal takes from inside its libraries, and the releases it was read in: an upgrade is a decision."""

import ast
import re
from importlib.metadata import version

import pytest

from config import CHECKOUT

READ_IN = {
    # Portal overrides wsgi_app, create_url_adapter, ensure_sync, dispatch_request and process_response
    # (app/site/portal.py), and relies on it that a context without a URL adapter matches nothing and asks for the
    # adapter before the session, and that process_response writes the session's cookie last.
    "flask": "3.1.3",
    # init_app registers no hook where the limiter is in app.extensions already; application_limits[0] is the rule,
    # whose key_func and scope_for make the key (app/__init__.py, app/site/rate_limiting.py).
    "flask-limiter": "4.1.1",
    # init_app is not called: it sets app.login_manager and registers what refreshes a cookie that nobody is given.
    # The session keeps the person under _user_id and a fingerprint under _id (app/authentication/browser_cookies.py).
    "flask-login": "0.6.3",
    # A connection makes its TLS context by _create_ssl_ctx, with no options where TLS is only preferred
    # (app/database/tls.py).
    "pymysql": "1.2.4",
    # The worker has loops of its own (app/connections/worker.py).
    "gunicorn": "27.0.1",
    # The hook returns at once with WTF_CSRF_CHECK_DEFAULT=False; FlaskForm.Meta.wrap_formdata is replaced
    # (app/expired_forms.py). The check takes the token that _get_csrf_token returns, which is overridden to take off
    # whose form it is; csrf_token in templates is app/form_owners.py's, set after init_app.
    "flask-wtf": "1.3.0",
}
PRIVATE = {
    "_get_current_object",  # documented by Werkzeug: the object behind a proxy, for a thread that has no context
    "_expected_100_continue",  # of a request of gunicorn (app/connections/worker.py)
}
SOURCES = [*sorted((CHECKOUT / "app").rglob("*.py")), CHECKOUT / "gunicorn.conf.py", CHECKOUT / "wsgi.py"]


@pytest.mark.parametrize("library", READ_IN)
def test_the_library_is_the_release_that_was_read(library: str) -> None:
    assert version(library) == READ_IN[library], (
        f"{library} is another release than the one that app/ was checked with. Read what READ_IN says of it in "
        f"the new one, run tests/site and tests/every and the benchmarks, then write the new number here."
    )


def test_nothing_private_of_a_library_is_used_beside_what_is_listed() -> None:
    offenders = [
        f"{path.relative_to(CHECKOUT)}:{number} {line.strip()}"
        for path in SOURCES
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if "SLF001" in line and not PRIVATE & set(re.findall(r"_\w+", line))
    ]
    assert offenders == []


def test_no_private_module_of_a_library_is_imported() -> None:
    offenders = [
        f"{path.relative_to(CHECKOUT)}:{node.lineno} {name}"
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text()))
        for name in _imported(node)
        if any(part.startswith("_") and not part.startswith("__") for part in name.split("."))
    ]
    assert offenders == []


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and not node.level:
        return [f"{node.module}.{alias.name}" for alias in node.names]
    return []
