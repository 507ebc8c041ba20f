"""The portal's own description of what programs may ask it: OpenAPI 3.1, at ``/openapi.json``."""
