"""Who is told when something happens in a feature below: all receivers of all signals, inside its transaction.

Their order is not promised. ``create_app`` connects them, and nothing else connects anything.
"""

from .account import email_changes, factor_recoveries, leaving, mobile, resetting
from .authentication import sessions
from .authentication.factors import changes as factors
from .authentication.factors import passkeys
from .clients import apps_of_accounts, apps_of_teams, care, group_limits, scope_usage, transfers, verified
from .consents import decisions
from .groups import groups, imports
from .groups import members as group_members
from .notifications import recipients
from .oauth import ended_grants
from .oauth.backchannel import receivers as logout_receivers
from .scopes import definitions
from .teams import heirs, restoring, signals
from .teams import invitations as team_invitations
from .users import accounts, importing, notices, password_changes, refused_addresses

REACTIONS = (
    (sessions.sessions_ended, logout_receivers.tell_of_ended_sessions),
    (accounts.user_blocked, sessions.end_everything_of),
    (accounts.user_blocked, ended_grants.end_tokens_of_blocked),
    (accounts.user_blocked, ended_grants.forget_devices_of),
    (accounts.user_blocked, logout_receivers.tell_of_blocked_person),
    (accounts.user_blocked, factor_recoveries.close_quietly),
    (factors.factors_reset, factor_recoveries.close_quietly),
    (accounts.user_deleted, sessions.end_everything_of),
    (accounts.user_deleted, factors.forget_all),
    (accounts.user_deleted, mobile.forget_code),
    (accounts.user_deleted, factor_recoveries.forget),
    (accounts.user_deleted, leaving.delete_mails_and_links_of),
    (accounts.user_deleted, care.part_with_apps_of),
    (accounts.user_deleted, apps_of_accounts.take_name_from_secrets),
    (accounts.user_deleted, transfers.forget_offers_of),
    (accounts.user_blocked, transfers.forget_offers_of),
    (accounts.user_deleted, decisions.withdraw_all_of),
    (accounts.user_deleted, group_members.leave_all),
    (accounts.user_deleted, ended_grants.end_tokens_of_deleted),
    (accounts.user_deleted, ended_grants.forget_devices_of),
    (signals.apps_of_team_wanted, apps_of_teams.list_of_team),
    (signals.numbers_of_apps_wanted, apps_of_teams.count_of_teams),
    (signals.team_ended, care.part_with_apps_of_team),
    (signals.team_renamed, verified.distrust_apps_of_team),
    (accounts.user_deleted, heirs.leave_all),
    (accounts.user_deleted, team_invitations.forget),
    (accounts.user_blocked, heirs.find_heirs),
    (resetting.account_reclaimed, heirs.leave_all),
    (resetting.account_reclaimed, team_invitations.forget_sent),
    (email_changes.email_restored, restoring.take_back_given_since),
    (password_changes.password_set, ended_grants.end_tokens_got_by_password),
    (password_changes.password_set, ended_grants.forget_devices_of),
    (notices.earlier_addresses_wanted, email_changes.find_earlier),
    (resetting.account_reclaimed, factors.forget_all),
    (recipients.recipient_refused, refused_addresses.note_refusal),
    (recipients.recipient_reached, refused_addresses.forget_refusal),
    (resetting.account_reclaimed, decisions.withdraw_all_of),
    (resetting.account_reclaimed, apps_of_accounts.detach_apps_of),
    (email_changes.email_restored, factor_recoveries.close_begun_since),
    (email_changes.email_restored, passkeys.delete_made_since),
    (email_changes.email_restored, factors.forget_what_came_since),
    (email_changes.email_restored, apps_of_accounts.end_what_was_made_since),
    (email_changes.email_restored, ended_grants.end_tokens_begun_since),
    (email_changes.email_restored, ended_grants.forget_devices_of),
    (decisions.consent_withdrawn, ended_grants.end_tokens_of_consent),
    (decisions.consent_withdrawn, logout_receivers.tell_of_withdrawn_consent),
    (groups.group_wanted, group_limits.names_of_apps_for),
    (importing.groups_wanted, imports.find_ids),
    (importing.people_imported, imports.put_into_groups),
    (signals.member_left, decisions.withdraw_for_team),
    (definitions.scope_wanted, scope_usage.names_of_apps_with),
    (definitions.scope_deleted, scope_usage.take_from_apps),
    (definitions.scope_deleted, decisions.forget_scope),
)
