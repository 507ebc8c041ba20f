"""The pages of oauth, collected."""

from . import consent, device, device_qr

blueprints = (consent.blueprint, device.blueprint, device_qr.blueprint)
