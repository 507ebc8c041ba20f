"""Tables on a MariaDB server that was carried along from an older version."""

from flask_migrate import upgrade
from sqlalchemy import text

from app import create_app
from app.database.rows import db
from tests.support.databases import Databases, make_settings


def test_an_old_default_row_format_keeps_nobody_from_the_tables(databases: Databases) -> None:
    databases.mariadb.run("SET GLOBAL innodb_default_row_format=compact")
    try:
        app = create_app(make_settings(databases.new_url("mariadb"), databases.folder))
        with app.app_context():
            upgrade()
            formats = db.session.scalars(
                text(
                    "SELECT DISTINCT row_format FROM information_schema.tables WHERE table_schema = DATABASE()"
                )
            )
            assert "Dynamic" in set(formats)
            db.session.remove()
            for engine in db.engines.values():
                engine.dispose()
    finally:
        databases.mariadb.run("SET GLOBAL innodb_default_row_format=dynamic")
