"""The grants an app may have, and who may switch them on."""

AUTHORIZATION_CODE = "authorization_code"
REFRESH_TOKEN = "refresh_token"
CLIENT_CREDENTIALS = "client_credentials"
PASSWORD = "password"

# What developers choose from on their own pages.
OFFERED = (AUTHORIZATION_CODE, REFRESH_TOKEN, CLIENT_CREDENTIALS)
# The password grant hands a person's password to the app: administrators switch it on, for one app at a time.
KNOWN = (*OFFERED, PASSWORD)
PRESELECTED = (AUTHORIZATION_CODE, REFRESH_TOKEN)
# These end at the browser, so the app must say where.
NEEDS_REDIRECT_URI = (AUTHORIZATION_CODE,)
# Only these ask for permissions of a person; client_credentials has none.
OF_PEOPLE = frozenset({AUTHORIZATION_CODE, PASSWORD})
