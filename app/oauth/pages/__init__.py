"""The pages of oauth, collected."""

from . import consent, device, device_qr, logout

blueprints = (consent.blueprint, device.blueprint, device_qr.blueprint, logout.blueprint)
