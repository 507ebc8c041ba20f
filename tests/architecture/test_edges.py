"""Who may end a transaction, and who may know of the request."""

import ast
from collections.abc import Iterator

from config import CHECKOUT

APP = CHECKOUT / "app"
EDGES = ("pages", "endpoints", "commands.py", "link_commands.py")
# Below the edges: who ends a transaction all the same, and why.
ENDING = {
    "oauth/transactions.py": "the transaction of a request for programs",
    "oauth/requests.py": "passes to it what its edge asks",
    "oauth/wire/endpoint.py": "the edge of all endpoints for programs",
    "oauth/wire/resource.py": "the edge of the provider's own resources: a DPoP proof counts once",
    "api/bearer.py": "the edge of JSON endpoints behind a token: a DPoP proof counts once",
    "oauth/wire/registering.py": "the edge of registration, whose rules write with the session",
    "oauth/authorization/authorizing.py": "the edge of authorization endpoint and consent page",
    "oauth/logout/signing_out.py": "the edge of the end session endpoint and of the page that asks",
    "notifications/delivery.py": "a job, with no request above it",
    "oauth/backchannel/outbox.py": "a job, with no request above it",
    "operations/tidying.py": "a job, with no request above it",
    "account/lost_factor_notices.py": "a job, with no request above it",
    "operations/administrators.py": "a job, with no request above it",
    "notifications/errands.py": "what a job's errand wrote goes, its row in the outbox stays",
    "authentication/current_session.py": "the edge of what follows a page: a session of which a copy was shown ends",
    "site/lost_transactions.py": "the edge of all pages: what was undone is run again",
    "site/second_clicks.py": "the edge of all pages: who sends a form first is written before it begins",
    "database/trouble.py": "the edge of all pages: what failed is undone before the error page",
    "groups/groups.py": "a flush that failed: two groups of one name at once",
    "teams/teams.py": "a flush that failed: two teams of one name at once",
    "users/unique_names.py": "a flush that failed: until it is undone, nobody can ask which name was taken",
    "scopes/definitions.py": "a flush that failed: until it is undone, the page can ask nothing",
    "clients/registration.py": "a flush that failed: until it is undone, the page can ask nothing",
    "clients/app_limit.py": "the app that is one too many must be gone, whoever commits next",
}
OF_THE_REQUEST = {"request", "session", "g", "current_app", "current_user", "render_template"}
# Below the edges: which modules know the request, and what for.
KNOWING_THE_REQUEST = {
    **dict.fromkeys(
        (
            "oauth/authorization/accounts.py",
            "oauth/authorization/authorizing.py",
            "oauth/authorization/consent_page.py",
            "oauth/authorization/pending.py",
            "oauth/authorization/used_apps.py",
            "oauth/authorization/responses.py",
            "oauth/logout/answers.py",
            "oauth/logout/signing_out.py",
            "oauth/wire/bearer.py",
            "oauth/wire/claimed_clients.py",
            "oauth/wire/cross_origin.py",
            "oauth/wire/endpoint.py",
            "oauth/wire/navigation.py",
            "oauth/wire/possession.py",
            "oauth/wire/registering.py",
            "oauth/wire/resource.py",
            "api/bodies.py",
            "authentication/access.py",
            "authentication/accounts_here.py",
            "authentication/browser.py",
            "authentication/browser_cookies.py",
            "authentication/cookies.py",
            "authentication/current_session.py",
            "authentication/kept_cookies.py",
            "authentication/kept_forms.py",
            "authentication/known_browsers.py",
            "authentication/next_page.py",
            "authentication/second_step.py",
            "authentication/factors/passkey_facts.py",
            "authentication/step_up.py",
            "expired_forms.py",
            "fetch_metadata.py",
            "form_owners.py",
            "languages.py",
            "site/bad_input.py",
            "site/errors.py",
            "site/i18n.py",
            "site/lost_transactions.py",
            "site/portal.py",
            "site/rate_limiting.py",
            "site/request_ids.py",
            "site/second_clicks.py",
            "site/security_headers.py",
            "site/static_files.py",
            "site/templating.py",
        ),
        "what edges share: reading, refusing, answering",
    ),
    "audit/events.py": "address and request id of an event",
    "audit/refused_requests.py": "what is refused is the request",
    "diagnostics/request_log/recording.py": "what is logged is the request",
    "diagnostics/request_log/row.py": "what is logged is the request",
    "extensions.py": "settings of the application",
    "oauth/keys/ring.py": "the application's key ring",
    "oauth/server.py": "the application's authorization server",
    "operations/doctor/database.py": "the application's migrations",
    "notifications/delivery.py": "the application whose jobs these are",
    "oauth/backchannel/delivery.py": "the application whose jobs these are",
    "operations/tidying.py": "the application whose jobs these are",
    "notifications/bodies.py": "mails are templates",
    "notifications/message.py": "mails are templates",
    "notifications/sms.py": "text messages are templates",
}


def below_the_edges() -> Iterator[tuple[str, ast.AST]]:
    """Every node of every module that is no edge."""
    for path in sorted(APP.rglob("*.py")):
        name = path.relative_to(APP)
        if not any(part in EDGES for part in name.parts):
            yield from ((name.as_posix(), node) for node in ast.walk(ast.parse(path.read_text())))


def ends_a_transaction(node: ast.AST) -> bool:
    """Whether ``node`` names a commit or a rollback, to call it or to hand it on."""
    return isinstance(node, ast.Attribute) and node.attr in ("commit", "rollback")


def knows_the_request(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.ImportFrom)
        and (node.module or "").startswith("flask")
        and any(alias.name in OF_THE_REQUEST for alias in node.names)
    )


def test_only_the_edge_ends_a_transaction_and_others_say_why() -> None:
    assert {name for name, node in below_the_edges() if ends_a_transaction(node)} == set(ENDING)


def test_rules_do_not_know_the_request_and_others_say_why() -> None:
    assert {name for name, node in below_the_edges() if knows_the_request(node)} == set(KNOWING_THE_REQUEST)


def test_no_module_imports_all_of_flask() -> None:
    whole = {
        name
        for name, node in below_the_edges()
        if isinstance(node, ast.Import) and any(alias.name.startswith("flask") for alias in node.names)
    }
    assert whole == set()
