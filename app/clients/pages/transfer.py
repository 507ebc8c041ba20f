"""Offering an app to a person or a team, and answering the offer."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from flask_wtf import FlaskForm
from wtforms import StringField, SubmitField
from wtforms.validators import InputRequired

from ...authentication.access import ask_for_password, has_recent_sign_in
from ...database.rows import db
from ...forms import REFUSED, status_of
from ...teams.members import list_teams_of
from ...teams.models import Role
from .. import transfers
from ..allowances import list_allowances
from ..handing_over import name_of
from ..models import Client
from ..offers import Offer, find_offer
from ..ownership import role_in
from ..people_per_app import count_people
from ..receivers import find_receiver
from ..refusals import ClientRefused
from ..registration import find_client
from ..transfer_answers import TransferOver, accept, decline, may_answer
from ..transfer_wording import explain_transfer
from ..transfers import TransferRefused
from ..wording import explain
from .own_app import get_own_client

blueprint = Blueprint("clients_transfer", __name__)


class TransferForm(FlaskForm):
    """To whom an app is offered."""

    to = StringField(
        _l("Username, or name of a team"), [InputRequired(_l("Enter a username or the name of a team."))]
    )


class AnswerForm(FlaskForm):
    """The answer to an offer; sent without one, it accepts."""

    decision = SubmitField()


@blueprint.route("/dashboard/apps/<client_id>/transfer", methods=["GET", "POST"])
def transfer(client_id: str) -> ResponseReturnValue:
    """The offer of an app: whoever can accept it answers it here, an owner of the app makes it or takes it back."""
    client = find_client(client_id) or abort(404)
    found = find_offer(client)
    if found is not None and may_answer(found, current_user.id):
        return _answer(found)
    get_own_client(client_id, Role.OWNER)
    return _offer(client, found)


@blueprint.post("/dashboard/apps/<client_id>/transfer/withdraw")
def withdraw(client_id: str) -> ResponseReturnValue:
    """Take the offer back."""
    client = get_own_client(client_id, Role.OWNER)
    if transfers.withdraw(client, actor_id=current_user.id):
        flash(_("The offer is taken back."), "ok")
    db.session.commit()
    return redirect(url_for("clients_clients.show", client_id=client.id))


def _offer(client: Client, found: Offer | None) -> ResponseReturnValue:
    form = TransferForm()
    if not form.validate_on_submit():
        return _offer_page(client, form, found), status_of(form)
    if not has_recent_sign_in():
        return ask_for_password()
    to = find_receiver(form.to.data or "", asker_id=current_user.id)
    try:
        receiver, at_once = transfers.offer(client, to, by=current_user)
    except TransferRefused as refused:
        db.session.rollback()
        form.to.errors = [explain_transfer(refused.problem)]
        return _offer_page(client, form, found), REFUSED
    except ClientRefused as refused:
        form.to.errors = [explain(problem) for problem in refused.problems]
        return _offer_page(client, form, found), REFUSED
    db.session.commit()
    names = {"name": client.name, "to": name_of(receiver)}
    flash(
        _("%(name)s belongs to %(to)s now.", **names)
        if at_once
        else _("%(name)s is offered to %(to)s.", **names),
        "ok",
    )
    return redirect(url_for("clients_clients.show", client_id=client.id))


def _answer(found: Offer) -> ResponseReturnValue:
    client, form = found.client, AnswerForm()
    if not form.validate_on_submit():
        return _answer_page(found, form), status_of(form)
    declines = request.form.get("decision") == "decline"
    try:
        (decline if declines else accept)(found, by=current_user)
    except TransferOver:
        db.session.rollback()
        return _over(client)
    except ClientRefused as refused:
        form.form_errors = [explain(problem) for problem in refused.problems]
        return _answer_page(found, form), REFUSED
    db.session.commit()
    if declines:
        flash(_("You have declined %(name)s. It stays where it is.", name=client.name), "ok")
        return redirect(url_for("clients_app_list.index"))
    flash(_("%(name)s is accepted.", name=client.name), "ok")
    return redirect(url_for("clients_clients.show", client_id=client.id))


def _over(client: Client) -> ResponseReturnValue:
    """Lead on where somebody was faster: to the app, if it is the reader's now."""
    if role_in(client, current_user.id) is not None:
        return redirect(url_for("clients_clients.show", client_id=client.id))
    flash(_("This offer is over: it was answered or taken back, or the app is disabled."), "warn")
    return redirect(url_for("clients_app_list.index"))


def _offer_page(client: Client, form: TransferForm, found: Offer | None) -> str:
    owned = [team for team, member in list_teams_of(current_user.id) if member.role == Role.OWNER]
    teams = [team for team in owned if team.id != client.team_id]
    return render_template(
        "clients/transfer.html",
        client=client,
        form=form,
        on_offer=found,
        teams=teams,
        allowances=list_allowances(client),
    )


def _answer_page(found: Offer, form: AnswerForm) -> str:
    people = count_people([found.client.id])[found.client.id]
    lost = list_allowances(found.client)
    return render_template(
        "clients/transfer_offered.html", offer=found, form=form, people=people, allowances=lost
    )
