import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from app.diagnostics import causes
from app.diagnostics.causes import CATALOGUE, Cause
from app.diagnostics.causes.cause import PLACEHOLDER, fill
from app.diagnostics.causes.hints import HINT_FACTS, HINTS, WORDS
from tests.diagnostics import causes_page

# What the project promised from its first day on; the names are part of the public contract.
PROMISED = """
body_not_form grant_type_missing grant_type_unknown grant_not_enabled client_unknown secret_wrong secret_revoked
secret_expired secret_has_whitespace secret_is_client_id secret_missing public_client_sent_secret
auth_method_not_allowed basic_malformed two_client_authentications client_disabled code_unknown code_expired
code_replayed code_of_other_client refresh_of_other_client redirect_uri_differs redirect_uri_omitted
verifier_missing verifier_wrong verifier_malformed verifier_unexpected pkce_required pkce_plain scope_has_comma
scope_unknown scope_not_allowed scope_widened scope_gone refresh_unknown refresh_expired refresh_retried refresh_replayed
access_withdrawn user_blocked user_deleted redirect_uri_unregistered redirect_uri_missing
response_type_unsupported parameter_repeated parameter_malformed request_object_unsupported state_missing
nonce_missing user_declined login_required consent_required account_selection_required token_missing
token_malformed token_expired token_revoked token_wrong_audience token_wrong_issuer token_is_id_token
token_is_refresh_token scope_insufficient rate_limited portal_trouble
"""  # fmt: skip


def offenders(is_right: Callable[[Cause], bool]) -> list[str]:
    """The names of causes of which something is not so."""
    return [cause.name for cause in CATALOGUE.values() if not is_right(cause)]


def test_every_promised_cause_is_in_the_catalogue() -> None:
    assert set(PROMISED.split()) <= CATALOGUE.keys()


def test_every_cause_is_a_constant_of_its_name() -> None:
    assert offenders(lambda cause: getattr(causes, cause.name.upper(), None) is cause) == []
    assert {name for name, cause in CATALOGUE.items() if cause.name != name} == set()


@pytest.mark.rfc("6749#5.2")
def test_the_public_sentence_fits_into_error_description() -> None:
    texts = [*(cause.public for cause in CATALOGUE.values()), *causes.INVALID_GRANTS.values()]
    assert [text for text in texts if not re.fullmatch(r"[\x20-\x21\x23-\x5b\x5d-\x7e]+", text)] == []


def test_names_and_errors_fit_into_their_columns() -> None:
    assert offenders(lambda cause: re.fullmatch(r"[a-z_]{1,40}", cause.name) is not None) == []
    assert offenders(lambda cause: cause.error is None or len(cause.error) <= 40) == []
    assert offenders(lambda cause: (cause.error is None) == (cause.status == 200)) == []


def test_a_fact_that_is_missing_reads_unknown(app_context: object) -> None:
    for cause in CATALOGUE.values():
        told = f"{cause.explain({})} {cause.advise({})}"
        assert "%(" not in told
        assert ("unknown" in told) >= (cause.facts - HINT_FACTS != {"hint"})


def test_percent_signs_stand_for_facts_only() -> None:
    texts = [str(text) for cause in CATALOGUE.values() for text in (cause.why, cause.fix, cause.meaning)]
    texts += map(str, HINTS.values())
    assert [text for text in texts if "%" in PLACEHOLDER.sub("", text)] == []


def test_the_facts_of_hints_are_kept_for_every_cause() -> None:
    assert {name for hint in HINTS.values() for name in PLACEHOLDER.findall(str(hint))} == HINT_FACTS


def test_every_invalid_client_has_one_text_and_one_meaning() -> None:
    same = [cause for cause in CATALOGUE.values() if cause.error == "invalid_client"]
    assert len(same) > 10
    assert {cause.public for cause in same} == {causes.INVALID_CLIENT}
    assert len({str(cause.meaning) for cause in same}) == 1
    assert {cause.status for cause in same} == {401}


@pytest.mark.parametrize("grant_type", [None, "unheard-of", *causes.INVALID_GRANTS])
def test_every_invalid_grant_has_one_text_per_grant(grant_type: str | None) -> None:
    same = [cause for cause in CATALOGUE.values() if cause.error == "invalid_grant"]
    apart = {
        causes.CREDENTIALS_WRONG,
        causes.ACCOUNT_BLOCKED,
        causes.SECOND_FACTOR_NEEDED,
    }  # only ever said by the password grant
    assert len({cause.public_for(grant_type) for cause in set(same) - apart}) == 1
    assert len({cause.public_for("password") for cause in same}) == 1


def test_what_strangers_read_does_not_tell_causes_of_one_grant_apart() -> None:
    code = {cause.meaning for name, cause in CATALOGUE.items() if name.startswith("code_")}
    refresh = [name for name, cause in CATALOGUE.items() if cause.meaning == causes.REFRESH_UNKNOWN.meaning]
    assert len({str(meaning) for meaning in code}) == 1
    assert {"user_blocked", "user_deleted", "access_withdrawn", "refresh_expired"} <= set(refresh)


def test_a_sentence_of_the_app_is_not_taken_for_a_placeholder() -> None:
    assert fill("Sent: %(sent)s.", {"sent": "%(sent)s %s %"}) == "Sent: %(sent)s %s %."


def test_what_an_app_sent_is_not_translated_as_one_of_our_words(app_context: object) -> None:
    assert fill("%(sent)s", {"sent": "owner"}) == "owner"
    assert fill("%(disabled_by)s", {"disabled_by": "owner"}) == str(WORDS["owner"])


def test_hints_are_told_after_the_reason(app_context: object) -> None:
    told = causes.CLIENT_UNKNOWN.explain({"hint": "white_space"})
    assert told.endswith(str(HINTS["white_space"]))
    assert causes.CLIENT_UNKNOWN.explain({"hint": "<b>"}).count("<b>") == 0


def test_times_are_told_in_full(app: Flask) -> None:
    with app.test_request_context():
        told = causes.TOKEN_EXPIRED.explain({"expired_at": "2026-01-02T03:04:05.123456+00:00"})
    assert "January 2, 2026" in told


def test_the_page_of_causes_says_what_the_catalogue_says(app_context: object) -> None:
    page = Path(__file__).parents[2].joinpath("docs/causes.md").read_text(encoding="utf-8")
    assert page == causes_page.render()
