"""Run `flask …` so that `.env` is read once, by the portal.

Flask would read the file itself before it asks for the application, and end in a traceback where it cannot.
"""

import os

from flask.cli import cli

os.environ["FLASK_APP"] = "wsgi"  # another one may be left over from somebody's other work
cli.load_dotenv = False
cli.main(prog_name="flask")
