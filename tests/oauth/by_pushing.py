"""One way to provoke each cause of a request that is pushed beforehand, RFC 9126."""

from werkzeug.test import TestResponse

from app import network_limits
from app.oauth.pushed_requests import URN
from tests import factories as make
from tests.oauth.world import World, later


def open_(world: World, query: dict[str, str]) -> TestResponse:
    return world.browser.get("/oauth/authorize", query_string=query)


def par_required(world: World) -> TestResponse:
    return world.ask(world.make_client(par_required=True))


def request_uri_pushed(world: World) -> TestResponse:
    return make.push(world.http, world.client, request_uri="https://app.example.org/request")


def pushed_too_long(world: World) -> TestResponse:
    fields = {f"app_{number}": "x" * 7000 for number in range(5)}
    return world.http.post("/oauth/par", data=make.request_of(world.client) | world.client.form | fields)


def request_uri_unknown(world: World) -> TestResponse:
    return open_(world, {"client_id": world.client.id, "request_uri": f"{URN}pf_par_{'x' * 43}"})


def request_uri_of_other_client(world: World) -> TestResponse:
    query = make.pushed(world.other, world.http)
    return open_(world, query | {"client_id": world.client.id})


def request_uri_expired(world: World) -> TestResponse:
    query = make.pushed(world.client, world.http)
    with later(seconds=61):
        return open_(world, query)


def request_uri_used(world: World) -> TestResponse:
    query = make.pushed(world.client, world.http)
    make.decide(world.browser, open_(world, query))
    return open_(world, query)


def request_uri_elsewhere(world: World) -> TestResponse:
    query = make.pushed(world.client, world.http)
    assert open_(world, query).status_code == 200
    return make.browser_of(world.app, make.make_user(world.app)).get("/oauth/authorize", query_string=query)


def rate_limited(world: World) -> TestResponse:
    """What a network pushes in the name of apps that prove nothing."""
    limit, there = network_limits.PUSHED_REQUESTS, "203.0.113.7"
    client = world.make_client(client_type="public")
    with world.app.app_context():
        for _request in range(limit.item.amount):
            network_limits.count(limit, there)
    fields = make.request_of(client, make.make_proof())
    return world.http.post("/oauth/par", data=fields, environ_base={"REMOTE_ADDR": there})
