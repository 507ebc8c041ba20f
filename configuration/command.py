"""Run `flask …` so that `.env` is read once, by the portal.

Flask would read the file itself before it asks for the application, and end in a traceback where it cannot.
"""

from flask.cli import cli

cli.load_dotenv = False
cli.main(prog_name="flask")
