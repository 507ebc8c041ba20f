"""The pages of clients, collected."""

from . import client_secrets, clients, ending

blueprints = (clients.blueprint, client_secrets.blueprint, ending.blueprint)
