"""What administrators do: pages over users, clients, scopes, keys and events. It owns no rules."""
