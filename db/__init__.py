"""The corpus as a database: tables, views, migrations, reading and writing."""
