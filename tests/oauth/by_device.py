"""One way to provoke each cause of a device that asks for its tokens; the name of the function is the cause's."""

from typing import Any

from werkzeug.test import TestResponse

from app.clients.grants import DEVICE_CODE
from tests import factories as make
from tests.flows import devices
from tests.oauth.world import World, later


def authorization_pending(world: World) -> TestResponse:
    return _device(world).poll()


def slow_down(world: World) -> TestResponse:
    device = _device(world)
    device.poll()
    return device.poll()


def user_declined(world: World) -> TestResponse:
    device = _device(world)
    devices.decide(world.browser, devices.enter(world.browser, device.user_code), "deny")
    return device.poll()


def device_code_expired(world: World) -> TestResponse:
    device = _device(world)
    with later(seconds=901):
        return device.poll()


def device_code_unknown(world: World) -> TestResponse:
    return _device(world).poll(device_code="pf_device_guessed-1234567")


def device_code_of_other_client(world: World) -> TestResponse:
    return _device(world).poll(_app(world))


def device_code_used(world: World) -> TestResponse:
    device = _device(world)
    devices.allow(world.browser, device)
    assert device.poll().status_code == 200
    return device.poll()


def device_code_without_second_factor(world: World) -> TestResponse:
    device = _device(world)
    devices.allow(world.browser, device)
    world.change(lambda row: setattr(row, "second_factor_required", True), device.client)
    return device.poll()


def _device(world: World) -> devices.Device:
    return devices.begin(world.app, _app(world))


def _app(world: World, **changes: Any) -> make.App:
    grants = (DEVICE_CODE, "refresh_token")
    return world.make_client(grant_types=grants, redirect_uris=[], **changes)
