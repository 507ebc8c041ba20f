"""The yardstick: a Flask application whose one route answers constant JSON."""

from flask import Flask, Response, jsonify

import config

app = Flask(__name__)
app.config["SETTINGS"] = config.load()  # what gunicorn's access log asks for


@app.route("/", methods=["GET", "POST"])
def constant() -> Response:
    """As little as a Flask view can do."""
    return jsonify(active=True, token_type="Bearer", expires_in=3600)
