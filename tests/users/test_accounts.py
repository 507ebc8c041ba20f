from collections import Counter
from threading import Barrier, Thread

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.audit import EventKind
from app.audit.models import Event
from app.database.rows import db
from app.users import accounts, directory
from app.users.models import User
from app.users.passwords import verify_password
from app.users.refusals import EmailTaken, PasswordRefused, UsernameTaken, UserUnknown
from app.users.unique_names import check_new_email, give_email

pytestmark = pytest.mark.usefixtures("app_context")
PASSWORD = "Muster-Kiesel-42"


def anna(**changes: object) -> User:
    user = accounts.register("Anna", "Anna@Example.org", PASSWORD, **changes)  # type: ignore[arg-type]
    db.session.commit()
    return user


def test_a_new_person_is_found_by_name_and_by_address_without_regard_to_case() -> None:
    user = anna()
    for identifier in ("anna", "ANNA", " Anna ", "anna@example.org", "ANNA@EXAMPLE.ORG"):
        assert accounts.find_user(identifier) is user
    for identifier in ("", "ann", "anna@example.com", "nobody"):
        assert accounts.find_user(identifier) is None


def test_the_password_is_kept_as_a_hash() -> None:
    user = anna()
    assert PASSWORD not in str(vars(user))
    assert verify_password(user.password_hash, PASSWORD)


@pytest.mark.parametrize("username", ["anna", "ANNA", "ａｎｎａ"])
def test_a_name_that_reads_the_same_is_taken(username: str) -> None:
    anna()
    with pytest.raises(UsernameTaken):
        accounts.register(username, "other@example.org", PASSWORD)


def test_an_address_that_differs_in_case_is_taken() -> None:
    anna()
    with pytest.raises(EmailTaken):
        accounts.register("other", "aNNa@EXAMPLE.org", PASSWORD)


def test_a_weak_password_makes_no_account() -> None:
    with pytest.raises(PasswordRefused):
        accounts.register("anna", "anna@example.org", "anna@example.org")
    assert db.session.scalar(select(func.count()).select_from(User)) == 0


def test_of_many_who_ask_for_one_name_at_the_same_moment_one_gets_it(app: Flask) -> None:
    barrier, told = Barrier(8), []

    def ask(number: int) -> None:
        with app.app_context():
            barrier.wait()
            try:
                accounts.register("anna", f"anna{number}@example.org", password_hash="$2b$04$" + "." * 53)
                db.session.commit()
                told.append("mine")
            except UsernameTaken:
                told.append("taken")

    threads = [Thread(target=ask, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told) == ["mine"] + ["taken"] * 7


def test_an_address_whose_mailbox_is_shown_is_given_confirmed() -> None:
    user = anna()
    give_email(user, "New@example.org")
    assert user.email_verified_at is not None
    assert accounts.find_user("new@example.org") is user


def test_nobody_takes_the_confirmed_address_of_somebody_else() -> None:
    anna(email_verified=True)
    other = accounts.register("other", "other@example.org", PASSWORD)
    for rule in (check_new_email, give_email):
        with pytest.raises(EmailTaken):
            rule(other, "ANNA@example.org")
    assert other.email == "other@example.org"


def test_who_shows_the_mailbox_takes_the_address_from_who_only_claims_it() -> None:
    claiming = anna()
    other = accounts.register("other", "other@example.org", PASSWORD)
    give_email(other, "anna@example.org")
    assert (claiming.email, claiming.email_key) == (None, None)
    assert accounts.find_user("anna@example.org") is other


def test_blocking_is_told_once_and_recorded() -> None:
    user, told = anna(), []
    with accounts.user_blocked.connected_to(told.append):
        accounts.block(user)
        accounts.block(user)
    assert told == [user]
    assert not user.is_active
    accounts.unblock(user)
    assert user.is_active
    kinds = Counter(db.session.scalars(select(Event.kind)))
    assert kinds == {EventKind.USER_BLOCKED: 1, EventKind.USER_UNBLOCKED: 1}


def test_deleting_erases_who_it_was_and_keeps_the_id() -> None:
    user = anna(is_admin=True, locale="de", ip="192.0.2.1")
    user.name, user.mobile, user.country = "Anna Muster", "+491701234567", "DE"
    accounts.delete(user)
    db.session.commit()
    assert accounts.get_user(user.id) is user
    assert accounts.find_user("anna") is None
    assert list(directory.list_users()) == []
    kept = {column.name for column in User.__table__.columns if getattr(user, column.name)}
    assert kept == {"id", "created_at", "updated_at", "deleted_at"}


def test_the_name_of_a_deleted_person_goes_to_somebody_with_another_id() -> None:
    old = anna()
    accounts.delete(old)
    db.session.commit()
    new = anna()
    assert new.id != old.id
    assert accounts.find_user("anna") is new


def test_several_deleted_people_do_not_get_in_each_others_way() -> None:
    for _ in range(3):
        accounts.delete(anna())
        db.session.commit()


def test_an_address_belongs_to_its_owner_even_if_somebody_is_called_so() -> None:
    impostor = User(username="anna@example.org", username_key="anna@example.org", email_key="x@example.org")
    db.session.add(impostor)
    db.session.commit()
    owner = anna()
    assert accounts.find_user("anna@example.org") is owner


def test_an_unknown_id_is_told() -> None:
    with pytest.raises(UserUnknown):
        accounts.get_user("0" * 32)
