"""The pages of clients, collected."""

from . import app_list, client_secrets, clients, ending, new_app, secret_rotation, transfer

blueprints = (
    app_list.blueprint,
    new_app.blueprint,
    clients.blueprint,
    client_secrets.blueprint,
    secret_rotation.blueprint,
    transfer.blueprint,
    ending.blueprint,
)
